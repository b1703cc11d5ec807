# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Block translation tables that are damaged, and the kernel's driver as the measure of what is said of
# them. test/unit has a model of that driver for thousands of them.

load ../helpers
load ../raw

setup() {
	labelled
}

teardown_file() {
	labelled
}

# BTT_MUTATIONS: how many.
@test "B7: check-namespace and the kernel's driver agree on damaged tables" {
	local ns
	ns=$(ndctl create-namespace --mode sector --size 32M | jq -r .dev)
	ndctl disable-namespace "$ns"
	check "$BATS_TEST_DIRNAME/../btt-model" "$ns" "${BTT_MUTATIONS:-30}"
	[[ $status == 0 ]]
}
