# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What the configuration says comes back: the devices of a dynamic region. It is 2 GiB from 4 GiB on,
# one device at boot. What the boot itself does is in test/boot.

load ../helpers

# bats file_tags=every-kernel

directory=/etc/daxctl.conf.d
region=$(readlink -f /sys/bus/dax/devices/dax0.0/..)

record='/run/daxctl/restored-!platform!hmem.0'

setup() {
	as_booted
	rm -rf $directory
	mkdir $directory
}

teardown_file() {
	as_booted
	rm -rf $directory
}

# as_booted: one device that has everything, in devdax mode.
as_booted() {
	all_devdax || :
	daxctl destroy-device --force all 2>/dev/null || :
	daxctl reconfigure-device -s 2G -a 2M dax0.0
	daxctl enable-device dax0.0
}

# device NAME LINE...: a section for one device of the region.
device() {
	printf '[create-device %s]\nregion.range = 0x100000000-0x17fffffff\n' "$1"
	printf '%s\n' "${@:2}"
}

three() {
	device a "range.1 = 0x100000000-0x13fffffff"
	device b "range.1 = 0x140000000-0x14fffffff" "range.2 = 0x160000000-0x16fffffff" "mode = system-ram"
	device c "range.1 = 0x150000000-0x15fffffff" "align = 4K"
}

@test "three devices are made of the one of the boot; a second run writes nothing" {
	three >$directory/three.conf
	unchanged daxctl restore --dry-run
	[[ $status == 0 ]]
	json 'map(.section) == ["create-device a", "create-device b", "create-device c"]'
	json '.[0].device == "dax0.0" and .[0].differences.size == {configured: 1073741824, present: 2147483648}'
	json '.[1].steps == ["create a device in region 0: 0x140000000-0x14fffffff, 0x160000000-0x16fffffff",
		"bring the new device into mode system-ram, movable"] and (.[1] | has("result") | not)'
	check daxctl restore
	[[ $status == 0 ]]
	json 'map(.result) == ["restored", "restored", "restored"]'
	says "restored: dax0.1 ([create-device b] of $directory/three.conf)"
	says "restored 3, 0 in place, 0 failed"
	check daxctl list -DM
	json 'map([.size, .align, .mode]) == [[1073741824, 2097152, "devdax"], [536870912, 2097152, "system-ram"],
		[268435456, 4096, "devdax"]]'
	json '.[1] | .online_memblocks == 4 and .movable'
	json '.[1].mappings | map(.start) == ["0x140000000", "0x160000000"] or map(.start) == [5368709120, 5905580032]'
	unchanged strace -f -y -o log -e trace=write,openat,rename,mkdir daxctl restore
	[[ $status == 0 && -z $output ]]
	says "restored 0, 3 in place, 0 failed"
	run ! grep -E 'write\([0-9]+</sys|O_(WRONLY|RDWR).*(/sys|/etc)|rename|mkdir' log
}

@test "by size, with all that is left; by device; broken ones beside them" {
	printf '[create-device a]\nregion.path = %s*.0\nsize = 512M\n' "${region%?.0}" >$directory/a.conf
	device rest "align = 4K" >$directory/b.conf
	device b "sizze = 128M" >$directory/c.conf
	device c "size = 128M" >>$directory/c.conf
	device d "range.1 = 0x90000000-0x9fffffff" >$directory/d.conf
	printf '[create-device e]\nregion.path = /platform/nothing\n' >>$directory/d.conf
	check daxctl restore dax0.0
	[[ $status != 0 ]]
	says "$directory/c.conf:3: [create-device b]: sizze: unknown key"
	says "restored: dax0.0 ([create-device a]"
	says "not restored: [create-device d]"
	json 'map(.section) == ["create-device a", "create-device c", "create-device d", "create-device rest"]'
	check daxctl restore
	[[ $status == 234 || $status == 250 ]]
	says "not restored: [create-device e] of $directory/d.conf: no region matches"
	says "restored 0, 3 in place, 3 failed"
	check daxctl list -D
	json 'map([.size, .align]) == [[536870912, 2097152], [134217728, 2097152], [1476395008, 4096]]'
	chmod g+w $directory/a.conf
	check daxctl restore --dry-run /sys/bus/dax/devices/dax0.1
	says "a.conf: not used: only root may own and write it"
	says "in place: dax0.1"
}

