# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# The one way in which the demo, the tests and the benchmark configure build/, whichever comes first.

# configure_build: build/ is configured for /usr, where the machines of test/boot have the tools, with all that
# is optional and there today: meson keeps what it did not find.
configure_build() {
	local found prefix

	found=$(optional_parts)
	if [[ ! -e build/build.ninja ]]; then
		meson setup build --prefix=/usr
	else
		prefix=$(meson introspect --buildoptions build |
			python3 -c 'import json, sys; print(*(o["value"] for o in json.load(sys.stdin) if o["name"] == "prefix"))')
		if [[ $prefix != /usr ]]; then
			echo "${0##*/}: build/ was configured for $prefix and is now for /usr;" \
				"'meson configure build -Dprefix=$prefix' changes it back" >&2
			meson setup --reconfigure build --prefix=/usr
		elif [[ $found != "$(cat build/optional-parts 2>/dev/null)" ]]; then
			meson setup --reconfigure build
		fi
	fi
	echo "$found" >build/optional-parts
}

# optional_parts: what meson looks for and does without.
optional_parts() {
	dpkg-query -W -f '${Package} ${Version} ${db:Status-Status}\n' g++ clang libclang-rt-dev libmemkind-dev \
		libcmocka-dev scdoc bash-completion meson systemd udev 2>/dev/null || :
}
