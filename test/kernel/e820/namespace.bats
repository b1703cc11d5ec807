# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Memory without labels: one namespace over the whole region, which can change its mode only.

load ../helpers

teardown_file() {
	ndctl create-namespace --reconfig namespace0.0 --force --mode raw
}

@test "the namespace is there from the start" {
	check ndctl list
	json '.[0] | .dev == "namespace0.0" and .size == 536870912 and (has("uuid") | not)'
	check ndctl list -R
	json '.[0].available_size == 0'
	check ndctl list -D
	[[ $status == 0 && -z $output ]]
}

@test "a part of it cannot be had, and nothing is changed" {
	unchanged ndctl create-namespace --reconfig namespace0.0 --force --mode devdax --size 64M
	[[ $status == 234 ]]
	says "namespace0.0"
	unchanged ndctl create-namespace --reconfig namespace0.0 --force --mode devdax --align 1G
	[[ $status == 250 ]]
	says "512 MiB leave no room for data behind the struct pages with an alignment of 1 GiB"
}

@test "an active namespace is not changed without --force" {
	unchanged ndctl create-namespace --reconfig namespace0.0 --mode devdax
	[[ $status == 240 ]]
	says "--force"
}

@test "there is no DIMM to put labels on" {
	unchanged ndctl init-labels all
	[[ $status == 0 ]]
	says "initialized 0 nmem"
}

@test "from fsdax to devdax, to memory, and back to a block device" {
	check ndctl create-namespace --reconfig namespace0.0 --force --mode devdax --map mem
	[[ $status == 0 ]]
	json '.mode == "devdax" and .size == 534773760'

	local before
	before=$(node_memory 0)
	check daxctl reconfigure-device --mode system-ram dax0.0
	[[ $status == 0 && $(node_memory 0) == $((before + 384)) ]]
	unchanged ndctl destroy-namespace --force namespace0.0
	[[ $status == 240 ]]
	says "dax0.0"

	check daxctl reconfigure-device --mode devdax --force dax0.0
	[[ $status == 0 && $(node_memory 0) == "$before" ]]
	check ndctl create-namespace --reconfig namespace0.0 --force --mode sector --name unheard
	[[ $status == 0 ]]
	says "namespace0.0: --name is lost: the region has no labels to store it"
	json '.mode == "sector" and .blockdev == "pmem0s"'
	[[ -b /dev/pmem0s ]]
}

@test "disabled and enabled, it is in the mode that it was in" {
	check ndctl disable-namespace namespace0.0
	says "disabled 1 namespace"
	check ndctl enable-namespace namespace0.0
	says "enabled 1 namespace"
	check ndctl list
	json '.[0].mode == "sector"'
}

@test "what is on it is checked and read as with labels" {
	check ndctl check-namespace --force namespace0.0
	[[ $status == 0 ]]
	says "checked 1 namespace"
	ndctl disable-namespace namespace0.0
	check ndctl read-infoblock --json --verify namespace0.0
	json '.[0] | .signature == "BTT_ARENA_INFO" and .parent_uuid == "00000000-0000-0000-0000-000000000000"'
	ndctl enable-namespace namespace0.0
}

@test "a kernel without page-less device-dax is told of, and the namespace as before" {
	unchanged ndctl create-namespace --reconfig namespace0.0 --force --mode devdax --map none
	[[ $status == 250 ]]
	says "this kernel does not support devdax without struct pages"
	check ndctl list
	json '.[0].mode == "sector"'
}

@test "a destroyed namespace stays, without its mode" {
	check ndctl destroy-namespace --force namespace0.0
	[[ $status == 0 ]]
	says "destroyed 1 namespace"
	check ndctl enable-namespace namespace0.0
	check ndctl list
	json '.[0].size == 536870912 and .[0].blockdev == "pmem0"'
}

# E5
@test "a namespace that cannot be deleted and has no info block is left alone, and it is said" {
	unchanged ndctl destroy-namespace --force namespace0.0
	[[ $status == 0 ]]
	says "namespace0.0: not destroyed: the namespace has neither a label nor an info block"
	says "destroyed 0 namespaces"
}

@test "E1: fsdax with struct pages in memory has no info block, and keeps what is on the namespace" {
	ndctl create-namespace --reconfig namespace0.0 --force --mode raw
	echo content | dd of=/dev/pmem0 bs=1M seek=8 conv=sync status=none
	check ndctl create-namespace --reconfig namespace0.0 --force --mode fsdax --map mem
	[[ $status == 0 ]]
	json '.mode == "fsdax" and .map == "mem" and .size == 536870912 and (has("uuid") | not)'
	[[ $(dd if=/dev/pmem0 bs=1M skip=8 count=1 status=none | head -c 7) == content ]]
	check ndctl create-namespace --reconfig namespace0.0 --force --mode fsdax --map dev
	[[ $status == 0 ]]
	json '.map == "dev" and .size < 536870912'
	check ndctl create-namespace --reconfig namespace0.0 --force --mode fsdax --map mem
	[[ $status == 0 ]]
	json '.map == "mem" and .size == 536870912'
}

@test "E1: without labels no sector size can be chosen but in sector mode" {
	unchanged ndctl create-namespace --reconfig namespace0.0 --force --mode fsdax --sector-size 4096
	[[ $status == 234 ]]
	says "cannot choose the sector size of a fsdax namespace: the region has no labels"
}
