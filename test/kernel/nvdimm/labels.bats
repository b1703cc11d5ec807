# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The label area of a DIMM, and what it makes of the region.

load ../helpers

setup_file() {
	labelled
}

teardown_file() {
	labelled
}

@test "labels are not written under an enabled region" {
	unchanged ndctl init-labels nmem0
	[[ $status == 1 ]]
	says "nmem0: labels cannot be initialized: a region that is enabled uses it"
	says "hint: ndctl disable-region"
	says "initialized 0 nmem"
	unchanged ndctl init-labels --force nmem0
	[[ $status == 1 ]]
}

@test "labels that are there are kept without --force" {
	ndctl create-namespace --mode raw --size 16M --name here
	ndctl disable-region region0
	check ndctl init-labels nmem0
	[[ $status == 1 ]]
	says "nmem0: has labels already"
	ndctl enable-region region0
	check ndctl list
	json '.[0].name == "here"'
}

@test "the same DIMM twice is an error before anything is written" {
	ndctl disable-region region0
	check ndctl init-labels --force nmem0 nmem0
	[[ $status == 129 ]]
	says "nmem0 is named twice"
	ndctl enable-region region0
	check ndctl list
	json '.[0].name == "here"'
}

@test "--force makes all namespaces vanish" {
	ndctl disable-region region0
	check ndctl init-labels --force nmem0
	[[ $status == 0 ]]
	says "initialized 1 nmem"
	ndctl enable-region region0
	check ndctl list
	[[ -z $output ]]
	check ndctl list -R
	json '.[0].available_size == 4294967296'
}

@test "both versions hold namespaces over a restart of the region" {
	local version
	for version in 1.1 1.2; do
		ndctl disable-region region0
		ndctl init-labels --force --label-version "$version" nmem0
		ndctl enable-region region0
		ndctl create-namespace --mode devdax --map mem --size 32M --name "v$version"
		ndctl create-namespace --mode sector --size 32M
		ndctl disable-region region0
		ndctl enable-region region0
		check ndctl list
		json "length == 2 and .[0].mode == \"devdax\" and .[0].name == \"v$version\""
		json '.[1].mode == "sector" and .[1].sector_size == 4096'
	done
}

@test "a version that does not exist, a DIMM that does not exist, no DIMM at all" {
	unchanged ndctl init-labels --label-version 2.0 all
	[[ $status == 1 ]]
	says "'2.0' is not a version of labels"
	unchanged ndctl init-labels nmem7
	[[ $status == 0 ]]
	says "nmem7: no such dimm"
	unchanged ndctl init-labels region0
	[[ $status == 129 ]]
	says "'region0' is not the name of a dimm"
	unchanged ndctl init-labels
	[[ $status == 129 ]]
}

@test "who is not root is told so" {
	ndctl disable-region region0
	check nobody ndctl init-labels --force nmem0
	[[ $status == 1 ]]
	says "nmem0: labels cannot be initialized: /dev/nmem0 cannot be opened: Permission denied"
	ndctl enable-region region0
}

@test "when the kernel does not take the DIMM back, the labels are as before" {
	ndctl destroy-namespace --force all
	ndctl create-namespace --mode raw --size 16M --name stays
	ndctl disable-region region0
	mount --bind /dev/full /sys/bus/nd/drivers/nvdimm/bind
	check ndctl init-labels --force --verbose nmem0
	umount /sys/bus/nd/drivers/nvdimm/bind
	[[ $status == 1 ]]
	says "nmem0: labels cannot be initialized: the kernel refused"
	echo nmem0 >/sys/bus/nd/drivers/nvdimm/bind
	ndctl enable-region region0
	check ndctl list
	json '.[0].name == "stays"'
}
