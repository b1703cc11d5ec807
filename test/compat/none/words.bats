# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The command line itself, and every verb on a machine where there is nothing.

load ../compare

@test "daxctl: words" {
	reads daxctl-words
}

@test "daxctl: no device" {
	reads daxctl-without
}

@test "ndctl: words" {
	reads ndctl-words
}

@test "ndctl: no device" {
	reads ndctl-without
}
