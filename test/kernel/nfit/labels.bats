# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Label areas on the kernel's emulator: several DIMMs, both versions, DIMMs that fail.

load ../helpers

bus=nfit_test.0
other=nfit_test.1

setup_file() {
	ndctl disable-region all
	ndctl init-labels --force all
}

teardown_file() {
	ndctl zero-labels --bus "$other" all
	ndctl init-labels --bus "$bus" --force all
	ndctl enable-region all
}

# pair: the region of nmem0 and nmem1.
pair() {
	ndctl list -Ri --bus "$bus" | jq -r '.[] | select(.size == 33554432).dev'
}

@test "all DIMMs are verified, those that fail too" {
	check ndctl check-labels all
	[[ $status == 0 ]]
	says "verified the labels of 6 nmems"
	check ndctl read-labels --index --json all
	json 'length == 6 and all(.[].index[0]; .signature == "NAMESPACE_INDEX" and .seq == 3 and .nslot == 1020)'
	json 'map(.dev) == ["nmem0", "nmem1", "nmem2", "nmem3", "nmem4", "nmem5"]'
	check ndctl write-labels nmem0 nmem1
	[[ $status == 129 ]]
	says "one DIMM at a time"
}

@test "one damaged area does not keep the others from being looked at" {
	ndctl zero-labels --size 512 nmem2
	check ndctl check-labels nmem1 nmem2 nmem3
	[[ $status == 0 ]]
	says "nmem2: labels are not valid"
	says "verified the labels of 2 nmems"
	# One index block is enough.
	# A repair cannot bring them back.
	check ndctl check-labels --repair nmem1 nmem2 nmem3
	[[ $status == 1 ]]
	says "verified the labels of 2 nmems"
	ndctl init-labels nmem2
	ndctl zero-labels --size 16 nmem2
	check ndctl check-labels nmem2
	[[ $status == 0 ]]
	ndctl init-labels --force nmem2
}

@test "both versions in one interleave set, and from one to the other" {
	local dev before
	ndctl init-labels --force --label-version 1.2 nmem0 nmem1
	ndctl enable-region --bus "$bus" all
	dev=$(pair)
	ndctl create-namespace --region "$dev" --mode raw --name kept
	check ndctl read-labels --json nmem0 nmem1
	json 'all(.[].index[]; .minor == 2 and .labelsize == 256)'
	json 'all(.[]; any(.label[]; .name == "kept" and .nlabel == 2 and .abstraction_guid))'
	check ndctl read-labels --human nmem0
	json '.[0].label[0].rawsize | startswith("16.00 MiB")'
	ndctl disable-region --bus "$bus" all
	before=$(ndctl read-labels nmem0 | tee "$BATS_TEST_TMPDIR/labels" | md5sum)
	ndctl init-labels --force --label-version 1.1 nmem0
	check ndctl write-labels --input "$BATS_TEST_TMPDIR/labels" nmem0
	[[ $status == 0 ]]
	[[ $(ndctl read-labels nmem0 | md5sum) == "$before" ]]
	ndctl enable-region "$dev"
	check ndctl list --region "$dev" -N
	json '.[0].name == "kept"'
	ndctl disable-region "$dev"
}

@test "DIMMs that fail take labels" {
	local dimm
	for dimm in nmem4 nmem5; do
		ndctl read-labels --output "$BATS_TEST_TMPDIR/labels" "$dimm"
		check ndctl init-labels --force --label-version 1.2 "$dimm"
		[[ $status == 0 ]]
		check ndctl write-labels --input "$BATS_TEST_TMPDIR/labels" "$dimm"
		[[ $status == 0 ]]
		ndctl read-labels "$dimm" | cmp - "$BATS_TEST_TMPDIR/labels"
	done
}

