# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The second boot: nobody has typed anything.

# shellcheck disable=SC2154 # variables of the helpers

load ../helpers

@test "the same devices, in the same modes, with the same sizes, alignments, zones and nodes" {
	udevadm settle
	diff "$kept/assignment" <(assignment)
}

@test "the unit tells each device" {
	[[ $(property Result) == success ]]
	unit_says ", 0 failed"
	[[ $(grep -Ec ': (restored|in place): (dax|namespace)' <<<"$output") == 6 ]]
	check systemctl list-units --state=failed --plain --no-legend
	[[ -z $output ]]
}

@test "udev started the units of devices and namespaces" {
	local name
	for name in dax0.0 dax0.1 dax0.2 dax1.0 dax1.1 dax1.2 namespace1.0 namespace1.1 namespace1.2; do
		[[ $(property Result "daxdev-reconfigure@$name.service") == success ]]
		# systemd forgets the times of a unit that nothing wants any more.
		journalctl -b --no-pager -u "daxdev-reconfigure@$name.service" | grep -q "Finished daxdev-reconfigure@$name.service"
	done
}

@test "a unit that asked for the memory found it" {
	unit=needs-memory.service unit_says "MemTotal:"
	[[ $output =~ MemTotal:\ +[1-9] ]]
}

@test "the boot did not wait for it" {
	check systemctl show --property Before,After sysinit.target
	[[ $output != *daxctl-restore* ]]
}

@test "a change of driver starts no unit: a device stays as its user has bound it" {
	local name started
	name=$(daxctl list | jq -r 'map(select(.mode == "system-ram"))[0].chardev')
	started=$(property ExecMainStartTimestampMonotonic "daxdev-reconfigure@$name.service")
	daxctl reconfigure-device --mode devdax --force "$name"
	udevadm settle
	sleep 3
	[[ $(daxctl list -d "$name" | jq -r '.[0].mode') == devdax ]]
	[[ $(property ExecMainStartTimestampMonotonic "daxdev-reconfigure@$name.service") == "$started" ]]
	daxctl restore "$name"
	[[ $(daxctl list -d "$name" | jq -r '.[0].mode') == system-ram ]]
}

@test "run again, at the same time, they do nothing" {
	local before
	before=$(kernel_state)
	systemctl restart --no-block daxctl-restore.service daxdev-reconfigure@dax0.{0,1,2}.service
	check daxctl restore
	[[ $status == 0 && -z $output ]]
	check systemctl restart daxctl-restore.service daxdev-reconfigure@-dev-dax0.0.service
	[[ $status == 0 ]]
	diff <(echo "$before") <(kernel_state)
}

@test "what appears late comes back too" {
	local region
	region=$(nvdimm_region)
	daxctl reconfigure-device --mode devdax --force \
		"$(daxctl list | jq -r '.[] | select(.mode == "system-ram" and .target_node == 2).chardev')"
	ndctl disable-region "$region"
	[[ $(daxctl list | jq length) == 3 ]]
	ndctl enable-region "$region"
	udevadm settle
	# Its units have been started by now; started again they wait for themselves.
	systemctl start daxdev-reconfigure@{namespace,dax}1.{0,1,2,3}.service
	diff "$kept/assignment" <(assignment)
}

@test "a file that others can write is refused, and says why" {
	echo "[reconfigure-device x]" >"$conf/open.conf"
	chmod 666 "$conf/open.conf"
	check systemctl restart daxctl-restore.service
	((status != 0))
	unit_says "$conf/open.conf: not used: only root may own and write it"
	[[ $output == *", 6 in place, 1 failed"* ]]
	rm "$conf/open.conf"
	check systemctl restart daxctl-restore.service
	[[ $status == 0 ]]
}

@test "the next boot has a broken section, and no NVDIMM" {
	printf '%s\n' "[reconfigure-device broken]" "nvdimm.uuid = 6fd7bb62-0155-4bb6-8b22-a875b2c26262" \
		"moed = system-ram" >"$conf/broken.conf"
	daxctl list -M -r 0 >"$kept/devices"
}
