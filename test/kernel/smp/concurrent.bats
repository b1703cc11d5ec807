# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Commands that run at the same time.

load ../helpers

setup() {
	labelled
}

teardown_file() {
	labelled
}

# own FILE: the namespace that a command printed there is what the kernel has under that name.
own() {
	local json dev uuid
	json=$(<"$1")
	[[ $json =~ \"dev\":\"([^\"]*) ]] && dev=${BASH_REMATCH[1]}
	[[ $json =~ \"uuid\":\"([^\"]*) ]] && uuid=${BASH_REMATCH[1]}
	[[ $dev && $uuid == "$(<"/sys/bus/nd/devices/$dev/uuid")" ]]
}

@test "four create-namespace of 64 MiB in 2 GiB all succeed, and each prints its own" {
	local i jobs=()
	ndctl create-namespace --mode raw --size 2G
	for i in 1 2 3 4; do
		ndctl create-namespace --mode raw --size 64M >"$BATS_TEST_TMPDIR/$i" &
		jobs+=($!)
	done
	for i in "${jobs[@]}"; do
		wait "$i"
	done
	for i in 1 2 3 4; do
		own "$BATS_TEST_TMPDIR/$i"
	done
	[[ $(jq -r .blockdev "$BATS_TEST_TMPDIR"/[1-4] | sort -u | wc -l) == 4 ]]
	[[ $(ndctl list | jq length) == 5 ]]
}

# maker ROUNDS: creates a namespace and destroys it again, and again.
maker() {
	local file=$BATS_TEST_TMPDIR/maker.$BASHPID n dev
	for ((n = 0; n < $1; n++)); do
		ndctl create-namespace --mode raw --size 16M >"$file" || return
		own "$file" || return
		[[ $(<"$file") =~ \"dev\":\"([^\"]*) ]] && dev=${BASH_REMATCH[1]}
		ndctl destroy-namespace --force "$dev" || return
	done
}

# switcher ROUNDS: takes a dax device of the same region away from its driver, and gives it back.
switcher() {
	local n
	for ((n = 0; n < $1; n++)); do
		daxctl disable-device dax0.0 || return
		daxctl enable-device dax0.0 || return
	done
}

@test "200 rounds of create beside destroy beside daxctl" {
	local jobs=() job log=$BATS_TEST_TMPDIR/log
	ndctl create-namespace --mode devdax --map mem --size 32M
	for job in "maker 30" "maker 30" "maker 30" "switcher 10"; do
		$job 2>>"$log" &
		jobs+=($!)
	done
	for job in "${jobs[@]}"; do
		wait "$job" || {
			cat "$log"
			return 1
		}
	done
	check ndctl list -RNX
	json '.regions[0] // .[0] | .available_size == 4294967296 - 33554432'
	check ndctl list -X
	json 'map(.dev) == ["namespace0.0"] and .[0].daxregion.devices[0].mode == "devdax"'
}