@test "500 writes leave no descriptor open" {
	python3 - <<-'END'
	import ctypes, glob, os
	lib = ctypes.CDLL("libndctl.so.6" if not glob.glob("build/lib/ndctl") else "build/lib/ndctl/libndctl.so.6")
	for name in "ndctl_bus_get_first", "ndctl_dimm_get_first":
	    getattr(lib, name).restype = ctypes.c_void_p
	context = ctypes.c_void_p()
	assert lib.ndctl_new(ctypes.byref(context)) == 0
	dimm = ctypes.c_void_p(lib.ndctl_dimm_get_first(ctypes.c_void_p(lib.ndctl_bus_get_first(context))))
	assert lib.ndctl_dimm_zero_label_extent(dimm, 128, 4096) == 0
	before = os.listdir("/proc/self/fd")
	for i in range(250):
	    data = (ctypes.c_char * 128)(*b"%128d" % i)
	    assert lib.ndctl_dimm_write_labels(dimm, data, ctypes.c_size_t(128), ctypes.c_size_t(4096)) == 0
	    assert lib.ndctl_dimm_zero_label_extent(dimm, 128, 4096) == 0
	assert os.listdir("/proc/self/fd") == before, os.listdir("/proc/self/fd")
	END
}

@test "labels of a DIMM in use are kept" {
	ndctl enable-region --bus "$bus" all
	check ndctl write-labels --input /dev/zero nmem0
	[[ $status == 1 ]]
	check ndctl zero-labels --bus "$bus" all
	[[ $status == 1 ]]
	says "zeroed 0 nmem"
	check ndctl disable-dimm --bus "$bus" all
	[[ $status == 1 ]]
	says "disabled 0 nmem"
	ndctl disable-region --bus "$bus" all
}

@test "an older backup is kept when the labels cannot be read" {
	echo older >"$BATS_TEST_TMPDIR/backup"
	chmod 666 "$BATS_TEST_TMPDIR/backup"
	check nobody ndctl read-labels --output "$BATS_TEST_TMPDIR/backup" nmem0
	[[ $status == 1 ]]
	says "nmem0: labels cannot be read: cannot open /dev/nmem0: Permission denied"
	[[ $(<"$BATS_TEST_TMPDIR/backup") == older ]]
	check ndctl read-labels --output /nowhere/backup nmem0
	[[ $status == 1 ]]
	says "/nowhere/backup: cannot be written: No such file"
	says "read 0 nmem"
}

@test "an older backup is kept when a new one cannot be written" {
	local backup=$BATS_TEST_TMPDIR/backup small=$BATS_TEST_TMPDIR/small
	ndctl read-labels --output "$backup" nmem0
	cp "$backup" "$BATS_TEST_TMPDIR/older"
	check bash -c "ulimit -f 4; ndctl read-labels --output $backup nmem0"
	[[ $status == 1 ]]
	says "$backup: cannot be written: File too large"
	cmp "$backup" "$BATS_TEST_TMPDIR/older"
	mkdir "$small"
	mount -t tmpfs -o size=64k none "$small"
	echo older >"$small/backup"
	check ndctl read-labels --output "$small/backup" nmem0
	[[ $status == 1 && $(ls -A "$small") == backup && $(<"$small/backup") == older ]]
	says "$small/backup: cannot be written: No space left"
	umount "$small"
}

# names: of the namespaces in it.
names() {
	local region
	region=$(pair)
	ndctl enable-region "$region"
	ndctl list --region "$region" -N | jq -r '[.[]?.name] | sort | join(" ")'
	ndctl disable-region "$region"
}

# two_contents: files NAME.0 and NAME.1 with the labels of nmem0 and nmem1 for the namespace "one",
# and for "two" and "three", whose labels are in the same slots.
two_contents() {
	local region name each
	[[ ! -e $BATS_FILE_TMPDIR/two.0 ]] || return 0
	ndctl init-labels --force nmem0 nmem1
	region=$(pair)
	for name in one "two three"; do
		ndctl enable-region "$region"
		ndctl destroy-namespace --force --region "$region" all || :
		for each in $name; do
			ndctl create-namespace --region "$region" --mode raw --size 16M --name "$each"
		done
		ndctl disable-region "$region"
		ndctl read-labels --size 4096 nmem0 >"$BATS_FILE_TMPDIR/${name% *}.0"
		ndctl read-labels --size 4096 nmem1 >"$BATS_FILE_TMPDIR/${name% *}.1"
	done
}

# label_writes COMMAND...: the numbers of its ioctls that write labels.
label_writes() {
	strace -o "$BATS_TEST_TMPDIR/ioctls" -e trace=ioctl "$@" >&2
	awk '/^ioctl/ { n++ } /0x4e, 0x6,|SET_CONFIG_DATA/ { print n }' "$BATS_TEST_TMPDIR/ioctls"
}

