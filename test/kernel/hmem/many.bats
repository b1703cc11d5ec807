# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Units that udev starts, one a device, all at once: row F of "what fresh eyes broke". The region has a device of
# 256 MiB and many of 2 MiB.

# shellcheck disable=SC2030,SC2031,SC2154 # variables of bats and of the helpers

load ../helpers

directory=/etc/daxctl.conf.d
many=100
region=/sys/devices/platform/hmem.0
record='/run/daxctl/restored-!platform!hmem.0'

# section N ADDRESS SIZE [LINE]: of the device dax0.N.
section() {
	printf '[create-device d%d]\nregion.range = 0x100000000-0x17fffffff\nrange.1 = %#x-%#x\n%s\n' \
		"$1" "$2" $(($2 + $3 - 1)) "${4:-}"
}

setup_file() {
	local n name
	all_devdax || :
	daxctl destroy-device --force all 2>/dev/null || :
	daxctl reconfigure-device -s 256M -a 2M dax0.0
	daxctl enable-device dax0.0
	for ((n = 1; n < many; n++)); do
		echo 1 >"$region/dax_region/create"
		name=$(<"$region/dax_region/seed")
		echo 2097152 >"/sys/bus/dax/devices/$name/size"
		echo "$name" >/sys/bus/dax/drivers/device_dax/bind
	done
	[[ $(daxctl list | jq length) == "$many" ]]
}

setup() {
	rm -rf "$directory"
	mkdir "$directory"
	{
		section 0 $((0x100000000)) $((256 << 20)) "mode = system-ram"
		for ((n = 1; n < many; n++)); do
			section "$n" $((0x110000000 + (n - 1) * (2 << 20))) $((2 << 20))
		done
	} >"$directory/many.conf"
}

teardown() {
	jobs -p | xargs -r kill -9 2>/dev/null || :
	wait
}

teardown_file() {
	all_devdax || :
	daxctl destroy-device --force all 2>/dev/null || :
	daxctl reconfigure-device -s 2G -a 2M dax0.0
	daxctl enable-device dax0.0
	rm -rf "$directory"
}

# at_once: a unit for each device; says whose failed, and what each said is in said.N.
at_once() {
	local pids=() n
	for ((n = 0; n < many; n++)); do
		daxctl restore "dax0.$n" >/dev/null 2>"$BATS_TEST_TMPDIR/said.$n" 3>&- &
		pids[n]=$!
	done
	failed=()
	for ((n = 0; n < many; n++)); do
		wait "${pids[n]}" || failed+=("$n")
	done
}

# passes: the number of the latest pass.
passes() {
	sed -nE '1s/^pass ([0-9]+) .*/\1/p' "$record" 2>/dev/null || :
}

# until_waiting FILE: until a process has said there that it waits.
until_waiting() {
	for ((i = 0; i < 300; i++)); do
		grep -sq waiting "$1" && return
		sleep 0.1
	done
	false
}

# hold_region: what changes the region waits until $holder is killed.
hold_region() {
	flock -o -x "/run/daxctl/object-$(stat -L -c %i $region)" sleep 1000 3>&- &
	holder=$!
	rm -f "$BATS_TEST_TMPDIR"/said*
	sleep 0.5
}

# hold_config: who restores waits until $holder is killed.
hold_config() {
	# shellcheck disable=SC2046,SC2183 # two numbers
	flock -o -x "/run/daxctl/config-$(printf '%x-%d' $(stat -c '%d %i' "$directory"))" sleep 1000 3>&- &
	holder=$!
	rm -f "$BATS_TEST_TMPDIR"/said*
	sleep 0.5
}

