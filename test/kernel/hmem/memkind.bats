# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Debian's memkind finds the memory of system-ram devices with our libdaxctl in place of Debian's.

load ../helpers

setup() {
	program=$LAB_BUILD/test/programs/memkind-dax
	[[ -x $program ]] || skip "built without memkind (Debian's libmemkind-dev)"
	export LD_LIBRARY_PATH=$LAB_BUILD/lib/daxctl:$LAB_BUILD/lib/ndctl
	all_devdax
}

teardown() {
	all_devdax
}

@test "memkind allocates on the node of a system-ram device, by our libdaxctl" {
	daxctl reconfigure-device --mode system-ram dax0.0
	check "$program"
	[[ $status == 0 ]]
	[[ $output == "first page on node 1, last page on node 1"$'\n'"$LAB_BUILD"/lib/daxctl/libdaxctl.so.1.* ]]
}

@test "memkind finds none where no device is memory" {
	check "$program"
	[[ $status == 1 ]]
	says "there is no memory of a dax device"
}
