# SPDX-License-Identifier: LGPL-2.1-or-later

load ../compare

# D5: every function of both libraries, with the reference's library and with ours.

teardown_file() {
	probe_kinds
	empty_region
}

@test "libndctl and libdaxctl: every function, namespaces of all kinds (D5)" {
	probe ndctl reads all_modes
	probe daxctl reads
}

@test "libndctl and libdaxctl: every function, as a normal user (D5)" {
	probe ndctl "reads nobody"
	probe daxctl "reads nobody"
}

@test "libndctl: every function, disabled namespaces and no labels (D5)" {
	probe ndctl reads all_kinds_disabled
	probe ndctl reads labels_zeroed
}

@test "libndctl: every function, namespaces that change (D5)" {
	probe ndctl changes probe_kinds
}

@test "libndctl: every function, disabled namespaces that change (D5)" {
	probe ndctl changes probe_kinds "disabled 0.0 0.1 0.2 0.3"
}

@test "libndctl: every function, a region without labels that changes (D5)" {
	probe ndctl changes probe_kinds no_labels
}

# After all others.
@test "libndctl and libdaxctl: no deviation without a difference (D5)" {
	probe unused
}
