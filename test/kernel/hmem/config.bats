# SPDX-License-Identifier: LGPL-2.1-or-later
#
# C5: nothing in daxctl.conf is ignored without a word.

load ../helpers

folder=/etc/daxctl.conf.d

setup() {
	rm -rf $folder
	mkdir $folder
	all_devdax || :
}

teardown_file() {
	rm -rf $folder
}

@test "C5: headers that are not known or malformed, and files that cannot be used, are told; the rest is applied" {
	printf '[reconfigure-device]\nregion.path = /x\n[create-devcie x]\nregion.path = /x\n' >$folder/a.conf
	printf '[reconfigure-device\tx]\nregion.path = /x\n[reconfigure-device y] z\n[monitor z]\n' >>$folder/a.conf
	printf '[reconfigure-device good]\nregion.range = 0x100000000-0x17fffffff\nmode = system-ram' >$folder/b.conf
	mkdir $folder/c.conf
	ln -s nowhere $folder/d.conf
	printf '[create-device n\0]\n' >$folder/e.conf
	printf '[create-device \xc2\x9b2J\x9b]\nx\n' >$folder/f.conf
	# Who names a device hears of what may be for it, and mistakes do not count; the others are told to who does not.
	check daxctl restore dax0.0
	[[ $status == 0 && $stderr != *"a.conf:1: "* ]]
	says "$folder/c.conf: is not used: it is no file"
	says "restored: dax0.0 ([reconfigure-device good] of $folder/b.conf)"
	check daxctl restore
	((status != 0))
	says "$folder/a.conf:1: [reconfigure-device]: the section has no name"
	says "hint: write [reconfigure-device NAME]"
	says "$folder/a.conf:3: [create-devcie x]: there is no such kind of section"
	says "hint: write [create-device x]"
	says "$folder/a.conf:5: [reconfigure-device\\x09x]: no blank follows reconfigure-device"
	says "hint: write [reconfigure-device x]"
	says "$folder/a.conf:7: [reconfigure-device y"
	says "daxctl: warning: $folder/a.conf:8: [monitor z]: is ignored"
	says "daxctl: warning: $folder/b.conf:3: the last line does not end with a newline"
	says "$folder/c.conf: is not used: it is no file"
	says "$folder/d.conf: cannot be read: No such file"
	says "$folder/e.conf: is not used: it is no text"
	says "$folder/f.conf:2: [create-device \\xc2\\x9b2j\\x9b]: is not 'key = value'"
	says "in place: dax0.0 ([reconfigure-device good] of $folder/b.conf)"
	# What others keep there does not count.
	rm -r $folder/[acdef].conf
	echo '[monitor z]' >$folder/a.conf
	check daxctl restore
	[[ $status == 0 ]]
	says "restored 0, 1 in place, 0 failed"
	all_devdax || :
}
