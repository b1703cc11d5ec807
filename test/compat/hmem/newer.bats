# SPDX-License-Identifier: LGPL-2.1-or-later

load ../compare

# bats file_tags=every-kernel

teardown_file() {
	one_device
}

@test "daxctl: devices change" {
	in_state one_device half_gib
	changes daxctl-newer
}
