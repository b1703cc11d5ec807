# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Who may keep root from changing something: row C of "what fresh eyes broke". Nobody, but another
# change, for a time, by name.

load ../helpers

region=/sys/devices/platform/hmem.0

teardown() {
	jobs -p | xargs -r kill -9 2>/dev/null || :
	wait
	daxctl reconfigure-device --mode devdax --force dax0.0 2>/dev/null || :
}

@test "C1: an ordinary user's locks on all that is open to read stop nobody" {
	local path
	mkdir -p /etc/daxctl.conf.d
	for path in "$region" "$region/dax_region" /sys/bus/dax/drivers /sys/bus/dax/devices /etc/daxctl.conf.d /run; do
		[[ -e $path ]] || continue
		nobody flock -o -x "$path" sleep 100 3>&- &
	done
	sleep 1
	check timeout 60 daxctl reconfigure-device --mode system-ram dax0.0
	[[ $status == 0 && $stderr != *waiting* ]]
	check timeout 60 daxctl restore
	[[ $status == 0 && $stderr != *waiting* ]]
	check timeout 60 daxctl reconfigure-device --mode devdax --force dax0.0
	[[ $status == 0 ]]
}

@test "C1: nobody but root can open a lock" {
	daxctl reconfigure-device --mode system-ram dax0.0
	[[ $(stat -c %a:%u /run/daxctl) == 700:0 ]]
	[[ $(find /run/daxctl -type f ! -perm 600) == "" ]]
	[[ $(find /run/daxctl -type f | wc -l) -ge 2 ]]
	check nobody ls /run/daxctl
	[[ $status != 0 ]]
	daxctl reconfigure-device --mode devdax --force dax0.0
	unchanged nobody daxctl disable-device dax0.0
	[[ $status == 243 ]]
	says "dax0.0: cannot be disabled: cannot lock /run/daxctl: Permission denied"
	says "hint: "
}

