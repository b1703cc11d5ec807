# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Soft-reserved memory: one dynamic region, whose first device has all of it.

load ../helpers

# bats file_tags=every-kernel

setup_file() {
	all_devdax
}

teardown() {
	all_devdax
}

@test "list shows region, device and mapping" {
	check daxctl list -RDM
	[[ $LAB_KERNEL == 7.* ]] && path=/platform/hmem_platform.0/hmem.0 || path=/platform/hmem.0
	json '.[0] | .path == "'$path'" and .size == 2147483648 and (has("available_size") | not)'
	json '.[0].devices[0] | .chardev == "dax0.0" and .target_node == 1'
	json '.[0].devices[0].mappings == [{page_offset: 0, start: 4294967296, end: 6442450943, size: 2147483648}]'
}

@test "nothing is lost of a device that is aligned to memory blocks" {
	check daxctl reconfigure-device --mode system-ram dax0.0
	[[ $status == 0 && $(node_memory 1) == 2048 ]]
	json '.[0].total_memblocks == 16 and .[0].online_memblocks == 16'
	[[ $stderr != *"not used as memory"* ]]
}

@test "some blocks online: counted, and movable is left out" {
	daxctl reconfigure-device --mode system-ram --no-online dax0.0
	echo online_movable >/sys/devices/system/node/node1/memory32/state
	check daxctl list
	json '.[0] | .online_memblocks == 1 and .total_memblocks == 16 and (has("movable") | not)'
	check daxctl online-memory dax0.0
	[[ $status == 0 ]]
	says "1 of 16 memory blocks were online already"
}

@test "list looks once at each memory block" {
	strace -o "$BATS_TEST_TMPDIR/devdax" daxctl list
	daxctl reconfigure-device --mode system-ram dax0.0
	strace -o "$BATS_TEST_TMPDIR/ram" daxctl list
	[[ $(grep -c 'memory/memory[0-9]*/' "$BATS_TEST_TMPDIR/ram") == 16 ]]
	# Open, read and close for each, and a few for where the blocks are, which differ with the kernel.
	(($(wc -l <"$BATS_TEST_TMPDIR/ram") <= $(wc -l <"$BATS_TEST_TMPDIR/devdax") + 16 * 3 + 32))
}

# limited COMMAND...: with no descriptor left but the standard ones and one more.
limited() {
	bash -c 'exec 3>&- 4>&- 5>&- 6>&-; ulimit -n 4; exec "$@"' bash "$@"
}

@test "what cannot be looked at is not taken for empty or gone" {
	for command in "list" "list -R" "list -d dax0.0" "create-device" "destroy-device all" "disable-device dax0.0"; do
		# shellcheck disable=SC2086 # words
		unchanged limited "$LAB_BUILD/daxctl/daxctl" $command
		[[ $status == 232 && -z $output ]]
		says "dax devices cannot be listed: Too many open files"
	done
}

@test "a program's memory moves away when it is taken back" {
	daxctl reconfigure-device --mode system-ram dax0.0
	numactl --preferred=1 tail -c 256M /dev/zero &
	sleep 2
	check daxctl reconfigure-device --mode devdax --force dax0.0
	kill %1 || :
	[[ $status == 0 && $(node_memory 1) == 0 ]]
}

@test "a device that a program has mapped stays its, and the program is named" {
	map_device dax0.0
	for arguments in "disable-device" "reconfigure-device --force --mode system-ram" "destroy-device --force"; do
		# shellcheck disable=SC2086 # words
		unchanged daxctl $arguments dax0.0
		[[ $status == 240 ]]
		says "/dev/dax0.0 is mapped by python3 (process $mapper)"
		says "hint: end process"
	done
	kill "$mapper"
	wait "$mapper" || :
	check daxctl disable-device dax0.0
	[[ $status == 0 ]]
	daxctl enable-device dax0.0
}

# /proc/PID/maps is that of the first thread, and empty when it has ended.
@test "a device that a program has mapped stays its, even if its first thread has ended" {
	python3 -c '
import ctypes, mmap, os, platform, sys, threading, time
fd = os.open("/dev/dax0.0", os.O_RDWR)
memory = mmap.mmap(fd, 2 << 20)
os.close(fd)
def write():
	while True:
		memory[0] = 1
		time.sleep(0.1)
threading.Thread(target=write).start()
open(sys.argv[1], "w")
ctypes.CDLL(None).syscall({"x86_64": 60, "aarch64": 93}[platform.machine()], 0)' "$BATS_TEST_TMPDIR/mapped" 3>&- &
	mapper=$!
	await "$BATS_TEST_TMPDIR/mapped" "$mapper"
	until [[ -z $(cat "/proc/$mapper/maps" 2>/dev/null) ]]; do
		sleep 0.1
	done
	for arguments in "disable-device" "reconfigure-device --force --mode system-ram" "destroy-device --force"; do
		# shellcheck disable=SC2086 # words
		unchanged daxctl $arguments dax0.0
		[[ $status == 240 ]]
		says "/dev/dax0.0 is mapped by python3 (process $mapper)"
	done
	kill "$mapper"
	wait "$mapper" || :
	check daxctl disable-device dax0.0
	[[ $status == 0 ]]
	daxctl enable-device dax0.0
}

@test "a change that is ended by a signal is done wholly, and then the signal counts" {
	local status=0
	strace -f -o /dev/null -e trace=write -e inject=write:delay_enter=200000 \
		daxctl reconfigure-device --mode system-ram dax0.0 3>&- &
	sleep 2
	pkill -TERM -x daxctl
	wait $! || status=$?
	((status == 143))
	[[ $(node_memory 1) == 2048 ]]
}

@test "a device whose driver cannot be read once is not one in another mode" {
	daxctl reconfigure-device --mode system-ram --no-online dax0.0
	local before
	before=$(kernel_state)
	for verb in enable-device disable-device; do
		for n in {1..12}; do
			check strace -f -o /dev/null -e trace=readlinkat -e inject=readlinkat:error=EIO:when=$n daxctl "$verb" dax0.0
			((status != 0))
			still "$before"
		done
	done
}

@test "all devices are all, also if a link cannot be read once" {
	local n
	for n in {1..16}; do
		all_devdax
		check strace -f -o /dev/null -e trace=readlinkat -e inject=readlinkat:error=EIO:when=$n daxctl disable-device all
		((status != 0)) || [[ -z $(find /sys/bus/dax/devices/*/ -maxdepth 1 -name driver) ]]
	done
}

@test "a driver or a link that cannot be read is not one that is missing: nothing changes, or all does" {
	again="all_devdax" survives_read_faults readlinkat EIO daxctl reconfigure-device --mode system-ram dax0.0
	daxctl reconfigure-device --mode system-ram dax0.0
	again="daxctl reconfigure-device --mode system-ram dax0.0" survives_read_faults readlinkat EIO daxctl reconfigure-device --mode devdax --force dax0.0
}
