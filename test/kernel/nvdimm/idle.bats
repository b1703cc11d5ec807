# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Who uses a namespace is asked of the kernel, and nobody can begin to use it while it is taken away.

load ../helpers

setup_file() {
	# The machine's /dev, which tests damage.
	cp -a /dev "$BATS_FILE_TMPDIR/dev"
}

setup() {
	labelled
	mnt=$BATS_TEST_TMPDIR/mnt
	mkdir -p "$mnt"
}

teardown() {
	if [[ ${other:-} ]]; then
		kill "$other"
	fi
	umount -q "$mnt" || :
	swapoff -a
	mdadm --stop --scan 2>/dev/null || :
	dmsetup remove_all --noudevsync 2>/dev/null || :
}

teardown_file() {
	labelled
}

# intact: the file can be read from the disk, and others can be written.
intact() {
	echo 3 >/proc/sys/vm/drop_caches
	[[ $(<"$mnt/file") == content ]]
	: >"$mnt/other"
	sync -f "$mnt"
	rm "$mnt/other"
}

# All verbs that take a namespace away.
verbs=("disable-namespace namespace0.0" "destroy-namespace --force namespace0.0"
	"create-namespace --force --mode raw --reconfig namespace0.0" "check-namespace --force namespace0.0"
	"disable-region region0")

# refused TEXT: each of them changes nothing, and says why.
refused() {
	local verb
	for verb in "${verbs[@]}"; do
		# shellcheck disable=SC2086 # words
		unchanged ndctl $verb
		# As the reference, which counts regions.
		[[ $verb == disable-region* ]] || [[ $status == 240 ]]
		says "$1"
	done
}

