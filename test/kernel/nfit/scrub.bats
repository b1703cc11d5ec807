# SPDX-License-Identifier: LGPL-2.1-or-later

load ../helpers

# Searches of the media for errors, and what a bus tells of the activation of firmware.

setup() {
	ndctl wait-scrub >/dev/null
}

@test "a scrub is started, waited for and counted" {
	local before after

	before=$(</sys/bus/nd/devices/ndbus0/nfit/scrub)
	check ndctl start-scrub ndbus0
	[ "$status" -eq 0 ]
	json '.[0].scrub_state == "active"'
	check ndctl wait-scrub ndbus0
	[ "$status" -eq 0 ]
	json '.[0].scrub_state == "idle"'
	after=$(</sys/bus/nd/devices/ndbus0/nfit/scrub)
	((after > before))
}

@test "a scrub that is requested already" {
	until ! ndctl start-scrub ndbus1 >/dev/null 2>&1; do :; done
	check ndctl start-scrub ndbus1
	[ "$status" -eq 240 ]
	says 'a scrub is running or requested already'
	says 'hint: ndctl wait-scrub ndbus1'
}

@test "wait-scrub waits without reading the state again and again" {
	ndctl start-scrub ndbus0
	check strace -f -e trace=poll,pread64 -o "$BATS_TEST_TMPDIR/calls" "$LAB_BUILD/ndctl/ndctl" wait-scrub ndbus0
	[ "$status" -eq 0 ]
	cat "$BATS_TEST_TMPDIR/calls"
	(($(grep -c 'poll(' "$BATS_TEST_TMPDIR/calls") <= 10))
}

@test "wait-scrub ends with a signal" {
	local pid

	ndctl start-scrub ndbus0
	"$LAB_BUILD/ndctl/ndctl" wait-scrub ndbus0 3>&- &
	pid=$!
	kill -TERM "$pid"
	check wait "$pid"
	[ "$status" -eq 143 ]
}

@test "buses that do not exist, beside one that does" {
	check ndctl wait-scrub ndbus0 nosuch nfit_test.0
	[ "$status" -eq 0 ]
	json 'length == 1'
	says 'nosuch: no such bus'
	check ndctl start-scrub nosuch
	[ "$status" -eq 250 ]
	[[ ! $output ]]
	check ndctl wait-scrub --poll=-1
	[ "$status" -eq 129 ]
}

@test "a normal user" {
	check nobody "$LAB_BUILD/ndctl/ndctl" start-scrub ndbus0
	[ "$status" -ne 0 ]
	says 'hint: run as root'
	[[ ! $output ]]
}

@test "list -BF tells how firmware is activated" {
	check ndctl list -BF
	json 'map(select(.provider == "nfit_test.0"))[0].firmware == {activate_method: "suspend", activate_state: "idle"}'
	json 'map(select(.provider == "nfit_test.1"))[0] | has("firmware") | not'
	check ndctl list -B
	json 'map(has("firmware")) | any | not'
}
