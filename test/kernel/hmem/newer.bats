# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What newer kernels can do with a device, and what we say on those that cannot.

load ../helpers

# bats file_tags=every-kernel

setup() {
	all_devdax
	device=/sys/bus/dax/devices/dax0.0
}

teardown() {
	all_devdax
}

@test "famfs: from devdax and back, not from memory" {
	if ! modinfo fsdev_dax >/dev/null 2>&1; then
		unchanged daxctl reconfigure-device --mode famfs dax0.0
		[[ $status == 161 ]]
		says "mode famfs needs the kernel's driver fsdev_dax"
		return
	fi
	check daxctl reconfigure-device --mode famfs dax0.0
	[[ $status == 0 && $(readlink $device/driver) == */fsdev_dax ]]
	json '.[0].mode == "famfs"'
	check daxctl list
	json '.[0] | .mode == "famfs" and (has("state") | not)'
	check daxctl reconfigure-device --mode devdax dax0.0
	[[ $status == 0 && $(readlink $device/driver) == */device_dax ]]
	for errno in EIO EBUSY ENXIO; do
		survives_faults "$errno" daxctl reconfigure-device --mode famfs dax0.0
		survives_faults "$errno" daxctl reconfigure-device --mode devdax dax0.0
	done

	daxctl reconfigure-device --mode system-ram dax0.0
	unchanged daxctl reconfigure-device --mode famfs dax0.0
	[[ $status == 240 ]]
	says "the device is in system-ram mode"
}

@test "--memmap-on-memory: its struct pages are in the memory itself" {
	if [[ ! -e $device/memmap_on_memory ]]; then
		unchanged daxctl reconfigure-device --mode system-ram --memmap-on-memory yes dax0.0
		[[ $status == 161 ]]
		says "since Linux 6.8"
		return
	fi
	check daxctl reconfigure-device --mode system-ram --memmap-on-memory yes dax0.0
	[[ $status == 0 && $(<$device/memmap_on_memory) == 1 ]]
	json '.[0] | .total_memblocks == 16 and .online_memblocks == 16'
	says "dax0.0: its struct pages take 32 MiB of its own memory"
	check daxctl list -v
	json '.[0].memmap_on_memory == true'
	# 64 bytes for each page of 4 KiB.
	[[ $(node_memory 1) == $((2048 - 2048 / 64)) ]]
	check daxctl reconfigure-device --mode devdax --force dax0.0
	[[ $status == 0 ]]
	for errno in EIO EBUSY ENXIO; do
		echo 1 >$device/memmap_on_memory
		survives_faults "$errno" daxctl reconfigure-device --mode system-ram --no-online --memmap-on-memory no dax0.0
		daxctl reconfigure-device --mode devdax dax0.0
	done
	check daxctl reconfigure-device --mode system-ram --memmap-on-memory no dax0.0
	[[ $status == 0 && $(<$device/memmap_on_memory) == 0 && $(node_memory 1) == 2048 ]]
}
