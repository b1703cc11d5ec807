# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A machine without such memory, without the modules, and without /sys.

load ../helpers

@test "list of nothing is empty and no failure" {
	check daxctl list -RDMiu
	[[ $status == 0 && -z $output && -z $stderr ]]
	check ndctl list -BDRNi
	[[ $status == 0 && -z $output && -z $stderr ]]
}

@test "verbs say that there is no such device" {
	check daxctl reconfigure-device --mode system-ram dax0.0
	[[ $status == 250 ]]
	says "dax0.0: no such dax device"
	check ndctl disable-region region0
	[[ -z $output ]]
	says "region"
}

@test "without /sys it is the same" {
	check unshare --mount bash -c 'umount -R /sys && exec daxctl reconfigure-device -m system-ram dax0.0'
	[[ $status == 250 ]]
	says "dax0.0"
	check unshare --mount bash -c 'umount -R /sys && exec daxctl list'
	[[ $status == 0 && -z $output ]]
}

# E4: what is printed has to arrive; the reference fails with 1.
@test "a standard output that is closed or full is a failure" {
	local tool words
	for tool in ndctl daxctl; do
		for words in version help --version --list-cmds; do
			check bash -c "exec $tool $words >&-"
			[[ $status == 1 ]]
			says "$tool: cannot write to standard output: Bad file descriptor"
			check bash -c "exec $tool $words >/dev/full"
			[[ $status == 1 ]]
			says "$tool: cannot write to standard output: No space left on device"
		done
		# Nothing to print is no failure.
		check bash -c "exec $tool list >&-"
		[[ $status == 0 && -z $stderr ]]
	done
	check bash -c 'exec ndctl write-infoblock -c -s 1G >&-'
	[[ $status != 0 ]]
	says "cannot write to standard output"
}

# E4
@test "verbs of the reference that are to come are not called unknown" {
	local verb verbs
	verbs=$(ndctl --list-cmds)
	for verb in inject-error update-firmware inject-smart wait-scrub activate-firmware start-scrub \
		setup-passphrase update-passphrase remove-passphrase freeze-security sanitize-dimm load-keys \
		wait-overwrite monitor; do
		[[ " ${verbs//$'\n'/ } " != *" $verb "* ]] || continue
		check ndctl "$verb" nmem0
		[[ $status == 161 && -z $output ]]
		says "ndctl: '$verb' is not implemented in this version ("
		check ndctl "$verb" --list-opts
		[[ $status == 161 && -z $output ]]
		check ndctl help "$verb"
		[[ $status == 16 ]]
		says "'$verb' is not implemented in this version"
	done
	check ndctl inject-smrt nmem0
	[[ $status == 1 ]]
	says "unknown verb 'inject-smrt'"
}

# E5
@test "help for what is no verb exits as man does, as the manual says" {
	local tool
	for tool in ndctl daxctl; do
		check "$tool" help nosuch
		[[ $status == 16 && -z $output ]]
		says "unknown verb 'nosuch'"
	done
}
