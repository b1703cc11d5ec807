# SPDX-License-Identifier: LGPL-2.1-or-later

load ../compare

teardown_file() {
	empty_region
}

@test "ndctl: labels, regions and namespaces of a labelled region" {
	changes ndctl-create
}