@test "write-labels that is killed after any write leaves the namespaces of before or of afterwards" {
	local n number found=() writes
	two_contents
	cd "$BATS_FILE_TMPDIR"
	mapfile -t writes < <(label_writes ndctl write-labels --input one.0 nmem0)
	for n in "${writes[@]}"; do
		ndctl write-labels --input two.0 nmem0
		strace -o /dev/null -e trace=ioctl -e "inject=ioctl:signal=KILL:when=$n" \
			ndctl write-labels --input one.0 nmem0 || :
		ndctl check-labels nmem0
		# The kernel has not read them yet; and the other DIMM of the set is at one of both.
		ndctl disable-dimm nmem0
		ndctl enable-dimm nmem0
		ndctl write-labels --input one.1 nmem1
		number=one
		if [[ $(names) != one ]]; then
			ndctl write-labels --input two.1 nmem1
			[[ $(names | tee /dev/stderr) == "three two" ]]
			number=two
		fi
		found+=("$number")
	done
	echo "# after each of ${#writes[@]} writes: ${found[*]}"
	((${#writes[@]} >= 4))
	[[ ${found[0]} == two && ${found[-1]} == one ]]
	# There is no way back.
	[[ " ${found[*]} " != *" one two "* ]]
}

@test "a write of labels that fails is put back, whichever it is" {
	local n command before writes faults=0
	two_contents
	cd "$BATS_FILE_TMPDIR"
	ndctl write-labels --input two.0 nmem0
	ndctl write-labels --input two.1 nmem1
	before=$(ndctl read-labels nmem0 | md5sum)
	for command in "write-labels --input one.0" "init-labels --force --label-version 1.2" "zero-labels --size 4096"; do
		# shellcheck disable=SC2086 # words
		mapfile -t writes < <(label_writes ndctl $command nmem0)
		ndctl write-labels --input two.0 nmem0
		for n in "${writes[@]}"; do
			# shellcheck disable=SC2086 # words
			check strace -o /dev/null -e trace=ioctl -e "inject=ioctl:error=EIO:when=$n" \
				ndctl $command nmem0
			[[ $status == 1 ]]
			says "cannot write the label area: Input/output error"
			[[ $(ndctl read-labels nmem0 | md5sum) == "$before" ]]
			faults=$((faults + 1))
		done
	done
	echo "# $faults writes of labels failed one at a time"
	((faults >= 8))
	[[ $(names | tee /dev/stderr) == "three two" ]]
}

# refuses HANDLE COMMANDS: from now on the emulated DIMM fails these commands, a mask of bits.
refuses() {
	local dimm
	for dimm in /sys/devices/platform/nfit_test.0/nfit_test_dimm/test_dimm*; do
		[[ $(<"$dimm/handle") != "$1" ]] || echo "$2" >"$dimm/fail_cmd"
	done
}

# read_anew: the kernel forgets what it knows of labels and reads them, as it does when it boots.
read_anew() {
	ndctl disable-region --bus "$bus" all
	ndctl disable-dimm --bus "$bus" all
	ndctl enable-dimm --bus "$bus" all
	ndctl enable-region --bus "$bus" all
}

@test "one DIMM of a set refuses to write labels: no namespace is made, lost, or changed" {
	local region name before sum command
	ndctl init-labels --bus "$bus" --force all
	ndctl enable-region --bus "$bus" all
	region=$(ndctl list -R --bus "$bus" | jq -r '.[] | select(.size == 67108864).dev')
	name=$(ndctl create-namespace --region "$region" --mode fsdax --align 4K --size 16M --name kept | jq -r .dev)
	head -c 1M /dev/urandom >"/dev/pmem${region#region}"
	sum=$(head -c 1M "/dev/pmem${region#region}" | sha256sum)
	before=$(ndctl list --bus "$bus" -RNv)
	for command in "create-namespace --region $region --mode raw --size 16M" "destroy-namespace --force $name" \
		"create-namespace --force --reconfig $name --mode raw --size 32M --name other"; do
		refuses 0x1 $((1 << 6)) # ND_CMD_SET_CONFIG_DATA
		# shellcheck disable=SC2086 # words
		check ndctl $command
		refuses 0x1 0
		((status != 0))
		says "Input/output error"
		[[ $stderr != *"could not be undone"* ]]
		diff <(echo "$before") <(ndctl list --bus "$bus" -RNv)
	done
	read_anew
	diff <(echo "$before") <(ndctl list --bus "$bus" -RNv)
	[[ $(head -c 1M "/dev/pmem${region#region}" | sha256sum) == "$sum" ]]
	ndctl destroy-namespace --force "$name"
	ndctl disable-region --bus "$bus" all
}

# copied_label AREA FROM TO: the label in slot FROM, in slot TO with another uuid and name and 4 MiB further on.
copied_label() {
	python3 - "$@" <<-'END'
	import struct, sys
	path, source, target = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
	area = bytearray(open(path, "rb").read())
	size, = struct.unpack_from("<Q", area, 32)
	label = area[2 * size + source * 128:][:128]
	label[:16], label[16:20] = b"N" * 16, b"ovl\0"
	struct.pack_into("<Q", label, 104, struct.unpack_from("<Q", label, 104)[0] + (4 << 20))
	struct.pack_into("<I", label, 120, target)
	area[2 * size + target * 128:2 * size + target * 128 + 128] = label
	for which in 0, 1:
	    index = which * size
	    area[index + 72 + target // 8] &= ~(1 << target % 8)
	    area[index + 64:index + 72] = bytes(8)
	    low = high = 0
	    for word, in struct.iter_unpack("<I", area[index:index + size]):
	        low = (low + word) & 0xffffffff
	        high = (high + low) & 0xffffffff
	    struct.pack_into("<II", area, index + 64, low, high)
	open(path, "wb").write(area)
	END
}

@test "check-labels --repair drops no namespace that is complete" {
	local region dimm
	ndctl init-labels --force nmem0 nmem1
	region=$(pair)
	ndctl enable-region "$region"
	ndctl create-namespace --region "$region" --mode raw --size 16M --name mine
	ndctl disable-region "$region"
	for dimm in nmem0 nmem1; do
		ndctl read-labels --output "$BATS_TEST_TMPDIR/$dimm" "$dimm"
		slot=$(ndctl read-labels --json "$dimm" | jq 'first(.[0].label[] | select(.name == "mine")).slot')
		copied_label "$BATS_TEST_TMPDIR/$dimm" "$slot" 20
		ndctl disable-dimm "$dimm"
		ndctl write-labels --input "$BATS_TEST_TMPDIR/$dimm" "$dimm"
	done
	check ndctl check-labels --repair nmem0 nmem1
	[[ $status == 1 ]]
	says "two namespaces overlap or have the same uuid, and neither is a torn write: "
	says "'mine' (uuid "
	says "'ovl' (uuid 4e4e4e4e-4e4e-4e4e-4e4e-4e4e4e4e4e4e, 16 MiB at offset"
	says "hint: back up the labels"
	check ndctl check-labels nmem0 nmem1
	says "neither is a torn write"
	check ndctl check-labels --repair all
	[[ $status == 1 ]]
	says "verified the labels of 6 nmems"
	for dimm in nmem0 nmem1; do
		ndctl read-labels "$dimm" | cmp - "$BATS_TEST_TMPDIR/$dimm"
	done
	# Half a copy is one.
	ndctl init-labels --force nmem0
	check ndctl check-labels nmem0 nmem1
	says "note: a repair would restore the labels of '"
	check ndctl check-labels --repair nmem0 nmem1
	[[ $status == 0 ]]
	says "note: the repair "
	says "restores the labels of '"
	ndctl init-labels --force nmem0 nmem1
	ndctl enable-dimm nmem0 nmem1
}

@test "DIMMs of a set with labels of different versions get no namespace that the next boot would lose" {
	ndctl disable-region all
	ndctl init-labels --force --label-version 1.1 nmem0
	ndctl init-labels --force --label-version 1.2 nmem1
	ndctl disable-dimm nmem0 nmem1
	ndctl enable-dimm nmem0 nmem1
	ndctl enable-region all
	unchanged ndctl create-namespace --region "$(pair)" --mode raw --size 16M
	says "the labels of nmem0 have version 1.1 and those of nmem1 1.2"
	says "hint: with the regions on it idle, give nmem1 labels of the same version"
	ndctl disable-region all
	ndctl init-labels --force --label-version 1.2 nmem0
	ndctl disable-dimm nmem0
	ndctl enable-dimm nmem0
	ndctl enable-region all
	check ndctl create-namespace --region "$(pair)" --mode raw --size 16M
	[[ $status == 0 ]]
	ndctl destroy-namespace --force "$(jq -r .dev <<<"$output")"
}
