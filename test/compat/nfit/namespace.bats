# SPDX-License-Identifier: LGPL-2.1-or-later

load ../compare

teardown_file() {
	labelled_bus
}

@test "ndctl list: without labels" {
	reads ndctl-classes
}

@test "ndctl list: a namespace in each mode" {
	in_state four_modes
	reads ndctl-classes daxctl-list
}

@test "ndctl list: regions with and without namespaces" {
	changes ndctl-nested
}

@test "ndctl: namespaces in an interleaved region" {
	changes ndctl-changes-nfit
}
