# SPDX-License-Identifier: LGPL-2.1-or-later

load ../helpers

setup_file() {
	labelled
	ndctl create-namespace --mode fsdax --map mem --size 32M
	ndctl create-namespace --mode devdax --map mem --size 256M
}

teardown_file() {
	labelled
}

@test "a region that is mounted is not disabled, and the holder is named" {
	mkfs.ext4 -q /dev/pmem0
	mkdir -p "$BATS_TEST_TMPDIR/mnt"
	mount /dev/pmem0 "$BATS_TEST_TMPDIR/mnt"
	unchanged ndctl disable-region region0
	umount "$BATS_TEST_TMPDIR/mnt"
	[[ $status == 0 ]] # as the reference
	says "region0: cannot be disabled: namespace0.0: /dev/pmem0 is mounted on $BATS_TEST_TMPDIR/mnt"
	says "hint: umount $BATS_TEST_TMPDIR/mnt"
	says "disabled 0 regions"
}

@test "a region that serves as memory is not disabled" {
	daxctl reconfigure-device --mode system-ram dax0.1
	unchanged ndctl disable-region region0
	[[ $status == 0 ]]
	says "namespace0.1: dax0.1 serves as memory of NUMA node 1"
	says "hint: daxctl reconfigure-device --mode=devdax --force dax0.1"
	daxctl reconfigure-device --mode devdax --force dax0.1
}

@test "disabled, it has nothing; enabled, all is back" {
	local before
	before=$(ndctl list -RN)
	check ndctl disable-region region0
	says "disabled 1 region"
	check ndctl list -RNi
	json '.[0].state == "disabled" and (.[0] | has("namespaces") | not)'
	check ndctl disable-region 0
	says "disabled 1 region"
	check ndctl create-namespace --region region0
	[[ $status == 237 ]]
	says "region0: cannot create a namespace: the region is disabled"
	says "hint: ndctl enable-region region0"
	check ndctl enable-region region0
	says "enabled 1 region"
	diff <(echo "$before") <(ndctl list -RN)
}

@test "F: a region with more namespaces than a process may hold files open is disabled" {
	local n before
	for ((n = 0; n < 12; n++)); do
		ndctl create-namespace --mode raw --size 16M
	done >/dev/null
	before=$(ndctl list -N | gojq length)
	unchanged bash -c 'ulimit -n 16 && ndctl disable-region region0'
	says "Too many open files"
	check bash -c 'ulimit -Sn 16 && ndctl disable-region region0'
	[[ $status == 0 ]]
	says "disabled 1 region"
	ndctl enable-region region0
	[[ $(ndctl list -N | gojq length) == "$before" ]]
}

@test "regions that are not there, or named twice" {
	unchanged ndctl disable-region region7
	[[ $status == 0 ]]
	says "region7: no such region"
	says "disabled 0 regions"
	unchanged ndctl disable-region region0 0
	[[ $status == 129 ]]
	says "region0 is named twice"
	unchanged ndctl disable-region
	[[ $status == 129 ]]
	unchanged ndctl disable-region --bus nowhere region0
	[[ $status == 0 ]]
	says "region0: no such region on bus nowhere"
}

@test "when the kernel refuses to enable it, that is said" {
	ndctl disable-region region0
	mount --bind /dev/full /sys/bus/nd/drivers/nd_region/bind
	check ndctl enable-region region0
	umount /sys/bus/nd/drivers/nd_region/bind
	says "region0: cannot be enabled: the kernel refused"
	says "enabled 0 regions"
	ndctl enable-region region0
}

@test "a program sees each of its changes without a new context" {
	labelled
	check "$LAB_BUILD/test/programs/one-process"
	[[ $status == 0 ]]
	diff - <(echo "$output") <<-'END'
		sized: enabled, 4032 MiB free, namespace0.0 64 MiB disabled
		enabled: enabled, 4032 MiB free, namespace0.0 64 MiB enabled, namespace0.1 0 MiB disabled
		disabled: enabled, 4032 MiB free, namespace0.0 64 MiB disabled, namespace0.1 0 MiB disabled
		deleted: enabled, 4096 MiB free, namespace0.0 0 MiB disabled, namespace0.1 0 MiB disabled
		without region: disabled, 4096 MiB free
		with region: enabled, 4096 MiB free, namespace0.0 0 MiB disabled
	END
}
