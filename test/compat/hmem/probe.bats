# SPDX-License-Identifier: LGPL-2.1-or-later

load ../compare

# D5: every function of libdaxctl, with the reference's library and with ours.

teardown_file() {
	one_device
}

@test "libdaxctl: every function, one device (D5)" {
	probe daxctl reads one_device
	probe daxctl "reads nobody"
	probe ndctl reads
}

@test "libdaxctl: every function, four devices, one of them memory (D5)" {
	probe daxctl reads four_devices first_ram
	probe daxctl "reads nobody"
}

@test "libdaxctl: every function, devices that change (D5)" {
	probe daxctl changes one_device half_gib
}

@test "libndctl and libdaxctl: every function, without an object (D5)" {
	probe ndctl null
	probe daxctl null
}

# After all others.
@test "libdaxctl: no deviation without a difference (D5)" {
	probe unused
}
