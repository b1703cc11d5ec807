# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # variables that other parts set and use
#
# What every part of the lab uses: messages, directories, tables, clean-up.

# Exit statuses that are the lab's own; every other one is the command's.
readonly lab_failed=123 guest_hung=124 guest_died=125

root=$(readlink -f "$lab_dir/../..")
lab_cache=${LAB_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/daxctl-lab}
mkdir -p "$lab_cache" || exit $lab_failed
lab_cache=$(readlink -f "$lab_cache")

say() {
	printf 'lab: %s\n' "$*" >&2
}

die() {
	say "$*"
	exit $lab_failed
}

# need PROGRAM PACKAGE: the program is there, or a sentence says what to install.
need() {
	command -v "$1" >/dev/null || PATH=$PATH:/usr/sbin:/sbin command -v "$1" >/dev/null ||
		die "$1 is missing; 'apt-get install $2' brings it"
}

kernel_table() {
	grep -v '^#' "$lab_dir/kernels"
}

# suite_of KERNEL: the Debian suite it comes from.
suite_of() {
	kernel_table | awk -v k="$1" '$1 == k {print $2}'
}

known_kernel() {
	[[ $(suite_of "$1") ]] || die "there is no kernel '$1'; 'lab list' names them"
	echo "$1"
}

known_topology() {
	[[ $1 != */* && -f $lab_dir/topology/$1 ]] ||
		die "there is no topology '$1'; 'lab list' names them"
	echo "$1"
}

known_build() {
	[[ -x $1/daxctl/daxctl ]] || die "nothing has been built in '$1'; 'meson compile -C $1' does so"
	readlink -f "$1"
}

# Whatever is started or made has to go when the lab ends, however it ends: `doomed` are the
# processes to kill, `scratch` the directories to remove.
doomed=() scratch=()

clean_up() {
	((${#doomed[@]} == 0)) || kill -KILL "${doomed[@]}" 2>/dev/null || :
	wait 2>/dev/null # bash would report who was killed
	((${#scratch[@]} == 0)) || rm -rf "${scratch[@]}"
	[[ ! ${terminal:-} ]] || stty "$terminal"
}
trap clean_up EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
