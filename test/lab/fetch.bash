# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # variables that other parts set and use
#
# What is fetched once and kept in the cache.  Packages are downloaded and unpacked, never
# installed, through an apt configuration of our own in the cache: it needs no root, it does not
# touch the machine's, and it can name suites that the machine does not use.
#
#	kernel-V	vmlinux, lib/modules/, initrd (busybox and the modules to mount the root with)
#	qemu-10		a newer QEMU than Debian 12's: a wrapper, and the unpacked packages in root/
#	source-6.1	headers and sources that modules are built with
#	nfit-6.1	a kernel-6.1 whose NVDIMM modules are the ones of the kernel's emulator
#	nonedax-6.1	a kernel-6.1 that has device-dax without struct pages: our module in nonedax/
#	labelfault-6.1	our module in labelfault/, for any kernel-6.1
#	image-bookworm	the disk of a machine with Debian, systemd and udev, for `lab run --machine`
#	debian-SUITE	a release of Debian to build in: chroot.bash
#	reference	Debian's ndctl and daxctl: wrappers, and the unpacked packages in root/
#	reference-SUITE	those of another suite, and cxl, with the libraries that they need
#
# Each appears by one rename when it is whole, under a lock.

# fetch_all [WHAT]...: the named things, or those of 6.1, for the kernels in `chosen`.
fetch_all() {
	local what kernel

	((${#chosen[@]})) || chosen=(6.1)
	(($#)) || set -- kernel nfit nonedax labelfault reference
	for what; do
		case $what in
		kernel) for kernel in "${chosen[@]}"; do fetch "kernel-$kernel"; done ;;
		nfit | nonedax | labelfault) fetch "$what-6.1" ;;
		image) fetch image-bookworm ;;
		qemu) fetch qemu-10 ;;
		reference | reference-trixie | reference-forky) fetch "$what" ;;
		*) die "there is no '$what' to fetch; it is kernel, nfit, nonedax, labelfault, image, qemu or reference" ;;
		esac
	done
}

# fetch ITEM: ITEM is in the cache when this returns.
fetch() {
	local item=$1 partial=$lab_cache/.partial lock status

	! outdated "$item" || rm -rf "${lab_cache:?}/$item"
	[[ ! -e $lab_cache/$item ]] || return 0
	case $item in
	source-*) fetch "kernel-${item#*-}" ;;
	nfit-* | nonedax-* | labelfault-*) fetch "source-${item#*-}" ;;
	esac
	exec {lock}>"$lab_cache/.lock"
	flock -n "$lock" || { say "waiting for another fetch to finish" && flock "$lock"; }
	if [[ ! -e $lab_cache/$item ]]; then
		say "fetching $item into $lab_cache"
		rm -rf "$partial" # we hold the lock: it can only be a dead one's
		mkdir "$partial"
		scratch+=("$partial")
		set +e # `(...) || die` would switch it off inside the parentheses too
		(set -e && cd "$partial" && "make_${item%%-*}" "${item#*-}")
		status=$?
		set -e
		((status == 0)) || die "fetching $item failed; the lines above say why"
		rm -rf "$partial/tmp"
		mv -T "$partial" "$lab_cache/$item"
		scratch=()
	fi
	exec {lock}>&-
}

# --- apt -----------------------------------------------------------------------------------

# mirror: the Debian mirror that this machine uses, from whatever form its sources have.
mirror() {
	apt-get update --print-uris 2>/dev/null |
		sed -En "s|^'([^']*)/dists/[a-z]+/(In)?Release'.*|\1|p" | head -n 1
}

# in_suite SUITE PROGRAM ARG...: apt-get or apt-cache, in our configuration. A mirror that has not followed
# for a while will do: its packages are signed all the same, and only tests see them.
in_suite() {
	local state=$lab_cache/apt/$1 program=$2
	shift 2
	"$program" -qq -o Dir::Etc::SourceList="$state/sources.list" -o Dir::Etc::SourceParts=/dev/null \
		-o Dir::Etc::PreferencesParts=/dev/null -o Dir::State::Lists="$state/lists" \
		-o Dir::State::Status=/dev/null -o Dir::Cache="$state/cache" \
		-o Acquire::Languages=none -o Acquire::Check-Valid-Until=false -o APT::Sandbox::User=root "$@"
}

# open_suite SUITE: apt knows the packages of the suite as they are today.
open_suite() {
	local state=$lab_cache/apt/$1 keys=/usr/share/keyrings/debian-archive-keyring.gpg address

	need apt-get apt
	address=$(mirror) || :
	[[ $address ]] || die "apt's sources on this machine name no Debian mirror; add one"
	mkdir -p "$state/lists/partial" "$state/cache/archives/partial"
	[[ ! -f $keys ]] && keys='' || keys="[signed-by=$keys] "
	echo "deb $keys$address $1 main" >"$state/sources.list"
	in_suite "$1" apt-get update
}

