# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Every kind of change once under valgrind: no mistake, and nothing that is not given back.

MEMCHECK=1
load ../helpers

setup() {
	command -v valgrind >/dev/null || skip "there is no valgrind"
	all_devdax
}

teardown_file() {
	unset -f daxctl
	daxctl destroy-device --force all 2>/dev/null || :
	daxctl reconfigure-device -s 2G -a 2M dax0.0
	daxctl enable-device dax0.0
}

# well STATUS COMMAND...
well() {
	local expected=$1
	shift
	check "$@"
	[[ $status == "$expected" && $stderr != *"=="* ]]
}

@test "a device is made, changed and destroyed" {
	well 0 daxctl disable-device dax0.0
	well 0 daxctl reconfigure-device -s 1G -a 1G dax0.0
	well 0 daxctl create-device -s 256M -v
	well 0 daxctl list -RDM
	well 228 daxctl create-device -s 4G
	well 0 daxctl destroy-device --force dax0.1
	well 0 daxctl reconfigure-device -s 512M -a 2M dax0.0
	well 0 daxctl enable-device dax0.0
}

@test "memory of a device comes and goes" {
	well 0 daxctl reconfigure-device --mode system-ram dax0.0
	well 0 daxctl list -RD
	well 240 daxctl reconfigure-device --mode devdax dax0.0
	well 0 daxctl offline-memory dax0.0
	well 0 daxctl online-memory --no-movable dax0.0
	well 0 daxctl reconfigure-device --mode devdax --force dax0.0
}
