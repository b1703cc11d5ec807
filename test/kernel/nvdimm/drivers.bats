# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Namespaces without a driver: because they are disabled, or because it is not loaded. Rows B1, B2 and E1 of
# "Trust".

load ../helpers
load ../raw

setup() {
	drivers_back
	labelled
}

teardown_file() {
	drivers_back
	labelled
}

drivers_back() {
	echo 1 >/sys/bus/nd/drivers_autoprobe
	rm -f /run/modprobe.d/lab.conf
	modprobe -a nd_pmem dax_pmem device_dax kmem
}

# without MODULE...: takes the drivers away. What they served has none afterwards.
without() {
	local module
	for module; do
		modprobe -r "$module"
	done
}

# content NAMESPACE: a sum of all that is on a disabled namespace of 64 MiB.
content() {
	on_raw "$1" 'import zlib; print(zlib.crc32(read(0, 64 << 20)))'
}

# data NAMESPACE: puts something on it.
data() {
	on_raw "$1" 'write(0, os.urandom(1 << 20))'
}

is_driven() {
	[[ -e /sys/bus/nd/devices/$1/driver ]]
}

@test "B1: a namespace without a driver is not free room" {
	local before
	ndctl create-namespace --mode raw --size 64M
	ndctl disable-namespace namespace0.0
	data namespace0.0
	before=$(content namespace0.0)
	ndctl disable-region region0
	echo 0 >/sys/bus/nd/drivers_autoprobe
	ndctl enable-region region0
	unchanged ndctl create-namespace --mode fsdax --size 1G
	[[ $status == 237 ]]
	says "namespace0.0 is disabled but configured: its 64 MiB are not free"
	unchanged ndctl create-namespace --mode raw --region region0 --force
	[[ $status == 237 ]]
	unchanged ndctl create-namespace --mode raw --continue
	[[ $status == 237 ]]
	[[ $(content namespace0.0) == "$before" ]]
	# Once it is up the kernel offers another one.
	ndctl enable-namespace namespace0.0
	check ndctl create-namespace --mode fsdax --size 64M
	[[ $status == 0 ]]
	json '.dev == "namespace0.1"'
	ndctl disable-namespace namespace0.0
	[[ $(content namespace0.0) == "$before" ]]
}

@test "B1: neither is a seed that somebody is configuring" {
	cat /proc/sys/kernel/random/uuid >/sys/bus/nd/devices/namespace0.0/uuid
	unchanged ndctl create-namespace --mode raw --size 64M
	[[ $status == 237 ]]
	says "namespace0.0 is half configured"
}

@test "B2: with drivers_autoprobe of 0 namespaces are enabled as they are" {
	local mode
	for mode in fsdax sector devdax; do
		ndctl create-namespace --mode "$mode" --size 64M
	done
	ndctl disable-region region0
	echo 0 >/sys/bus/nd/drivers_autoprobe
	ndctl enable-region region0
	check ndctl enable-namespace all
	says "enabled 3 namespaces"
	check ndctl list
	json '[.[].mode] | sort == ["devdax", "fsdax", "sector"]'
}

@test "B2: a driver that is not loaded is loaded before a namespace is created" {
	local module mode
	for module in nd_pmem dax_pmem; do
		for mode in fsdax devdax sector raw; do
			without "$module"
			check ndctl create-namespace --mode "$mode" --size 64M
			[[ $status == 0 ]]
			json ".mode == \"$mode\""
		done
		labelled
	done
}

@test "B2: a raw namespace whose driver is not loaded becomes devdax" {
	ndctl create-namespace --mode raw --size 64M
	ndctl disable-namespace namespace0.0
	data namespace0.0
	without nd_pmem dax_pmem
	check ndctl create-namespace --reconfig namespace0.0 --force --mode devdax
	[[ $status == 0 ]]
	json '.mode == "devdax"'
}

@test "B2: what cannot be read is not written either" {
	local before mode
	ndctl create-namespace --mode raw --size 64M
	ndctl disable-namespace namespace0.0
	data namespace0.0
	before=$(content namespace0.0)
	without nd_pmem
	mkdir -p /run/modprobe.d
	echo "blacklist nd_pmem" >/run/modprobe.d/lab.conf
	for mode in devdax sector raw; do
		unchanged ndctl create-namespace --reconfig namespace0.0 --force --mode "$mode"
		[[ $status == 250 ]]
		says "this kernel has no driver nd_pmem, and cannot load a module for it"
	done
	unchanged ndctl destroy-namespace --force namespace0.0
	[[ $status == 250 ]]
	drivers_back
	ndctl disable-namespace namespace0.0
	[[ $(content namespace0.0) == "$before" ]]
}

@test "B2: what the kernel writes before it fails is undone" {
	local before bind=/sys/bus/nd/drivers/dax_pmem/bind
	ndctl create-namespace --mode raw --size 64M
	ndctl disable-namespace namespace0.0
	data namespace0.0
	before=$(content namespace0.0)
	# The kernel has done it, and the tool is told that it has not: a driver decides, not the errno.
	check strace -f -o /dev/null -e trace=write -P "$bind" -e inject=write:error=EBUSY:when=1 \
		ndctl create-namespace --reconfig namespace0.0 --mode devdax --map mem
	((status != 0))
	! is_driven namespace0.0
	[[ $(content namespace0.0) == "$before" ]]
}

@test "B2: a sector namespace whose driver is not loaded is not left raw" {
	local words
	for words in check-namespace "check-namespace --force" "read-infoblock --json" destroy-namespace; do
		labelled
		ndctl create-namespace --mode sector --size 64M
		without nd_pmem
		# shellcheck disable=SC2086 # a verb and its options
		check ndctl $words namespace0.0
		[[ $status == 0 ]]
		! is_driven namespace0.0
		[[ $(</sys/bus/nd/devices/namespace0.0/force_raw) == 0 ]]
	done
}

@test "E1: force_raw that somebody has set stays" {
	ndctl create-namespace --mode sector --size 64M
	ndctl disable-namespace namespace0.0
	echo 1 >/sys/bus/nd/devices/namespace0.0/force_raw
	check ndctl enable-namespace namespace0.0
	[[ $status == 0 && $(</sys/bus/nd/devices/namespace0.0/force_raw) == 1 && -b /dev/pmem0 ]]
	ndctl disable-namespace namespace0.0
	check ndctl check-namespace namespace0.0
	[[ $status == 0 && $(</sys/bus/nd/devices/namespace0.0/force_raw) == 1 ]]
	check ndctl read-infoblock namespace0.0
	[[ $status == 0 && $(</sys/bus/nd/devices/namespace0.0/force_raw) == 1 ]]
	echo 0 >/sys/bus/nd/devices/namespace0.0/force_raw
}

@test "E1: an info block is written as for address 0" {
	# It begins 16 MiB behind a multiple of 64 MiB.
	ndctl create-namespace --mode raw --size 16M
	ndctl create-namespace --mode raw --size 64M
	ndctl disable-namespace namespace0.1
	ndctl write-infoblock --mode fsdax --align 64M --map mem --size 256M namespace0.1
	check ndctl read-infoblock --json namespace0.1
	json '.[0] | .start_pad == 0 and .end_trunc == 0'
}
