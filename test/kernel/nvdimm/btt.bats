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

# BTT_MUTATIONS: how many; BTT_SEED: of which. The smaller the namespace, the sooner all of it is read.
# bats test_tags=every-kernel
@test "B7: check-namespace and the kernel's driver agree on damaged tables" {
	local ns align
	align=$(cat /sys/bus/nd/devices/region0/align)
	echo 4096 >/sys/bus/nd/devices/region0/align
	ns=$(ndctl create-namespace --mode sector --size 17M | jq -r .dev)
	echo "$align" >/sys/bus/nd/devices/region0/align
	ndctl disable-namespace "$ns"
	check "$BATS_TEST_DIRNAME/../btt-model" "$ns" "${BTT_MUTATIONS:-60}" "${BTT_SEED:-1}"
	echo "# $output" >&3
	[[ $status == 0 ]]
}
