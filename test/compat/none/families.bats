# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The families of commands that nothing emulates: the same answers of the firmware (test/programs/answer.c) to
# the reference's library and to ours. What is in no answer, or not valid, ours does not tell; that is in
# test/unit/test-ndctl-family.c.

load ../compare

# said FILE: without errno, how much room the answer has, and when the count of shutdowns is read.
said() {
	sed -E '/family 4 function 2 /d; s/^(call: .*) out [0-9]+:/\1:/; s/ E[A-Z]+$//; s/NULL 0$/NULL/' "$1"
}

# same FAMILY PART ANSWER [FUNCTIONS]: what a program sees is equal; ours may say more in errno.
same() {
	local library=${REF_ROOT%/*/*}/reference-forky/root/usr/lib/x86_64-linux-gnu program=$LAB_BUILD/test/compat/api-ndctl-dimm
	local preload=$LAB_BUILD/test/programs/answer.so functions=${4:-0xffffffe} name=$BATS_TEST_TMPDIR/output

	ANSWER=${3// /} "$compat/imitate" "$1" "$functions" "$library/ld-linux-x86-64.so.2" --library-path "$library" \
		--preload "$preload" "$program" "$2" nmem0 >"$name.reference"
	ANSWER=${3// /} "$compat/imitate" "$1" "$functions" env LD_PRELOAD="$preload" "$program" "$2" nmem0 >"$name.ours"
	[[ -s $name.ours ]]
	diff <(said "$name.reference") <(said "$name.ours")
}

@test "Intel: health" {
	same 0 smart "00000000 3f060000 00000000 01 4b 05 03 7001 9081 2a000000 01 8002 0000000000000000 01 00000000"
	same 0 smart "00000000 ffffffff ffffffff ff 64 64 07 ffff ffff ffffffff ff ffff ffffffffffffffff ff 5c000000 ab"
	same 0 smart "00000000 3f060000" 0x4
	same 0 threshold "00000000 0700 05 8002 e001 00"
	same 0 inject "00000000"
	same 0 inject "00000000" 0x2
	same 0 acknowledge "00000000"
}

# Each costs seconds in an emulated guest; test/unit/test-ndctl-family.c has all of them.
@test "Intel: what a status means" {
	local status
	for status in 01000000 08000000 c8000000 07000100; do
		same 0 smart "$status"
	done
}

@test "HPE1: health, alarms, the last shutdown" {
	local rest="0100 0200 0300 0000 010101010101010101010101 02020202020202020202020202020202 03000000 04000000 37 5001 00 0000"
	same 1 smart "00000000 ff020080 01 9001 4b 0300 05 02 $rest 0400 aabbccdd"
	same 1 smart "00000000 3f000000 07 9001 4b 0100 05 00 $rest"
	same 1 smart "00000000 3f000000 04 9001 4b 0200 05 03 $rest"
	same 1 smart "00000000 11000000 04 9001 4b 0200 05 03 $rest"
}

@test "Microsoft: health, thresholds that were passed, status" {
	local answer
	for answer in "0000 1e00 00 01 28" "0000 1e00 04 00 28" "0040 1e00 00 00 28" "0000 1e00 00 00 00"; do
		same 3 smart "00000000 $answer 05 06"
	done
}

@test "Hyper-V: health" {
	local health
	for health in 0 1 5 16; do
		same 4 smart "00000000 $(printf %02x $health)000000"
	done
}

@test "POWER: health" {
	local health
	for health in 0 3; do
		same 5 smart "00000000 00000000 03000000 000100000000 0${health}00 5a00 0000 0700000000000000"
	done
	same 5 smart "00000000 00000000 00000000 000000000000 0100 0000 0000 0000000000000000"
}
