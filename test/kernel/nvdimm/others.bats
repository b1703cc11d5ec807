# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Programs that do not know our locks, and media that fail twice. strace holds ours between two steps.

load ../helpers

setup() {
	labelled
}

teardown_file() {
	labelled
}

seed=/sys/bus/nd/devices/namespace0.0

# held SECONDS INJECTION COMMAND...: the command in the background, $held, at its first write to sysfs for so long.
held() {
	local seconds=$1 injection=$2
	shift 2
	strace -qq -o "$BATS_TEST_TMPDIR/held" -e trace=write \
		-e inject="write:${injection:+$injection:}delay_enter=${seconds}000000:when=1" "$@" \
		>"$BATS_TEST_TMPDIR/output" 2>"$BATS_TEST_TMPDIR/stderr" 3>&- &
	held=$!
	sleep 6 # it starts slowly under strace
	kill -0 "$held"
}

# taken BYTES: somebody else makes a namespace of the seed.
taken() {
	cat /proc/sys/kernel/random/uuid >"$seed/uuid"
	echo "$1" >"$seed/size"
	uuid=$(<"$seed/uuid")
}

@test "B1: a seed that another program has taken meanwhile stays that program's" {
	held 14 '' "$LAB_BUILD/ndctl/ndctl" create-namespace --region region0 --mode raw --size 64M
	taken 134217728
	status=0
	wait "$held" || status=$?
	cat "$BATS_TEST_TMPDIR/stderr" "$BATS_TEST_TMPDIR/held"
	[[ $(grep -cE "INJECTED|DELAYED" "$BATS_TEST_TMPDIR/held") == 1 ]]
	# Ours was stopped inside the write of a uuid: it cannot take that back, and goes no further.
	[[ $status == 240 && $(<"$seed/size") == 134217728 ]]
	[[ $(<"$BATS_TEST_TMPDIR/stderr") == *"another program is configuring namespace0.0"* ]]
}

@test "B1: the undo of a write that failed takes no namespace of another program away" {
	held 14 error=EIO "$LAB_BUILD/ndctl/ndctl" create-namespace --region region0 --mode raw --size 64M
	taken 134217728
	status=0
	wait "$held" || status=$?
	cat "$BATS_TEST_TMPDIR/stderr" "$BATS_TEST_TMPDIR/held"
	[[ $(grep -cE "INJECTED|DELAYED" "$BATS_TEST_TMPDIR/held") == 1 ]]
	[[ $status == 251 && $(<"$seed/uuid") == "$uuid" && $(<"$seed/size") == 134217728 ]]
}

@test "B2: an info block that cannot be written back is told, and the namespace stays disabled" {
	local ns block hint

	ns=$(ndctl create-namespace --mode fsdax --map mem --size 64M | jq -r .dev)
	ndctl disable-namespace "$ns" # it is read of disabled namespaces only
	block=$(ndctl read-infoblock "$ns" | sha256sum)
	ndctl enable-namespace "$ns"
	check strace -qq -o /dev/null -e trace=fsync,pwrite64 -e inject=fsync:error=EIO:when=1 -e inject=pwrite64:error=EIO:when=2+ \
		ndctl create-namespace --force --reconfig "$ns" --mode devdax
	[[ $status == 251 ]]
	says "could not be undone: erase the info block of $ns"
	says "disable $ns"
	hint=$stderr
	says "hint: once the medium accepts writes, and before the next boot: "
	[[ $(stat -c %a /run/daxctl/infoblock-"$ns"-*) == 600 ]]
	check ndctl list --namespace "$ns" --idle
	json '.[0].state == "disabled"'
	# The hint helps, this namespace only.
	local command saved other
	saved=$(echo /run/daxctl/infoblock-"$ns"-*)
	other=$(ndctl create-namespace --mode raw --size 64M | jq -r .dev)
	ndctl disable-namespace "$other"
	unchanged ndctl write-infoblock --restore="$saved" "$other"
	[[ $status == 234 ]]
	says "has the info block of another namespace: $ns "
	ndctl destroy-namespace --force "$other"
	command=$(sed -n 's/^hint: once the medium accepts writes, and before the next boot: //p' <<<"$hint")
	bash -ec "$command"
	check ndctl list --namespace "$ns"
	json '.[0].mode == "fsdax"'
	ndctl disable-namespace "$ns"
	[[ $(ndctl read-infoblock "$ns" | sha256sum) == "$block" ]]
	rm /run/daxctl/infoblock-*
}

@test "B1: a seed that was left without a size keeps its uuid; the kernel gives it no other" {
	cat /proc/sys/kernel/random/uuid >"$seed/uuid"
	unchanged ndctl create-namespace --reconfig namespace0.0 --mode raw --size 64M
	[[ $status == 240 ]]
	says "in /sys/bus/nd/devices/namespace0.0/uuid: Device or resource busy"
}
