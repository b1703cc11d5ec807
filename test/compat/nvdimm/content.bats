# SPDX-License-Identifier: LGPL-2.1-or-later

load ../compare

teardown_file() {
	empty_region
}

@test "ndctl: info blocks and block translation tables" {
	changes ndctl-content
}
