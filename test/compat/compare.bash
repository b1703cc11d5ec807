# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# For the tests that compare us with the reference: they put the machine into a state of
# states.bash and hand tables to `compare`, which tells how that works.

load ../../kernel/helpers
load ../states

compat=$(cd "${BASH_SOURCE[0]%/*}" && pwd)

setup_file() {
	reachable "$REF_ROOT" "$compat" "${REF_ROOT%/*/*}/reference-forky/root" "$LAB_BUILD"/{test/compat,lib/daxctl,lib/ndctl}
	if declare -F prepare >/dev/null; then
		prepare >/dev/null
	fi
}

# reachable DIRECTORY...: by `nobody` too, wherever on the host they lie. All that is changed for this
# is the guest's copy of the permissions.
reachable() {
	local directory directories=()
	for directory; do
		while [[ $directory ]]; do
			directories+=("$directory")
			directory=${directory%/*}
		done
	done
	chmod go+rx "${directories[@]}"
}

# in_state STATE...: one after the other; a state with arguments is one word.
in_state() {
	local state
	for state; do
		$state
	done >/dev/null
}

reads() {
	"$compat/compare" reads "$@"
}

# probe LIBRARY MODE STATE..., probe unused
probe() {
	"$compat/probe" "$@"
}

changes() {
	"$compat/compare" changes "$@"
}
