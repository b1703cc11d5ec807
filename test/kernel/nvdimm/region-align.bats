# SPDX-License-Identifier: LGPL-2.1-or-later
# bats file_tags=every-kernel
#
# B6: a region whose alignment somebody has made finer than the kernel can map: namespaces may then start
# where no struct pages can be made.

load ../helpers

align=/sys/bus/nd/devices/region0/align

setup_file() {
	labelled
	cat "$align" >"$BATS_FILE_TMPDIR/align"
	echo 4096 >"$align"
	ndctl create-namespace --mode sector --size $(((32 << 20) + 8192))
}

teardown_file() {
	cat "$BATS_FILE_TMPDIR/align" >"$align"
	labelled
}

# The first place that is free.
place() {
	printf '0x%x' $(($(cat /sys/bus/nd/devices/region0/resource) + (32 << 20) + 8192))
}

@test "B6: fsdax and devdax are refused where they would start off, by the start, the end and what would fit" {
	local mode
	for mode in fsdax 'fsdax --map mem' devdax 'devdax --map mem --align 4K'; do
		# shellcheck disable=SC2086 # words
		unchanged ndctl create-namespace --size 64M --mode $mode
		[[ $status == 234 && -z $output ]]
		says "region0: cannot create a namespace: the kernel cannot map the namespace: the start $(place) must be a multiple of 2 MiB (its end would be"
		says "hint: align new namespaces of region0 to 16 MiB: echo 16777216 >/sys/bus/nd/devices/region0/align"
	done
}

@test "B6: a namespace that starts off becomes raw or sector, and stays what it is otherwise" {
	check ndctl create-namespace --size 64M --mode sector
	[[ $status == 0 ]]
	local ns mode
	ns=$(jq -r .dev <<<"$output")
	for mode in fsdax devdax; do
		unchanged ndctl create-namespace -e "$ns" --force --mode "$mode"
		[[ $status == 234 ]]
		says "$ns: cannot be reconfigured: the kernel cannot map the namespace: its start $(place) must be a multiple of 2 MiB"
	done
	check ndctl create-namespace -e "$ns" --force --mode raw
	[[ $status == 0 ]]
	json '.mode == "raw"'
	check ndctl disable-namespace "$ns"
	check ndctl enable-namespace "$ns"
	[[ $status == 0 ]]
	ndctl destroy-namespace --force "$ns"
}

@test "B6: where an aligned place is free, it is taken" {
	local first
	first=$(ndctl list -N | jq -r '.[0].dev')
	ndctl create-namespace --mode raw --size 64M
	ndctl destroy-namespace --force "$first"
	check ndctl create-namespace --mode fsdax --size 32M
	[[ $status == 0 ]]
	ndctl destroy-namespace --force "$(jq -r .dev <<<"$output")"
	unchanged ndctl create-namespace --mode fsdax --size 64M
	[[ $status == 234 ]]
}

@test "B6: the hint helps" {
	echo 16777216 >"$align"
	check ndctl create-namespace --size 64M --mode fsdax
	[[ $status == 0 ]]
}
