# SPDX-License-Identifier: LGPL-2.1-or-later
#
# C5: text that others put on the medium, on its way to JSON and to a terminal.

load ../helpers

# valid_json: the output of the last `check` is, for a reader that takes no other bytes than UTF-8.
valid_json() {
	python3 -c 'import json, sys; json.loads(sys.stdin.buffer.read().decode("utf-8", "strict"))' <<<"$output"
}

@test "C5: a label's name that is not UTF-8, or commands a terminal, is valid JSON and no command" {
	local name
	labelled
	name=$(ndctl create-namespace --mode raw --size 16M | jq -r .dev)
	ndctl disable-namespace "$name"
	printf 'a\x9b\xff\x1b[2J\xc2\x9b\xe2\x80\xae\x7f' >"/sys/bus/nd/devices/$name/alt_name"
	check ndctl list -Ni
	[[ $status == 0 && $output == *'"name":"a\ufffd\ufffd\u001b[2J\u009b\u202e\u007f"'* ]]
	valid_json
	check ndctl read-labels -j nmem0
	[[ $status == 0 && $output == *'"name":"a\ufffd\ufffd\u001b[2J\u009b\u202e\u007f"'* ]]
	valid_json
	NDCTL_LOG=debug check ndctl list -NRDi
	run ! env LC_ALL=C grep -P '[\x7f-\xff\e]' <<<"$stderr$output"
	ndctl destroy-namespace --force "$name"
}

@test "devices that cannot be listed are not missing" {
	local command
	mount -t tmpfs -o mode=0700 none /sys/bus/nd/devices
	for command in list "list -B" "disable-region all" "enable-namespace all" "create-namespace" \
		"check-labels all" "read-infoblock namespace0.0"; do
		# shellcheck disable=SC2086
		check nobody ndctl $command
		[[ $status != 0 && ! $output ]]
		says "/sys/bus/nd/devices cannot be listed: Permission denied"
	done
	umount /sys/bus/nd/devices
}
