# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What the configuration says comes back: devices of namespaces.

load ../helpers

# bats file_tags=every-kernel

directory=/etc/daxctl.conf.d

teardown_file() {
	labelled
	rm -rf $directory
}

@test "--persist, a boot, restore; a namespace that is not there; a broken section" {
	local one two
	labelled
	echo offline >/sys/devices/system/memory/auto_online_blocks
	rm -rf $directory
	check ndctl create-namespace --mode devdax --map mem --size 256M --persist
	[[ $status == 0 ]]
	one=$(jq -r .uuid <<<"$output")
	check ndctl create-namespace --mode devdax --map mem --size 256M --persist
	two=$(jq -r .uuid <<<"$output")
	check daxctl reconfigure-device --persist --mode system-ram "$(daxctl list | jq -r '.[0].chardev')"
	[[ $status == 0 ]]
	diff - $directory/persist.conf <<-END
		[reconfigure-device namespace0.0]
		nvdimm.uuid = $one
		mode = system-ram
		online = true
		movable = true$(grep -h memmap $directory/persist.conf | sed 's/^/\n/')

		[reconfigure-device namespace0.1]
		nvdimm.uuid = $two
		mode = devdax
	END
	# As the kernel has them after a boot.
	daxctl reconfigure-device --force --mode devdax all
	printf '[reconfigure-device broken]\nnvdimm.uuid = %s\nmode = foo\n' 00000000-0000-0000-0000-000000000001 \
		>$directory/broken.conf
	check daxctl restore /dev/dax0.0
	[[ $status == 0 && $stderr != *broken* ]]
	says "restored: dax0.0 ([reconfigure-device namespace0.0]"
	check daxctl list
	json 'map(.mode) == ["system-ram", "devdax"] and .[0].movable and .[0].online_memblocks == .[0].total_memblocks'
	unchanged daxctl restore
	[[ $status == 234 && -z $output ]]
	says "broken.conf:3: [reconfigure-device broken]: mode: 'foo' is not"
	says "restored 0, 2 in place, 1 failed"
	rm $directory/broken.conf
	# The same command as a rule of udev has always called.
	unchanged daxctl reconfigure-device -C dax0.0 dax0.1
	[[ $status == 0 ]]
	ndctl disable-namespace namespace0.1
	unchanged daxctl restore
	[[ $status == 250 ]]
	says "not restored: [reconfigure-device namespace0.1] of $directory/persist.conf: no dax device has a namespace"
	says "in place: dax0.0"
	ndctl enable-namespace namespace0.1
	daxctl reconfigure-device --force --mode devdax all
	check ndctl destroy-namespace --force --persist all
	[[ $status == 0 ]]
	[[ ! -s $directory/persist.conf ]]
	check daxctl restore
	[[ $status == 0 && -z $output ]]
}
