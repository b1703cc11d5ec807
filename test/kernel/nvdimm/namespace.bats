# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Namespaces with labels, from creation to destruction, and what happens when something fails.

load ../helpers

setup() {
	labelled
}

teardown_file() {
	labelled
}

# What is there, uuids and idle seeds aside: the numbers of seeds advance also when a namespace was
# undone.
namespaces() {
	ndctl list -RN | jq -c 'del(..|.uuid?, .raw_uuid?)'
}

# same COMMAND...: `check`, and what is there is afterwards what it was before, uuids included.
same() {
	local before
	before=$(ndctl list -RNv)
	check "$@"
	diff <(echo "$before") <(ndctl list -RNv)
}

@test "each mode, with the numbers that the size leaves" {
	check ndctl create-namespace --mode raw --size 32M
	json '.mode == "raw" and .size == 33554432 and .sector_size == 512 and .blockdev == "pmem0"'
	check ndctl create-namespace --mode sector --size 32M
	json '.mode == "sector" and .size == 32440320 and .sector_size == 4096 and .blockdev == "pmem0.1s"'
	check ndctl create-namespace --mode sector --size 32M --sector-size 520
	json '.sector_size == 520 and .size == 29459968'
	check ndctl create-namespace --mode fsdax --size 32M --name "a name" --verbose
	says "let pfn0.0 claim namespace0.3 with 512 KiB of struct pages in itself, aligned to 2 MiB"
	json '.mode == "fsdax" and .map == "dev" and .align == 2097152 and .name == "a name"'
	check ndctl create-namespace --mode devdax --size 32M --map mem --align 4K
	json '.mode == "devdax" and .map == "mem" and .size == 31457280'
	json '.daxregion.devices[0] | .chardev == "dax0.4" and .align == 4096'
	[[ -b /dev/pmem0 && -b /dev/pmem0.1s && -b /dev/pmem0.3 && -c /dev/dax0.4 ]]
	check ndctl list
	json 'map(.dev) == ["namespace0.0", "namespace0.1", "namespace0.2", "namespace0.3", "namespace0.4"]'
}

@test "without options: fsdax, as large as can be; then there is no room" {
	check ndctl create-namespace
	json '.mode == "fsdax" and .map == "dev" and .size == 4225761280'
	same ndctl create-namespace
	[[ $status == 237 ]]
	says "region0: cannot create a namespace: the region has no free capacity: all of its 4 GiB are allocated"
}

@test "what can be known beforehand is refused before anything is touched" {
	same ndctl create-namespace --size 20M
	[[ $status == 234 ]]
	says "invalid size 20 MiB: must be a multiple of 16 MiB"
	says "hint: choose 16 MiB or 32 MiB"
	same ndctl create-namespace --size 8G
	[[ $status == 237 ]]
	says "8 GiB do not fit: 4 GiB are free"
	same ndctl create-namespace --align 8K
	[[ $status == 237 ]]
	says "does not support an alignment of 8 KiB"
	same ndctl create-namespace --align 1G --size 64M
	[[ $status == 234 ]]
	same ndctl create-namespace --mode devdax --align 1G --size 1G
	[[ $status == 237 ]]
	says "1 GiB leave no room for data behind the struct pages with an alignment of 1 GiB"
	says "hint: choose at least 2 GiB"
	same ndctl create-namespace --mode raw --align 2M
	[[ $status == 237 ]]
	same ndctl create-namespace --mode sector --sector-size 1000
	[[ $status == 234 ]]
	says "region0 does not support sectors of 1000 bytes"
	same ndctl create-namespace --mode sector --size 16M
	[[ $status == 237 ]]
	says "sector mode needs more than"
	says "hint: choose at least 32 MiB"
	same ndctl create-namespace --mode raw --size 16M --name "$(printf 'x%.0s' {1..64})"
	[[ $status == 234 ]]
	says "the name has 64 bytes"
	same ndctl create-namespace --region 7
	[[ $status == 237 ]]
}

@test "capacity in pieces: the largest is taken, and its size is said" {
	local i
	for i in 1 2 3; do
		ndctl create-namespace --mode raw --size 1G
	done
	ndctl destroy-namespace --force namespace0.1
	same ndctl create-namespace --mode raw --size 2G
	[[ $status == 237 ]]
	says "2 GiB do not fit: 2 GiB are free, 1 GiB of them in one piece"
	check ndctl create-namespace --mode raw
	json '.size == 1073741824'
}

