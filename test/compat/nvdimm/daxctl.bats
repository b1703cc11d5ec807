# SPDX-License-Identifier: LGPL-2.1-or-later

load ../compare

prepare() {
	three_devices
}

teardown_file() {
	all_devdax
	empty_region
}

@test "daxctl list: devdax" {
	in_state all_devdax
	reads daxctl-list daxctl-filters
}

@test "daxctl list: disabled" {
	in_state all_devdax first_disabled
	reads daxctl-list
}

@test "daxctl list: system-ram" {
	in_state all_devdax first_ram
	reads daxctl-list
}

@test "daxctl list: system-ram, offline" {
	in_state all_devdax first_ram_offline
	reads daxctl-list
}

@test "daxctl list: system-ram, not movable" {
	in_state all_devdax first_ram_not_movable
	reads daxctl-list
}

@test "daxctl list: system-ram, one block offline" {
	in_state all_devdax first_ram "one_block offline"
	reads daxctl-list
}

@test "daxctl list: system-ram, in two zones" {
	in_state all_devdax first_ram "one_block offline" "one_block online_kernel"
	reads daxctl-list
}

@test "daxctl list: all disabled" {
	in_state all_devdax all_disabled
	reads daxctl-list
}

@test "daxctl: one device changes" {
	in_state all_devdax
	changes daxctl-changes
}

@test "daxctl: all devices change" {
	in_state all_devdax
	changes daxctl-all-nvdimm
}
