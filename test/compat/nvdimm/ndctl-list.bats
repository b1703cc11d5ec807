# SPDX-License-Identifier: LGPL-2.1-or-later

load ../compare

teardown_file() {
	empty_region
}

@test "ndctl list: no labels" {
	in_state no_labels
	reads ndctl-list ndctl-verbose
}

@test "ndctl list: labelled, empty" {
	in_state empty_region
	reads ndctl-list ndctl-verbose
}

@test "ndctl list: namespaces in all modes" {
	in_state all_modes
	reads ndctl-list ndctl-verbose ndctl-filters
}

@test "ndctl list: a device that is memory" {
	in_state all_modes "system_ram dax0.3"
	reads ndctl-list ndctl-verbose
	in_state all_devdax
}

@test "ndctl list: half-made sector namespace" {
	in_state empty_region half_made
	reads ndctl-list
}
