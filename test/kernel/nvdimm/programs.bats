# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Programs of others with our libraries in place of Debian's: PMDK's daxio and pmempool, and
# libblockdev's plug-in for NVDIMMs.

load ../helpers

setup_file() {
	labelled
	ndctl create-namespace --mode devdax --map mem --size 32M
	ndctl create-namespace --mode fsdax --map mem --size 64M
	ndctl create-namespace --mode raw --size 32M
}

teardown_file() {
	labelled
}

setup() {
	cd "$BATS_TEST_TMPDIR"
	export LD_LIBRARY_PATH=$LAB_BUILD/lib/daxctl:$LAB_BUILD/lib/ndctl
}

# ours PROGRAM: it loads our libraries.
ours() {
	[[ $(LD_TRACE_LOADED_OBJECTS=1 "$(command -v "$1")" | grep -c " => $LAB_BUILD/lib/.*ctl\.so") == 2 ]]
}

@test "daxio writes to a device and reads back what it wrote" {
	ours daxio
	head -c 5000001 /dev/urandom >written
	check daxio -i written -o /dev/dax0.0
	[[ $status == 0 ]]
	check daxio -i /dev/dax0.0 -o read -l 5000001
	[[ $status == 0 ]]
	cmp written read
	daxio -z -o /dev/dax0.0 -l 2M
	daxio -i /dev/dax0.0 -o read -l 5000001
	cmp <(head -c 2M /dev/zero && tail -c +2097153 written) read
	check daxio -i written -o /dev/dax0.0 -s 30M
	[[ $status != 0 ]] # more than it has
}

@test "pmempool makes a pool on a device, and on a file system with DAX" {
	ours pmempool
	daxio -z -o /dev/dax0.0
	check pmempool create obj --layout=ours /dev/dax0.0
	[[ $status == 0 ]]
	check pmempool info /dev/dax0.0
	[[ $status == 0 ]]
	[[ $output == *": device dax"*"size "*": 31457280"*"alignment "*": 2097152"*": ours"* ]]

	mkfs.ext4 -q -b 4096 /dev/pmem0.1
	mkdir mnt
	mount -o dax /dev/pmem0.1 mnt
	check pmempool create blk --size 17M 512 mnt/pool
	check pmempool info mnt/pool
	umount mnt
	[[ $status == 0 ]]
	[[ $output == *": regular file"*": PMEMBLK"*"Block size "*": 512"* ]]
}

@test "libblockdev lists, disables, enables and reconfigures a namespace" {
	# What the library says where no sector size was chosen, as the reference does (D5).
	local program uuid none=4294967295
	program=$BATS_TEST_DIRNAME/../../programs/blockdev-nvdimm
	uuid=$(</sys/bus/nd/devices/namespace0.2/uuid)
	check "$program" list
	[[ $status == 0 ]]
	[[ $output == *"namespace0.2 raw 33554432 $none pmem0.2 $uuid enabled"* ]]
	[[ $output == *"namespace0.1 fsdax 65011712 $none pmem0.1 "* ]]
	[[ $output == *"$LAB_BUILD"/lib/ndctl/libndctl.so.6.* && $output != *" /usr/lib/"* ]]
	check "$program" disable namespace0.2
	[[ $status == 0 && $output == *"namespace0.2 raw 33554432 $none  $uuid disabled"* ]]
	check "$program" enable namespace0.2
	[[ $status == 0 && $output == *"namespace0.2 raw 33554432 $none pmem0.2 $uuid enabled"* ]]
	check "$program" reconfigure namespace0.2 sector
	[[ $status == 0 && $output == *"namespace0.2 sector 32440320 4096 pmem0.2s "*" enabled"* ]]
	check ndctl list -n namespace0.2
	json '.[0].mode == "sector" and .[0].blockdev == "pmem0.2s"'
}
