# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The third boot: a section has a mistake, and the NVDIMM that others are for has been taken out.

# shellcheck disable=SC2154 # variables of the helpers

load ../helpers

@test "what is there comes back" {
	udevadm settle
	daxctl list -M -r 0 | diff "$kept/devices" -
}

@test "the unit has failed, and says what of, with file, section and key" {
	[[ $(property ActiveState) == failed && $(property Result) == exit-code ]]
	unit_says "restored 3, 0 in place, 4 failed"
	[[ $output == *"$conf/broken.conf:3: [reconfigure-device broken]: moed: "* ]]
	[[ $(grep -c "not restored: \[reconfigure-device .*: no .* this uuid" <<<"$output") == 3 ]]
}

@test "nothing else failed, but what cannot do without all of it" {
	check systemctl list-units --state=failed --plain --no-legend
	[[ $(wc -l <<<"$output") == 1 ]]
	[[ $(property ActiveState needs-memory.service) == inactive ]]
	[[ $(property ActiveState multi-user.target) == active ]]
}
