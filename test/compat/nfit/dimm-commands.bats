# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Commands to the firmware of DIMMs: the same program with the reference's library and with ours, on a DIMM
# of each bus of the emulator. Ours may say more in errno.

load ../compare

# part NAME DIMM [DIMM-OF-OURS]: what it prints is equal. A firmware can be updated once until the next boot: on
# another DIMM with ours.
part() {
	local library=${REF_ROOT%/*/*}/reference-forky/root/usr/lib/x86_64-linux-gnu program=$LAB_BUILD/test/compat/api-ndctl-dimm

	"$library/ld-linux-x86-64.so.2" --library-path "$library" "$program" "$1" "$2" >"$BATS_TEST_TMPDIR/reference"
	"$program" "$1" "${3:-$2}" >"$BATS_TEST_TMPDIR/ours"
	[[ -s $BATS_TEST_TMPDIR/ours ]]
	diff <(sed -E 's/ E[A-Z]+$//; s/NULL 0$/NULL/' "$BATS_TEST_TMPDIR/reference") \
		<(sed -E 's/ E[A-Z]+$//; s/NULL 0$/NULL/' "$BATS_TEST_TMPDIR/ours")
}

@test "health, thresholds, injection, events" {
	local name
	for name in smart unsubmitted threshold inject health events acknowledge vendor; do
		part "$name" nmem0
	done
}

@test "an update of firmware, refused steps, an abort" {
	part firmware nmem0 nmem1
}

@test "a DIMM without these commands" {
	local name
	for name in smart threshold health events acknowledge firmware vendor; do
		part "$name" nmem4
	done
}

@test "ndctl list: health and firmware; ndctl inject-smart" {
	changes ndctl-health
}
