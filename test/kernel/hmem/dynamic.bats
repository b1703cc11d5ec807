# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Devices of a dynamic region: created, resized, aligned, destroyed, put back into their ranges. The
# region is 2 GiB from 4 GiB on; dax0.0, its first device, has 1 GiB of it here.

load ../helpers

# bats file_tags=every-kernel

region=$(readlink -f /sys/bus/dax/devices/dax0.0/..)/dax_region

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	all_devdax || :
	daxctl destroy-device --force all 2>/dev/null || :
	daxctl reconfigure-device -s 1G -a 2M dax0.0
	daxctl enable-device dax0.0
}

teardown_file() {
	daxctl destroy-device --force all 2>/dev/null || :
	daxctl reconfigure-device -s 2G -a 2M dax0.0
	daxctl enable-device dax0.0
}

free() {
	echo $(($(<$region/available_size) >> 20))
}

@test "create: of a size, of what is left, of nothing" {
	check daxctl create-device -s 256M
	[[ $status == 0 && $(free) == 768 ]]
	says "created 1 device"
	json '. == [{chardev: "dax0.1", size: 268435456, target_node: 1, align: 2097152, mode: "devdax"}]'
	check daxctl create-device -r 0 -u
	[[ $status == 0 && $(free) == 0 ]]
	json '.chardev == "dax0.2" and .size == "768.00 MiB (805.31 MB)"'
	unchanged daxctl create-device
	[[ $status == 228 ]]
	says "region 0 has no capacity left"
	says "created 0 devices"
}

@test "destroy: what is enabled with --force only, the first device keeps its name" {
	daxctl create-device -s 256M
	unchanged daxctl destroy-device dax0.1
	[[ $status == 250 ]]
	says "dax0.1: cannot be destroyed: the device is enabled (driver device_dax)"
	says "hint: daxctl disable-device dax0.1"
	daxctl disable-device dax0.1
	check daxctl destroy-device dax0.1
	[[ $status == 0 && $(free) == 1024 && ! -e /sys/bus/dax/devices/dax0.1 ]]
	says "destroyed 1 device"
	# E3
	check daxctl destroy-device --force dax0.0
	[[ $status == 0 && $(free) == 2048 && $(</sys/bus/dax/devices/dax0.0/size) == 0 ]]
	says "the kernel keeps the first device of a region"
	says "destroyed 1 device"
}

@test "a driver that is loaded for one device leaves others disabled" {
	daxctl create-device -s 256M
	daxctl disable-device dax0.1
	daxctl reconfigure-device -m system-ram dax0.0
	modprobe -r device_dax
	check daxctl reconfigure-device -m devdax --force dax0.0
	[[ $status == 0 && $(readlink /sys/bus/dax/devices/dax0.0/driver) == */device_dax ]]
	[[ ! -e /sys/bus/dax/devices/dax0.1/driver ]]
	# Kernels since 6.2 offer it soft-reserved memory.
	modprobe -r kmem
	check daxctl reconfigure-device -m system-ram dax0.0
	[[ $status == 0 && $(readlink /sys/bus/dax/devices/dax0.0/driver) == */kmem ]]
	[[ ! -e /sys/bus/dax/devices/dax0.1/driver ]]
}

@test "destroy --force takes memory offline" {
	daxctl create-device -s 256M
	daxctl reconfigure-device -m system-ram dax0.1
	unchanged daxctl destroy-device dax0.1
	[[ $status == 250 ]]
	check daxctl destroy-device --force all
	[[ $status == 0 && $(free) == 2048 ]]
	says "destroyed 2 devices"
}

@test "resize and align: disabled devices only, to the byte" {
	unchanged daxctl reconfigure-device -s 512M dax0.0
	[[ $status == 250 ]]
	says "dax0.0: cannot be changed: the device is enabled"
	daxctl disable-device dax0.0
	check daxctl reconfigure-device -s 512M dax0.0
	[[ $status == 0 && -z $output && $(free) == 1536 ]]
	says "reconfigured 1 device"
	check daxctl reconfigure-device -s 1G -a 1G dax0.0
	[[ $status == 0 && $(</sys/bus/dax/devices/dax0.0/align) == 1073741824 && $(free) == 1024 ]]
	check daxctl reconfigure-device -a 4K -s 4M dax0.0
	[[ $status == 0 && $(</sys/bus/dax/devices/dax0.0/align) == 4096 && $(free) == 2044 ]]
	# Where the rest of the region begins now nothing lies at a multiple of 1 GiB.
	unchanged daxctl create-device -s 1G -a 1G
	[[ $status == 250 ]]
	says "is not aligned to 1073741824 bytes"
	unchanged daxctl reconfigure-device -s 8M --dry-run dax0.0
	says "would give dax0.0 a size of 8388608 bytes"
}

@test "ranges: kept in a file, and put back from it to the same addresses" {
	daxctl create-device -s 256M
	daxctl create-device -s 256M
	daxctl destroy-device --force dax0.1
	daxctl disable-device dax0.0
	daxctl reconfigure-device -s 1152M dax0.0
	daxctl create-device -s 384M
	daxctl list -DM -d dax0.1 | jq '.[0]' >two
	jq -e '.mappings | length == 2' two
	daxctl destroy-device --force dax0.1
	check daxctl create-device --input two
	[[ $status == 0 ]]
	daxctl list -DM -d dax0.1 | jq '.[0]' | diff two -
	# Addresses as list -u prints them, and a device that is given other ranges.
	daxctl list -DMu -d dax0.1 >human
	daxctl disable-device dax0.1
	daxctl reconfigure-device -s 0 dax0.1
	jq 'del(.align)' human >people
	check daxctl reconfigure-device --input people dax0.1
	[[ $status == 0 ]]
	daxctl enable-device dax0.1
	daxctl list -DM -d dax0.1 | jq '.[0]' | diff two -
	# Those of another device are not to be had.
	unchanged daxctl create-device --input two
	[[ $status == 250 ]]
	says " of dax0.1"
}

