# SPDX-License-Identifier: LGPL-2.1-or-later

load ../compare

teardown_file() {
	all_devdax
	empty_region
}

@test "ndctl: labels and regions" {
	changes ndctl-labels
}

@test "ndctl: namespaces are created" {
	changes ndctl-new
}

@test "ndctl: namespaces are disabled and enabled" {
	changes ndctl-enable
}

@test "ndctl: namespaces are reconfigured" {
	changes ndctl-reconfigure
}

@test "ndctl: namespaces are destroyed" {
	changes ndctl-destroy
}
