# SPDX-License-Identifier: LGPL-2.1-or-later

load ../compare

# What a program sees of the library. `deviates` are the lines in which ours is meant to differ.
@test "libdaxctl: return values, cached values, iteration" {
	in_state one_device
	LD_LIBRARY_PATH=$REF_ROOT/usr/lib/x86_64-linux-gnu "$LAB_BUILD"/test/compat/api-daxctl >"$BATS_TEST_TMPDIR/reference"
	in_state one_device
	"$LAB_BUILD"/test/compat/api-daxctl >"$BATS_TEST_TMPDIR/ours"
	diff "$BATS_TEST_TMPDIR"/{reference,ours}
}
