# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The kernel's emulator: interleaved regions with labels, and a bus whose DIMMs fail.

load ../helpers

bus=nfit_test.0

setup_file() {
	ndctl disable-region --bus "$bus" all
	ndctl init-labels --bus "$bus" --force all
	ndctl enable-region --bus "$bus" all
}

teardown() {
	ndctl destroy-namespace --bus "$bus" --force all 2>/dev/null || :
}

# region SIZE: the region of the bus that has it.
region() {
	ndctl list -R --bus "$bus" | jq -r ".[] | select(.size == $1).dev"
}

@test "both buses are listed, the DIMMs with what they suffer from" {
	check ndctl list -B
	json 'map(.provider) | sort == ["nfit_test.0", "nfit_test.1"]'
	check ndctl list -BD
	json 'map(.dimms | length) | add == 6'
	json 'any(.[].dimms[]; .flag_failed_save // .flag_failed_arm // false)'
}

@test "a namespace in an interleaved region, in each mode" {
	local mode dev
	dev=$(region 67108864)
	for mode in raw sector "fsdax --align 4K" "devdax --align 4K"; do
		# shellcheck disable=SC2086 # words
		check ndctl create-namespace --region "$dev" --mode $mode
		[[ $status == 0 ]]
		json ".mode == \"${mode%% *}\""
		check ndctl destroy-namespace --force "$(jq -r .dev <<<"$output")"
		[[ $status == 0 ]]
	done
	check ndctl list -R --region "$dev"
	json '.[0].available_size == 67108864'
}

@test "two namespaces share a region, and their names and uuids are kept" {
	local dev uuid=11111111-2222-3333-4444-555555555555
	dev=$(region 67108864)
	check ndctl create-namespace --region "$dev" --mode raw --size 32M --name first --uuid "$uuid"
	[[ $status == 0 ]]
	check ndctl create-namespace --region "$dev" --mode raw --size 32M --name second
	[[ $status == 0 ]]
	check ndctl list --region "$dev" -N
	json 'map(.name) | sort == ["first", "second"]'
	json "map(select(.name == \"first\").uuid) == [\"$uuid\"]"
	unchanged ndctl create-namespace --region "$dev" --mode raw --size 32M
	[[ $status == 237 ]]
	says "$dev"
	says "no free capacity"
}

@test "a region that was full when it was enabled: how the kernel offers a namespace again is said" {
	local dev
	dev=$(region 33554432)
	ndctl create-namespace --region "$dev" --mode raw --size 16M
	ndctl create-namespace --region "$dev" --mode raw --size 16M
	ndctl disable-region "$dev"
	ndctl enable-region "$dev"
	# Whether it has depends on which is quicker: the kernel's probing, or its noting of the first one as the seed.
	[[ $(</sys/bus/nd/devices/"$dev"/namespace_seed) == "namespace${dev#region}.0" ]] ||
		skip "the kernel has offered another one"
	ndctl destroy-namespace --force "namespace${dev#region}.1"
	unchanged ndctl create-namespace --region "$dev" --mode raw --size 16M
	[[ $status == 237 ]]
	says "16 MiB are free, but the kernel offers no namespace for them"
	says "hint: ndctl disable-namespace namespace${dev#region}.0 && ndctl enable-namespace namespace${dev#region}.0"
	ndctl disable-namespace "namespace${dev#region}.0"
	ndctl enable-namespace "namespace${dev#region}.0"
	check ndctl create-namespace --region "$dev" --mode raw --size 16M
	[[ $status == 0 ]]
}

@test "a read-only region takes no namespace" {
	local dev
	dev=$(ndctl list -R --bus nfit_test.1 | jq -r '.[0].dev')
	[[ $(</sys/bus/nd/devices/"$dev"/read_only) == 1 ]]
	unchanged ndctl create-namespace --region "$dev" --mode raw
	((status != 0))
	says "$dev: cannot create a namespace: the region is read-only"
	says "hint: look for flags of its DIMMs: ndctl list -RD"
}

@test "sizes and alignments that do not fit the interleaving, and where there is room" {
	local dev
	dev=$(region 67108864)
	unchanged ndctl create-namespace --region "$dev" --mode fsdax --align 1G
	[[ $status == 234 ]]
	says "invalid size 64 MiB: must be a multiple of 4 GiB (the alignment of the namespace, for each interleave way)"
	says "hint: choose at least 4 GiB"
	unchanged ndctl create-namespace --region "$dev" --mode devdax --align 4K --size 20M
	[[ $status == 234 ]]
	says "hint: choose 16 MiB or 32 MiB"
	unchanged ndctl create-namespace --region "$dev" --mode raw --size 128M
	[[ $status == 237 ]]
	says "128 MiB do not fit: 64 MiB are free"
	says "has 32 MiB free in one piece"
}

