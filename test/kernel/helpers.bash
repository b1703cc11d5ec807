# SPDX-License-Identifier: LGPL-2.1-or-later
#
# For all tests that run in a guest. A test file has the machine to itself, and leaves it as a boot
# would: no namespaces, all memory back.

bats_require_minimum_version 1.5.0

# With MEMCHECK in the environment the tools run under valgrind, and a mistake or a leak is a status that
# no test expects.
if [[ ${MEMCHECK:-} ]]; then
	memcheck=(valgrind -q --vgdb=no --leak-check=full --error-exitcode=99)
	daxctl() { "${memcheck[@]}" "$LAB_BUILD/daxctl/daxctl" "$@"; }
	ndctl() { "${memcheck[@]}" "$LAB_BUILD/ndctl/ndctl" "$@"; }
fi

# The same program in Go starts in a quarter of the time, and a guest starts it often.
jq() {
	gojq "$@"
}

# check COMMAND...: runs it, whether it fails or not: $status, $output, $stderr. bats' `run` does the
# same, and starts another program for it.
check() {
	local file=$BATS_TEST_TMPDIR/stderr flags=$-

	set +eET
	output=$("$@" 2>"$file")
	status=$?
	read -rd '' stderr <"$file"
	set "-$flags"
	echo "# $*: status $status"
	printf '%s\n' "$output" "$stderr"
}

# says TEXT: standard error of the last `check` contains TEXT.
says() {
	[[ $stderr == *"$1"* ]] || {
		echo "standard error does not say: $1"
		return 1
	}
}

# json FILTER: the output of the last `check` fulfils a jq condition.
json() {
	jq -e "$1" <<<"$output" >/dev/null || {
		echo "not true of the output: $1"
		return 1
	}
}

# What the kernel says of all devices and of the memory that can be plugged, read without our
# tools: equal before and after means that nothing was changed or all of it was undone.
kernel_state() {
	grep -sH . /sys/bus/{dax,nd}/devices/*/{uevent,size,align,mode,uuid,namespace,holder,force_raw,alt_name,sector_size,memmap_on_memory} \
		/sys/devices/system/node/node[1-9]*/memory*/{state,valid_zones} || :
}

# still STATE: kernel_state is what it was.
still() {
	local now
	now=$(kernel_state)
	[[ $now == "$1" ]] || diff <(echo "$1") <(echo "$now")
}

# unchanged COMMAND...: `check`, and the kernel's state is afterwards what it was before.
unchanged() {
	local before
	before=$(kernel_state)
	check "$@"
	still "$before"
}

