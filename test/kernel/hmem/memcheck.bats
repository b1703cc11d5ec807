# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Changes under valgrind: no mistake, and nothing that is not given back. A command takes 10 s there.

MEMCHECK=1
load ../helpers

setup() {
	command -v valgrind >/dev/null || skip "there is no valgrind"
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

@test "a device is made and destroyed, its memory comes and goes" {
	"$LAB_BUILD/daxctl/daxctl" disable-device dax0.0
	"$LAB_BUILD/daxctl/daxctl" reconfigure-device -s 1G dax0.0
	well 0 daxctl create-device -s 256M -v
	well 0 daxctl reconfigure-device --mode system-ram dax0.1
	well 0 daxctl list -RDM
	well 0 daxctl destroy-device --force dax0.1
}
