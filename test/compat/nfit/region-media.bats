# SPDX-License-Identifier: LGPL-2.1-or-later

load ../compare

teardown_file() {
	labelled_bus
}

@test "ndctl: errors of the media; one namespace in each region" {
	changes ndctl-media
}

@test "ndctl: scrubs, activation of firmware" {
	changes ndctl-scrub
}
