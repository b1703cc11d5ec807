# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Verbs of daxctl that need no memory.

load ../helpers

@test "migrate-device-model installs a link once" {
	check daxctl migrate-device-model
	[[ $status == 1 ]]
	says "it comes with the installation"
	mkdir -p /usr/local/share/daxctl
	cp daxctl/daxctl.conf /usr/local/share/daxctl
	check nobody daxctl migrate-device-model
	[[ $status == 1 ]]
	says "Permission denied"
	check daxctl migrate-device-model
	[[ $status == 0 && $(readlink /etc/modprobe.d/daxctl.conf) == /usr/local/share/daxctl/daxctl.conf ]]
	[[ $(modprobe --resolve-alias nd:t7) == dax_pmem ]]
	check daxctl migrate-device-model
	[[ $status == 1 ]]
	says "it is one already"
	rm /etc/modprobe.d/daxctl.conf
	echo mine >/etc/modprobe.d/daxctl.conf
	check daxctl migrate-device-model
	[[ $status == 1 && $(</etc/modprobe.d/daxctl.conf) == mine ]]
	rm /etc/modprobe.d/daxctl.conf
}