@test "a seed without a size is used up, and no other device is made" {
	echo 1 >$region/create
	[[ $(<$region/seed) == dax0.1 ]]
	check daxctl create-device -s 128M
	json '.[0].chardev == "dax0.1"'
	[[ ! -e /sys/bus/dax/devices/dax0.2 ]]
}

# Between the look at the region and the write to create; strace holds the write.
@test "another tool creates a device at the same moment: neither is taken, none deleted" {
	local status=0
	strace -f -o /dev/null -e trace=write -P "$(readlink -f "$region/create")" \
		-e inject=write:delay_enter=3s daxctl create-device -s 256M 2>"$BATS_TEST_TMPDIR/said" 3>&- &
	sleep 1.5
	echo 1 >"$region/create"
	wait $! || status=$?
	cat "$BATS_TEST_TMPDIR/said"
	[[ $status == 250 ]]
	[[ -d ${region%/*}/dax0.1 && -d ${region%/*}/dax0.2 ]]
	grep "cannot tell which of dax0.1 and dax0.2 is ours" "$BATS_TEST_TMPDIR/said"
	[[ $(<"${region%/*}/dax0.1/size") == 0 && $(<"${region%/*}/dax0.2/size") == 0 ]]
}

@test "-v names the steps" {
	check daxctl create-device -v -s 64M -a 4K
	says "create a device in region 0"
	says "align the new device to 4096 bytes"
	says "give the new device a size of 67108864 bytes"
	says "bind the new device to driver device_dax"
}

# One kernel is enough for these, which take long.
# bats file_tags=

@test "faults: create-device, destroy-device" {
	for errno in EIO EBUSY ENXIO; do
		survives_faults "$errno" daxctl create-device -s 64M -a 4K
		survives_faults "$errno" daxctl destroy-device --force dax0.1
	done
}

@test "faults: two ranges, taken and given back" {
	daxctl disable-device dax0.0
	daxctl reconfigure-device -s 128M dax0.0
	echo '{"mappings": [{"start": 4563402752, "end": 4697620479}, {"start": 4831838208, "end": 4966055935}]}' >two
	for errno in EIO EBUSY ENXIO; do
		survives_faults "$errno" daxctl create-device -r 0 --input two
		survives_faults "$errno" daxctl destroy-device --force dax0.1
	done
}

@test "faults: reconfigure-device -s -a" {
	daxctl disable-device dax0.0
	for errno in EIO EBUSY ENXIO; do
		survives_faults "$errno" daxctl reconfigure-device -s 512M -a 4K dax0.0
		survives_faults "$errno" daxctl reconfigure-device -s 1G -a 1G dax0.0
		survives_faults "$errno" daxctl reconfigure-device -s 0 -a 2M dax0.0
	done
}

@test "replaced by another process: an object of the old device changes nothing" {
	# found by its name, and by a listing
	for way in name list; do
		daxctl create-device -s 256M
		run -0 python3 -c '
import ctypes, subprocess, sys
lib = ctypes.CDLL(sys.argv[1])
for function in lib.daxctl_dev_get_by_name, lib.daxctl_region_get_first, lib.daxctl_dev_get_first, lib.daxctl_dev_get_next:
	function.restype = ctypes.c_void_p
lib.daxctl_get_error.restype = ctypes.c_char_p
lib.daxctl_dev_get_size.restype = ctypes.c_ulonglong
ctx = ctypes.c_void_p()
assert lib.daxctl_new(ctypes.byref(ctx)) == 0
def find():
	if sys.argv[2] == "name":
		return ctypes.c_void_p(lib.daxctl_dev_get_by_name(ctx, b"dax0.1"))
	region = ctypes.c_void_p(lib.daxctl_region_get_first(ctx))
	first = ctypes.c_void_p(lib.daxctl_dev_get_first(region))
	return ctypes.c_void_p(lib.daxctl_dev_get_next(first))
dev = find()
# Its own changes do not make it another device.
assert lib.daxctl_dev_set_mode(dev, 1, 1) == 0
assert lib.daxctl_dev_set_mode(dev, 0, 1) == 0
assert find().value == dev.value
subprocess.run("daxctl destroy-device -f dax0.1; daxctl create-device -s 128M", shell=True, check=True)
print(lib.daxctl_dev_set_mode(dev, 1, 1), lib.daxctl_dev_destroy(dev, 1), lib.daxctl_dev_disable(dev))
print(lib.daxctl_get_error(ctx).decode())
other = find()
print(other.value != dev.value, lib.daxctl_dev_get_size(other), lib.daxctl_dev_destroy(other, 1))
' "$LAB_BUILD"/lib/daxctl/libdaxctl.so.1 "$way"
		[[ $output == *"-116 -116 -116"* ]]
		[[ $output == *"dax0.1: cannot be disabled: another process has replaced the device"* ]]
		[[ $output == *"True 134217728 0" ]]
	done
}

@test "without permission: said in one sentence, nothing changed" {
	cd "$BATS_TEST_DIRNAME"
	for arguments in "create-device -s 128M" "destroy-device -f dax0.0" "reconfigure-device -s 0 dax0.0"; do
		# shellcheck disable=SC2086 # words
		unchanged nobody daxctl $arguments
		((status != 0))
		[[ $(grep -c '^daxctl: ' <<<"$stderr") == 1 ]]
	done
}