# hold: another program of root's has all locks that there are.
hold() {
	local lock
	daxctl reconfigure-device --mode devdax --force dax0.0 || daxctl disable-device dax0.0
	daxctl enable-device dax0.0
	for lock in /run/daxctl/*; do
		flock -o -x "$lock" sleep 100 3>&- &
	done
	sleep 1
}

@test "C1: who waits says for whom, ends on a signal, and has changed nothing" {
	local before waiter signal
	hold
	before=$(kernel_state)
	for signal in TERM INT HUP; do
		env --default-signal=INT daxctl reconfigure-device --mode system-ram dax0.0 2>"$BATS_TEST_TMPDIR/said" 3>&- &
		waiter=$!
		sleep 3
		grep "daxctl: note: waiting for flock (process [0-9]*), which is changing hmem.0" "$BATS_TEST_TMPDIR/said"
		kill -"$signal" "$waiter"
		status=0
		wait "$waiter" || status=$?
		((status > 128))
		still "$before"
	done
}

@test "C1: the drivers' lock is waited for before the device is unbound" {
	local before waiter
	daxctl disable-device dax0.0
	daxctl enable-device dax0.0
	before=$(kernel_state)
	flock -o -x "/run/daxctl/object-$(stat -L -c %i /sys/bus/dax/drivers)" sleep 100 3>&- &
	sleep 1
	daxctl reconfigure-device --mode system-ram dax0.0 2>"$BATS_TEST_TMPDIR/said" 3>&- &
	waiter=$!
	sleep 3
	grep "waiting for flock (process [0-9]*), which is changing drivers" "$BATS_TEST_TMPDIR/said"
	still "$before"
	kill -TERM "$waiter"
	status=0
	wait "$waiter" || status=$?
	((status == 143))
	still "$before"
}

@test "--persist waits for who is changing the region, and keeps nothing that is undone" {
	local size=/sys/bus/dax/devices/dax0.0/size said=$BATS_TEST_TMPDIR/said directory=/etc/daxctl.conf.d full config worker
	full=$(<$size)
	rm -rf $directory
	daxctl disable-device dax0.0
	daxctl reconfigure-device --persist -s 1G dax0.0
	config=$(find /run/daxctl -name "config-*-$(stat -c %i $directory)")
	flock -o -x "$config" sleep 100 3>&- &
	locked=$!
	sleep 1
	daxctl reconfigure-device --persist -s 512M dax0.0 2>"$said" 3>&- &
	worker=$!
	until grep -q "waiting for flock" "$said"; do sleep 0.1; done
	flock -o -x "/run/daxctl/object-$(stat -c %i "$region")" bash -c "
		echo $((256 << 20)) >$size
		until [[ -e $BATS_TEST_TMPDIR/undo ]]; do sleep 0.1; done
		echo $((512 << 20)) >$size" 3>&- &
	until [[ $(<$size) == $((256 << 20)) ]]; do sleep 0.1; done
	pkill -P "$locked"
	until grep -q "waiting for flock (process [0-9]*), which is changing hmem.0" "$said"; do
		kill -0 "$worker"
		sleep 0.1
	done
	touch "$BATS_TEST_TMPDIR/undo"
	wait "$worker"
	grep "^range.1 = 0x100000000-0x11fffffff" $directory/persist.conf
	daxctl reconfigure-device -s "$full" dax0.0
	rm -rf $directory
}

@test "--persist says that another program has destroyed the device meanwhile, and keeps the configuration" {
	local dax=/sys/bus/dax/devices full file=/etc/daxctl.conf.d/persist.conf worker
	full=$(<$dax/dax0.0/size)
	rm -rf /etc/daxctl.conf.d
	daxctl disable-device dax0.0
	daxctl reconfigure-device --persist -s 1G dax0.0
	cp $file "$BATS_TEST_TMPDIR/before"
	# The sixth call, after those for the configuration and the change, locks the region again.
	strace -o /dev/null -e trace=flock -e inject=flock:delay_enter=9000000:when=6 \
		daxctl create-device --persist -r 0 -s 512M 2>"$BATS_TEST_TMPDIR/said" 3>&- &
	worker=$!
	until [[ -e $dax/dax0.1/driver ]]; do
		kill -0 "$worker"
		sleep 0.1
	done
	daxctl disable-device dax0.1
	daxctl destroy-device dax0.1
	[[ ! -e $dax/dax0.1 ]]
	kill -0 "$worker"
	status=0
	wait "$worker" || status=$?
	cat "$BATS_TEST_TMPDIR/said"
	((status != 0))
	grep "dax0.1: another program has destroyed it meanwhile" "$BATS_TEST_TMPDIR/said"
	grep "changed, but not persisted for the next boot" "$BATS_TEST_TMPDIR/said"
	cmp $file "$BATS_TEST_TMPDIR/before"
	daxctl reconfigure-device -s "$full" dax0.0
	rm -rf /etc/daxctl.conf.d
}

@test "a lock whose file was removed keeps others away" {
	local lock before waiter way calls
	daxctl disable-device dax0.0
	daxctl enable-device dax0.0
	lock=/run/daxctl/object-$(stat -c %i "$region")
	before=$(kernel_state)
	for way in "rm $lock" "rm -r /run/daxctl" "mv /run/daxctl /run/daxctl.old"; do
		flock -o -x "$lock" sleep 100 3>&- &
		locked=$!
		until ! flock -n "$lock" true; do sleep 0.1; done
		$way
		daxctl disable-device dax0.0 2>"$BATS_TEST_TMPDIR/said" 3>&- &
		waiter=$!
		for ((i = 0; i < 100; i++)); do
			! grep -q "waiting for flock (process $locked)" "$BATS_TEST_TMPDIR/said" || break
			kill -0 "$waiter"
			sleep 0.1
		done
		grep "waiting for flock (process $locked), which is changing hmem.0" "$BATS_TEST_TMPDIR/said"
		still "$before"
		# A newcomer that is killed leaves a new file behind, and the lock as it was.
		kill -9 "$waiter"
		wait "$waiter" || :
		run timeout -s TERM 3 daxctl disable-device dax0.0
		still "$before"
		pkill -P "$locked"
		wait "$locked" || :
		check timeout 60 daxctl disable-device dax0.0
		[[ $status == 0 && $stderr != *waiting* ]]
		daxctl enable-device dax0.0
		[[ $(find /run/daxctl -type f ! -perm 600) == "" ]]
		still "$before"
	done
	# Only root may remove it.
	check nobody rm "$lock"
	((status != 0))
	check nobody rm -r /run/daxctl
	((status != 0))
	[[ -e $lock ]]
	rm -rf /run/daxctl.old
}

@test "a lock costs 11 system calls, and looks for an earlier holder once" {
	local lock
	daxctl disable-device dax0.0
	daxctl enable-device dax0.0
	lock=object-$(stat -c %i "$region")
	rm "/run/daxctl/$lock"
	strace -f -o "$BATS_TEST_TMPDIR/first" daxctl disable-device dax0.0
	grep -q '"locks", O_RDONLY' "$BATS_TEST_TMPDIR/first"
	strace -f -o "$BATS_TEST_TMPDIR/later" daxctl enable-device dax0.0
	run ! grep '"locks", O_RDONLY' "$BATS_TEST_TMPDIR/later"
	# From opening the directory to the close of what shows that the file still is there.
	awk -v lock="$lock" '/"run\/daxctl", O_RDONLY\|O_NOFOLLOW\|O_CLOEXEC\|O_DIRECTORY\)/ { count = 0; ours = 0 }
		{ count++ }
		index($0, lock) { ours = 1 }
		ours && /AT_SYMLINK_NOFOLLOW/ { print count + 2; exit }' "$BATS_TEST_TMPDIR/later" >"$BATS_TEST_TMPDIR/count"
	cat "$BATS_TEST_TMPDIR/count"
	(($(<"$BATS_TEST_TMPDIR/count") <= 11))
}

# waiting COMMAND...: runs it in the background, $worker, until it waits for the drivers, which are $locked.
waiting() {
	flock -o -x "/run/daxctl/object-$(stat -L -c %i /sys/bus/dax/drivers)" sleep 100 3>&- &
	locked=$!
	sleep 1
	"$@" 2>"$BATS_TEST_TMPDIR/said" 3>&- &
	worker=$!
	until grep -q "waiting for flock" "$BATS_TEST_TMPDIR/said"; do
		kill -0 "$worker"
		sleep 0.1
	done
}

# released: the lock, and the command with it: $status.
released() {
	pkill -P "$locked"
	status=0
	wait "$worker" || status=$?
	cat "$BATS_TEST_TMPDIR/said"
}

@test "C1: what comes into use while the drivers' lock is waited for is left to its user" {
	local before block
	daxctl reconfigure-device --mode system-ram --no-online dax0.0
	daxctl reconfigure-device --mode devdax dax0.0
	before=$(kernel_state)
	waiting daxctl reconfigure-device --mode system-ram dax0.0
	map_device dax0.0
	released
	((status != 0))
	# shellcheck disable=SC2154 # by map_device
	grep "/dev/dax0.0 is mapped by python3 (process $mapper)" "$BATS_TEST_TMPDIR/said"
	kill "$mapper"
	still "$before"
	daxctl reconfigure-device --mode system-ram dax0.0
	before=$(kernel_state)
	waiting daxctl reconfigure-device --mode devdax --force dax0.0
	block=$(grep -l offline /sys/devices/system/node/node1/memory*/state | head -n 1)
	echo online_movable >"$block"
	released
	((status != 0))
	grep "1 of its [0-9]* memory blocks are online" "$BATS_TEST_TMPDIR/said"
	still "$before"
	# The kernel has not lost it.
	daxctl reconfigure-device --mode devdax --force dax0.0
	daxctl reconfigure-device --mode system-ram dax0.0
	still "$before"
}

