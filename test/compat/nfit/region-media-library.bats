# SPDX-License-Identifier: LGPL-2.1-or-later

load ../compare

reference_library=$REF_ROOT/usr/lib/x86_64-linux-gnu
our_libraries=$LAB_BUILD/lib/ndctl:$LAB_BUILD/lib/daxctl

teardown_file() {
	labelled_bus
}

# ranges PATH: of the namespace with bad blocks, with the libraries there.
ranges() {
	LD_LIBRARY_PATH=$1 "$LAB_BUILD/test/compat/probe-ndctl" reads |
		sed -n 's/^namespace[0-9.]* badblocks() = //p' | sed '/^$/d'
}

@test "D4: bad blocks of a namespace are those of its block device" {
	in_state "bad_blocks fsdax -a 4K"
	ranges "$reference_library" >"$BATS_TEST_TMPDIR/reference"
	ranges "$our_libraries" >"$BATS_TEST_TMPDIR/ours"
	[[ $(<"$BATS_TEST_TMPDIR/ours") == "9+2 9000+4" ]]
	diff "$BATS_TEST_TMPDIR"/{reference,ours}
	diff <(tr ' ' '\n' <"$BATS_TEST_TMPDIR/ours") <(sed 's/ /+/' /sys/block/pmem*/badblocks)
}
