# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Killed in the midst of a change, a command leaves what the next one understands, and its words lead back.

load ../helpers

setup() {
	ndctl enable-dimm nmem0
	labelled
}

teardown() {
	umount -q /mnt || :
}

teardown_file() {
	ndctl enable-dimm nmem0
	labelled
}

# killed FILE COMMAND...: runs it, and kills it at its first write to the file.
killed() {
	local file=$1 log
	shift
	status=0
	# The tool itself: a shell would say that it was killed.
	strace -f -y -o "$BATS_TEST_TMPDIR/trace" -e trace=write -e inject=write:signal=KILL:when=1 -P "$(readlink -f "$file")" \
		"$@" >/dev/null 2>&1 || status=$?
	log=$(<"$BATS_TEST_TMPDIR/trace")
	((status == 137))
	[[ $log == *"killed by SIGKILL"* ]]
}

@test "killed while it has the table of a sector namespace before it, check-namespace leaves no raw device for good" {
	local file
	ndctl create-namespace --mode sector --size 64M >/dev/null
	printf content | dd of=/dev/pmem0s bs=512 count=1 conv=sync,fsync status=none
	for file in /sys/bus/nd/drivers/nd_pmem/unbind /sys/bus/nd/devices/namespace0.0/force_raw; do
		ndctl disable-namespace namespace0.0
		killed "$file" "$LAB_BUILD/ndctl/ndctl" check-namespace --repair namespace0.0
		check ndctl enable-namespace namespace0.0
		[[ $status == 0 ]]
		[[ -b /dev/pmem0s && ! -e /dev/pmem0 ]]
		[[ $(head -c 7 /dev/pmem0s) == content ]]
	done
}

@test "what was left raw is not taken away from who has mounted it" {
	ndctl create-namespace --mode raw --size 64M >/dev/null
	mkfs.ext4 -q -O ^has_journal /dev/pmem0
	ndctl disable-namespace namespace0.0
	killed /sys/bus/nd/drivers/nd_pmem/unbind "$LAB_BUILD/ndctl/ndctl" read-infoblock namespace0.0
	mount /dev/pmem0 /mnt
	unchanged ndctl enable-namespace namespace0.0
	((status != 0))
	says "/dev/pmem0 is mounted on /mnt"
	umount /mnt
	check ndctl enable-namespace namespace0.0
	[[ $status == 0 && $(</sys/bus/nd/devices/namespace0.0/force_raw) == 0 ]]
}

@test "killed before it has written force_raw, check-namespace leaves no mark: force_raw of later stays" {
	ndctl create-namespace --mode raw --size 32M >/dev/null
	killed /sys/bus/nd/devices/namespace0.0/force_raw "$LAB_BUILD/ndctl/ndctl" check-namespace --force namespace0.0
	ndctl enable-namespace namespace0.0
	ndctl disable-namespace namespace0.0
	echo 1 >/sys/bus/nd/devices/namespace0.0/force_raw
	check ndctl enable-namespace namespace0.0
	[[ $status == 0 && $(</sys/bus/nd/devices/namespace0.0/force_raw) == 1 ]]
	echo 0 >/sys/bus/nd/devices/namespace0.0/force_raw 2>/dev/null || :
}

@test "killed between uuid and size, create-namespace leaves what destroy-namespace gives back" {
	ndctl create-namespace --mode raw --size 32M >/dev/null
	mkfs.ext4 -q -O ^has_journal /dev/pmem0
	mount /dev/pmem0 /mnt
	killed /sys/bus/nd/devices/namespace0.1/size "$LAB_BUILD/ndctl/ndctl" create-namespace --mode raw --size 32M
	unchanged ndctl create-namespace --mode raw --size 32M
	[[ $status == 237 ]]
	says "namespace0.1 is half configured"
	says "hint: ndctl destroy-namespace namespace0.1"
	# Nobody has asked for it by name: it could be another program's.
	unchanged ndctl destroy-namespace all
	check ndctl destroy-namespace namespace0.1
	[[ $status == 0 && $stderr == "destroyed 1 namespace" ]]
	check ndctl destroy-namespace namespace0.1
	says "the namespace is a seed without capacity"
	check ndctl create-namespace --mode raw --size 32M
	[[ $status == 0 ]]
	umount /mnt
}

@test "killed while the kernel reads labels anew, init-labels leaves the DIMM disabled; enable-region says so" {
	ndctl disable-region region0
	killed /sys/bus/nd/drivers/nvdimm/bind "$LAB_BUILD/ndctl/ndctl" init-labels --force nmem0
	check ndctl enable-region region0
	says "region0: cannot be enabled: nmem0 is disabled"
	says "hint: ndctl enable-dimm nmem0 && ndctl enable-region region0"
	ndctl enable-dimm nmem0
	ndctl enable-region region0
	[[ -e /sys/bus/nd/devices/region0/driver ]]
}