# slowly COMMAND...: runs it in the background, with the first unbinding of the driver nd_pmem delayed, and
# returns when it is at that: $slow.
slowly() {
	strace -f -o "$BATS_TEST_TMPDIR/trace" -e trace=write -e inject=write:delay_enter=8s:when=1 \
		-P /sys/bus/nd/drivers/"${driver:-nd_pmem}"/unbind "$@" >"$BATS_TEST_TMPDIR/slow" 2>&1 3>&- &
	slow=$!
	until [[ $(echo /proc/[0-9]*/fd/* | xargs -r readlink 2>/dev/null) == */unbind* ]]; do
		kill -0 "$slow"
		sleep 0.1
	done
}

# taken: the command of `slowly` has done what it should.
taken() {
	wait "$slow" || {
		cat "$BATS_TEST_TMPDIR/slow"
		return 1
	}
	grep -q DELAYED "$BATS_TEST_TMPDIR/trace"
}

@test "B3: a loop device on the disk, or on a partition of it, is a user" {
	local part loop
	ndctl create-namespace --mode fsdax --size 64M
	modprobe loop
	addpart /dev/pmem0 1 2048 65536
	for part in /dev/pmem0p1 /dev/pmem0; do
		loop=$(losetup --find --show "$part")
		mkfs.ext4 -q "$loop"
		mount "$loop" "$mnt"
		echo content >"$mnt/file"
		refused "/dev/pmem0 is held by ${loop##*/}"
		says "hint: losetup --detach $loop"
		intact
		umount "$mnt"
		losetup --detach "$loop"
	done
	check ndctl disable-namespace namespace0.0
	[[ $status == 0 ]]
}

@test "B3: while a namespace is taken away nobody can mount it, swap to it or build on it" {
	local verb mode disk
	modprobe dm-mod
	for verb in "${verbs[@]}"; do
		mode=fsdax disk=pmem0
		[[ $verb != check-* ]] || mode=sector disk=pmem0s
		ndctl create-namespace --mode "$mode" --size 64M >/dev/null
		mkfs.ext4 -q -O ^has_journal "/dev/$disk"
		unset driver
		[[ $verb != disable-region* ]] || driver=nd_region
		# shellcheck disable=SC2086 # words
		slowly ndctl $verb
		check mount "/dev/$disk" "$mnt"
		[[ $status == 32 ]]
		check dmsetup create held --noudevsync --table "0 2048 linear /dev/$disk 0"
		[[ $status == 1 ]]
		says "Device or resource busy"
		taken
		labelled
	done
}

@test "B3: its partitions cannot be mounted either; one that is mounted is named" {
	ndctl create-namespace --mode fsdax --map mem --size 64M >/dev/null
	addpart /dev/pmem0 1 2048 65536
	mkfs.ext4 -q -O ^has_journal /dev/pmem0p1
	slowly ndctl disable-namespace namespace0.0
	check mount /dev/pmem0p1 "$mnt"
	[[ $status == 32 ]]
	taken
	ndctl enable-namespace namespace0.0
	addpart /dev/pmem0 1 2048 65536
	mount /dev/pmem0p1 "$mnt"
	rm /dev/pmem0 /dev/pmem0p1
	refused "/dev/pmem0 is mounted on $mnt"
	umount "$mnt"
}

@test "B3: neither md nor swap gets it while it is taken away; in use by one of them it is left alone" {
	ndctl create-namespace --mode fsdax --map mem --size 64M >/dev/null
	mkswap /dev/pmem0 >/dev/null
	swapon /dev/pmem0
	refused "/dev/pmem0 is swap space"
	swapoff /dev/pmem0
	# Metadata of version 1.0 are at the end: nothing of them is in the way of an info block.
	mdadm --create /dev/md0 --run --force --metadata=1.0 --level=linear --raid-devices=1 /dev/pmem0
	refused "/dev/pmem0 is held by md0"
	says "hint: mdadm --stop /dev/md0"
	mdadm --stop /dev/md0
	slowly ndctl create-namespace --force --reconfig namespace0.0 --mode fsdax --map mem
	check mdadm --assemble --run /dev/md0 /dev/pmem0
	((status != 0))
	check swapon --fixpgsz /dev/pmem0
	((status != 0))
	taken
	# And so does the array: its metadata are still there.
	mdadm --assemble --run /dev/md0 /dev/pmem0
	mdadm --stop /dev/md0
}

# within CALL COMMAND...: runs it in the background; it waits at its first CALL (as strace has it) for the raw
# block device that it has enabled for itself, and somebody else mounts that: $mounted, $status.
within() {
	local when=$1 slow
	shift
	mounted=
	rm -f "$BATS_TEST_TMPDIR/trace"
	strace -y -o "$BATS_TEST_TMPDIR/trace" -e trace="${when%%:*}" -e inject="$when":when=1 -P dev/pmem0 -P /dev/pmem0 \
		"$@" >/dev/null 2>"$BATS_TEST_TMPDIR/slow" 3>&- &
	slow=$!
	until [[ $mounted ]] || ! kill -0 "$slow" 2>/dev/null; do
		mount /dev/pmem0 "$mnt" 2>/dev/null && mounted=1
		sleep 0.1
	done
	status=0
	wait "$slow" || status=$?
	cat "$BATS_TEST_TMPDIR/slow"
	grep -q DELAYED "$BATS_TEST_TMPDIR/trace"
}

@test "B3: enabled raw for its info block, a namespace is left to whom was faster, and nobody gets in later" {
	local verb
	ndctl create-namespace --mode raw --size 64M >/dev/null
	mkfs.ext4 -q -O ^has_journal /dev/pmem0
	mount /dev/pmem0 "$mnt"
	echo content >"$mnt/file"
	umount "$mnt"
	for verb in "read-infoblock" "destroy-namespace --force" "create-namespace --force --mode fsdax --reconfig"; do
		ndctl disable-namespace namespace0.0
		# shellcheck disable=SC2086 # words
		within openat:delay_enter=5s ndctl $verb namespace0.0
		[[ $mounted ]]
		((status != 0))
		grep -q "namespace0.0 was enabled in raw mode to access its info block, and stays enabled: /dev/pmem0 is mounted on $mnt" \
			"$BATS_TEST_TMPDIR/slow"
		intact
		umount "$mnt"
	done
	ndctl disable-namespace namespace0.0
	within close:delay_exit=5s ndctl read-infoblock namespace0.0
	[[ ! $mounted ]]
}

@test "B3: mapped between the check and the unbinding, a device is left to its user" {
	ndctl create-namespace --mode devdax --map mem --size 32M >/dev/null
	# The first look is at what the driver counts.
	strace -f -o "$BATS_TEST_TMPDIR/trace" -e trace=read -e inject=read:delay_exit=8s:when=1 \
		-P /sys/module/device_dax/refcnt "$LAB_BUILD/ndctl/ndctl" disable-namespace namespace0.0 \
		2>"$BATS_TEST_TMPDIR/slow" 3>&- &
	slow=$!
	until [[ $(echo /proc/[0-9]*/fd/* | xargs -r readlink 2>/dev/null) == */refcnt* ]]; do
		kill -0 "$slow"
		sleep 0.1
	done
	map_device dax0.0
	status=0
	wait "$slow" || status=$?
	kill "$mapper"
	cat "$BATS_TEST_TMPDIR/slow"
	[[ $status == 240 ]]
	grep -q "/dev/dax0.0 is mapped by python3 (process $mapper)" "$BATS_TEST_TMPDIR/slow"
	[[ -c /dev/dax0.0 ]]
}

@test "B5: a node in /dev that is missing, or leads elsewhere, does not make a namespace idle" {
	local mode disk node
	for mode in fsdax sector raw; do
		labelled
		disk=pmem0
		[[ $mode != sector ]] || disk=pmem0s
		mounted "$mode" "$disk"
		for node in missing link number type; do
			rm -f "/dev/$disk"
			case $node in
			link) ln -s /dev/null "/dev/$disk" ;;
			number) mknod "/dev/$disk" b 7 200 ;;
			type) : >"/dev/$disk" ;;
			esac
			refused "/dev/$disk is mounted on $mnt"
			intact
		done
		rm -f "/dev/$disk"
		unchanged unshare --mount bash -c "mount -t tmpfs none /dev && ndctl disable-namespace namespace0.0"
		[[ $status == 240 ]]
		says "/dev/$disk is mounted on $mnt"
		umount "$mnt"
	done
}

