# SPDX-License-Identifier: LGPL-2.1-or-later
#
# D1: Debian's cxl, of 13 and of the suite that is to come, with its own libdaxctl and with ours: the
# same output, the same state of the memory. Whatever disables a region leaves none of its memory.

load ../compare

# bats file_tags=every-kernel

cache=${REF_ROOT%/*/*}

# cxl_with SIDE SUITE ARG...
cxl_with() {
	local side=$1 program=$cache/reference-$2/cxl
	shift 2
	case $side in
	reference) "$program" "$@" ;;
	ours) LAB_LIBRARIES=$LAB_BUILD/lib/daxctl "$program" "$@" ;;
	esac
}

memory_state() {
	local block

	ls /sys/bus/dax/devices
	basename "$(readlink /sys/bus/dax/devices/dax0.0/driver)" || :
	for block in /sys/devices/system/node/node1/memory*[0-9]; do
		[[ ! -e $block ]] || echo "${block##*/}: $(<"$block/state"), $(<"$block/valid_zones")"
	done
}

# driver_bound: the kernel's probe of dax0.0 has ended.
driver_bound() {
	local tries=100
	until [[ -e /sys/bus/dax/devices/dax0.0/driver ]] || ((tries-- == 0)); do
		sleep 0.1
	done
}

# region_back STATE: the region as at boot, and then as STATE (a function) has it.
region_back() {
	[[ -e /sys/bus/dax/devices/dax0.0 ]] || "$cache/reference-trixie/cxl" enable-region region0
	driver_bound
	daxctl reconfigure-device -m devdax -f dax0.0
	"$1"
}

as_devdax() { :; }
as_ram() { daxctl reconfigure-device -m system-ram -f dax0.0; }
as_ram_offline() { as_ram && daxctl offline-memory dax0.0; }
as_disabled() { daxctl disable-device dax0.0; }

# both SUITE STATE ARG...: what the programs say and what they leave, in a file for each side.
both() {
	local suite=$1 state=$2 side status
	shift 2
	for side in reference ours; do
		region_back "$state" >/dev/null 2>&1
		status=0
		cxl_with "$side" "$suite" "$@" >"$BATS_TEST_TMPDIR/$side" 2>&1 || status=$?
		{
			echo "status $status"
			memory_state
		} >>"$BATS_TEST_TMPDIR/$side" 2>&1
	done
	echo "# cxl of $suite, $state: $*"
	diff "$BATS_TEST_TMPDIR"/{reference,ours}
}

teardown_file() {
	region_back as_ram
}

@test "cxl list -RX shows the dax region (D1)" {
	local suite state
	for suite in trixie forky; do
		for state in as_ram as_devdax as_disabled; do
			both "$suite" $state list -RX
			grep -q '"daxregion"' "$BATS_TEST_TMPDIR/ours"
			grep -q '"chardev":"dax0.0"' "$BATS_TEST_TMPDIR/ours"
		done
	done
}

@test "cxl disable-region takes the memory offline and leaks none (D1)" {
	local suite state
	for suite in trixie forky; do
		for state in as_ram as_ram_offline as_devdax as_disabled; do
			both "$suite" $state disable-region region0
			grep -qx 'status 0' "$BATS_TEST_TMPDIR/ours"
			[[ ! -e /sys/bus/dax/devices/dax0.0 && $(node_memory 1) == 0 ]]
			! grep -q memory "$BATS_TEST_TMPDIR/ours"
		done
	done
	both forky as_ram disable-region -f region0
	[[ $(node_memory 1) == 0 ]]
}

@test "what cxl has disabled comes back whole (D1)" {
	region_back as_ram
	cxl_with ours trixie disable-region region0
	cxl_with ours trixie enable-region region0
	driver_bound
	[[ $(node_memory 1) == 512 ]]
}