@test "a dry run says the steps and changes nothing" {
	local uuid
	unchanged ndctl create-namespace --mode devdax --size 64M --dry-run
	[[ $status == 0 && -z $output ]]
	says "would allocate 64 MiB for namespace0.0"
	says "would bind dax0.0 to dax_pmem"
	ndctl create-namespace --mode raw --size 64M
	unchanged ndctl destroy-namespace --force --dry-run namespace0.0
	[[ $status == 0 ]]
	says "would erase the info block of namespace0.0, not its data"
	says "would set size of namespace0.0 to '0'"
	unchanged ndctl create-namespace --reconfig namespace0.0 --force --mode sector --dry-run
	[[ $status == 0 && -z $output ]]
	uuid=$(</sys/bus/nd/devices/namespace0.0/uuid)
	unchanged ndctl create-namespace --dry-run --uuid "$uuid"
	[[ $status == 234 ]]
	says "region0: cannot create a namespace: uuid $uuid belongs to namespace0.0"
	says "hint: omit --uuid to get a new one"
}

@test "a driver that refuses to bind leaves nothing behind" {
	local mode driver
	for mode in devdax fsdax sector raw; do
		driver=nd_pmem
		[[ $mode != devdax ]] || driver=dax_pmem
		mount --bind /dev/full "/sys/bus/nd/drivers/$driver/bind"
		check ndctl create-namespace --mode "$mode" --size 64M
		umount "/sys/bus/nd/drivers/$driver/bind"
		[[ $status == 237 ]]
		says "region0: cannot create a namespace: the kernel refused"
		[[ $(ndctl list -R | jq '.[0].available_size') == 4294967296 ]]
	done
	check ndctl create-namespace --mode devdax --size 64M
	[[ $status == 0 ]]
}

@test "whichever write of create-namespace fails, everything is as before" {
	survives_faults EIO ndctl create-namespace --mode devdax --map mem --size 32M --name faulty
	check ndctl list
	json '.[0].name == "faulty"'
}

@test "whichever write of a reconfiguration fails, the namespace and its content are as before" {
	ndctl create-namespace --mode fsdax --map mem --size 64M --name keep
	yes content | head -c 1M | dd of=/dev/pmem0 oflag=direct bs=1M iflag=fullblock status=none
	local sum n before
	sum=$(head -c 1M /dev/pmem0 | sha256sum)
	before=$(ndctl list -RNv)
	for ((n = 1; n < 60; n++)); do
		check with_fault "$n" EIO ndctl create-namespace -f -e namespace0.0 -m devdax -M mem -s 96M -n new
		((status != 99)) || break
		((status != 98)) || continue
		((status != 0))
		diff <(echo "$before") <(ndctl list -RNv)
		[[ $sum == "$(head -c 1M /dev/pmem0 | sha256sum)" ]]
	done
	((n > 10))
	check ndctl list
	json '.[0] | .dev == "namespace0.0" and .mode == "devdax" and .size == 98566144 and .name == "new"'
}

@test "whichever write of destroy-namespace fails, the namespace is as before" {
	ndctl create-namespace --mode sector --size 32M
	survives_faults EIO ndctl destroy-namespace --force namespace0.0
	check ndctl list
	[[ -z $output ]]
}

@test "reconfigured in place, with what is left open kept" {
	local uuid
	ndctl create-namespace --mode devdax --map mem --size 64M --name keep --align 4K
	same ndctl create-namespace --reconfig namespace0.0 --mode fsdax
	[[ $status == 240 ]]
	says "namespace0.0: cannot be reconfigured: the namespace is enabled"
	check ndctl create-namespace --reconfig namespace0.0 --force --mode fsdax
	json '.dev == "namespace0.0" and .name == "keep" and .align == 4096 and .map == "dev"'
	uuid=$(</sys/bus/nd/devices/namespace0.0/uuid)
	check ndctl create-namespace --reconfig namespace0.0 --force --size 32M --align 2M --uuid "$uuid"
	json '.mode == "fsdax" and .size == 31457280'
	[[ $(</sys/bus/nd/devices/namespace0.0/uuid) == "$uuid" ]]
	same ndctl create-namespace --reconfig namespace0.0 --force --size 8G
	[[ $status == 228 ]]
	says "8 GiB do not fit: the namespace has 32 MiB"
	check ndctl create-namespace --reconfig namespace0.0 --force --mode raw --name ""
	json '.mode == "raw" and .size == 33554432 and (has("name") | not)'
	same ndctl create-namespace --reconfig namespace0.1 --force
	[[ $status == 234 ]]
	says "namespace0.1: cannot be reconfigured: the namespace has no capacity"
}

