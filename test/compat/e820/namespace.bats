# SPDX-License-Identifier: LGPL-2.1-or-later

load ../compare

teardown_file() {
	plain_namespace
}

@test "ndctl list: as at boot" {
	reads ndctl-classes
}

@test "daxctl: the namespace as a device" {
	in_state plain_devdax
	reads daxctl-list
	changes daxctl-round
}

@test "ndctl: the namespace changes" {
	changes ndctl-changes-e820
}
