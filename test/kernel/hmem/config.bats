# SPDX-License-Identifier: LGPL-2.1-or-later
#
# C5: nothing in daxctl.conf is ignored without a word.

load ../helpers

directory=/etc/daxctl.conf.d

setup() {
	rm -rf $directory
	mkdir $directory
	all_devdax || :
}

teardown_file() {
	rm -rf $directory
}

@test "C5: headers that are not known or malformed, and files that cannot be used, are told; the rest is applied" {
	printf '[reconfigure-device]\nregion.path = /x\n[create-devcie x]\nregion.path = /x\n' >$directory/a.conf
	printf '[reconfigure-device\tx]\nregion.path = /x\n[reconfigure-device y] z\n[monitor z]\n' >>$directory/a.conf
	printf '[reconfigure-device good]\nregion.range = 0x100000000-0x17fffffff\nmode = system-ram' >$directory/b.conf
	mkdir $directory/c.conf
	ln -s nowhere $directory/d.conf
	printf '[create-device n\0]\n' >$directory/e.conf
	printf '[create-device \xc2\x9b2J\x9b]\nx\n' >$directory/f.conf
	# Who names a device hears of what may be for it, and mistakes do not count; the others are told to who does not.
	check daxctl restore dax0.0
	[[ $status == 0 && $stderr != *"a.conf:1: "* ]]
	says "$directory/c.conf: not used: must be a regular file"
	says "restored: dax0.0 ([reconfigure-device good] of $directory/b.conf)"
	check daxctl restore
	((status != 0))
	says "$directory/a.conf:1: [reconfigure-device]: the section has no name"
	says "hint: write [reconfigure-device NAME]"
	says "$directory/a.conf:3: [create-devcie x]: unknown kind of section"
	says "hint: write [create-device x]"
	says "$directory/a.conf:5: [reconfigure-device\\x09x]: a blank must follow reconfigure-device"
	says "hint: write [reconfigure-device x]"
	says "$directory/a.conf:7: [reconfigure-device y"
	says "daxctl: warning: $directory/a.conf:8: [monitor z]: ignored"
	says "daxctl: warning: $directory/b.conf:3: the last line does not end with a newline"
	says "$directory/c.conf: not used: must be a regular file"
	says "$directory/d.conf: cannot be read: No such file"
	says "$directory/e.conf: not used: must be a text file"
	says "$directory/f.conf:2: [create-device \\xc2\\x9b2j\\x9b]: the line is not 'key = value'"
	says "in place: dax0.0 ([reconfigure-device good] of $directory/b.conf)"
	# What others keep there does not count.
	rm -r $directory/[acdef].conf
	echo '[monitor z]' >$directory/a.conf
	check daxctl restore
	[[ $status == 0 ]]
	says "restored 0, 1 in place, 0 failed"
	all_devdax || :
}

# region_section MODE: a section that gives the whole region this mode.
region_section() {
	printf '[create-device mine]\nregion.range = 0x100000000-0x17fffffff\nrange.1 = 0x100000000-0x17fffffff\nmode = %s\n' "$1"
}