@test "mounted, swapped to, or held, it is left alone, and the holder is named" {
	ndctl create-namespace --mode fsdax --map mem --size 64M
	mkfs.ext4 -q /dev/pmem0
	mkdir -p "$BATS_TEST_TMPDIR/mnt"
	mount /dev/pmem0 "$BATS_TEST_TMPDIR/mnt"
	for verb in "disable-namespace" "destroy-namespace --force" "create-namespace --force --mode raw --reconfig"; do
		# shellcheck disable=SC2086 # words
		same ndctl $verb namespace0.0
		[[ $status == 240 ]]
		says "/dev/pmem0 is mounted on $BATS_TEST_TMPDIR/mnt"
		says "hint: umount $BATS_TEST_TMPDIR/mnt"
	done
	umount "$BATS_TEST_TMPDIR/mnt"
	mkswap -q /dev/pmem0
	swapon /dev/pmem0
	same ndctl disable-namespace namespace0.0
	swapoff /dev/pmem0
	[[ $status == 240 ]]
	says "/dev/pmem0 is swap space"
	modprobe dm-mod
	dmsetup create held --noudevsync --table "0 2048 linear /dev/pmem0 0"
	same ndctl destroy-namespace --force namespace0.0
	dmsetup remove held --noudevsync
	[[ $status == 240 ]]
	says "/dev/pmem0 is held by dm-0 (held)"
	says "hint: dmsetup remove held"
	exec {fd}</dev/pmem0
	same ndctl disable-namespace namespace0.0
	exec {fd}<&-
	[[ $status == 240 ]]
	says "/dev/pmem0 is open in bash (process "
	check ndctl disable-namespace namespace0.0
	[[ $status == 0 ]]
}

@test "mapped by a program it is left alone, and the program is named" {
	ndctl create-namespace --mode devdax --map mem --size 32M
	map_device dax0.0
	for verb in "disable-namespace" "destroy-namespace --force" "create-namespace --force --mode raw --reconfig"; do
		# shellcheck disable=SC2086 # words
		same ndctl $verb namespace0.0
		[[ $status == 240 ]]
		says "/dev/dax0.0 is mapped by python3 (process $mapper)"
	done
	unchanged ndctl disable-region region0
	says "namespace0.0: /dev/dax0.0 is mapped by python3"
	kill "$mapper"
	wait "$mapper" || :
	check ndctl destroy-namespace --force namespace0.0
	[[ $status == 0 ]]
}

@test "as memory it is left alone, and the way back is told" {
	ndctl create-namespace --mode devdax --map mem --size 256M
	daxctl reconfigure-device --mode system-ram dax0.0
	for verb in "disable-namespace" "destroy-namespace --force" "create-namespace --force --mode raw --reconfig"; do
		# shellcheck disable=SC2086 # words
		same ndctl $verb namespace0.0
		[[ $status == 240 ]]
		says "dax0.0 serves as memory of NUMA node 1"
		says "hint: daxctl reconfigure-device --mode=devdax --force dax0.0"
	done
	daxctl reconfigure-device --mode devdax --force dax0.0
	check ndctl destroy-namespace --force namespace0.0
	[[ $status == 0 ]]
}