# unpack SUITE DIRECTORY PACKAGE...
unpack() {
	local suite=$1 directory=$2 package
	shift 2
	mkdir -p tmp/packages "$directory"
	(cd tmp/packages && in_suite "$suite" apt-get download "$@")
	for package in tmp/packages/*.deb; do
		dpkg -x "$package" "$directory"
	done
	rm -rf tmp/packages
}

# depends SUITE PACKAGE PATTERN: the packages it depends on whose names match.
depends() {
	in_suite "$1" apt-cache depends "$2" | awk '$1 == "Depends:" {print $2}' | grep -E "$3" || :
}

# --- kernel-V ------------------------------------------------------------------------------

make_kernel() {
	local suite image parts release tree

	need depmod kmod
	need busybox busybox-static
	need cpio cpio
	need xz xz-utils
	suite=$(suite_of "$1")
	open_suite "$suite"
	image=$(depends "$suite" linux-image-amd64 '^linux-image-')
	# Since 7.x the image and its modules are packages of their own.
	mapfile -t parts < <(depends "$suite" "$image" '^linux-(base|binary|modules)-[0-9]')
	unpack "$suite" tmp/root "$image" "${parts[@]}"

	mkdir lib
	for tree in tmp/root/lib/modules tmp/root/usr/lib/modules; do # 7.2's packages use both
		[[ ! -d $tree ]] || cp -al "$tree" lib/
	done
	release=$(ls lib/modules)
	[[ $release == "$1."* ]] || die "Debian $suite has Linux $release now and no $1; see test/lab/kernels"
	echo "$image" >package
	vmlinux_of "$(first tmp/root/boot/vmlinuz-* "lib/modules/$release/vmlinuz")" >vmlinux
	rm -f "lib/modules/$release/vmlinuz"
	PATH=$PATH:/usr/sbin:/sbin depmod -b . "$release"
	make_initrd "$release"
}

# first PATH...: the first that exists.
first() {
	local path
	for path; do
		[[ ! -e $path ]] || { echo "$path" && return; }
	done
	say "none of these exists: $*"
	return 1
}

# vmlinux_of BZIMAGE: the kernel proper, taken out of its self-extracting wrapper, because QEMU
# boots that as well and emulated unpacking costs half of the time that a boot takes.  Offsets are
# from the kernel's Documentation/arch/x86/boot.rst.
vmlinux_of() {
	local setup payload length magic

	setup=$(number_at "$1" $((0x1f1)) 1)
	payload=$(((setup + 1) * 512 + $(number_at "$1" $((0x248)) 4)))
	length=$(number_at "$1" $((0x24c)) 4)
	magic=$(number_at "$1" "$payload" 4)
	# The last four bytes are the unpacked size, which the unpackers take for garbage.
	head -c $((payload + length - 4)) "$1" | tail -c +$((payload + 1)) |
		case $(printf %08x "$magic") in
		587a37fd) xz -dc --single-stream ;;
		fd2fb528) zstd -dcq ;;
		*8b1f) gzip -dcq ;;
		*) die "$1 is packed in a way that the lab does not know" ;;
		esac
}

# number_at FILE OFFSET BYTES
number_at() {
	od -An -v -j "$2" -N "$3" -t "u$3" "$1" | tr -d ' '
}

# make_initrd RELEASE: the part of the initial ramdisk that is the same in every boot.
make_initrd() {
	local tree=tmp/initrd number=100 file

	mkdir -p $tree/bin $tree/modules $tree/dev $tree/new
	modules_for "$1" virtio_pci 9pnet_virtio 9p overlay virtio_console >tmp/modules
	cp "$(command -v busybox)" $tree/bin/busybox
	while read -r file; do
		number=$((number + 1)) # init loads them in this order
		case $file in
		*.xz) xz -dc "$file" ;;
		*.zst) zstd -dcq "$file" ;;
		*) cat "$file" ;;
		esac >"$tree/modules/$number.ko"
	done <tmp/modules
	(cd $tree && find . | cpio --quiet -o -H newc -R 0:0) >initrd
}

# modules_for RELEASE MODULE...: the files to load, in order.
modules_for() {
	local release=$1 module
	shift
	for module; do
		PATH=$PATH:/usr/sbin:/sbin modprobe -d . -S "$release" --show-depends "$module"
	done | awk '$1 == "insmod" && !seen[$2]++ {print $2}'
}

# --- reference -----------------------------------------------------------------------------

# make_reference SUITE
make_reference() {
	local tool

	[[ $1 == reference ]] || { make_newer_reference "$1" && return; }
	open_suite bookworm
	unpack bookworm root ndctl daxctl libndctl6 libdaxctl1 libndctl-dev libdaxctl-dev \
		libiniparser1 libkeyutils1 libjson-c5
	for tool in ndctl daxctl; do
		cat >$tool <<-'END'
		#!/bin/sh
		root=$(dirname "$0")/root
		LD_LIBRARY_PATH=$root/usr/lib/x86_64-linux-gnu:$root/lib/x86_64-linux-gnu \
			exec "$root/usr/bin/${0##*/}" "$@"
		END
		chmod +x $tool
	done
}