@test "a device in use, or that no section describes, is left alone" {
	three >$directory/three.conf
	map_device dax0.0
	unchanged daxctl restore
	[[ $status != 0 ]]
	says "/dev/dax0.0 is mapped by python3 (process $mapper)"
	kill "$mapper"
	wait "$mapper" || :
	daxctl disable-device dax0.0
	daxctl reconfigure-device -s 1536M dax0.0
	unchanged daxctl restore
	[[ $status == 250 ]]
	says "not restored: [create-device a] of $directory/three.conf: another device, dax0.0"
	says "hint: daxctl destroy-device dax0.0"
	says "dax0.0: left as it is: no section describes it"
}

# Memory where the kernel may put data of its own cannot be had back from newer kernels, nor the addresses of
# a region that is not full.
# bats file_tags=

@test "faults: a section that cannot be applied leaves everything as it was" {
	device a "range.1 = 0x100000000-0x10fffffff" "mode = system-ram" >$directory/a.conf
	# No record of the pass can be kept: its writes would count, and fail nothing.
	rm -f "$record"
	mkdir -p "$record"
	survives_faults EIO daxctl restore
	rmdir "$record"
	check daxctl list
	json '.[0] | .size == 268435456 and .online_memblocks == 2'
	check daxctl restore nothing
	[[ $status == 0 ]]
	says "nothing: no section matches it"
}

@test "what cannot be made of a device without a size is told, but not by who restores another one" {
	daxctl disable-device dax0.0
	daxctl reconfigure-device -s 1G dax0.0
	daxctl enable-device dax0.0
	echo 1 >"$region/dax_region/create"
	{
		device a "range.1 = 0x100000000-0x13fffffff"
		device b "range.1 = 0x150000000-0x1501fffff" "mode = system-ram"
	} >$directory/two.conf
	check daxctl restore dax0.0
	[[ $status == 0 ]]
	says "restored 0, 1 in place, 0 failed"
	check daxctl restore
	[[ $status != 0 ]]
	says "in place: dax0.0 ([create-device a] of $directory/two.conf)"
	[[ $stderr == *"not restored: [create-device b] of $directory/two.conf: "* ]]
	says "restored 0, 1 in place, 1 failed"
}

@test "memory that came online by itself, in another zone, is given back or moved" {
	daxctl reconfigure-device --mode system-ram --no-movable dax0.0
	printf '[reconfigure-device all]\nregion.range = 0x140000000-0x15fffffff\nmemmap_on_memory = true\n' >$directory/a.conf
	check daxctl restore
	[[ $status == 0 ]]
	says "[reconfigure-device all] of $directory/a.conf: memmap_on_memory has no effect"
	json '.[0].differences == {movable: {configured: true, present: false}}'
	check daxctl list
	json '.[0] | .movable and .online_memblocks == 16'
	three >$directory/a.conf
	check daxctl restore
	[[ $status == 0 ]]
	json 'map(.result) == ["restored", "restored", "restored"]'
	unchanged daxctl restore
	says "restored 0, 3 in place, 0 failed"
}

