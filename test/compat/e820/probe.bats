# SPDX-License-Identifier: LGPL-2.1-or-later

load ../compare

# D5: every function of both libraries, with the reference's library and with ours.

@test "libndctl and libdaxctl: every function, a namespace without labels (D5)" {
	probe ndctl reads plain_namespace
	probe ndctl "reads nobody"
	probe daxctl reads
}

@test "libndctl and libdaxctl: every function, the same as devdax (D5)" {
	probe ndctl reads plain_devdax
	probe daxctl reads
	probe daxctl "reads nobody"
	plain_namespace
}

@test "libndctl: every function, a namespace without labels that changes (D5)" {
	probe ndctl changes probe_e820
	probe_e820
}

# After all others.
@test "libndctl and libdaxctl: no deviation without a difference (D5)" {
	probe unused
}
