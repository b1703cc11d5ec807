# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The kernel's emulator: interleaved regions with labels, and a bus whose DIMMs fail.

load ../helpers

bus=nfit_test.0

setup_file() {
	ndctl disable-region --bus "$bus" all
	ndctl init-labels --bus "$bus" --force all
	ndctl enable-region --bus "$bus" all
}

teardown() {
	ndctl destroy-namespace --bus "$bus" --force all 2>/dev/null || :
}

# region SIZE: the region of the bus that has it.
region() {
	ndctl list -R --bus "$bus" | jq -r ".[] | select(.size == $1).dev"
}

@test "both buses are listed, the DIMMs with what they suffer from" {
	check ndctl list -B
	json 'map(.provider) | sort == ["nfit_test.0", "nfit_test.1"]'
	check ndctl list -BD
	json 'map(.dimms | length) | add == 6'
	json 'any(.[].dimms[]; .flag_failed_save // .flag_failed_arm // false)'
}

@test "a namespace in an interleaved region, in each mode" {
	local mode dev
	dev=$(region 67108864)
	for mode in raw sector "fsdax --align 4K" "devdax --align 4K"; do
		# shellcheck disable=SC2086 # words
		check ndctl create-namespace --region "$dev" --mode $mode
		[[ $status == 0 ]]
		json ".mode == \"${mode%% *}\""
		check ndctl destroy-namespace --force "$(jq -r .dev <<<"$output")"
		[[ $status == 0 ]]
	done
	check ndctl list -R --region "$dev"
	json '.[0].available_size == 67108864'
}

@test "two namespaces share a region, and their names and uuids are kept" {
	local dev uuid=11111111-2222-3333-4444-555555555555
	dev=$(region 67108864)
	check ndctl create-namespace --region "$dev" --mode raw --size 32M --name first --uuid "$uuid"
	[[ $status == 0 ]]
	check ndctl create-namespace --region "$dev" --mode raw --size 32M --name second
	[[ $status == 0 ]]
	check ndctl list --region "$dev" -N
	json 'map(.name) | sort == ["first", "second"]'
	json "map(select(.name == \"first\").uuid) == [\"$uuid\"]"
	unchanged ndctl create-namespace --region "$dev" --mode raw --size 32M
	[[ $status == 237 ]]
	says "$dev"
	says "no capacity left"
}

@test "a read-only region takes no namespace" {
	local dev
	dev=$(ndctl list -R --bus nfit_test.1 | jq -r '.[0].dev')
	[[ $(</sys/bus/nd/devices/"$dev"/read_only) == 1 ]]
	unchanged ndctl create-namespace --region "$dev" --mode raw
	((status != 0))
	says "$dev: no namespace can be created: it is read-only"
	says "hint: ndctl list -RD"
}

@test "sizes and alignments that do not fit the interleaving, and where there is room" {
	local dev
	dev=$(region 67108864)
	unchanged ndctl create-namespace --region "$dev" --mode fsdax --align 1G
	[[ $status == 234 ]]
	says "64 MiB is not a multiple of 4 GiB (its alignment, for each way of interleaving)"
	says "hint: the smallest size is 4 GiB"
	unchanged ndctl create-namespace --region "$dev" --mode devdax --align 4K --size 20M
	[[ $status == 234 ]]
	says "hint: the nearest sizes are 16 MiB and 32 MiB"
	unchanged ndctl create-namespace --region "$dev" --mode raw --size 128M
	[[ $status == 237 ]]
	says "128 MiB do not fit: 64 MiB are free"
	says "has 32 MiB free in one piece"
}

@test "--continue makes one in each region that has room" {
	check ndctl create-namespace --bus "$bus" --mode raw --continue
	[[ $status == 0 && $(jq -s length <<<"$output") == 2 ]]
	says "created 2 namespaces"
	unchanged ndctl create-namespace --bus "$bus" --mode raw --continue
	[[ $status == 237 ]]
	says "created 0 namespaces"
}

@test "clearing errors of the media where there are none, and where it cannot be done" {
	local dev ns
	dev=$(region 67108864)
	ns=$(ndctl create-namespace --region "$dev" --mode devdax --align 4K --size 32M | jq -r .dev)
	unchanged ndctl clear-errors "$ns"
	[[ $status == 0 ]]
	json '.mode == "devdax" and (has("badblocks") | not)'
	unchanged ndctl clear-errors --scrub "$ns"
	[[ $status == 0 ]]
	unchanged ndctl clear-errors "${ns}9"
	[[ $status == 250 ]]
	ndctl create-namespace --reconfig "$ns" --force --mode sector
	unchanged ndctl clear-errors "$ns"
	[[ $status == 1 ]]
	says "skipped"
}

@test "labels are not written while a region is in use" {
	unchanged ndctl init-labels --bus "$bus" --force all
	[[ $status == 1 ]]
	says "initialized 0 nmem"
}

@test "a region is disabled and enabled, its namespaces come back" {
	local dev
	dev=$(region 67108864)
	ndctl create-namespace --region "$dev" --mode fsdax --align 4K --name kept
	check ndctl disable-region "$dev"
	says "disabled 1 region"
	check ndctl list --region "$dev" -N
	[[ -z $output ]]
	check ndctl enable-region "$dev"
	says "enabled 1 region"
	check ndctl list --region "$dev" -N
	json '.[0] | .name == "kept" and .mode == "fsdax"'
}
