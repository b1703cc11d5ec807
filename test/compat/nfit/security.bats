# SPDX-License-Identifier: LGPL-2.1-or-later

load ../compare

teardown_file() {
	"$REF_NDCTL" enable-region all
	rm -rf /etc/ndctl
	keyctl clear @u
}

@test "ndctl: passphrases, erasing and overwriting" {
	changes ndctl-security
}
