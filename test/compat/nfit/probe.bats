# SPDX-License-Identifier: LGPL-2.1-or-later

load ../compare

# D5: every function of both libraries, with the reference's library and with ours.

teardown_file() {
	probe_nfit
	labelled_bus
}

@test "libndctl: every function, a namespace of each mode in interleave sets (D5)" {
	probe ndctl reads four_modes
	probe daxctl reads
}

@test "libndctl: every function, as a normal user (D5)" {
	probe ndctl "reads nobody"
	probe daxctl "reads nobody"
}

@test "libndctl: every function, bad blocks (D5)" {
	probe ndctl reads "bad_blocks fsdax -a 4K"
}

@test "libndctl: every function, regions without labels that change (D5)" {
	probe ndctl changes probe_nfit
}

# After all others.
@test "libndctl: no deviation without a difference (D5)" {
	probe unused
}
