# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What the configuration says comes back on a CXL region, whose device the kernel makes memory at once.

load ../helpers

# bats file_tags=every-kernel

directory=/etc/daxctl.conf.d

@test "the region's memory is given back and parted; its range is found" {
	local before
	rm -rf $directory
	mkdir $directory
	printf '[create-device %s]\nregion.path = /platform/ACPI0017:00/*/*/*/dax_region*\n%s\n' \
		a 'size = 128M' b 'mode = system-ram' >$directory/a.conf
	check daxctl restore
	[[ $status == 0 ]]
	says "restored 2, 0 in place, 0 failed"
	check daxctl list
	json 'map([.size, .mode]) == [[134217728, "devdax"], [402653184, "system-ram"]] and .[1].movable'
	unchanged daxctl restore
	says "restored 0, 2 in place, 0 failed"
	# In its own words, and back from them.
	rm $directory/a.conf
	check daxctl reconfigure-device --persist --force --mode devdax dax0.1
	[[ $status == 0 ]]
	grep -q '^region.range = 0x' $directory/persist.conf
	before=$(daxctl list -DM)
	daxctl destroy-device --force dax0.1
	daxctl disable-device dax0.0
	daxctl reconfigure-device -s 512M dax0.0
	daxctl reconfigure-device --mode system-ram --force dax0.0
	check daxctl restore
	[[ $status == 0 ]]
	[[ $(daxctl list -DM) == "$before" ]]
	check daxctl destroy-device --persist --force all
	[[ ! -s $directory/persist.conf ]]
	daxctl reconfigure-device -s 512M dax0.0
	daxctl reconfigure-device --mode system-ram --force dax0.0
	rm -r $directory
}
