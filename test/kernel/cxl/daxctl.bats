# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Volatile memory of a CXL device: a dynamic region far down in the tree of devices. No test uses the
# memory, for QEMU emulates each access to it.

load ../helpers

# bats file_tags=every-kernel

teardown() {
	all_devdax
}

@test "at boot the kernel has made it memory, in the zone that it was told" {
	check daxctl list
	json '.[0] | .mode == "system-ram" and .online_memblocks == 4 and .total_memblocks == 4 and .movable'
	[[ $(node_memory 1) == 512 ]]
}

@test "list shows region, device and mapping" {
	check daxctl list -RDM
	json '.[0] | .path == "/platform/ACPI0017:00/root0/decoder0.0/region0/dax_region0"
		and .size == 536870912 and .align == 2097152'
	json '.[0].devices | length == 1'
	json '.[0].devices[0] | .chardev == "dax0.0" and .size == 536870912 and .target_node == 1'
	json '.[0].devices[0].mappings[0] | .page_offset == 0 and .size == 536870912 and .end - .start + 1 == .size'
}

@test "devdax becomes memory and comes back" {
	check daxctl reconfigure-device --mode system-ram dax0.0
	[[ $status == 0 && $(node_memory 1) == 512 ]]
	json '.[0] | .online_memblocks == 4 and .movable'

	unchanged daxctl reconfigure-device --mode devdax dax0.0
	[[ $status == 240 ]]
	says "4 of its 4 memory blocks are online on node 1"
	check daxctl reconfigure-device --mode devdax --force dax0.0
	[[ $status == 0 && $(node_memory 1) == 0 ]]
	json '.[0].mode == "devdax"'
}

@test "its memory goes offline and comes online" {
	daxctl reconfigure-device --mode system-ram --no-online dax0.0
	check daxctl list
	json '.[0] | .online_memblocks == 0 and .total_memblocks == 4'
	check daxctl online-memory dax0.0
	[[ $status == 0 && $(node_memory 1) == 512 ]]
	check daxctl offline-memory dax0.0
	[[ $status == 0 && $(node_memory 1) == 0 ]]
}

@test "disable and enable" {
	check daxctl disable-device dax0.0
	[[ $status == 0 ]]
	check daxctl list -d dax0.0
	json '.[0].state == "disabled"'
	check daxctl enable-device dax0.0
	[[ $status == 0 ]]
}

@test "devices are created in the region, become memory, and are destroyed" {
	daxctl disable-device dax0.0
	check daxctl reconfigure-device -s 256M dax0.0
	[[ $status == 0 ]]
	daxctl enable-device dax0.0
	check daxctl create-device -r 0 -s 128M
	[[ $status == 0 ]]
	json '.[0] | .chardev == "dax0.1" and .size == 134217728 and .target_node == 1'
	check daxctl list -R
	json '.[0].available_size == 134217728'
	check daxctl reconfigure-device --mode system-ram dax0.1
	[[ $status == 0 && $(node_memory 1) == 128 ]]
	check daxctl destroy-device --force dax0.1
	[[ $status == 0 && $(node_memory 1) == 0 ]]
	daxctl disable-device dax0.0
	daxctl reconfigure-device -s 512M dax0.0
	daxctl enable-device dax0.0
	check daxctl list -RD
	json '.[0] | (has("available_size") | not) and (.devices | map(.chardev) == ["dax0.0"])'
}

# stays_disabled NEIGHBOUR COMMAND...: the kernel offers the driver, along with the device that is named
# to it, every device that has none.
stays_disabled() {
	local neighbour=$1
	shift
	daxctl disable-device "$neighbour"
	check "$@"
	[[ $status == 0 ]]
	says "unbind $neighbour from driver"
	[[ ! -e /sys/bus/dax/devices/$neighbour/driver && $(node_memory 1) == 0 ]]
	daxctl enable-device "$neighbour"
}

@test "a disabled neighbour stays disabled, in either direction" {
	local region
	region=$(basename /sys/bus/nd/devices/region*)
	ndctl disable-region "$region"
	ndctl init-labels --force nmem0
	ndctl enable-region "$region"
	ndctl create-namespace --mode devdax --map mem
	daxctl reconfigure-device --mode devdax --force dax0.0
	daxctl disable-device dax0.0
	stays_disabled dax1.0 daxctl enable-device -v dax0.0
	stays_disabled dax0.0 daxctl reconfigure-device --mode system-ram --force -v dax1.0
	daxctl reconfigure-device --mode devdax --force dax1.0
	ndctl destroy-namespace --force all
}
