# SPDX-License-Identifier: LGPL-2.1-or-later

load ../compare

teardown_file() {
	one_device
}

@test "daxctl list: one device" {
	reads daxctl-list
}

@test "daxctl list: four devices, two of two ranges, one empty" {
	in_state two_ranges
	reads daxctl-list
}

@test "daxctl list: four devices, one empty" {
	in_state four_devices
	reads daxctl-list daxctl-filters
}

@test "daxctl list: system-ram" {
	in_state all_devdax first_ram
	reads daxctl-list
}

@test "daxctl list: system-ram, one block offline" {
	in_state all_devdax first_ram "one_block offline"
	reads daxctl-list
}

@test "daxctl list: all disabled" {
	in_state all_devdax all_disabled
	reads daxctl-list
}

@test "daxctl: one device changes" {
	in_state four_devices
	changes daxctl-changes
}

@test "daxctl: all devices change" {
	in_state four_devices
	changes daxctl-all-hmem
}

@test "daxctl create-device, destroy-device, reconfigure-device -s and -a" {
	changes daxctl-create
}

@test "ndctl: no such memory" {
	reads ndctl-without
}
