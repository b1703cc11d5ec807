# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What DIMMs say of their health, and what they are made to say. nmem0 to nmem3 have SMART, nmem4 and nmem5 do not.

load ../helpers

teardown() {
	ndctl inject-smart --uninject-all --bus nfit_test.0 all >/dev/null
	ndctl inject-smart -M 40 -C 30 -S 5 --media-temperature-alarm=on --ctrl-temperature-alarm=off --spares-alarm=on \
		--bus nfit_test.0 all >/dev/null
}

@test "health and firmware are shown where a DIMM tells them" {
	unchanged ndctl list -D --health
	[[ $status == 0 ]]
	json 'length == 6 and (map(select(has("health")).dev) | sort == ["nmem0", "nmem1", "nmem2", "nmem3"])'
	json '.[] | select(.dev == "nmem1").health | .health_state == "non-critical" and .temperature_celsius == 23
		and .spares_percentage == 75 and .temperature_threshold == 40 and .shutdown_state == "clean"'
	check ndctl list -DF
	[[ $status == 0 ]]
	json 'map(select(.firmware.can_update).dev) | sort == ["nmem0", "nmem1", "nmem2", "nmem3"]'
	check ndctl list -D --health --firmware -d nmem4
	[[ $status == 0 && ! $stderr ]]
	json '.[0].dev == "nmem4" and (.[0] | has("health") or has("firmware") | not)'
}

@test "false values are reported until they are taken back" {
	unchanged ndctl inject-smart -m 52.5 -s 7 --fatal --unsafe-shutdown nmem0
	[[ $status == 0 ]]
	json '.[0].health | .temperature_celsius == 52.5 and .spares_percentage == 7 and .health_state == "fatal"
		and .shutdown_state == "dirty"'
	check ndctl inject-smart --fatal-uninject --spares-uninject nmem0
	json '.[0].health | .temperature_celsius == 52.5 and .spares_percentage == 75 and .health_state == "non-critical"'
	check ndctl inject-smart -N nmem0 -u
	[[ $status == 0 && ! $stderr ]]
	json '.health | .temperature_celsius == 23 and .shutdown_state == "clean"'
	check ndctl inject-smart -m -3 nmem0
	json '.[0].health.temperature_celsius == -3'
}

@test "thresholds are set one by one, and the others stay" {
	check ndctl inject-smart -S 8 --ctrl-temperature-alarm=on -C 32 nmem2
	[[ $status == 0 ]]
	json '.[0].health | .spares_threshold == 8 and .controller_temperature_threshold == 32 and .temperature_threshold == 40'
	check ndctl inject-smart --media-temperature-alarm=off nmem2
	json '.[0].health | has("temperature_threshold") | not'
	json '.[0].health | .spares_threshold == 8 and .alarm_enabled_ctrl_temperature'
}

@test "all DIMMs of a bus" {
	check ndctl inject-smart -m 30 --bus nfit_test.0 all
	[[ $status == 0 ]]
	json 'length == 4 and all(.[]; .health.temperature_celsius == 30)'
}

@test "what cannot be is refused, and nothing is changed" {
	local before word
	before=$(ndctl list -DH)
	for word in --media-temperature=-3000 --media-temperature=-300 -M-274 --media-temperature=0x10 --media-temperature=0x1p3 \
		--media-temperature=nan --media-temperature=inf --media-temperature=foo --spares=101 \
		--spares=-1 --spares-threshold=300 --spares=5x --spares-alarm=maybe --media-temperature=2048; do
		check ndctl inject-smart "$word" nmem0
		[[ $status == 234 && ! $output && $stderr ]]
	done
	check ndctl inject-smart nmem0
	[[ $status == 234 ]]
	says "nothing to inject, take back or set"
	check ndctl inject-smart --fatal --fatal-uninject nmem0
	[[ $status == 234 ]]
	check ndctl inject-smart --spares=5 --uninject-all nmem0
	[[ $status == 234 ]]
	says "--spares cannot be combined with --uninject-all"
	check ndctl inject-smart --fatal
	[[ $status == 129 ]]
	check ndctl inject-smart --fatal nmem77
	[[ $status == 250 ]]
	check ndctl inject-smart --fatal nmem0 nmem1
	[[ $status == 129 ]]
	# The family cannot inject it: nothing else of the command is done either.
	check ndctl inject-smart --ctrl-temperature=52 --spares-threshold=9 --fatal nmem0
	[[ $status == 250 && ! $output ]]
	says "nmem0: command family Intel cannot inject this value"
	check ndctl inject-smart --fatal nmem4
	[[ $status == 251 ]]
	says "nmem4: no SMART injection: the platform does not offer function 18 of command family Intel"
	[[ $(ndctl list -DH) == "$before" ]]
}
