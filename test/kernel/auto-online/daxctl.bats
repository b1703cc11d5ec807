# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A device that the kernel made memory while it booted, in zone Normal, where it may keep what cannot be
# moved. Kernel 7.2 always does: the tests run in order, and each goes on from the one before.

load ../helpers

# bats file_tags=every-kernel

@test "list shows it as the kernel has made it" {
	check daxctl list
	json '.[0] | .mode == "system-ram" and .online_memblocks == 16 and .total_memblocks == 16'
	json '.[0].movable == false'
	[[ $(node_memory 1) == 2048 ]]
}

@test "devdax is refused, and the sentence tells the command that does it" {
	unchanged daxctl reconfigure-device --mode devdax dax0.0
	[[ $status == 240 ]]
	says "dax0.0: cannot become devdax: 16 of its 16 memory blocks are online on node 1"
	says "hint: daxctl reconfigure-device --mode devdax --force dax0.0"
}

@test "system-ram is refused without --force and --no-movable, with or without --no-online" {
	for option in --human --no-online; do
		unchanged daxctl reconfigure-device --mode system-ram $option dax0.0
		[[ $status == 240 ]]
		says "this kernel puts new memory online automatically"
		says "--force"
	done
}

@test "with --force it stays what it is, and the zone is told" {
	unchanged daxctl reconfigure-device --mode system-ram --force dax0.0
	[[ $status == 0 ]]
	says "16 of its 16 memory blocks are not movable"
}

@test "with --no-movable the zone that the kernel chose is the one asked for (E2)" {
	unchanged daxctl reconfigure-device --mode system-ram --no-movable dax0.0
	[[ $status == 0 ]]
	json '.[0] | .online_memblocks == 16 and .movable == false'
	[[ $stderr != *"put them online"* ]]
}

@test "one command brings it to devdax where the kernel keeps nothing in it, else says what would" {
	if [[ $LAB_KERNEL == 7.* ]]; then
		unchanged daxctl reconfigure-device --mode devdax --force dax0.0
		[[ $status == 240 ]]
		says "zone Normal of node 1) stays online"
		says "memhp_default_state=online_movable"
	else
		check daxctl reconfigure-device --mode devdax --force dax0.0
		[[ $status == 0 && $(node_memory 1) == 0 ]]
		json '.[0].mode == "devdax"'
	fi
}

@test "from devdax, --force accepts the kernel's choice, and the zone is told" {
	[[ $LAB_KERNEL != 7.* ]] || skip "the device could not become devdax"
	unchanged daxctl reconfigure-device --mode system-ram --no-online dax0.0
	[[ $status == 240 ]]
	check daxctl reconfigure-device --mode system-ram --no-online --force dax0.0
	[[ $status == 0 ]]
	json '.[0] | .online_memblocks == 16 and .movable == false'
	check daxctl reconfigure-device --mode devdax --force dax0.0
	check daxctl reconfigure-device --mode system-ram --force dax0.0
	[[ $status == 0 ]]
	says "16 of its 16 memory blocks are not movable: the kernel or udev put them online"
}

@test "from devdax, --no-movable takes what the kernel puts online, and looks at the zone (E2)" {
	local policy=/sys/devices/system/memory/auto_online_blocks
	[[ $LAB_KERNEL != 7.* ]] || skip "the device could not become devdax"
	daxctl reconfigure-device --mode devdax --force dax0.0
	check daxctl reconfigure-device --mode system-ram --no-movable dax0.0
	[[ $status == 0 && $stderr != *"put them online"* ]]
	json '.[0] | .online_memblocks == 16 and .movable == false'
	daxctl reconfigure-device --mode devdax --force dax0.0
	echo online_movable >$policy
	check daxctl reconfigure-device --mode system-ram --no-movable dax0.0
	echo online >$policy
	[[ $status == 0 ]]
	json '.[0] | .online_memblocks == 16 and .movable'
	says "16 of its 16 memory blocks are movable: the kernel or udev put them online"
}