@test "--persist: the region as it is, kept over what a boot does to it" {
	rmdir $directory
	check daxctl disable-device dax0.0
	check daxctl reconfigure-device --persist -s 1G dax0.0
	[[ $status == 0 ]]
	daxctl enable-device dax0.0
	check daxctl create-device --persist -s 256M -a 4K
	[[ $status == 0 ]]
	check daxctl create-device --persist
	[[ $status == 0 ]]
	check daxctl reconfigure-device --persist --mode system-ram --no-movable dax0.2
	[[ $status == 0 ]]
	daxctl list -DM >before
	cp $directory/persist.conf persist
	[[ $(stat -c %a $directory/persist.conf) == 644 ]]
	diff - persist <<-'END'
		[create-device dax0.0]
		region.range = 0x100000000-0x17fffffff
		range.1 = 0x100000000-0x13fffffff
		align = 2M

		[create-device dax0.1]
		region.range = 0x100000000-0x17fffffff
		range.1 = 0x140000000-0x14fffffff
		align = 4K
		mode = devdax

		[create-device dax0.2]
		region.range = 0x100000000-0x17fffffff
		range.1 = 0x150000000-0x17fffffff
		align = 2M
		mode = system-ram
		online = true
		movable = false
	END
	as_booted
	check daxctl restore
	[[ $status == 0 ]]
	daxctl list -DM | diff before -
	unchanged daxctl restore
	says "restored 0, 3 in place, 0 failed"

	# What is changed for the time is told.
	check daxctl reconfigure-device --force --mode devdax dax0.2
	[[ $status == 0 ]]
	says "dax0.2: [create-device dax0.2] of $directory/persist.conf brings it into mode system-ram at the next boot"
	check daxctl destroy-device --force dax0.2
	[[ $status == 0 ]]
	says "dax0.2: [create-device dax0.2] of $directory/persist.conf creates it again at the next boot"
	daxctl disable-device dax0.1
	check daxctl reconfigure-device -s 128M dax0.1
	[[ $status == 0 ]]
	says "gives it other ranges at the next boot"
	check daxctl destroy-device --force dax0.1
	check daxctl restore
	daxctl list -DM | diff before -

	# Comments and what is not ours stay; what is undone goes.
	sed -i '1i # the memory of the machine\n[other]\nx\n' $directory/persist.conf
	sed -i 's/^movable = false/movable = false ; for the kernel/' $directory/persist.conf
	check daxctl destroy-device --persist --force dax0.1
	[[ $status == 0 ]]
	check daxctl reconfigure-device --persist --force --mode devdax dax0.2
	[[ $status == 0 ]]
	diff - $directory/persist.conf <<-'END'
		# the memory of the machine
		[other]
		x

		[create-device dax0.0]
		region.range = 0x100000000-0x17fffffff
		range.1 = 0x100000000-0x13fffffff
		align = 2M

		[create-device dax0.2]
		region.range = 0x100000000-0x17fffffff
		range.1 = 0x150000000-0x17fffffff
		align = 2M
		mode = devdax
	END
	check daxctl destroy-device --persist --force all
	check daxctl list -D
	printf '# the memory of the machine\n[other]\nx\n' | diff - $directory/persist.conf
}

@test "--persist: what cannot be kept is a failure that says so; bad uses" {
	chmod o+w $directory
	check daxctl reconfigure-device --persist --mode system-ram dax0.0
	[[ $status == 255 && $(daxctl list | jq -r '.[0].mode') == devdax ]]
	says "$directory: not used: only root may own and write it"
	chmod o-w $directory
	# The section of a device that cannot be read stays.
	three >$directory/three.conf
	daxctl restore
	mount --bind /dev/null /sys/bus/dax/devices/dax0.2/size
	check daxctl reconfigure-device --persist --force --mode devdax dax0.1
	umount /sys/bus/dax/devices/dax0.2/size
	[[ $status != 0 && $(<$directory/three.conf) == "$(three)" && ! -e $directory/persist.conf ]]
	says "dax0.2: size, alignment or ranges cannot be read"
	says "dax0.1: changed, but not persisted for the next boot"
	rm $directory/three.conf
	as_booted
	# The one section that there is stays one.
	printf '[reconfigure-device all]\nregion.path = /platform/*\nmode=system-ram # so\n' >$directory/a.conf
	check daxctl reconfigure-device --persist --force --mode devdax dax0.0
	[[ $status == 0 ]]
	printf '[reconfigure-device all]\nregion.path = /platform/*\nmode=devdax # so\n' | diff - $directory/a.conf
	for bad in "-C" "-m devdax --dry-run"; do
		# shellcheck disable=SC2086 # words
		unchanged daxctl reconfigure-device --persist $bad dax0.0
		[[ $status == 129 ]]
	done
}

# changed_before_lock SCRIPT: restores while another program, which has the lock of the region, runs SCRIPT.
changed_before_lock() {
	local begun=$BATS_TEST_TMPDIR/begun go=$BATS_TEST_TMPDIR/go said=$BATS_TEST_TMPDIR/said worker
	flock -o -x "/run/daxctl/object-$(stat -c %i "$region")" bash -ec "
		cd /sys/bus/dax
		${2-:}
		touch $begun
		until [[ -e $go ]]; do sleep 0.1; done
		$1" 3>&- &
	until [[ -e $begun ]]; do sleep 0.1; done
	daxctl restore 2>"$said" 3>&- &
	worker=$!
	until grep -q "waiting for flock" "$said"; do
		kill -0 "$worker"
		sleep 0.1
	done
	touch "$go"
	wait "$worker" || :
	cat "$said"
}

