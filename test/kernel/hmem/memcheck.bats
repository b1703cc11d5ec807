# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Verbs under valgrind: no mistake, and nothing that is not given back, also where something fails. A command
# takes 7 s there, most of it before it begins; what needs no device is in test/unit/bad-words.

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

@test "devices are made, restored, disabled and destroyed, their memory comes and goes" {
	local bare=$LAB_BUILD/daxctl/daxctl
	cd "$BATS_TEST_TMPDIR"
	"$bare" disable-device dax0.0
	"$bare" reconfigure-device -s 1G dax0.0
	echo '{"mappings": [{"start": 5368709120, "end": 5637144575}, {"start": 5905580032, "end": 6174015487}]}' >two
	well 0 daxctl create-device --input two -v
	mkdir -p /etc/daxctl.conf.d
	printf '[create-device %s]\nregion.range = 0x100000000-0x17fffffff\n%s\n' a "range.1 = 0x100000000-0x13fffffff" \
		b $'mode = system-ram\nrange.1 = 0x140000000-0x14fffffff\nrange.2 = 0x160000000-0x16fffffff' \
		c "size = 4G" >/etc/daxctl.conf.d/three.conf
	well 228 daxctl restore
	says "restored 2, 0 in place, 1 failed"
	well 0 daxctl list -RDM
	well 0 daxctl offline-memory dax0.1
	well 250 daxctl disable-device dax0.0 dax0.1
	says "dax0.1: cannot be enabled or disabled in system-ram mode"
	well 0 daxctl destroy-device --force --persist all
	rm -r /etc/daxctl.conf.d
}
