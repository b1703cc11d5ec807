# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Memory that the kernel does not give back until the next boot: kmem gives up a device even if its memory is
# online. The last file of its boot, since no device is of use after it.

load ../helpers

@test "memory that the kernel keeps is not a free device" {
	daxctl reconfigure-device --mode system-ram dax0.0
	echo dax0.0 >/sys/bus/dax/drivers/kmem/unbind
	[[ ! -e /sys/bus/dax/devices/dax0.0/driver && $(node_memory 1) != 0 ]]
	check daxctl list
	[[ $status == 0 ]]
	json '.[0].state == "disabled" and .[0].mode == "devdax"'
	says "dax0.0: disabled, but the kernel keeps its memory until the next boot"
	for arguments in disable-device enable-device "reconfigure-device -s 512M" "reconfigure-device -m devdax" "reconfigure-device -m system-ram" \
		destroy-device "destroy-device --force"; do
		# shellcheck disable=SC2086 # words
		unchanged daxctl $arguments dax0.0
		[[ $status == 240 || $status == 250 ]]
		says "the kernel keeps the device's memory until the next boot"
		says "hint: reboot"
	done
}

@test "memory that another tool has made free capacity of is not used" {
	echo 0 >/sys/bus/dax/devices/dax0.0/size
	unchanged daxctl create-device -s 256M
	[[ $status == 250 ]]
	says "the kernel keeps the device's memory until the next boot"
}
