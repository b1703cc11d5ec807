# SPDX-License-Identifier: LGPL-2.1-or-later

load ../compare

# bats file_tags=every-kernel

@test "daxctl list: system-ram, as the kernel made it" {
	reads daxctl-list
}

@test "daxctl list: devdax" {
	in_state all_devdax
	reads daxctl-list
}

@test "daxctl: devices change" {
	changes daxctl-newer
}
