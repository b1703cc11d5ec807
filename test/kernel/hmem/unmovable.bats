# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Memory in which the kernel itself keeps data. It may never come back, hence the last file here.

load ../helpers

# bats file_tags=every-kernel

setup_file() {
	daxctl reconfigure-device --mode system-ram --no-movable dax0.0
}

setup() {
	pin_kernel_memory 1 64
}

teardown() {
	kill "$pin"
}

@test "memory that cannot go offline stays online, all of it, and the device stays memory" {
	unchanged daxctl reconfigure-device --mode devdax --force dax0.0
	[[ $status == 240 ]]
	says "dax0.0: cannot become devdax: memory block"
	says "of node 1) stays online: pages that are in use cannot be moved"
	says "hint: "
}

@test "offline-memory puts back the blocks that it had taken offline" {
	unchanged daxctl offline-memory dax0.0
	[[ $status == 240 ]]
	says "dax0.0: memory block"
}

@test "destroy-device --force gives up, and the device keeps its ranges" {
	unchanged daxctl destroy-device --force dax0.0
	[[ $status == 240 ]]
	says "dax0.0: cannot be destroyed: memory block"
}

@test "offline-memory --keep-going leaves offline what goes" {
	check daxctl offline-memory --keep-going dax0.0
	[[ $status == 240 ]]
	says "of its 16 memory blocks cannot be changed, first: memory block"
	says "pages that are in use cannot be moved"
	check daxctl list
	json '.[0] | .online_memblocks > 0 and .online_memblocks < .total_memblocks'
}

@test "what many blocks are done is told on a terminal, and nowhere else" {
	check script -qec "daxctl online-memory dax0.0" /dev/null
	[[ $output == *"dax0.0: 15 of 16 memory blocks"* ]]
	check daxctl offline-memory --keep-going dax0.0
	[[ $stderr != *"of 16 memory blocks"$'\r'* && $output == "" ]]
}
