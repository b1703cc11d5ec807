# SPDX-License-Identifier: LGPL-2.1-or-later
# bats file_tags=every-kernel
#
# B6: regions that start or end where the kernel cannot map memory. The namespaces are disabled from the
# boot on: region0 has both ends misaligned, region1 its end, region2 its start.

load ../helpers

# A btt, made without our tools, that the kernel brings up now and would refuse at the next probe.
setup_sector() {
	local btt
	btt=$(cat /sys/bus/nd/devices/region0/btt_seed)
	cat /proc/sys/kernel/random/uuid >"/sys/bus/nd/devices/$btt/uuid"
	echo 4096 >"/sys/bus/nd/devices/$btt/sector_size"
	echo namespace0.0 >"/sys/bus/nd/devices/$btt/namespace"
	echo "$btt" >/sys/bus/nd/drivers/nd_pmem/bind
	[[ -b /dev/pmem0s ]]
}

refused() {
	unchanged ndctl create-namespace "$@"
	[[ $status == 234 && -z $output ]]
}

@test "B6: the namespaces are disabled from the start" {
	check ndctl list -Ni
	json 'length == 3 and all(.state == "disabled" and (has("uuid") | not))'
}

@test "B6: nothing is made of a namespace that the kernel would refuse at the next boot" {
	local mode
	for mode in raw sector 'fsdax --map dev' 'fsdax --map mem' 'devdax --map dev' 'devdax --map mem'; do
		# shellcheck disable=SC2086 # words
		refused -e namespace0.0 --force --mode $mode
		says "namespace0.0: cannot be reconfigured: the kernel cannot map the namespace: its start 0x50100000 and its end 0x5fb00000 must be multiples of 2 MiB; 248 MiB from 0x50200000 would fit"
		says "hint: boot with memmap=248M!0x50200000"
	done
	refused --region region0 --mode sector
	says "region0: cannot create a namespace: the kernel cannot map the namespace: its start 0x50100000"
	refused --dry-run -e namespace0.0 --force --mode sector
}

@test "B6: nor where the end alone, or the start alone, is misaligned" {
	local mode
	for mode in raw sector 'fsdax --map dev' devdax; do
		# shellcheck disable=SC2086 # words
		refused -e namespace1.0 --force --mode $mode
		says "its start 0x60000000 and its end 0x63f00000 must be multiples of 2 MiB; 62 MiB from 0x60000000 would fit"
		# shellcheck disable=SC2086 # words
		refused -e namespace2.0 --force --mode $mode
		says "its start 0x68100000 and its end 0x6c000000 must be multiples of 2 MiB; 62 MiB from 0x68200000 would fit"
	done
}

@test "B6: enabling says why it fails" {
	unchanged ndctl enable-namespace namespace0.0
	[[ $status == 250 ]]
	says "namespace0.0: cannot be enabled: the kernel cannot map the namespace: its start 0x50100000"
	says "hint: boot with memmap=248M!0x50200000"
}

@test "B6: what is enabled and could not be enabled again stays as it is" {
	setup_sector
	echo content | dd of=/dev/pmem0s bs=4096 conv=sync,fsync status=none
	local mode
	for mode in raw sector fsdax devdax; do
		refused -e namespace0.0 --force --mode "$mode"
		says "its start 0x50100000"
	done
	unchanged ndctl check-namespace --force namespace0.0
	[[ $status != 0 ]]
	says "its start 0x50100000"
	[[ $(dd if=/dev/pmem0s bs=4096 count=1 status=none | head -c 7) == content ]]
	check ndctl destroy-namespace --force namespace0.0
	[[ $status == 0 ]]
	says "destroyed 1 namespace"
}

@test "B6: with force_raw it is a disk without struct pages, and can be made raw" {
	echo 1 >/sys/bus/nd/devices/namespace0.0/force_raw
	check ndctl enable-namespace namespace0.0
	[[ $status == 0 && -b /dev/pmem0 ]]
	check ndctl create-namespace -e namespace0.0 --force --mode raw
	[[ $status == 0 ]]
	json '.mode == "raw" and .size == 262144000'
	ndctl disable-namespace namespace0.0
	echo 0 >/sys/bus/nd/devices/namespace0.0/force_raw
}
