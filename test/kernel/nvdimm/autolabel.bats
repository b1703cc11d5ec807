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
	says "namespace0.0 takes the whole region: its labels are not initialized"
	# A: what a first session needs
	says "hint: initialize labels (loses the data of namespace0.0): ndctl disable-region region0 && ndctl init-labels nmem0 && ndctl enable-region region0"
	unchanged ndctl create-namespace --reconfig namespace0.0 --force --no-autolabel --size 64M
	[[ $status == 234 ]]
	says "cannot choose a size: without labels a namespace is the whole region"
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

# B8: as the reference writes them (76.1 leaves these bytes, but for the uuid and the slots).
@test "reconfigured, its region gets labels of version 1.2" {
	check ndctl create-namespace --reconfig namespace0.0 --force --mode fsdax --name auto
	[[ $status == 0 ]]
	json 'has("uuid") and .mode == "fsdax" and .size == 4225761280 and .name == "auto"'
	check ndctl list -R
	json '.[0] | has("iset_id")'
	check ndctl read-labels --json nmem0
	json '.[0].index | all(.[]; .major == 1 and .minor == 2 and .labelsize == 256 and .nslot == 4090)'
	json '.[0].label | map(select(.name == "auto" and .flags == 0)) | last |
		del(.uuid, .slot) == {name: "auto", position: 0, nlabel: 1, flags: 0,
		isetcookie: 52512752653219036, lbasize: 0, dpa: 0, rawsize: 4294967296,
		type_guid: "79d3f066-f3b4-7440-ac43-0d3318b78cdb",
		abstraction_guid: "ba006426-9ffb-7746-bcb0-968f11d0d225"}'
	check ndctl destroy-namespace --force all
	check ndctl list -R
	json '.[0].available_size == 4294967296'
}

# version: of the labels that nmem0 has.
version() {
	ndctl read-labels --json nmem0 | jq -r '.[0].index[] | "\(.major).\(.minor)"' | uniq
}

# B8
@test "which version of labels is written: init-labels, write-labels, the kernel" {
	local wanted
	for wanted in 1.1 1.2; do
		ndctl disable-region region0
		ndctl init-labels --force --label-version "$wanted" nmem0
		[[ $(version) == "$wanted" ]]
		ndctl enable-region region0
		ndctl create-namespace --mode raw --size 64M
		[[ $(version) == "$wanted" ]]
		ndctl read-labels --output "$BATS_FILE_TMPDIR/$wanted" nmem0
	done
	ndctl disable-region region0
	ndctl write-labels --input "$BATS_FILE_TMPDIR/1.1" nmem0
	[[ $(version) == 1.1 ]]
	ndctl init-labels --force nmem0
	[[ $(version) == 1.1 ]]
	# A DIMM that had labels and has none: the kernel itself writes version 1.2.
	ndctl zero-labels nmem0
	ndctl enable-region region0
	ndctl create-namespace --mode raw --size 64M
	[[ $(version) == 1.2 ]]
}