# make_newer_reference SUITE: programs with their own C library.  They use the libraries in the
# directories of LAB_LIBRARIES (separated by colons) instead of their own.
make_newer_reference() {
	local tool

	open_suite "$1"
	unpack "$1" root ndctl daxctl cxl libndctl6 libdaxctl1 libcxl1 libc6 libuuid1 libkmod2 \
		libudev1 libcap2 libjson-c5 libiniparser4 libkeyutils1 libtraceevent1 libtracefs1 \
		liblzma5 libzstd1 libssl3t64 zlib1g libgcc-s1
	for tool in ndctl daxctl cxl; do
		cat >$tool <<-'END'
		#!/bin/sh
		root=$(dirname "$0")/root/usr
		own=$root/lib/x86_64-linux-gnu
		exec "$own/ld-linux-x86-64.so.2" --library-path "${LAB_LIBRARIES:+$LAB_LIBRARIES:}$own" \
			"$root/bin/${0##*/}" "$@"
		END
		chmod +x $tool
		./$tool --version >/dev/null || die "$tool of Debian $1 does not run here"
	done
}

# --- qemu-V --------------------------------------------------------------------------------

# make_qemu VERSION: Debian 12's QEMU 7.2 knows no volatile CXL memory, the one in its backports does.
# The libraries it needs are those of Debian 12's, which is installed. Its modules and data must not be:
# a module of another build makes QEMU abort. Below `qemu-bundle`, beside the program, QEMU looks for all
# that it would otherwise take from the machine's /usr and /etc.
make_qemu() {
	open_suite bookworm-backports
	unpack bookworm-backports root qemu-system-x86 qemu-system-common qemu-system-data seabios
	ln -s ../.. root/usr/bin/qemu-bundle
	cat >qemu-system-x86_64 <<-'END'
	#!/bin/sh
	root=$(dirname "$0")/root/usr
	export QEMU_MODULE_DIR="$root/lib/x86_64-linux-gnu/qemu"
	exec "$root/bin/qemu-system-x86_64" -L "$root/share/qemu" -L "$root/share/seabios" "$@"
	END
	chmod +x qemu-system-x86_64
	[[ $(./qemu-system-x86_64 --version) == *" version $1."* ]] ||
		die "bookworm-backports has another QEMU than $1, or one that does not run here"
}

# --- source-V ------------------------------------------------------------------------------

# make_source KERNEL: what modules of our own are built with: the kernel's headers, and those parts
# of its sources that hold the emulator of NVDIMM platforms and the headers of the drivers.
make_source() {
	local release headers sources

	release=$(ls "$lab_cache/kernel-$1/lib/modules")
	open_suite bookworm
	unpack bookworm . "linux-source-$1" "linux-kbuild-$1" "linux-headers-$release" \
		"linux-headers-${release%-*}-common"
	headers=usr/src/linux-headers-$release
	sources=usr/src/linux-source-$1
	tar -C usr/src -xf "$sources.tar.xz" \
		"${sources##*/}"/{tools/testing/nvdimm,drivers/nvdimm,drivers/dax,drivers/acpi,include}
	rm "$sources".*
	ln -s "${headers##*/}" usr/src/headers
	ln -s "${sources##*/}" usr/src/sources
}

