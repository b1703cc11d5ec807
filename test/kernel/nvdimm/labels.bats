# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The label area of a DIMM, and what it makes of the region.

load ../helpers

setup_file() {
	labelled
}

teardown_file() {
	labelled
}

@test "labels that are there are kept without --force" {
	ndctl create-namespace --mode raw --size 16M --name here
	ndctl disable-region region0
	check ndctl init-labels nmem0
	[[ $status == 1 ]]
	says "nmem0: cannot initialize labels: the DIMM has valid labels"
	ndctl enable-region region0
	check ndctl list
	json '.[0].name == "here"'
}

@test "the same DIMM twice is an error before anything is written" {
	ndctl disable-region region0
	check ndctl init-labels --force nmem0 nmem0
	[[ $status == 129 ]]
	says "nmem0 is named twice"
	ndctl enable-region region0
	check ndctl list
	json '.[0].name == "here"'
}

@test "--force makes all namespaces vanish" {
	ndctl disable-region region0
	check ndctl init-labels --force nmem0
	[[ $status == 0 ]]
	says "initialized 1 nmem"
	ndctl enable-region region0
	check ndctl list
	[[ -z $output ]]
	check ndctl list -R
	json '.[0].available_size == 4294967296'
}

@test "both versions hold namespaces over a restart of the region" {
	local version
	for version in 1.1 1.2; do
		ndctl disable-region region0
		ndctl init-labels --force --label-version "$version" nmem0
		ndctl enable-region region0
		ndctl create-namespace --mode devdax --map mem --size 32M --name "v$version"
		ndctl create-namespace --mode sector --size 32M
		ndctl disable-region region0
		ndctl enable-region region0
		check ndctl list
		json "length == 2 and .[0].mode == \"devdax\" and .[0].name == \"v$version\""
		json '.[1].mode == "sector" and .[1].sector_size == 4096'
	done
}

@test "a version that does not exist, a DIMM that does not exist, no DIMM at all" {
	unchanged ndctl init-labels --label-version 2.0 all
	[[ $status == 1 ]]
	says "invalid --label-version '2.0'"
	unchanged ndctl init-labels nmem7
	[[ $status == 0 ]]
	says "nmem7: no such DIMM"
	unchanged ndctl init-labels region0
	[[ $status == 129 ]]
	[[ $stderr == "ndctl: 'region0' is not the name of a DIMM, such as nmem0" ]]
	unchanged ndctl disable-dimm --bus nowhere all
	[[ $status == 0 ]]
	says "there is no DIMM on bus nowhere"
	unchanged ndctl init-labels
	[[ $status == 129 ]]
}

@test "who is not root is told so" {
	ndctl disable-region region0
	check nobody ndctl init-labels --force nmem0
	[[ $status == 1 ]]
	says "nmem0: labels cannot be initialized: cannot open /dev/nmem0: Permission denied"
	ndctl enable-region region0
}

@test "when the kernel does not take the DIMM back, the labels are as before" {
	ndctl destroy-namespace --force all
	ndctl create-namespace --mode raw --size 16M --name stays
	ndctl disable-region region0
	mount --bind /dev/full /sys/bus/nd/drivers/nvdimm/bind
	check ndctl init-labels --force --verbose nmem0
	umount /sys/bus/nd/drivers/nvdimm/bind
	[[ $status == 1 ]]
	says "nmem0: labels cannot be initialized: the kernel refused"
	echo nmem0 >/sys/bus/nd/drivers/nvdimm/bind
	ndctl enable-region region0
	check ndctl list
	json '.[0].name == "stays"'
}

@test "a DIMM in use is read, but not written or disabled" {
	local command
	labelled
	ndctl create-namespace --mode raw --size 16M --name one
	check ndctl check-labels nmem0
	[[ $status == 0 ]]
	says "verified the labels of 1 nmem"
	check ndctl read-labels --index --json nmem0
	[[ $status == 0 ]]
	json '.[0].index | map(.signature == "NAMESPACE_INDEX" and .minor == 1 and .nslot == 8172) == [true, true]'
	ndctl read-labels --offset 2560 --size 1024 nmem0 >"$BATS_TEST_TMPDIR/labels"
	[[ $(stat -c %s "$BATS_TEST_TMPDIR/labels") == 1024 ]]
	grep -q one "$BATS_TEST_TMPDIR/labels"
	for command in "write-labels --input $BATS_TEST_TMPDIR/labels" zero-labels disable-dimm init-labels \
		"init-labels --force"; do
		# shellcheck disable=SC2086 # words
		unchanged ndctl $command nmem0
		[[ $status == 1 ]]
		says "an enabled region uses the DIMM"
		says "hint: run 'ndctl disable-region' for each region"
	done
}

@test "a DIMM is disabled and enabled, and its labels are written meanwhile" {
	ndctl disable-region region0
	check ndctl disable-dimm nmem0
	[[ $status == 0 ]]
	says "disabled 1 nmem"
	[[ ! -e /sys/bus/nd/devices/nmem0/driver ]]
	ndctl read-labels --size 3072 --output "$BATS_TEST_TMPDIR/labels" nmem0
	check ndctl zero-labels --size 2560 nmem0
	[[ $status == 0 ]]
	check ndctl check-labels nmem0
	[[ $status == 1 ]]
	says "nmem0: labels are not valid: no valid index block: the first has no signature"
	check ndctl write-labels nmem0 <"$BATS_TEST_TMPDIR/labels"
	[[ $status == 0 ]]
	says "wrote 1 nmem"
	says "warning: nmem0: the input ends after 3072 of 1048576 bytes: the rest stays as it is"
	[[ ! -e /sys/bus/nd/devices/nmem0/driver ]]
	check ndctl enable-dimm nmem0
	[[ $status == 0 ]]
	says "enabled 1 nmem"
	ndctl enable-region region0
	check ndctl list
	json 'map(.name) == ["one"]'
	check ndctl disable-dimm nmem9
	[[ $status == 0 ]]
	says "disabled 0 nmem"
}