@test "--continue makes one in each region that has room" {
	check ndctl create-namespace --bus "$bus" --mode raw --continue
	[[ $status == 0 && $(jq -s length <<<"$output") == 2 ]]
	says "created 2 namespaces"
	unchanged ndctl create-namespace --bus "$bus" --mode raw --continue
	[[ $status == 237 ]]
	says "created 0 namespaces"
}

@test "clearing errors of the media where there are none, and where it cannot be done" {
	local dev ns
	dev=$(region 67108864)
	ns=$(ndctl create-namespace --region "$dev" --mode devdax --align 4K --size 32M | jq -r .dev)
	unchanged ndctl clear-errors "$ns"
	[[ $status == 0 ]]
	json '.mode == "devdax" and (has("badblocks") | not)'
	unchanged ndctl clear-errors --scrub "$ns"
	[[ $status == 0 ]]
	unchanged ndctl clear-errors "${ns}9"
	[[ $status == 250 ]]
	ndctl create-namespace --reconfig "$ns" --force --mode sector
	unchanged ndctl clear-errors "$ns"
	[[ $status == 1 ]]
	says "skipped"
}

@test "a list of bad blocks that the kernel has cut is read again, and what remains is said" {
	local dev ns i
	dev=$(region 67108864)
	ns=$(ndctl create-namespace --region "$dev" --mode devdax --align 4K --size 32M | jq -r .dev)
	for ((i = 10000; i < 10600; i++)); do
		echo "$((2 * i)) 1"
	done | head -c 4095 >"$BATS_TEST_TMPDIR/badblocks"
	mount --bind "$BATS_TEST_TMPDIR/badblocks" "/sys/bus/nd/devices/$dev/badblocks"
	unchanged timeout 60 ndctl clear-errors "$ns"
	umount "/sys/bus/nd/devices/$dev/badblocks"
	[[ $status != 0 && $status != 124 ]]
	says "$ns: cannot clear errors: the kernel cut the list of bad blocks of $dev after 4095 bytes"
	ndctl destroy-namespace --force "$ns"
}

@test "the commands for errors of the media, as programs use them" {
	python3 - "$LAB_BUILD" <<-'END'
	import ctypes, errno, sys
	from ctypes import byref, c_int, c_ulonglong, c_void_p
	library = ctypes.CDLL(sys.argv[1] + "/lib/ndctl/libndctl.so.6", use_errno=True)
	def call(name, *args, gives=c_int):
	    function = getattr(library, "ndctl_" + name)
	    function.restype = gives
	    ctypes.set_errno(0)
	    value = function(*args)
	    return c_void_p(value) if gives == c_void_p else value
	class Range(ctypes.Structure):
	    _fields_ = [("address", c_ulonglong), ("length", c_ulonglong)]
	context, asked = c_void_p(), Range()
	assert call("new", byref(context)) == 0
	bus = call("bus_get_first", context, gives=c_void_p)
	region = call("region_get_first", bus, gives=c_void_p)
	start = call("region_get_resource", region, gives=c_ulonglong)
	def new(name, *args):
	    return call("bus_cmd_new_" + name, *args, gives=c_void_p)
	can = new("ars_cap", bus, c_ulonglong(start), c_ulonglong(1 << 21))
	assert not new("ars_status", can) and ctypes.get_errno() == errno.EINVAL
	assert call("cmd_ars_cap_get_range", can, byref(asked)) == -errno.EINVAL
	assert call("cmd_submit", can) == 0
	assert call("cmd_ars_cap_get_range", can, byref(asked)) == 0
	assert (asked.address, asked.length) == (start, 1 << 21)
	unit = call("cmd_ars_cap_get_clear_unit", can)
	assert unit == 256 and call("cmd_ars_cap_get_size", can) > 48
	for address, length in (start + 1, unit), (start, 1), (start + (1 << 21), unit):
	    assert not new("clear_error", c_ulonglong(address), c_ulonglong(length), can)
	clear = new("clear_error", c_ulonglong(start), c_ulonglong(2 * unit), can)
	assert call("cmd_clear_error_get_cleared", clear, gives=c_ulonglong) == 0
	assert call("cmd_submit", clear) == 0
	assert call("cmd_clear_error_get_cleared", clear, gives=c_ulonglong) == 2 * unit
	search = new("ars_start", can, 2)
	assert call("cmd_submit", search) == 0 and call("cmd_get_status", search) == 0
	found = new("ars_status", can)
	assert call("cmd_submit", found) == 0
	assert call("cmd_ars_in_progress", found) in (0, 1)
	assert call("cmd_ars_get_record_len", found, 1 << 20, gives=c_ulonglong) == 0
	assert call("cmd_ars_stat_get_flag_overflow", found) == 0
	for command in can, clear, search, found:
	    call("cmd_unref", command, gives=None)
	END
}