@test "restore looks again at what another program changed before the lock was free" {
	printf '[create-device %s]\nregion.path = /platform/hmem.0\nsize = 128M\n' one two >$directory/a.conf
	daxctl disable-device dax0.0
	daxctl enable-device dax0.0
	changed_before_lock "
		echo dax0.0 >drivers/device_dax/unbind
		echo $((512 << 20)) >devices/dax0.0/size
		echo dax0.0 >drivers/device_dax/bind"
	check daxctl list -d dax0.0
	json '.[0] | .size == 536870912 and .mode == "devdax" and .state == null'
}

@test "restore takes no device that another program is still making" {
	device one "range.1 = 0x100000000-0x10fffffff" >$directory/a.conf
	printf '[create-device two]\nregion.path = /platform/hmem.0\nsize = 128M\nmode = system-ram\n' >>$directory/a.conf
	daxctl disable-device dax0.0
	daxctl reconfigure-device -s 256M dax0.0
	daxctl enable-device dax0.0
	changed_before_lock "
		echo $((512 << 20)) >devices/dax0.1/size
		echo dax0.1 >drivers/device_dax/bind" "echo 1 >$region/dax_region/create"
	check daxctl list -d dax0.1
	json '.[0] | .size == 536870912 and .mode == "devdax"'
}

@test "restore DEVICE leaves other devices as their user has them" {
	device one "range.1 = 0x100000000-0x10fffffff" >$directory/a.conf
	device two "range.1 = 0x110000000-0x11fffffff" "mode = system-ram" >>$directory/a.conf
	daxctl restore
	daxctl reconfigure-device --mode devdax --force dax0.1
	daxctl create-device -s 128M
	unchanged daxctl restore dax0.2
	[[ $status == 0 ]]
	unchanged daxctl restore dax0.0
	[[ $status == 0 ]]
	daxctl destroy-device --force dax0.1
	unchanged daxctl restore dax0.2
	[[ $status == 0 ]]
	# Named, or all: as configured.
	check daxctl restore
	[[ $status == 0 && $(daxctl list | jq '[.[] | select(.mode == "system-ram")] | length') == 1 ]]
}

@test "a dry run loads no module" {
	as_booted
	printf '[create-device n]\nregion.path = /platform/hmem.0\nsize = 256M\nmode = system-ram\n' >$directory/a.conf
	daxctl reconfigure-device -m devdax --force dax0.0
	modprobe -r kmem
	unchanged daxctl restore --dry-run
	((status == 0))
	says "would restore 1, 0 in place, 0 failed"
	unchanged daxctl reconfigure-device -m system-ram --dry-run dax0.0
	((status == 0))
	[[ ! -e /sys/module/kmem ]]
	modprobe kmem
}

@test "a dry run refuses what restore refuses" {
	local line
	for line in "size = 5000" "size = 64G" $'size = 2M\nmode = system-ram' "range.1 = 0x140000000-0x140000fff" "mode = famfs"; do
		echo "# $line"
		as_booted
		printf '[create-device n]\nregion.path = /platform/hmem.0\n%s\n' "$line" >$directory/a.conf
		unchanged daxctl restore --dry-run
		((status != 0))
		says "would restore 0, 0 in place, 1 failed"
		check daxctl restore
		says "restored 0, 0 in place, 1 failed"
	done
}

@test "no restore gets between a change and its --persist" {
	local said=$BATS_TEST_TMPDIR/said worker
	device one "range.1 = 0x100000000-0x17fffffff" "mode = system-ram" >$directory/a.conf
	daxctl restore
	strace -o /dev/null -e trace=flock -e inject=flock:delay_enter=4000000:when=2 \
		daxctl reconfigure-device -m devdax --force --persist dax0.0 3>&- &
	worker=$!
	sleep 2
	daxctl restore dax0.0 || :
	wait "$worker"
	grep -q '^mode = devdax$' $directory/a.conf
	[[ $(daxctl list | jq -r '.[0].mode') == devdax ]]
}