@test "enabled and disabled by name and all together" {
	local mode before
	for mode in raw sector fsdax devdax; do
		ndctl create-namespace --mode "$mode" --size 32M
	done
	before=$(ndctl list)
	check ndctl disable-namespace namespace0.1
	says "disabled 1 namespace"
	check ndctl list -i
	json '.[1] | .mode == "raw" and .state == "disabled"'
	check ndctl disable-namespace all
	says "disabled 4 namespaces"
	check ndctl enable-namespace all
	says "enabled 4 namespaces"
	diff <(echo "$before") <(ndctl list)
	same ndctl disable-namespace namespace9.9
	[[ $status == 250 ]]
	says "namespace9.9: no such namespace"
	same ndctl disable-namespace namespace0.0 namespace0.0
	[[ $status == 129 ]]
	says "namespace0.0 is named twice"
	same ndctl destroy-namespace all
	[[ $status == 240 ]]
	check ndctl destroy-namespace --force namespace0.1 namespace0.3
	says "destroyed 2 namespaces"
	check ndctl destroy-namespace --force all
	says "destroyed 2 namespaces"
}

# E5
@test "destroying deletes and does not erase; of a seed it says why nothing is done" {
	check ndctl destroy-namespace -h
	says "does not erase their data"
	check ndctl zero-labels -h
	says "does not erase data"
	check ndctl write-infoblock -h
	[[ $stderr != *sector* && $stderr != *raw* ]]
	unchanged ndctl destroy-namespace namespace0.0
	[[ $status == 0 ]]
	says "namespace0.0: not destroyed: the namespace is a seed without capacity"
	says "destroyed 0 namespaces"
	unchanged ndctl destroy-namespace all
	[[ $stderr == "destroyed 0 namespaces" ]]
	check ndctl create-namespace --mode raw --size 64M
	echo "of long ago" | dd of="/dev/$(jq -r .blockdev <<<"$output")" bs=1M seek=1 conv=sync oflag=direct status=none
	ndctl destroy-namespace --force "$(jq -r .dev <<<"$output")"
	check ndctl create-namespace --mode raw --size 64M
	# As the manual has it.
	[[ $(dd if="/dev/$(jq -r .blockdev <<<"$output")" bs=1M skip=1 count=1 iflag=direct status=none | head -n 1) == "of long ago" ]]
	ndctl destroy-namespace --force all
}

@test "a kernel without page-less device-dax is told of, and the namespace undone" {
	local before
	before=$(namespaces)
	check ndctl create-namespace --mode devdax --map none --size 1G
	[[ $status == 237 && -z $output ]]
	says "region0: cannot create a namespace: this kernel does not support devdax without struct pages"
	says "hint: use --map dev (takes 16 MiB of the namespace for struct pages), or --map mem (takes 16 MiB of RAM)"
	diff <(echo "$before") <(namespaces)
	ndctl create-namespace --mode fsdax --map mem --size 64M
	same ndctl create-namespace --reconfig namespace0.0 --force --map none
	((status != 0))
	says "a fsdax namespace requires struct pages: only devdax works without them"
	same ndctl create-namespace --reconfig namespace0.0 --force --mode devdax --map none
	[[ $status == 250 ]]
	says "this kernel does not support devdax without struct pages"
}

@test "what the kernel lacks is named" {
	local before seed=/sys/bus/nd/devices/region0/dax_seed
	before=$(namespaces)
	: >"$BATS_TEST_TMPDIR/empty"
	mount --bind "$BATS_TEST_TMPDIR/empty" "$seed"
	check ndctl create-namespace --mode devdax --size 64M
	umount "$seed"
	[[ $status == 237 ]]
	says "this kernel does not support devdax namespaces: region0 has no seed for them"
	says "hint: use a kernel with CONFIG_NVDIMM_DAX"
	modprobe -r dax_pmem
	mount -t tmpfs none /lib/modules
	check ndctl create-namespace --mode devdax --size 64M
	umount /lib/modules
	modprobe dax_pmem
	[[ $status == 237 ]]
	says "this kernel has no driver dax_pmem, and cannot load a module for it"
	diff <(echo "$before") <(namespaces)
}

@test "--no-autorecover leaves what was done for a look" {
	check ndctl create-namespace --mode devdax --map none --size 64M --no-autorecover
	[[ $status == 237 ]]
	says "hint: the steps taken stay: ndctl destroy-namespace --force namespace0.0"
	[[ $(</sys/bus/nd/devices/namespace0.0/size) == 67108864 ]]
	check ndctl destroy-namespace --force namespace0.0
	[[ $status == 0 && $(ndctl list -R | jq '.[0].available_size') == 4294967296 ]]
}