# compile_modules KERNEL DIRECTORY: what DIRECTORY, below the kernel's sources or a path, has the makefile of.
# The modules are then in extra/.
compile_modules() {
	local kernel=$1 directory=$2 sources
	local -a includes # and `build`, which the trap needs after this function

	need gcc gcc
	need make make
	need bc bc
	need strip binutils
	[[ -e /usr/include/libelf.h ]] || die "libelf.h is missing; 'apt-get install libelf-dev' brings it"
	# The kernel's makefiles cannot bear a space in a path, and the cache may have one.
	build=$(mktemp -d /tmp/lab.XXXXXX)
	trap 'rm -rf "$build"' EXIT
	cp -a "$lab_cache/source-$kernel/usr" "$build/"
	sed -i "s|/usr/src/|$build/usr/src/|" "$build/usr/src/headers/Makefile"
	sources=$build/usr/src/sources
	if [[ $directory == /* ]]; then
		cp -a "$directory" "$build/modules"
		directory=$build/modules
	else
		directory=$sources/$directory
	fi
	# A module outside of the kernel's tree does not find the headers of the drivers it stands in for.
	includes=("-I$sources/drivers/nvdimm" "-I$sources/drivers/acpi/nfit" "-I$sources/drivers/dax")
	make -s -j"$(nproc)" -C "$build/usr/src/headers" M="$directory" \
		KCPPFLAGS="${includes[*]}" modules >"$build/log" 2>&1 || {
		cat "$build/log" >&2
		die "the modules in $directory do not build; the compiler's messages are above"
	}
	mkdir extra
	find "$directory/" -name '*.ko' -exec cp -t extra {} +
	strip --strip-debug extra/*.ko
}

# build_modules KERNEL DIRECTORY MODULE...: likewise, and the kernel's tree of modules is then in lib, with
# these in the place of those that have the names MODULE.
build_modules() {
	local kernel=$lab_cache/kernel-$1 release module

	compile_modules "$1" "$2"
	shift 2
	release=$(ls "$kernel/lib/modules")
	cp -al "$kernel/lib" lib # hard links: nothing writes into these files, depmod replaces its own
	mv extra "lib/modules/$release/"
	mkdir -p tmp/depmod.d
	for module; do
		echo "override $module * extra"
	done >tmp/depmod.d/lab.conf
	PATH=$PATH:/usr/sbin:/sbin depmod -C tmp/depmod.d -b . "$release"
}

# --- nfit-V --------------------------------------------------------------------------------

# make_nfit KERNEL: the kernel's sources hold, under tools/testing/nvdimm, an emulator of NVDIMM
# platforms that needs NVDIMM modules built around it.  Debian does not build those; we do.
make_nfit() {
	build_modules "$1" tools/testing/nvdimm \
		nfit device_dax dax_pmem libnvdimm nd_btt nd_e820 nd_pmem
}

# --- nonedax-V -----------------------------------------------------------------------------

# make_nonedax KERNEL: a dax_pmem of our own, which makes dax devices without struct pages.
make_nonedax() {
	build_modules "$1" "$lab_dir/nonedax" dax_pmem
	cp "$lab_dir"/nonedax/* .
}

# --- labelfault-V ------------------------------------------------------------------------

# make_labelfault KERNEL: a module of our own that lets the kernel's writes of labels fail.
make_labelfault() {
	compile_modules "$1" "$lab_dir/labelfault"
	cp "$lab_dir"/labelfault/* .
}

# --- image-SUITE ---------------------------------------------------------------------------

# make_image SUITE: Debian as debootstrap installs it, in a file system of its own. fakechroot and
# fakeroot stand in for root, for mounts and for devices, which a container often has not.
make_image() {
	local address proxy=''

	need debootstrap debootstrap
	need fakechroot fakechroot
	need fakeroot fakeroot
	need mke2fs e2fsprogs
	address=$(mirror) || :
	[[ $address ]] || die "apt's sources on this machine name no Debian mirror; add one"
	eval "$(apt-config shell proxy Acquire::http::Proxy)"
	export http_proxy=${http_proxy:-${proxy:-}} PATH=$PATH:/usr/sbin:/sbin
	cp "$lab_dir"/image/* .
	mkdir -p tmp/debs
	# debootstrap fetches packages one by one; apt does it many times faster.
	open_suite "$1"
	in_fake_root bash ./make --print-debs "$1" "$address" >tmp/list 2>tmp/log || image_failed "$1"
	# shellcheck disable=SC2046 # names of packages
	(cd tmp/debs && in_suite "$1" apt-get download $(<../list))
	in_fake_root bash ./make "$1" "$address" >tmp/log 2>&1 || image_failed "$1"
}

# in_fake_root COMMAND...: without the name of an environment fakechroot would not lead programs to the libraries
# that lie in the new tree.
in_fake_root() {
	fakechroot --environment debootstrap fakeroot "$@"
}

image_failed() {
	tail -n 30 tmp/log >&2
	die "Debian $1 could not be installed; the end of what debootstrap said is above"
}

# outdated ITEM: whether it was built from other sources than there are now, or is a QEMU that loads the
# machine's modules.
outdated() {
	local directory=${1%%-*} file

	if [[ $directory == qemu ]]; then
		[[ -e $lab_cache/$1 && ! -e $lab_cache/$1/root/usr/bin/qemu-bundle ]]
		return
	elif [[ $directory == debian ]]; then
		[[ -e $lab_cache/$1 ]] && ! cmp -s <(describe_debian "${1#*-}") "$lab_cache/$1/packages"
		return
	fi
	[[ $directory =~ ^(nonedax|labelfault|image)$ && -e $lab_cache/$1 ]] || return 1
	for file in "$lab_dir/$directory"/*; do
		cmp -s "$file" "$lab_cache/$1/${file##*/}" || return 0
	done
	return 1
}
