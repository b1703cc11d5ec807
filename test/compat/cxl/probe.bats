# SPDX-License-Identifier: LGPL-2.1-or-later

load ../compare

# bats file_tags=every-kernel

# D5: every function of both libraries, with the reference's library and with ours.

# On Linux 7.2 state cxl_device cannot be entered once the devices were disabled: they do not come back.
setup() {
	[[ $(uname -r) == 6.12.* ]] || skip "the probe's states of topology cxl are for Linux 6.12"
}

teardown_file() {
	[[ $(uname -r) == 6.12.* ]] || return 0
	cxl_device
	first_ram
}

@test "libdaxctl and libndctl: every function, system-ram as the kernel made it (D5)" {
	probe daxctl reads
	probe daxctl "reads nobody"
	probe ndctl reads
	probe ndctl "reads nobody"
}

@test "libdaxctl: every function, devdax (D5)" {
	probe daxctl reads all_devdax
	probe daxctl "reads nobody"
}

@test "libdaxctl: every function, disabled (D5)" {
	probe daxctl reads all_disabled
}

@test "libdaxctl: every function, a device that changes (D5)" {
	probe daxctl changes cxl_device
}

@test "libndctl and libdaxctl: every function, without an object (D5)" {
	probe ndctl null
	probe daxctl null
}
