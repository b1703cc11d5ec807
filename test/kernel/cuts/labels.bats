# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What a kernel makes, when it boots, of labels whose writing was cut short: see cut.

load ../helpers
load region

@test "whichever write was the last, there are the namespaces of before or of afterwards" {
	local number names found=()
	check ndctl check-labels all
	[[ $status == 0 ]]
	says "verified the labels of 10 nmems"
	[[ $stderr != *agree* ]]
	for number in 0 1 2 3 4 5 6; do
		names=$(ndctl list -N --region "$(region_on "nmem$number")" | jq -r '[.[].name] | sort | join(" ")')
		[[ $names == one || $names == "three two" ]]
		found+=("${names##* }")
	done
	echo "# ${found[*]}"
	# There are both, and no way back.
	[[ ${found[0]} == two && ${found[5]} == one && ${found[6]} == one ]]
	[[ " ${found[*]} " != *" one two "* ]]
}

@test "whichever write of the kernel was the last, there are the namespaces of before or of afterwards" {
	local number found=()
	for number in 7 8 9; do
		check ndctl list -N --region "$(region_on "nmem$number")"
		found+=("$(jq -r '[.[] | .name // "new"] | sort | join(" ")' <<<"$output")")
	done
	printf '# %s\n' "${found[@]}"
	[[ ${found[0]} == two ]]
	[[ ${found[1]} == "new two" ]] # its name comes later
	[[ ${found[2]} == "three two" ]]
}
