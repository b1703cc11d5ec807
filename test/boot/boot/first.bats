# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The first boot: nothing is configured. What is set up here is what `again.bats` has to find.

# shellcheck disable=SC2154 # variables of the helpers

load ../helpers

setup_file() {
	local region
	region=$(nvdimm_region)
	mkdir -p "$kept"
	ndctl disable-region "$region"
	ndctl init-labels nmem0
	ndctl enable-region "$region"
}

@test "C6: the units may do what they must, and little else" {
	local unit
	for unit in daxctl-restore.service daxdev-reconfigure@dax0.0.service; do
		systemd-analyze security --no-pager --threshold=32 "$unit" || {
			systemd-analyze security --no-pager "$unit"
			return 1
		}
	done
}

@test "each file is where a distribution has it" {
	local file
	for file in /lib/udev/rules.d/90-daxctl-device.rules /lib/systemd/system/daxctl-restore.service \
		/lib/systemd/system/daxdev-reconfigure@.service /etc/daxctl.conf.d/daxctl.conf.example \
		/usr/share/daxctl/daxctl.conf /usr/share/bash-completion/completions/{daxctl,ndctl} \
		/usr/share/man/man1/{daxctl,ndctl}{,-list}.1 /usr/share/man/man5/daxctl.conf.5 \
		/usr/share/man/man8/daxctl-restore.service.8; do
		[[ $(stat -c '%F %a %U:%G' "$file") == "regular file 644 root:root" ]]
	done
	[[ $(stat -c '%a %U:%G' /etc/daxctl.conf.d) == "755 root:root" ]]
	[[ $(readlink -f /lib/systemd/system/sysinit.target.wants/daxctl-restore.service) == \
		/usr/lib/systemd/system/daxctl-restore.service ]]
	[[ $(command -v daxctl ndctl) == $'/usr/bin/daxctl\n/usr/bin/ndctl' ]]
	[[ -e /usr/lib/x86_64-linux-gnu/libdaxctl.so.1 && -e /usr/lib/x86_64-linux-gnu/libndctl.so.6 ]]
}

@test "systemd finds nothing wrong with the units" {
	check systemd-analyze verify --man=no daxctl-restore.service daxdev-reconfigure@dax0.0.service
	[[ $status == 0 && -z $output$stderr ]]
}

@test "udev starts the unit of a device that appears" {
	check udevadm test --action=add "$(readlink -f /sys/bus/dax/devices/dax0.0)"
	[[ $output == *"SYSTEMD_WANTS=daxdev-reconfigure@dax0.0.service"* && $output == *":systemd:"* ]]
	[[ $(property LoadState daxdev-reconfigure@dax0.0.service) == loaded ]]
}

@test "F: without a file of configuration no unit runs, and that is no failure" {
	local unit
	for unit in daxctl-restore.service daxdev-reconfigure@dax0.0.service; do
		[[ $(property ActiveState "$unit") == inactive && $(property Result "$unit") == success ]]
		[[ $(property ConditionResult "$unit") == no && $(property ExecMainStartTimestampMonotonic "$unit") == 0 ]]
	done
	check systemctl list-units --state=failed --plain --no-legend
	[[ -z $output ]]
}

@test "what is not ours is out of the units' reach" {
	check systemctl show daxctl-restore.service
	[[ $output == *"NoNewPrivileges=yes"* && $output == *"ProtectHome=yes"* && $output == *"ProtectSystem=strict"* ]]
	[[ $(property TimeoutStartUSec) == 5min ]]
}

@test "memory gets its use, and that is written down" {
	local region device
	# Two namespaces with struct pages, one without.
	device=$(ndctl create-namespace --mode devdax --map mem --size 400M | jq -r '.daxregion.devices[0].chardev')
	daxctl reconfigure-device --mode system-ram --persist "$device"
	ndctl create-namespace --mode devdax --map dev --size 64M --persist
	ndctl create-namespace --mode devdax --map none --size 64M --persist
	# Soft-reserved memory in three parts.
	region=$(daxctl list -R | jq '.[] | select(.path | test("hmem")).id')
	daxctl disable-device "dax$region.0"
	daxctl reconfigure-device --size 128M "dax$region.0"
	daxctl enable-device "dax$region.0"
	daxctl create-device --region "$region" --size 256M
	daxctl create-device --region "$region" --size 128M --align 4K
	daxctl reconfigure-device --mode system-ram --no-movable --persist "dax$region.1"
	assignment >"$kept/assignment"
	cat "$kept/assignment" "$conf"/*.conf
	[[ $(daxctl list | jq length) == 6 ]]
	[[ $(daxctl list -M | jq -c 'map(select(.mode == "system-ram") | .movable) | sort') == "[false,true]" ]]
	# Nothing is left to do.
	check daxctl restore
	[[ $status == 0 && -z $output ]]
	says "restored 0, 6 in place, 0 failed"
}

@test "a unit that asks for the memory is there at the next boot" {
	cat >/etc/systemd/system/needs-memory.service <<-'END'
	[Unit]
	Requires=daxctl-restore.service
	After=daxctl-restore.service
	[Service]
	Type=oneshot
	RemainAfterExit=yes
	ExecStart=grep MemTotal /sys/devices/system/node/node2/meminfo
	[Install]
	WantedBy=multi-user.target
	END
	systemctl enable needs-memory.service
}