@test "B5: a mount in another mount namespace is named, with a process that sees it" {
	ndctl create-namespace --mode fsdax --map mem --size 64M >/dev/null
	mkfs.ext4 -q -O ^has_journal /dev/pmem0
	mknod "$BATS_TEST_TMPDIR/alias" b $((0x$(stat -c %t /dev/pmem0))) $((0x$(stat -c %T /dev/pmem0)))
	# shellcheck disable=SC2016 # the shell's within
	unshare --mount bash -c 'mount "$1" "$2" && exec sleep 600' - "$BATS_TEST_TMPDIR/alias" "$mnt" 3>&- &
	other=$!
	until grep -q " $mnt " "/proc/$other/mountinfo" && [[ $(<"/proc/$other/comm") == sleep ]]; do sleep 0.1; done
	refused "/dev/pmem0 is mounted on $mnt in the mount namespace of sleep (process $other)"
	says "hint: nsenter --target $other --mount --root umount $mnt"
	nsenter --target "$other" --mount --root umount "$mnt"
	check ndctl disable-namespace namespace0.0
	[[ $status == 0 ]]
}

@test "B5: an idle namespace without a node is changed all the same; without the right to make one that is refused" {
	ndctl create-namespace --mode sector --size 64M >/dev/null
	rm /dev/pmem0s
	unchanged setpriv --bounding-set=-mknod,-sys_admin --inh-caps=-mknod,-sys_admin \
		ndctl disable-namespace namespace0.0
	((status != 0))
	says "cannot tell whether it is in use: /dev/pmem0s does not exist"
	check ndctl check-namespace --force namespace0.0
	[[ $status == 0 ]]
	rm /dev/pmem0s
	check ndctl create-namespace --force --reconfig namespace0.0 --mode fsdax --map mem
	[[ $status == 0 ]]
	rm /dev/pmem0
	check ndctl destroy-namespace --force namespace0.0
	[[ $status == 0 ]]
}

