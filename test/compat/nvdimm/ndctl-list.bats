# SPDX-License-Identifier: LGPL-2.1-or-later

load ../compare

teardown_file() {
	empty_region
}

@test "ndctl list: no labels" {
	in_state no_labels
	reads ndctl-list ndctl-verbose
}

@test "ndctl list: region without labels disabled" {
	in_state no_labels region_disabled
	reads ndctl-brief
}

@test "ndctl list: labelled, empty" {
	in_state empty_region
	reads ndctl-list ndctl-verbose
}

@test "ndctl list: namespaces in all modes" {
	in_state all_modes
	reads ndctl-list ndctl-verbose
}

@test "ndctl list: a device that is memory" {
	in_state all_modes "system_ram dax0.3"
	reads ndctl-brief ndctl-verbose
	in_state all_devdax
}

@test "ndctl list: some namespaces disabled" {
	in_state all_modes "disabled 0.0 0.2 0.4 0.6" "device_disabled dax0.3"
	reads ndctl-list ndctl-filters
}

@test "ndctl list: all namespaces disabled" {
	in_state all_modes "disabled 0.0 0.1 0.2 0.3 0.4 0.5 0.6 0.7"
	reads ndctl-brief ndctl-verbose
}

@test "ndctl list: labelled region disabled" {
	in_state all_modes region_disabled
	reads ndctl-brief ndctl-verbose
}

@test "ndctl list: dimm disabled" {
	in_state all_modes dimm_disabled
	reads ndctl-brief
	in_state dimm_enabled
}

@test "ndctl list: half-made sector namespace" {
	in_state empty_region half_made
	reads ndctl-brief
}
