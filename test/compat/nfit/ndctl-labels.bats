# SPDX-License-Identifier: LGPL-2.1-or-later

load ../compare

teardown_file() {
	no_labels_anywhere
	labelled_bus
}

@test "ndctl: label areas, DIMMs enabled and disabled" {
	changes ndctl-dimm-labels
}

@test "ndctl: label areas of several DIMMs and of both versions" {
	changes ndctl-dimm-sets
}