@test "what is no content of the label area is refused" {
	ndctl disable-region region0
	head -c 2M /dev/zero >"$BATS_TEST_TMPDIR/long"
	check ndctl write-labels --input "$BATS_TEST_TMPDIR/long" nmem0
	[[ $status == 1 ]]
	says "the input is longer than the 1048576 bytes of the label area"
	check ndctl write-labels --input /dev/null nmem0
	[[ $status == 1 ]]
	says "the input is empty"
	check ndctl write-labels --input /nowhere nmem0
	[[ $status == 1 ]]
	says "/nowhere cannot be read: No such file"
	check ndctl write-labels --input / nmem0
	[[ $status == 1 ]]
	says "/ cannot be read: Is a directory"
	check ndctl write-labels --input /dev/zero nmem0
	[[ $status == 1 ]]
	says "the input is longer than the 1048576 bytes"
	check ndctl read-labels --output /dev/full nmem0
	[[ $status == 1 ]]
	says "/dev/full: cannot be written: No space left"
	check ndctl write-labels --offset 1048576 --input "$BATS_TEST_TMPDIR/long" nmem0
	[[ $status == 1 ]]
	says "offset 1048576 is beyond"
	check ndctl zero-labels --offset 1048500 --size 100 nmem0
	[[ $status == 1 ]]
	says "invalid range: 100 bytes at offset 1048500"
	says "hint: use a size of at most 76 bytes"
	ndctl enable-region region0
	check ndctl list
	json 'map(.name) == ["one"]'
}

# Whatever is a backup is written, as always.
@test "that labels were written that the kernel will not believe is told" {
	local labels=$BATS_TEST_TMPDIR/labels
	ndctl disable-region region0
	ndctl read-labels --output "$labels" nmem0
	yes rubbish | head -c 4096 >"$labels.bad"
	check ndctl write-labels --input "$labels.bad" nmem0
	[[ $status == 0 ]]
	says "nmem0: labels are not valid: no valid index block"
	check ndctl write-labels --input "$labels" nmem0
	[[ $status == 0 && $stderr == "wrote 1 nmem" ]]
	ndctl enable-region region0
	check ndctl list
	json 'map(.name) == ["one"]'
}

# label_writes COMMAND...: the numbers of its ioctls that write labels.
label_writes() {
	strace -o "$BATS_TEST_TMPDIR/ioctls" -e trace=ioctl "$@" >&2
	awk '/^ioctl/ { n++ } /0x4e, 0x6,|SET_CONFIG_DATA/ { print n }' "$BATS_TEST_TMPDIR/ioctls"
}

@test "enable-region waits for who writes the labels of its DIMM" {
	local writes writer enabler said=$BATS_TEST_TMPDIR/said trace=$BATS_TEST_TMPDIR/trace
	cd "$BATS_TEST_TMPDIR"
	labelled
	ndctl create-namespace --mode raw --size 16M --name old
	ndctl disable-region region0
	ndctl read-labels --size 8192 --output old nmem0
	ndctl enable-region region0
	ndctl destroy-namespace --force all
	ndctl create-namespace --mode raw --size 32M --name now
	ndctl disable-region region0
	ndctl read-labels --size 8192 --output now nmem0
	mapfile -t writes < <(label_writes ndctl write-labels --input old nmem0)
	((${#writes[@]} > 2))
	ndctl write-labels --input now nmem0

	strace -o "$trace" -e trace=ioctl -e "inject=ioctl:signal=STOP:when=${writes[-2]}" \
		ndctl write-labels --input old nmem0 3>&- &
	writer=$!
	until grep -q "stopped by SIGSTOP" "$trace"; do
		kill -0 "$writer"
		sleep 0.1
	done
	ndctl enable-region region0 2>"$said" 3>&- &
	enabler=$!
	until grep -q "waiting for .* (process [0-9]*), which is changing nmem0" "$said"; do
		kill -0 "$enabler"
		sleep 0.1
	done
	[[ ! -e /sys/bus/nd/devices/region0/driver ]]
	kill -CONT "$(sed -n 's/.*(process \([0-9]*\)), which is changing nmem0.*/\1/p' "$said")"
	wait "$writer"
	wait "$enabler"
	check ndctl list
	json 'map(.name) == ["old"]'
}

@test "labels whose writing fails, and cannot be undone either, come with a hint" {
	local writes
	cd "$BATS_TEST_TMPDIR"
	ndctl disable-region region0
	ndctl read-labels --size 8192 --output now nmem0
	head -c 8192 /dev/zero >zero
	mapfile -t writes < <(label_writes ndctl write-labels --input zero nmem0)
	ndctl write-labels --input now nmem0
	check strace -o /dev/null -e trace=ioctl -e "inject=ioctl:error=EBUSY:when=${writes[-1]}+" \
		ndctl write-labels --input zero nmem0
	[[ $status == 1 ]]
	says "could not be undone: write 8192 bytes at offset 0 of the label area of nmem0"
	says "hint: before the next boot: disable all regions that 'ndctl list -R -d nmem0' prints, then write the labels of nmem0 again"
	ndctl write-labels --input now nmem0
	ndctl enable-region region0
	check ndctl list
	json 'map(.name) == ["old"]'
}
