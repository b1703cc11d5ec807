# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # variables that other parts set and use
#
# Other releases of Debian, to build and install in. Packages are unpacked as everywhere in the lab; neither
# root nor a script of debootstrap for the release is needed, and a release takes a fifth of the time. The
# directories are laid over each other in a mount namespace; what a command writes goes with it.
#
#	root/	Debian's essential packages, and those that README.md names for a build
#	tests/	what the unit tests need besides, and another compiler; not of Debian 12
#	ndctl/	Debian's own ndctl and daxctl, and ipmctl, which is linked to libndctl; of Debian 12 alone
#	counts/	what test/run counts with; of Debian 12 alone

# layers_of SUITE: a line each, its name and its packages.
layers_of() {
	if [[ $1 == bookworm ]]; then
		echo "ndctl ndctl daxctl ipmctl"
		echo "counts jq bats"
	else
		echo "tests libcmocka-dev g++ clang libclang-rt-dev"
	fi
}

# build_packages: those of the README's recipe.
build_packages() {
	sed -n 's/^ *apt-get install \(meson .*\)/\1/p' "$root/README.md"
}

# make_debian SUITE
make_debian() {
	local suite=$1
	local -a named more

	read -ra named < <(build_packages)
	((${#named[@]})) || die "README.md has no line 'apt-get install meson ...'"
	open_suite "$suite"
	unpack_layer root "${named[@]}"
	while read -r -a more; do
		unpack_layer "${more[0]}" "${named[@]}" "${more[@]:1}" </dev/null
	done < <(layers_of "$suite")
	describe_debian "$suite" >packages
}

# describe_debian SUITE: what it is made of; `outdated` compares.
describe_debian() {
	build_packages
	layers_of "$1"
}

# unpack_layer LAYER PACKAGE...: these and all that they depend on, but for what is in layer root.
unpack_layer() {
	local layer=$1 debs=tmp/$1.debs link
	shift

	mkdir -p "$layer"/usr/{bin,sbin,lib,lib64}
	for link in bin sbin lib lib64; do # as in a Debian that is installed
		ln -s "usr/$link" "$layer/$link"
	done
	[[ $layer == root ]] || cp -al tmp/root.debs "$debs"
	mkdir -p "$debs/partial"
	in_suite "$suite" apt-get install --yes --no-install-recommends --download-only \
		-o Dir::Cache::archives="$PWD/$debs" '?essential' "$@" >&2
	find "$debs" -name '*.deb' -printf '%f\n' |
		{ [[ $layer == root ]] && cat || grep -vxF -f <(ls tmp/root.debs); } |
		xargs -r -P "$(nproc)" -I FILE sh -c \
			'dpkg --fsys-tarfile "$0/FILE" | tar -C "$1" -x --keep-directory-symlink --no-same-owner' \
			"$debs" "$layer"
	[[ $layer == root ]] || rm -rf "$debs"
}

# run_in_debian SUITE LAYERS COMMAND...: as root of a Debian, in the directory of the checkout, which is read-only.
# LAYERS is a list such as root,tests.
run_in_debian() {
	local spaces=(--mount) directory=$lab_cache/debian-$1 lower='' layer
	local -a names

	need unshare util-linux
	fetch "debian-$1"
	IFS=, read -ra names <<<"$2"
	for layer in "${names[@]}"; do
		[[ -d $directory/$layer ]] || die "Debian $1 has no layer '$layer' in the cache"
		lower=$directory/$layer${lower:+:$lower}
	done
	shift 2
	((EUID == 0)) || spaces+=(--user --map-root-user)
	unshare "${spaces[@]}" true 2>/dev/null ||
		die "no mount namespace can be made here, which a command in another Debian needs"
	work=$(mktemp -d "${TMPDIR:-/tmp}/lab.XXXXXX")
	scratch+=("$work")
	setpriv --pdeathsig KILL unshare "${spaces[@]}" bash "$lab_dir/guest/debian" \
		"$work" "$lower" "$root" "$@" &
	doomed+=($!)
	wait $!
}
