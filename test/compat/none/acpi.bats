# SPDX-License-Identifier: LGPL-2.1-or-later
#
# daxctl split-acpi against the reference: the same files and exit status for the same tables. Of
# damaged tables the reference makes nothing that could be compared.

load ../compare

# tables SRAT... -- NFIT...: the entries' lists, as make-acpi reads them.
tables() {
	rm -rf "$BATS_TEST_TMPDIR"/{reference,ours}
	mkdir "$BATS_TEST_TMPDIR/reference"
	"$compat/make-acpi" "$BATS_TEST_TMPDIR/reference" "$@"
	cp -r "$BATS_TEST_TMPDIR/reference" "$BATS_TEST_TMPDIR/ours"
}

# same OPTION...
same() {
	local reference=0 ours=0

	(cd "$BATS_TEST_TMPDIR/reference" && "$REF_DAXCTL" split-acpi "$@") || reference=$?
	(cd "$BATS_TEST_TMPDIR/ours" && daxctl split-acpi "$@") || ours=$?
	[[ $reference == "$ours" ]]
	# What the reference made and left empty is of no use.
	find "$BATS_TEST_TMPDIR/reference" -empty -delete
	diff -r "$BATS_TEST_TMPDIR"/{reference,ours}
	((reference != 0)) || [[ $(stat -c %a "$BATS_TEST_TMPDIR"/ours/*.new | sort -u) == 640 ]]
}

@test "split-acpi: two and four parts, persistent or not" {
	tables cpu:0 mem:0:0:4 mem:1:4:8 -- spa:1:1:4:8
	same -p 1
	same -p 1
	same -p 1 -n 4 -v
	rm "$BATS_TEST_TMPDIR"/*/*.new
	same -p 0
	same
	same -d .. # no tables there
}

@test "split-acpi: entries in between, numbers that are taken" {
	tables mem:5:4:8 cpu:0 mem:0:0:4 mem:1:20:10 cpu:4 -- spa:7:5:4:8 other spa:3:1:20:10
	same -p 5
	rm "$BATS_TEST_TMPDIR"/*/*.new
	same --pxm=1 --nodes=8
}

@test "split-acpi: what is refused" {
	tables mem:0:0:4 mem:1:4:4 mem:1:8:4 -- spa:1:1:4:4 spa:2:1:8:4
	same -p 1
	same -p 7
	for options in "-n 1" "-n 3" "-n 0" "-n foo" "-p foo" "-p 0x1" "extra"; do
		# shellcheck disable=SC2086 # words
		same $options
	done
}

# twice COMMAND...: the status of the first and of the second time.
twice() {
	local first=0 second=0

	rm -f /etc/modprobe.d/daxctl.conf
	"$@" || first=$?
	"$@" || second=$?
	statuses="$first $second $(basename "$(readlink /etc/modprobe.d/daxctl.conf)")"
}

@test "migrate-device-model: the same link, once" {
	check daxctl migrate-device-model
	[[ ${stderr?} =~ link\ to\ (/.*/daxctl.conf): ]]
	mkdir -p "${BASH_REMATCH[1]%/*}"
	cp daxctl/daxctl.conf "${BASH_REMATCH[1]}"
	twice "$REF_DAXCTL" migrate-device-model
	reference=$statuses
	twice daxctl migrate-device-model
	rm /etc/modprobe.d/daxctl.conf "${BASH_REMATCH[1]}"
	[[ $statuses == "$reference" ]]
}
