# SPDX-License-Identifier: LGPL-2.1-or-later
#
# B8: which of the index blocks and labels the kernel accepts, and what of it our parser does.
#
# bats file_tags=every-kernel

load ../helpers

teardown_file() {
	echo 1 >/sys/bus/nd/drivers_autoprobe
	ndctl enable-dimm nmem0
	labelled
}

@test "our parser finds the labels that the kernel finds, in a thousand mutated label areas" {
	check "$LAB_BUILD/test/model/model-labels" nmem0 region0
	[[ $status == 0 ]]
	[[ $output == *", 0 differ, "* ]]
}