@test "B5: labels are read and written without /dev/nmem0, or with another device under that name" {
	local major minor
	ndctl disable-region region0
	rm /dev/nmem0
	check ndctl read-labels nmem0
	[[ $status == 0 ]]
	mknod /dev/nmem0 c 1 3
	check ndctl init-labels --force nmem0
	[[ $status == 0 ]]
	check ndctl check-labels nmem0
	[[ $status == 0 ]]
	rm /dev/nmem0
	IFS=: read -r major minor </sys/bus/nd/devices/nmem0/dev
	mknod /dev/nmem0 c "$major" "$minor"
	ndctl enable-region region0
}

@test "B5: a program that has the block device or a partition open" {
	ndctl create-namespace --mode fsdax --map mem --size 64M >/dev/null
	sleep 1000 </dev/pmem0 3>&- &
	other=$!
	refused "/dev/pmem0 is open in sleep (process $other)"
	says "hint: end process $other, or let it close the device"
	kill "$other"
	# In another mount namespace, by another name, and the name gone.
	unshare --mount sh -c "mount -t tmpfs tmpfs /mnt && mknod /mnt/x b $(cat /sys/class/block/pmem0/dev | tr : ' ') &&
		exec 4<>/mnt/x && rm /mnt/x && exec sleep 1000" 3>&- &
	other=$!
	until [[ $(<"/proc/$other/comm") == sleep ]]; do sleep 0.05; done
	refused "/dev/pmem0 is open in sleep (process $other)"
	kill "$other"
	# Mapped only, and by a process whose first thread has ended.
	python3 -c 'import mmap, os, signal, threading, ctypes
f = os.open("/dev/pmem0", os.O_RDWR)
m = mmap.mmap(f, 4096)
os.close(f)
threading.Thread(target=signal.sigwait, args=([signal.SIGUSR1],)).start()
open("/run/mapped", "w").close()
ctypes.CDLL(None).pthread_exit(None)' 3>&- &
	other=$!
	until [[ -e /run/mapped ]]; do sleep 0.05; done
	rm /run/mapped
	refused "/dev/pmem0 is open in python3 (process $other)"
	kill -KILL "$other"
	# Where that cannot be seen.
	unchanged unshare --mount sh -c 'mount -t tmpfs tmpfs /proc && exec "$@"' sh \
		"$LAB_BUILD/ndctl/ndctl" destroy-namespace --force namespace0.0
	((status != 0))
	# For a moment only, as udev does.
	sleep 0.5 </dev/pmem0 3>&- &
	other=''
	check ndctl destroy-namespace --force namespace0.0
	[[ $status == 0 ]]
}

@test "B5: the kernel's NVMe target exports the block device" {
	local subsystem=/sys/kernel/config/nvmet/subsystems/t
	ndctl create-namespace --mode fsdax --map mem --size 64M >/dev/null
	modprobe nvmet || skip "this kernel has no nvmet"
	mountpoint -q /sys/kernel/config || mount -t configfs configfs /sys/kernel/config
	mkdir -p $subsystem/namespaces/1
	echo -n /dev/pmem0 >$subsystem/namespaces/1/device_path
	echo 1 >$subsystem/namespaces/1/enable
	refused "/dev/pmem0 is exported as namespace 1 of NVMe subsystem t"
	bash -c "$(sed -n 's/^hint: //p' <<<"$stderr")"
	rmdir $subsystem/namespaces/1 $subsystem
	check ndctl destroy-namespace --force namespace0.0
	[[ $status == 0 ]]
}
