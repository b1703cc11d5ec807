# SPDX-License-Identifier: LGPL-2.1-or-later

load ../compare

teardown_file() {
	labelled_bus
}

@test "ndctl list: without labels" {
	reads ndctl-classes
}

@test "a namespace in each mode, and the device of one" {
	in_state four_modes
	reads ndctl-classes daxctl-list
	changes daxctl-claimed
}

@test "ndctl list: regions with and without namespaces" {
	changes ndctl-nested
}

@test "ndctl: namespaces in an interleaved region" {
	changes ndctl-changes-nfit
}
