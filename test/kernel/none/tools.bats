# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A machine without such memory, without the modules, and without /sys.

load ../helpers

@test "list of nothing is empty and no failure" {
	check daxctl list -RDMiu
	[[ $status == 0 && -z $output && -z $stderr ]]
	check ndctl list -BDRNi
	[[ $status == 0 && -z $output && -z $stderr ]]
}

@test "verbs say that there is no such device" {
	check daxctl reconfigure-device --mode system-ram dax0.0
	[[ $status == 250 ]]
	says "dax0.0: no such dax device"
	check ndctl disable-region region0
	[[ -z $output ]]
	says "region"
}

@test "without /sys it is the same" {
	check unshare --mount bash -c 'umount -R /sys && exec daxctl reconfigure-device -m system-ram dax0.0'
	[[ $status == 250 ]]
	says "dax0.0"
	check unshare --mount bash -c 'umount -R /sys && exec daxctl list'
	[[ $status == 0 && -z $output ]]
}
