# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # variables that other parts set and use
#
# Starting a guest.  Its root file system is the host's, read-only over 9p under a tmpfs overlay:
# every program of the host is there, the fresh build included, and nothing it does stays.
#
# A guest talks to the host over virtio-serial ports that QEMU writes to files: standard output,
# standard error, exit status.  Files, because they never block: a guest whose reader stalls would
# spin in its kernel.  `tail` makes them live.

# boot_command: runs `words` in a guest of the chosen `kernel` and `topology`, exits as they did.
boot_command() {
	local status

	[[ ! $first || ${LAB_KEPT:-} ]] || boot_first
	((${#words[@]} > 1)) || words=(bash -c "${words[0]}")
	prepare "$([[ $machine ]] && echo machine || echo command)" "${words[@]}"
	touch "$work"/{stdout,stderr,status,console}
	start_guest -display none \
		"${port[@]}" \
		-chardev "file,id=stdout,path=$escaped/stdout" -device virtserialport,nr=1,chardev=stdout \
		-chardev "file,id=stderr,path=$escaped/stderr" -device virtserialport,nr=2,chardev=stderr \
		-chardev "file,id=status,path=$escaped/status" -device virtserialport,nr=3,chardev=status
	follow stdout
	follow stderr >&2
	[[ ! $console ]] || follow console >&2
	await_guest "$timeout"
	status=$(<"$work/status")
	judge "${status:-none}"
}

# boot_first: another guest with the same files, for what the topology wants to have happened before.
boot_first() {
	mkdir "$kept"
	scratch+=("$kept")
	LAB_KEPT=$kept "$lab_dir/lab" run --kernel "$kernel" --topology "$topology" --build "$build" \
		--timeout "$timeout" -- "$first" >&2 || die "what topology $topology begins with has failed"
}

boot_shell() {
	[[ -t 0 && -t 1 ]] || die "shell needs a terminal; without one use 'lab run COMMAND'"
	prepare shell "$(stty size)"
	say "booting Linux $kernel, topology $topology; leave with 'exit' or ^D"
	terminal=$(stty -g)
	start_guest -display none "${port[@]}" \
		-chardev stdio,id=terminal,signal=off -device virtconsole,chardev=terminal
	wait "$guest" || :
	guest=
	judge 0
}

# load_topology: sets what the topology's file says, over defaults.
load_topology() {
	kernels=() emulator='' memory=2G maxmem=64G cpu=max cpus=1 tree=kernel cmdline='' qemu=() modules=()
	ready=() machine_modules=() first='' ours=()
	kept=${LAB_KEPT:-${TMPDIR:-/tmp}/lab-kept.$$} # where memory may be in files
	set_up() { load_modules; }
	set_up_shell() { :; } # what a person who plays there would have to begin with
	# shellcheck source=/dev/null
	. "$lab_dir/topology/$topology"
}

# prepare MODE ARG...: everything that QEMU will need, in the directory `work`.
prepare() {
	local mode=$1 module
	shift
	need qemu-system-x86_64 qemu-system-x86 # a newer one needs the libraries of this one
	need cpio cpio
	need setpriv util-linux
	fetch "kernel-$kernel"
	for module in "$tree" "${ours[@]}"; do
		fetch "$module-$kernel"
	done
	# A newer QEMU emulates in two thirds of the time; it is there if a topology has needed it.
	[[ $emulator || ! -e $lab_cache/qemu-10 ]] || emulator='qemu-10'
	[[ ! $emulator ]] || fetch "$emulator"

	work=$(mktemp -d "${TMPDIR:-/tmp}/lab.XXXXXX")
	scratch+=("$work")
	escaped=${work//,/,,} # a comma ends a value in QEMU's options
	mkdir -p "$work/initrd.d/lab"
	cp "$lab_dir"/guest/* "$work/initrd.d/lab/"
	mv "$work/initrd.d/lab/init" "$work/initrd.d/init"
	[[ $mode != machine ]] || prepare_machine
	settings "$mode" "$@" >"$work/initrd.d/lab/settings"
	echo "$mode" >"$work/initrd.d/lab/mode" # init is no bash: what it needs is plain
	echo "$root" >"$work/initrd.d/lab/checkout"
	echo "$lab_cache/$tree-$kernel/lib/modules" >"$work/initrd.d/lab/tree"
	{
		cat "$lab_cache/kernel-$kernel/initrd"
		(cd "$work/initrd.d" && find . | cpio --quiet -o -H newc -R 0:0)
	} >"$work/initrd"
}

# prepare_machine: a machine's disk, on which the tools are installed when it is new, and its modules.
prepare_machine() {
	fetch image-bookworm
	if [[ ! -e $machine/disk ]]; then
		install_tools "$work/initrd.d/installed"
		cp --sparse=always "$lab_cache/image-bookworm/disk" "$machine/disk.new"
		mv "$machine/disk.new" "$machine/disk"
	fi
	mkdir -p "$work"/initrd.d/{modules,tree}
	(cd "$lab_cache/$tree-$kernel" && copy_modules "$(ls lib/modules)" "$work/initrd.d")
	qemu+=(-drive "if=none,id=disk,format=raw,file=${machine//,/,,}/disk"
		-device "virtio-blk-pci,bus=pcie.0,drive=disk")
	cmdline+=" systemd.unit=lab.target"
}

# copy_modules RELEASE DIRECTORY: those that the disk is mounted with to DIRECTORY/modules, and to DIRECTORY/tree
# those that the machine has: udev would load all that fit, and no test needs a graphics card.
copy_modules() {
	local file number=200

	for file in $(modules_for "$1" virtio_blk ext4); do
		number=$((number + 1)) # init loads them in this order, after those of the cache
		cp "$file" "$2/modules/$number.ko"
	done
	# shellcheck disable=SC2046 # one file per word
	cp --parents $(modules_for "$1" "${machine_modules[@]}" | sed 's|^.*/lib/modules|lib/modules|') \
		"lib/modules/$1"/modules.{builtin,order}* "$2/tree"
	PATH=$PATH:/usr/sbin:/sbin depmod -b "$2/tree" "$1"
}

# install_tools DIRECTORY: as a package of a distribution would have them below it.
install_tools() {
	[[ $(meson introspect --buildoptions "$build" | jq -r '.[] | select(.name == "prefix").value') == /usr ]] ||
		die "$build is not built for /usr; 'meson configure $build --prefix=/usr' and a build change that"
	meson install -C "$build" --no-rebuild --quiet --destdir "$1"
}

# settings MODE ARG...: what the guest has to know, as shell variables.
settings() {
	local mode=$1
	shift
	printf '%s=%q\n' mode "$mode" checkout "$root" build "$build" cache "$lab_cache" topology "$topology" \
		kernel "$kernel" term "${TERM:-dumb}"
	printf 'modules=(%s)\nours=(%s)\nready=(%s)\n' "${modules[*]@Q}" "${ours[*]@Q}" "${ready[*]@Q}"
	declare -f set_up set_up_shell
	printf 'words=('
	printf '%q ' "$@"
	printf ')\n'
}

# Options of the devices that carry the guest's output, common to both kinds of guest.
# shellcheck disable=SC2054 # the commas are QEMU's
port=(-device virtio-serial-pci,bus=pcie.0)

# start_guest OPTION...: QEMU in the background, as `guest`.
start_guest() {
	# Self-tests of ciphers, mitigations and a distrusted clock only cost time under emulation.
	local parameters="console=ttyS0 panic=-1 oops=panic watchdog_thresh=60"
	parameters+=" cryptomgr.notests mitigations=off tsc=reliable no_timer_check $cmdline"

	[[ $console ]] || parameters+=" quiet"
	# When the lab dies without a chance to clean up, the kernel takes QEMU along.
	setpriv --pdeathsig KILL "${emulator:+$lab_cache/$emulator/}qemu-system-x86_64" \
		-accel "${LAB_ACCEL:-tcg,thread=multi}" -cpu "${LAB_CPU:-$cpu}" -smp "$cpus" \
		-M q35,nvdimm=on -m "$memory,slots=16,maxmem=$maxmem" "${qemu[@]}" \
		-nic none -no-reboot -serial "file:$work/console" \
		-fsdev local,id=root,path=/,security_model=none,readonly=on,multidevs=remap \
		-device virtio-9p-pci,bus=pcie.0,fsdev=root,mount_tag=root \
		-kernel "$lab_cache/kernel-$kernel/vmlinux" -initrd "$work/initrd" \
		-append "$parameters" \
		"$@" <&0 2>"$work/qemu" &
	guest=$!
	doomed+=("$guest")
}

# follow FILE: copies what QEMU writes to it until QEMU ends.
follow() {
	tail -q -c +1 -s 0.1 -f --pid="$guest" "$work/$1" &
	followers+=($!)
}
followers=()

# await_guest SECONDS: until the guest has ended or the time is up.
await_guest() {
	local limit ended

	sleep "$1" &
	limit=$!
	doomed+=("$limit")
	wait -n -p ended "$guest" "$limit" || :
	[[ $ended != "$limit" ]] || hung=$1
	kill -KILL "$guest" "$limit" 2>/dev/null || :
	wait "$guest" "$limit" "${followers[@]}" 2>/dev/null || : # bash would report who was killed
	doomed=()
}
hung=

# What the kernel writes to its console when it is no longer to be trusted.
readonly trouble='Kernel panic|Oops[:[]|BUG:|kernel BUG at|general protection fault|KASAN|KFENCE:|double fault'

# judge STATUS: exits with it, or with the lab's own when the guest did not end well.
judge() {
	if grep -Eq "$trouble" "$work/console"; then
		show_console "the guest's kernel is in trouble"
		exit "$guest_died"
	elif [[ $hung ]]; then
		show_console "the guest did not finish within $hung s and was stopped"
		exit "$guest_hung"
	elif [[ ! $1 =~ ^[0-9]+$ ]]; then
		show_console "the guest went away without an exit status"
		exit "$guest_died"
	fi
	exit "$1"
}

show_console() {
	say "$1; the end of its console:"
	{ cat "$work/qemu" && tail -n 60 "$work/console"; } | tr -d '\r' | sed 's/^/    | /' >&2
}