@test "F: all at once, none fails, each tells its own device" {
	local n before
	daxctl reconfigure-device --mode devdax --force dax0.0 2>/dev/null || :
	before=$(passes)
	at_once
	[[ ${#failed[@]} == 0 ]]
	for ((n = 0; n < many; n++)); do
		grep -E "^(in place|restored): dax0\.$n \(\[create-device d$n\]" "$BATS_TEST_TMPDIR/said.$n" >/dev/null
	done
	[[ $(daxctl list -d dax0.0 | jq -r '.[0].mode, .[0].online_memblocks' | xargs) == "system-ram 2" ]]
	# Most of them looked at nothing but what another one has written.
	echo "passes: $(($(passes) - ${before:-0}))"
	(($(passes) - ${before:-0} <= many / 4))
	[[ $(stat -c '%a %u' "$record") == "600 0" ]]
}

@test "F: the unit of a device that cannot be restored fails, and no other" {
	local n
	sed -i '/^\[create-device d50\]/,/^$/s/^$/mode = system-ram/' "$directory/many.conf"
	at_once
	[[ ${failed[*]} == 50 ]]
	for ((n = 0; n < many; n++)); do
		if ((n == 50)); then
			grep "not restored: \[create-device d50\].* not contain a whole memory block" "$BATS_TEST_TMPDIR/said.$n"
		else
			run ! grep -E "not restored|hint" "$BATS_TEST_TMPDIR/said.$n"
			grep -q "in place: dax0\.$n " "$BATS_TEST_TMPDIR/said.$n"
		fi
	done
}

@test "F: without a section for it a unit takes no lock and looks at no other device" {
	local lock
	printf '[reconfigure-device x]\nnvdimm.uuid = 6fd7bb62-0155-4bb6-8b22-a875b2c26262\n' >"$directory/many.conf"
	printf '[create-device y]\nregion.path = /platform/other\nsizze = 1M\n' >>"$directory/many.conf"
	for lock in /run/daxctl/{config,object}-*; do
		flock -o -x "$lock" sleep 1000 3>&- &
	done
	sleep 0.5
	check timeout 60 strace -f -o "$BATS_TEST_TMPDIR/trace" daxctl restore dax0.7
	[[ $status == 0 && -z $output ]]
	says "dax0.7: no section matches it"
	[[ $stderr != *sizze* ]]
	run ! grep -E '/run/daxctl|dax0\.([0-689]|7[0-9])' "$BATS_TEST_TMPDIR/trace"
	wc -l <"$BATS_TEST_TMPDIR/trace"
	(($(wc -l <"$BATS_TEST_TMPDIR/trace") < 250))
	check timeout 60 daxctl restore dax0.7000
	[[ $status == 0 ]]
}

@test "F: what an earlier pass left is not taken, nor what others can write, or is cut short" {
	local lie
	lie=$'dax0.7 e a lie\ndax0.7 = -5\n'
	printf 'pass 4000 done\n%send 4000\n' "$lie" >"$record"
	check daxctl restore dax0.7
	[[ $status == 0 ]]
	says "in place: dax0.7 "
	[[ $(passes) == 4001 ]]
	# Those that wait while somebody writes a newer one.
	local content
	for content in "pass 9000 done"$'\n'"${lie}end 9000" "pass 9000 done"$'\n'"$lie" "pass 9000 begun"$'\n'"$lie" nonsense ""; do
		hold_config
		daxctl restore dax0.7 2>"$BATS_TEST_TMPDIR/said" 3>&- &
		waiter=$!
		until_waiting "$BATS_TEST_TMPDIR/said"
		rm -f "$record"
		echo "$content" >"$record"
		chmod 600 "$record"
		[[ $content != *end* ]] || chown 1000 "$record"
		kill "$holder"
		wait "$waiter"
		grep -q "in place: dax0.7 " "$BATS_TEST_TMPDIR/said"
		run ! grep lie "$BATS_TEST_TMPDIR/said"
		rm -f "$record"
	done
	# The same from root is what they wait for.
	hold_config
	daxctl restore dax0.7 2>"$BATS_TEST_TMPDIR/said" 3>&- &
	waiter=$!
	until_waiting "$BATS_TEST_TMPDIR/said"
	printf 'pass 9000 done\n%send 9000\n' "$lie" >"$record"
	chmod 600 "$record"
	kill "$holder"
	status=0
	wait "$waiter" || status=$?
	[[ $status == 251 ]]
	grep "a lie" "$BATS_TEST_TMPDIR/said"
}

@test "F: a pass that began before, or was killed in the midst, serves nobody" {
	local before first
	daxctl reconfigure-device --mode devdax --force dax0.0 2>/dev/null || :
	daxctl restore dax0.7
	daxctl reconfigure-device --mode devdax --force dax0.0
	before=$(passes)
	hold_region
	daxctl restore dax0.0 2>"$BATS_TEST_TMPDIR/said.0" 3>&- &
	first=$!
	until_waiting "$BATS_TEST_TMPDIR/said.0"
	[[ $(head -n 1 "$record") == "pass $((before + 1)) begun" ]]
	daxctl restore dax0.7 2>"$BATS_TEST_TMPDIR/said.7" 3>&- &
	until_waiting "$BATS_TEST_TMPDIR/said.7"
	kill "$holder"
	wait "$first"
	wait $!
	[[ $(head -n 1 "$record") == "pass $((before + 2)) done" ]]
	grep "in place: dax0.7 " "$BATS_TEST_TMPDIR/said.7"

	daxctl reconfigure-device --mode devdax --force dax0.0
	hold_region
	daxctl restore dax0.0 2>"$BATS_TEST_TMPDIR/said.0" 3>&- &
	first=$!
	until_waiting "$BATS_TEST_TMPDIR/said.0"
	daxctl restore dax0.7 2>"$BATS_TEST_TMPDIR/said.7" 3>&- &
	waiter=$!
	until_waiting "$BATS_TEST_TMPDIR/said.7"
	kill -9 "$first"
	kill "$holder"
	wait "$waiter"
	grep "in place: dax0.7 " "$BATS_TEST_TMPDIR/said.7"
	[[ $(head -n 1 "$record") == "pass $((before + 4)) done" ]]
	# What was to be done to dax0.0 is left to its own unit.
	[[ $(daxctl list -d dax0.0 | jq -r '.[0].mode') == devdax ]]
	daxctl restore dax0.0
	[[ $(daxctl list -d dax0.0 | jq -r '.[0].mode') == system-ram ]]
}
