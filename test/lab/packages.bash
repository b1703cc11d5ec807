# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# What Debian packages the demo and the tests need, and installing those that are missing.

# Of dpkg-dev meson learns where Debian's linker looks for libraries.
# shellcheck disable=SC2034 # for those who source this file
packages_build=(gcc dpkg-dev meson ninja-build pkgconf libkmod-dev libudev-dev libjson-c-dev uuid-dev
	libiniparser-dev libkeyutils-dev libcmocka-dev scdoc)
packages_lab=(qemu-system-x86 busybox-static cpio kmod xz-utils zstd)
packages_nfit=(make bc libelf-dev libc6-dev binutils)
packages_test=(bats g++ clang libclang-rt-dev gojq jq keyutils strace dmsetup mdadm valgrind libmemkind-dev pmdk-tools python3-gi gir1.2-blockdev-2.0
	libblockdev-nvdimm2)
packages_image=(debootstrap debian-archive-keyring fakechroot fakeroot e2fsprogs)
packages_host=(python3 strace)
packages_lint=(universal-ctags clang-format shellcheck codespell)
packages_bench=(bc time)
packages_demo=(numactl procps)

# install_packages PACKAGE...: says which are missing, then installs them.
install_packages() {
	local package as_root=()
	local -a missing=()

	for package; do
		[[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] ||
			missing+=("$package")
	done
	((${#missing[@]})) || return 0
	if ((EUID != 0)); then
		if ! command -v sudo >/dev/null; then
			echo "${0##*/}: not root, and there is no sudo; as root: apt-get install ${missing[*]}" >&2
			return 1
		fi
		as_root=(sudo)
	fi
	echo "${0##*/}: installing with ${as_root[*]+"${as_root[*]} "}apt-get: ${missing[*]}" >&2
	"${as_root[@]}" apt-get -qq update
	"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
		apt-get -qq -y --no-install-recommends -o Dpkg::Use-Pty=0 install "${missing[@]}" >&2
}