# stuck: memory goes offline, and does not come to an end; $worker is daxctl.
stuck() {
	daxctl reconfigure-device --mode system-ram dax0.0
	pin_user_memory 1
	"$@" daxctl offline-memory dax0.0 2>"$BATS_TEST_TMPDIR/said" 3>&- &
	worker=$!
	for ((i = 0; i < 100; i++)); do
		child=$(pgrep -P "$worker" || :)
		if [[ $child ]] && grep -q going-offline /sys/devices/system/node/node1/memory*/state; then
			break
		fi
		sleep 0.2
	done
	[[ $child ]]
	sleep 1
	kill -0 "$worker"
}

@test "C2: kill -9 while memory goes offline leaves no process and no lock" {
	stuck
	kill -9 "$worker"
	wait "$worker" || :
	for ((i = 0; i < 50; i++)); do
		kill -0 "$child" 2>/dev/null || break
		sleep 0.2
	done
	check kill -0 "$child"
	[[ $status != 0 ]]
	check timeout 60 daxctl online-memory dax0.0
	[[ $stderr != *waiting* ]]
	kill "$pin"
	wait "$pin" || :
	check daxctl list
	json '.[0] | .mode == "system-ram" and .online_memblocks == .total_memblocks'
}

@test "C2: SIGTERM ends it, and all memory is online again" {
	stuck
	kill -TERM "$worker"
	status=0
	wait "$worker" || status=$?
	((status == 143))
	check daxctl list
	json '.[0].online_memblocks == .[0].total_memblocks'
}

@test "C3: a program that ignores SIGCHLD takes memory offline as any other" {
	daxctl reconfigure-device --mode system-ram dax0.0
	check env --ignore-signal=CHLD daxctl offline-memory dax0.0
	[[ $status == 0 ]]
	check daxctl list
	json '.[0].online_memblocks == 0'
	check env --ignore-signal=CHLD daxctl reconfigure-device --mode devdax --force dax0.0
	[[ $status == 0 ]]
}
