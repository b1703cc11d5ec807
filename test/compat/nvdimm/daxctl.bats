# SPDX-License-Identifier: LGPL-2.1-or-later

load ../compare

prepare() {
	three_devices
}

teardown_file() {
	all_devdax
	empty_region
}

# in_state STATE...: all devices in devdax mode, and then what the states say.
in_state() {
	all_devdax
	for state; do
		$state
	done
} >/dev/null 2>&1

@test "daxctl list: devdax" {
	in_state
	reads daxctl-list daxctl-filters
}

@test "daxctl list: disabled" {
	in_state first_disabled
	reads daxctl-list
}

@test "daxctl list: system-ram" {
	in_state first_ram
	reads daxctl-list
}

@test "daxctl list: system-ram, offline" {
	in_state first_ram_offline
	reads daxctl-list
}

@test "daxctl list: system-ram, not movable" {
	in_state first_ram_not_movable
	reads daxctl-list
}

@test "daxctl list: system-ram, one block offline" {
	in_state first_ram "one_block offline"
	reads daxctl-list
}

@test "daxctl list: system-ram, in two zones" {
	in_state first_ram "one_block offline" "one_block online_kernel"
	reads daxctl-list
}

@test "daxctl list: all disabled" {
	in_state all_disabled
	reads daxctl-list
}

@test "daxctl: one device changes" {
	in_state
	changes daxctl-changes
}

@test "daxctl: all devices change" {
	in_state
	changes daxctl-all-nvdimm
}