@test "--persist beside a section that may win later: the change is made, and it is said that it is not kept" {
	local -A spoil=(
		[mode]="chmod 664 $directory/a.conf"
		[key]="sed -i 's/^mode/movabel = true\nmode/' $directory/a.conf"
		[range]="sed -i 's/^region.range.*/region.range = 0x1/' $directory/a.conf"
		[header]="sed -i 1d $directory/a.conf"
		[link]="ln -sf nowhere $directory/a.conf"
		[loop]="ln -sf a.conf $directory/a.conf"
		[pipe]="rm $directory/a.conf; mkfifo $directory/a.conf"
	)
	for what in "${!spoil[@]}"; do
		echo "# $what"
		rm -f $directory/*
		region_section system-ram >$directory/a.conf
		eval "${spoil[$what]}"
		check timeout 20 daxctl reconfigure-device -m devdax --persist --force dax0.0
		[[ $status != 0 && $status != 124 ]]
		says "dax0.0: changed, but not persisted for the next boot"
		[[ ! -e $directory/persist.conf ]]
	done
	# A mistake in what is for another region keeps nothing from being kept.
	rm -f $directory/*
	region_section devdax | sed 's/0x1/0x9/g; s/^mode/movabel = true\nmode/' >$directory/a.conf
	check daxctl reconfigure-device -m devdax --persist --force dax0.0
	[[ $status == 0 && -s $directory/persist.conf ]]
}

@test "--persist: what an editor saves meanwhile stays, and the change is kept beside it" {
	region_section system-ram >$directory/persist.conf
	check strace -f -o /dev/null -P $directory/.persist.conf.daxctl-new -e trace=fsync -e inject=fsync:delay_enter=4000000:when=1 \
		daxctl reconfigure-device -m devdax --force --persist dax0.0 3>&- &
	local process=$!
	await $directory/.persist.conf.daxctl-new $process
	printf '\n[monitor mine]\nx = 1\n' >>$directory/persist.conf
	wait $process
	cat $directory/persist.conf
	grep -q '^\[monitor mine\]$' $directory/persist.conf
	grep -q '^mode = devdax$' $directory/persist.conf
	[[ $(ls -A $directory) == persist.conf ]]
}

@test "--persist that is killed leaves no file for ever; a limit on file sizes and a mounted file are told" {
	region_section system-ram >$directory/persist.conf
	check strace -f -o /dev/null -e trace=renameat2 -e inject=renameat2:signal=KILL daxctl reconfigure-device -m devdax --force --persist dax0.0
	((status == 137))
	check daxctl reconfigure-device -m devdax --force --persist dax0.0
	[[ $status == 0 && $(ls -A $directory) == persist.conf ]]
	# More than a KiB.
	{ printf '# %060d\n' {1..50}; region_section devdax; } >$directory/persist.conf
	check bash -c 'ulimit -f 1; exec daxctl reconfigure-device -m system-ram --persist dax0.0 2>&1 | cat'
	[[ $output == *"persist.conf: cannot be written: File too large"*"not persisted for the next boot"* ]]
	cp $directory/persist.conf "$BATS_TEST_TMPDIR/real"
	mount --bind "$BATS_TEST_TMPDIR/real" $directory/persist.conf
	check daxctl reconfigure-device -m system-ram --persist dax0.0
	umount $directory/persist.conf
	((status != 0))
	says "persist.conf: cannot be written: Device or resource busy"
	says "hint: $directory/persist.conf is a mount point: mount its directory instead, and run the command again"
	[[ $(ls -A $directory) == persist.conf ]]
}

@test "without /proc the configuration is read all the same" {
	region_section devdax >$directory/a.conf
	LD_LIBRARY_PATH=$LAB_BUILD/lib/daxctl:$LAB_BUILD/lib/ndctl \
		check unshare -m bash -c 'mount -t tmpfs none /proc; [[ ! -e /proc/self ]] && daxctl restore'
	[[ $status == 0 && $stderr != *parsed* ]]
	[[ -e /run/daxctl/section && ! -s /run/daxctl/section ]]
}

@test "reconfigure-device -C beside a section for the region: names what applies it" {
	printf '[reconfigure-device mine]\nregion.range = 0x100000000-0x17fffffff\nmode = devdax\n' >$directory/a.conf
	check daxctl reconfigure-device -C dax0.0
	says "dax0.0: only 'daxctl restore' applies"
	says "hint: daxctl restore dax0.0"
	[[ $stderr != *"no section"* ]]
	rm $directory/a.conf
	check daxctl reconfigure-device -C dax0.0
	says "dax0.0: no section in $directory matches it"
}

@test "migrate-device-model: a relative link to the same file is one already; a missing directory is named" {
	local conf
	conf=/usr/share/daxctl/daxctl.conf
	mount -t tmpfs tmpfs /etc/modprobe.d
	mkdir -p "${conf%/*}"
	[[ -e $conf ]] || cp daxctl/daxctl.conf "$conf"
	ln -s "../..$conf" /etc/modprobe.d/daxctl.conf
	check daxctl migrate-device-model
	umount /etc/modprobe.d
	((status == 1))
	says "the link exists already"
}

# several: sections in two files, which the next --persist changes, and adds to a third.
several() {
	rm -rf $directory
	mkdir $directory
	daxctl destroy-device --force all 2>/dev/null || :
	daxctl disable-device dax0.0 2>/dev/null || :
	daxctl reconfigure-device -s 256M dax0.0
	daxctl enable-device dax0.0
	daxctl create-device -s 256M
	printf '[create-device a]\nregion.range = 0x100000000-0x17fffffff\nrange.1 = 0x100000000-0x107ffffff\nmode = system-ram\n' >$directory/a.conf
	printf '[create-device %s]\nregion.range = 0x100000000-0x17fffffff\nrange.1 = %s\n' \
		b 0x108000000-0x10fffffff c 0x128000000-0x12fffffff >$directory/b.conf
}

# edited_all: --persist has changed all files, and left none of its own.
edited_all() {
	[[ $(ls -A $directory | xargs) == "a.conf b.conf persist.conf" ]]
	grep -q 'range.1 = 0x100000000-0x10fffffff' $directory/a.conf
	[[ ! -s $directory/b.conf ]]
	grep -q 'range.1 = 0x110000000-0x11fffffff' $directory/persist.conf
}

@test "--persist changes several files or none: a failure, a kill" {
	local before nth
	several
	before=$(head -v $directory/*)
	for nth in 1 2 3; do
		check strace -o /dev/null -e trace=renameat2 -e inject=renameat2:error=ENOSPC:when=$nth daxctl reconfigure-device -m devdax --force --persist dax0.0
		((status == 228))
		says "cannot be written: No space left on device"
		[[ $(head -v $directory/*) == "$before" && $(ls -A $directory | xargs) == "a.conf b.conf" ]]
	done
	for nth in 1 2 3; do
		several
		check strace -o /dev/null -e trace=renameat2 -e inject=renameat2:signal=KILL:when=$nth daxctl reconfigure-device -m devdax --force --persist dax0.0
		((status == 137))
		check daxctl restore dax0.0
		edited_all
	done
	# What was edited after the kill stays as it is, and is told.
	several
	check strace -o /dev/null -e trace=renameat2 -e inject=renameat2:signal=KILL:when=2 daxctl reconfigure-device -m devdax --force --persist dax0.0
	sed -i '1i # mine' $directory/a.conf
	check daxctl restore
	says "warning: $directory/a.conf: has been edited after daxctl was interrupted"
	[[ $(head -n 1 $directory/a.conf) == "# mine" && -s $directory/b.conf && $(ls -A $directory | xargs) == "a.conf b.conf" ]]
	one_device
}

# one_device: the region as the kernel has made it, and no configuration.
one_device() {
	rm -rf $directory
	daxctl destroy-device --force all 2>/dev/null || :
	daxctl disable-device dax0.0 2>/dev/null || :
	daxctl reconfigure-device -s 2G dax0.0
	daxctl enable-device dax0.0
}

# persist_with STRACE-OPTION...
persist_with() {
	check strace -o /dev/null "$@" daxctl reconfigure-device -m devdax --force --persist dax0.0
}

@test "--persist where the file system cannot exchange files: several change or none, too" {
	local before nth
	several
	before=$(head -v $directory/*)
	# The third file is new: a link gives it its name.
	for nth in rename:error=ENOSPC:when=1 rename:error=ENOSPC:when=2 link:error=EMLINK:when=1 link:error=EMLINK:when=2 link:error=ENOSPC:when=3; do
		persist_with -e trace=renameat2,rename,link -e inject=renameat2:error=EINVAL -e inject=$nth
		((status != 0))
		says "cannot be written: "
		[[ $stderr != *"is lost"* ]]
		[[ $(head -v $directory/*) == "$before" && $(ls -A $directory | xargs) == "a.conf b.conf" ]]
	done
	for nth in rename:signal=KILL:when=1 rename:signal=KILL:when=2 link:signal=KILL:when=1 link:signal=KILL:when=2 link:signal=KILL:when=3; do
		several
		persist_with -e trace=renameat2,rename,link -e inject=renameat2:error=EINVAL -e inject=$nth
		((status == 137))
		check strace -o /dev/null -e trace=renameat2 -e inject=renameat2:error=EINVAL daxctl restore dax0.0
		edited_all
	done
	several
	persist_with -e trace=renameat2 -e inject=renameat2:error=EINVAL
	((status == 0))
	edited_all
	one_device
}

@test "--persist where the file system has no links and cannot exchange files: several change or none, too" {
	local before nth
	local without=(-e trace=renameat2,rename,link -e inject=renameat2:error=EINVAL -e inject=link:error=EPERM)
	several
	before=$(head -v $directory/*)
	persist_with "${without[@]}" -e inject=rename:error=ENOSPC:when=2
	((status != 0))
	says "cannot be written: No space left on device"
	[[ $(head -v $directory/*) == "$before" && $(ls -A $directory | xargs) == "a.conf b.conf" ]]
	for nth in 1 2 3; do
		several
		persist_with "${without[@]}" -e inject=rename:signal=KILL:when=$nth
		((status == 137))
		check strace -o /dev/null "${without[@]}" daxctl restore dax0.0
		edited_all
	done
	several
	persist_with "${without[@]}"
	((status == 0))
	edited_all
	one_device
}

# What fstatfs() stores begins with the number of the file system: NFS. The old file has the other name when the lease is asked for.
@test "--persist on NFS: a lease that the server does not give keeps nothing from being written" {
	region_section system-ram >$directory/persist.conf
	persist_with -P $directory/.persist.conf.daxctl-new -e trace=fcntl,fstatfs -e inject=fcntl:error=EAGAIN -e inject=fstatfs:poke_exit=@arg2=6969000000000000
	((status == 0))
	grep -q '^mode = devdax$' $directory/persist.conf
	[[ $(ls -A $directory) == persist.conf ]]
	# Elsewhere it is a program that writes the file.
	region_section system-ram >$directory/persist.conf
	persist_with -P $directory/.persist.conf.daxctl-new -e trace=fcntl -e inject=fcntl:error=EAGAIN
	((status != 0))
	says "not changed: other programs keep changing it"
	rm -rf $directory
}

@test "an interrupted change of the configuration is told by who only looks, and completed by who applies" {
	local before
	several
	persist_with -e trace=renameat2 -e inject=renameat2:signal=KILL:when=2
	before=$(head -v $directory/*)
	check daxctl restore --dry-run
	says "warning: $directory: a change of the configuration was interrupted and is not completed"
	says "hint: run daxctl restore as root"
	check daxctl reconfigure-device --check-config --dry-run dax0.0
	says "warning: $directory: a change of the configuration was interrupted and is not completed"
	[[ $(head -v $directory/*) == "$before" && -e $directory/.daxctl-commit ]]
	check daxctl reconfigure-device --check-config dax0.0
	[[ $stderr != *interrupted* ]]
	edited_all
	one_device
}

@test "what an editor saves in place, right before --persist replaces the file, is not lost" {
	local editor
	several
	{
		sleep 1.5
		echo "# mine" >>$directory/b.conf
	} &
	editor=$!
	persist_with -e trace=renameat2 -e inject=renameat2:delay_enter=3s:when=2
	wait $editor
	((status == 0))
	grep -q "# mine" $directory/b.conf
	grep -q 'range.1 = 0x100000000-0x10fffffff' $directory/a.conf
	grep -q 'range.1 = 0x110000000-0x11fffffff' $directory/persist.conf
	! grep -q range $directory/b.conf
	[[ $(ls -A $directory | xargs) == "a.conf b.conf persist.conf" ]]
	one_device
}

@test "the umask of the caller does not change who can read the configuration and the locks" {
	rm -rf $directory /run/daxctl
	(umask 0777 && exec daxctl reconfigure-device -m devdax --force --persist dax0.0)
	[[ $(stat -c %a $directory $directory/persist.conf /run/daxctl | xargs) == "755 644 700" ]]
	[[ $(find /run/daxctl -type f ! -perm 0600) == "" && $(find /run/daxctl -type f | wc -l) -gt 1 ]]
	rm -rf $directory
}
