# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What a firmware answers is not trusted: test/programs/answer.c answers, and test/compat/imitate makes a machine
# with one DIMM of a family.

load ../helpers

imitate=$PWD/test/compat/imitate
program=$LAB_BUILD/test/compat/api-ndctl-dimm

# ask FAMILY PART [VARIABLE=VALUE...]: $output, and in $stderr the log.
ask() {
	local family=$1 part=$2
	shift 2
	check env "$@" "$imitate" "$family" 0xffffffe env NDCTL_LOG=debug LD_PRELOAD="$LAB_BUILD/test/programs/answer.so" \
		"$program" "$part" nmem0
	[[ $status == 0 ]]
}

# prints TEXT: a line of the output of the last `ask`.
prints() {
	grep -qxF "$1" <<<"$output" || {
		echo "not printed: $1"
		return 1
	}
}

@test "a firmware that writes nothing has not succeeded" {
	local family
	for family in 0 1 3 4 5; do
		ask "$family" smart ANSWER=
		prints "ndctl_cmd_submit(cmd) = -5"
		prints "ndctl_cmd_smart_get_flags(cmd) = 0 EIO"
		says "nmem0: SMART health: the firmware gave no status"
	done
}

@test "an answer that is too short has not succeeded" {
	ask 0 smart ANSWER=00000000ffffffff ANSWER_SIZE=131
	prints "ndctl_cmd_submit(cmd) = -5"
	says "the firmware answered 131 bytes: must be at least 132"
	ask 0 smart ANSWER=00000000ffffffff ANSWER_SIZE=3
	says "the firmware gave no status"
	ask 1 smart ANSWER=00000000ffffffff ANSWER_SIZE=67
	says "must be at least 68"
	ask 3 smart ANSWER=00000000ffffffff ANSWER_SIZE=12
	says "must be at least 13"
	ask 5 smart ANSWER=00000000 ANSWER_SIZE=8
	says "must be at least 192"
}

@test "a refusal may be short, and an answer longer than was asked for" {
	ask 0 smart ANSWER=05000000 ANSWER_SIZE=4
	prints "ndctl_cmd_submit(cmd) = 0"
	prints "ndctl_cmd_xlat_firmware_status(cmd) = -11"
	says "nmem0: SMART health: the firmware refused: retry suggested (status 0x5)"
	ask 0 smart ANSWER=00000000 ANSWER_SIZE=100000
	prints "ndctl_cmd_submit(cmd) = 0"
}

@test "what the kernel refuses" {
	ask 0 smart ANSWER_ERRNO=16
	prints "ndctl_cmd_submit(cmd) = -16 EBUSY"
	says "nmem0: SMART health: function 1 of command family Intel failed: Device or resource busy"
}

@test "a family or a platform without the command" {
	ask 3 threshold
	says "nmem0: command family Microsoft has no SMART thresholds"
	ask 4 firmware
	prints "ndctl_dimm_fw_update_supported(dimm) = -25"
	says "nmem0: command family Hyper-V has no firmware information"
	ask 2 smart
	says "nmem0: no SMART health: unknown family of commands"
	check "$imitate" 0 0x2 env NDCTL_LOG=debug "$program" inject nmem0
	says "nmem0: no SMART injection: the platform does not offer function 18 of command family Intel"
}

@test "a vendor's output is as long as what was given" {
	ask 0 vendor ANSWER=0000000004000000aabbccdd
	prints "ndctl_cmd_vendor_get_output(cmd, bytes, 4) = 4"
	ask 0 vendor ANSWER=0000000002000000aabb ANSWER_REST=2
	prints "ndctl_cmd_submit(cmd) = 0"
	prints "ndctl_cmd_vendor_get_output_size(cmd) = 2"
	ask 0 vendor ANSWER=05000000 ANSWER_REST=8
	prints "ndctl_cmd_submit(cmd) = 0"
	prints "ndctl_cmd_vendor_get_output_size(cmd) = 0"
	ask 0 vendor ANSWER=00000000 ANSWER_REST=8
	prints "ndctl_cmd_submit(cmd) = -5"
	says "vendor-specific command 0x1: the firmware gave no length"
	ask 0 vendor ANSWER=0000000064000000 ANSWER_REST=4
	prints "ndctl_cmd_submit(cmd) = -5"
	says "vendor-specific command 0x1: the firmware announced 100 bytes and gave 0"
}

@test "POWER: what the kernel does not inject is no success, and EPERM is a status" {
	ask 5 inject "ANSWER=00000000000000000300000001010000"
	! says "not taken"
	ask 5 inject "ANSWER=00000000000000000000000001010000"
	prints "ndctl_cmd_submit(cmd) = -95"
	says "SMART injection: not taken: fatal health"
	ask 5 smart ANSWER=ffffffff
	prints "ndctl_cmd_submit(cmd) = 0"
	prints "ndctl_cmd_xlat_firmware_status(cmd) = -1"
}