# nobody COMMAND...: runs it without permissions. The checkout may lie where only root may go; all
# that is changed for this is the guest's copy of the directories' permissions.
nobody() {
	local directory=$PWD

	while [[ $directory ]]; do
		chmod go+rx "$directory"
		directory=${directory%/*}
	done
	setpriv --reuid 65534 --regid 65534 --clear-groups "$@"
}

# node_memory N: MiB of memory on NUMA node N, which is there only while it has some.
node_memory() {
	local file=/sys/devices/system/node/node$1/meminfo
	if [[ -e $file ]]; then
		awk '/MemTotal/ { print int($4 / 1024) }' "$file"
	else
		echo 0
	fi
}

# await FILE PROCESS: until the process has made the file; fails if it has ended instead.
await() {
	until [[ -e $1 ]]; do
		kill -0 "$2"
		sleep 0.1
	done
}

# pin_kernel_memory NODE MIB: a process of ours, $pin, makes the kernel keep data on a node: the
# contents of pipes, which cannot be moved out of the way. They are freed when it ends.
pin_kernel_memory() {
	numactl --membind="$1" python3 -c '
import fcntl, os, signal, sys
for i in range(int(sys.argv[1])):
	write = os.pipe()[1]
	fcntl.fcntl(write, 1031, 1 << 20)  # F_SETPIPE_SZ
	os.write(write, bytes(1 << 20))
open(sys.argv[2], "w")
signal.pause()' "$2" "$BATS_TEST_TMPDIR/pinned" 3>&- &
	pin=$!
	await "$BATS_TEST_TMPDIR/pinned" "$pin"
}

# pin_user_memory NODE: a process of ours, $pin, has a page on a node that the kernel tries to move, in
# vain and without end, while the process is there: taking its memory block offline does not return.
pin_user_memory() {
	numactl --membind="$1" python3 -c '
import ctypes, mmap, os, signal, sys
class Iovec(ctypes.Structure):
	_fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]
memory = mmap.mmap(-1, 4096)
memory[0] = 1
vector = Iovec(ctypes.addressof(ctypes.c_char.from_buffer(memory)), 4096)
read, write = os.pipe()
if ctypes.CDLL(None).vmsplice(write, ctypes.byref(vector), 1, 0) != 4096:
	sys.exit(1)
open(sys.argv[1], "w")
signal.pause()' "$BATS_TEST_TMPDIR/pinned" 3>&- &
	pin=$!
	await "$BATS_TEST_TMPDIR/pinned" "$pin"
}

# map_device DEVICE: a process of ours, $mapper, has /dev/DEVICE mapped until it is killed.
map_device() {
	python3 -c '
import mmap, os, signal, sys
fd = os.open("/dev/" + sys.argv[1], os.O_RDWR)
memory = mmap.mmap(fd, 2 << 20)
os.close(fd)
open(sys.argv[2], "w")
signal.pause()' "$1" "$BATS_TEST_TMPDIR/mapped" 3>&- &
	mapper=$!
	await "$BATS_TEST_TMPDIR/mapped" "$mapper"
}

# with_fault WHICH ERRNO COMMAND...: runs it with a write made to fail: the first one to the file WHICH, or,
# if that is a number, the so many'th one of each of its threads. Status 99: it makes no such write; 98: that
# write went elsewhere than to sysfs; else the command's.
with_fault() {
	local which=(1) errno=$2 file=$BATS_TEST_TMPDIR/fault status=0 log
	case $1 in
	/*) which+=(-P "$(readlink -f "$1")") ;;
	*) which=("$1") ;;
	esac
	shift 2
	strace -f -y -o "$file" -e trace=write -e "inject=write:error=$errno:when=${which[0]}" "${which[@]:1}" "$@" ||
		status=$?
	log=$(<"$file")
	[[ $log == *INJECTED* ]] || return 99
	[[ $log =~ '</sys/'[^$'\n']*INJECTED ]] || return 98
	return "$status"
}

# fault_is_told COMMAND...: the last `check with_fault` failed, and a sentence names the step.
fault_is_told() {
	local line=$'</sys/[^>\n]*/([a-z_]*)([0-9.]*)/([a-z_]+)>[^\n]*INJECTED' log
	((status != 0))
	log=$(<"$BATS_TEST_TMPDIR/fault")
	# The sentence itself may be another thread's so many'th write.
	[[ ! $log =~ 'write(2<'[^$'\n']*INJECTED ]] || return 0
	[[ $stderr == *": "* ]]
	[[ $1 == daxctl ]] || return 0
	[[ $log =~ $line ]]
	[[ ${BASH_REMATCH[1]} == memory ]] && says "memory block ${BASH_REMATCH[2]} " && return
	says "/${BASH_REMATCH[3]}: "
}

# survives_fault_at FILE ERRNO COMMAND...: if its first write to the file fails, the command fails, says
# why, and everything is as before.
survives_fault_at() {
	local before
	before=$(kernel_state)
	check with_fault "$@"
	((status != 99))
	shift 2
	fault_is_told "$@"
	still "$before"
}

# survives_faults ERRNO COMMAND...: the same for each of its writes to sysfs. The command is left done in the
# end. What takes memory offline runs in threads of their own, of which the first one fails here; its files
# are for survives_fault_at.
survives_faults() {
	local errno=$1 n before faults=0
	shift
	before=$(kernel_state)
	for ((n = 1; n < 100; n++)); do
		check with_fault "$n" "$errno" "$@"
		((status != 99)) || break
		((status != 98)) || continue
		faults=$((faults + 1))
		fault_is_told "$@"
		still "$before"
	done
	echo "# $faults writes of '$*' failed one at a time with $errno"
	((faults > 0))
}

# survives_read_faults CALL ERRNO COMMAND...: if one of its reads of sysfs by the system call fails, whichever,
# the command fails and everything is as before, or it does without and is done. $again brings the state back
# then. No failure is blamed on memory that the kernel keeps.
survives_read_faults() {
	local call=$1 errno=$2 n before line faults=0 file=$BATS_TEST_TMPDIR/fault
	shift 2
	before=$(kernel_state)
	for ((n = 1; n < 400; n++)); do
		check strace -f -y -o "$file" -e trace="$call" -e "inject=$call:error=$errno:when=$n" "$@"
		line=$(grep -m 1 INJECTED "$file") || break
		# The start of the program reads elsewhere; what it locks is not read.
		[[ $line == *"</sys"* && $line != *O_CREAT* ]] || continue
		faults=$((faults + 1))
		[[ $stderr != *"keeps the device's memory until"* ]]
		if ((status == 0)); then
			${again:?}
		else
			[[ $stderr == *": "* ]]
		fi
		still "$before"
	done
	${again:?}
	still "$before"
	echo "# $faults calls of $call of '$*' failed one at a time with $errno"
	((faults > 0))
}

# all_devdax: every device, and the kernel leaves it to us to put new memory online.
all_devdax() {
	echo offline >/sys/devices/system/memory/auto_online_blocks
	daxctl reconfigure-device --mode devdax --force all 2>/dev/null
}

# labelled: region0 empty and with labels, whatever was there.
labelled() {
	daxctl reconfigure-device --mode devdax --force all 2>/dev/null || :
	ndctl disable-region region0
	ndctl init-labels --force nmem0
	ndctl enable-region region0
}

# shellcheck disable=SC2154 # the file that calls it sets $mnt
# mounted MODE DISK: a new namespace of that mode, with a file system that is mounted on $mnt.
mounted() {
	ndctl create-namespace --mode "$1" --size 64M >/dev/null
	mkfs.ext4 -q -O ^has_journal "/dev/$2"
	mount "/dev/$2" "$mnt"
	echo content >"$mnt/file"
	sync
}
