# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The region as it is at boot, without labels. Once its DIMM has had labels the kernel never takes it
# for one without again, so that this file has to come first.

load ../helpers

teardown_file() {
	labelled
}

@test "its one namespace takes all of it" {
	check ndctl list -RN
	json '.regions[0].available_size == 0 and (.regions[0] | has("iset_id") | not)'
	json '.regions[0].namespaces == [{dev: "namespace0.0", mode: "raw", size: 4294967296, sector_size: 512, blockdev: "pmem0"}]'
	unchanged ndctl create-namespace --mode raw
	[[ $status == 237 ]]
	says "namespace0.0 takes all of it"
	says "hint: ndctl create-namespace --force --reconfig=namespace0.0"
	unchanged ndctl create-namespace --reconfig namespace0.0 --force --no-autolabel --size 64M
	[[ $status == 234 ]]
	says "without labels its size cannot be chosen"
}

@test "reconfigured without labels, and destroyed" {
	check ndctl create-namespace --reconfig namespace0.0 --force --no-autolabel --mode fsdax --map mem
	json '.mode == "fsdax" and .size == 4292870144'
	check ndctl destroy-namespace --force namespace0.0
	says "destroyed 1 namespace"
	check ndctl enable-namespace namespace0.0
	check ndctl list
	json '.[0].mode == "raw" and .[0].size == 4294967296'
	same=$(ndctl list)
	check ndctl destroy-namespace --force namespace0.0
	says "destroyed 0 namespaces"
	[[ $(ndctl list) == "$same" ]]
}

@test "reconfigured, its region gets labels" {
	check ndctl create-namespace --reconfig namespace0.0 --force --mode raw --name auto
	[[ $status == 0 ]]
	json 'has("uuid") and .size == 4294967296 and .name == "auto"'
	check ndctl list -R
	json '.[0] | has("iset_id")'
	check ndctl destroy-namespace --force all
	check ndctl list -R
	json '.[0].available_size == 4294967296'
}
