# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What is on a namespace: info blocks, and the block translation table of sector mode.

load ../helpers
load ../raw

setup() {
	labelled
}

teardown_file() {
	labelled
}

# sector [ARG...]: makes a disabled sector namespace0.X, `ns`, whose content has the checksum `sum`.
sector() {
	local json disk
	json=$(ndctl create-namespace --mode sector --size 32M "$@")
	ns=$(jq -r .dev <<<"$json") disk=/dev/$(jq -r .blockdev <<<"$json")
	yes content | dd of="$disk" bs=1M count=4 iflag=fullblock oflag=direct status=none
	dd if=/dev/urandom of="$disk" bs=64K count=3 seek=7 oflag=direct status=none
	sum=$(head -c 8M "$disk" | sha256sum)
	ndctl disable-namespace "$ns"
}

# intact: the kernel brings it up, and the content is as it was.
intact() {
	local disk
	ndctl enable-namespace "$ns"
	disk=/dev/$(ndctl list -n "$ns" | jq -r '.[0].blockdev')
	[[ $disk == *s && $(head -c 8M "$disk" | sha256sum) == "$sum" ]]
	echo 3 >/proc/sys/vm/drop_caches
	ndctl disable-namespace "$ns"
}

@test "info blocks are read of disabled namespaces, files and standard input" {
	local file=$BATS_TEST_TMPDIR/block
	ndctl create-namespace --mode fsdax --size 32M
	ndctl create-namespace --mode devdax --map mem --align 4K --size 32M
	ndctl create-namespace --mode raw --size 16M
	unchanged ndctl read-infoblock --json namespace0.0
	[[ $status == 240 ]]
	says "namespace0.0: cannot read the info block: the namespace is enabled"
	says "hint: ndctl disable-namespace namespace0.0"
	ndctl disable-namespace all
	unchanged ndctl read-infoblock --json all
	[[ $status == 0 ]]
	json 'map(.dev) == ["namespace0.0", "namespace0.1"]'
	json '.[0] | .signature == "NVDIMM_PFN_INFO" and .mode == 2 and .align == 2097152'
	json '.[1] | .signature == "NVDIMM_DAX_INFO" and .mode == 1 and .align == 4096'
	says "read 3 infoblocks"
	unchanged ndctl read-infoblock --output "$file" namespace0.1
	[[ $status == 0 && $(stat -c %s "$file") == 8192 ]]
	check ndctl read-infoblock --human --input "$file"
	json '.[0] | .file == "'"$file"'" and .dataoff == "0x200000"'
	printf x | dd of="$file" bs=1 seek=5000 conv=notrunc status=none
	check ndctl read-infoblock --json --verify --input "$file"
	[[ $status == 0 && $output == $'[\n]' ]]
	says "wrong checksum"
	check ndctl read-infoblock --input "$BATS_TEST_TMPDIR/nothing"
	[[ $status == 254 ]]
	check ndctl read-infoblock --input /dev/null
	[[ $status == 251 ]]
}

@test "a written info block is what the kernel would have written" {
	ndctl create-namespace --mode devdax --map mem --size 32M
	ndctl create-namespace --mode raw --size 32M
	unchanged ndctl write-infoblock namespace0.0
	[[ $status == 240 ]]
	says "the namespace is enabled"
	ndctl disable-namespace all
	unchanged ndctl write-infoblock --mode devdax --map mem --align 2M namespace0.1
	[[ $status == 0 ]]
	check ndctl read-infoblock --json --verify all
	json 'map(del(.dev, .uuid, .parent_uuid)) | .[0] == .[1]'
	ndctl enable-namespace namespace0.1
	check ndctl list
	json '.[] | .mode == "devdax" and .map == "mem" and .size == 31457280'
	ndctl disable-namespace namespace0.1
	check ndctl write-infoblock --parent-uuid 11111111-2222-3333-4444-555555555555 namespace0.1
	check ndctl read-infoblock --json --verify namespace0.1
	[[ $output == $'[\n]' ]]
	says "the block belongs to another namespace"
	unchanged ndctl write-infoblock --size 1M namespace0.1
	[[ $status == 250 ]]
	unchanged ndctl write-infoblock --mode sector namespace0.1
	[[ $status == 129 ]]
}

@test "a whole sector namespace, of any sector size" {
	sector
	unchanged ndctl check-namespace "$ns"
	[[ $status == 0 ]]
	says "checked 1 namespace"
	unchanged ndctl check-namespace --repair --rewrite-log "$ns"
	[[ $status == 0 ]]
	intact
	ndctl enable-namespace "$ns"
	unchanged ndctl check-namespace "$ns"
	[[ $status == 240 ]]
	says "the namespace is enabled"
	check ndctl check-namespace --force "$ns"
	[[ $status == 0 ]]
	check ndctl list
	json '.[0].mode == "sector"'
	mkfs.ext4 -q /dev/pmem0s
	mkdir -p "$BATS_TEST_TMPDIR/mnt"
	mount /dev/pmem0s "$BATS_TEST_TMPDIR/mnt"
	unchanged ndctl check-namespace --force "$ns"
	umount "$BATS_TEST_TMPDIR/mnt"
	[[ $status == 240 ]]
	says "is mounted on"
	sector --sector-size 520
	check ndctl check-namespace "$ns"
	[[ $status == 0 ]]
}

@test "a damaged info block is restored from its copy, the copy from it" {
	sector
	on_raw "$ns" 'write(4096, bytes(4096))'
	unchanged ndctl check-namespace "$ns"
	[[ $status == 250 ]]
	says "$ns: arena 0: BTT info block at offset 0x1000 needs to be restored"
	says "hint: ndctl check-namespace --repair $ns"
	check ndctl check-namespace --repair "$ns"
	[[ $status == 0 ]]
	says "the info block was restored from its copy"
	intact
	on_raw "$ns" 'write(at["copy"], bytes(4096))'
	check ndctl check-namespace "$ns"
	[[ $status == 0 ]]
	says "info2 needs to be restored"
	check ndctl check-namespace --repair "$ns"
	check ndctl check-namespace "$ns"
	[[ $status == 0 ]]
	says "checked 1 namespace"
	on_raw "$ns" 'write(at["copy"], bytes(4096)); write(4096, bytes(4096))'
	unchanged ndctl check-namespace --repair "$ns"
	[[ $status == 250 ]]
	says "Unable to recover any BTT info blocks"
}

@test "an interrupted write is finished, a lost log made anew, and the kernel agrees" {
	sector
	# Lane 200 has not been used: its free block gets the content of sector 3, and the log says so.
	on_raw "$ns" '
sector, lane = 3, 200
log = bytearray(read(at["log"], 64 * 256))
free = struct.unpack_from("<I", log, 64 * lane + 4)[0]
entry = struct.unpack("<I", read(at["map"], 4))[0]
old = struct.unpack("<I", read(at["map"] + 4096 // 4096 * 4 * sector, 4))[0] & 0x3fffffff
write(at["data"] + free * info["ilba"], read(at["data"] + old * info["ilba"], info["ilba"]))
struct.pack_into("<IIII", log, 64 * lane + 16, sector, old, free, 2)
write(at["log"], bytes(log))'
	check ndctl check-namespace "$ns"
	[[ $status == 250 ]]
	says "the last write to sector 3 was logged and not finished"
	says "bitmap error"
	check ndctl check-namespace --repair "$ns"
	[[ $status == 0 ]]
	says "the write to sector 3 was finished"
	intact
	on_raw "$ns" 'write(at["log"], bytes(64 * 256))'
	unchanged ndctl check-namespace --repair "$ns"
	[[ $status == 250 ]]
	says "256 of the 256 lanes of the log are not valid"
	says "hint: ndctl check-namespace --repair --rewrite-log $ns"
	unchanged ndctl check-namespace --rewrite-log "$ns"
	[[ $status == 234 ]]
	check ndctl check-namespace --repair --rewrite-log "$ns"
	[[ $status == 0 ]]
	says "the log was rewritten"
	intact
}

@test "a map that is wrong is told and left alone" {
	sector
	on_raw "$ns" 'write(at["map"] + 40, struct.pack("<II", 0xc0000005, 0xffffffff))'
	unchanged ndctl check-namespace --repair --rewrite-log "$ns"
	[[ $status == 250 ]]
	says "1 map entries are out of bounds"
	says "bitmap error: 1 blocks are mapped to more than one sector"
	says "nothing was written"
	ndctl create-namespace --mode raw --size 16M
	ndctl disable-namespace namespace0.1
	on_raw namespace0.1 'write(0, bytes(8192))'
	unchanged ndctl check-namespace namespace0.1
	[[ $status == 250 ]]
	says "this may not be a sector mode namespace"
}

# medium_writes COMMAND...: how many writes to the medium it makes.
medium_writes() {
	strace -o "$BATS_TEST_TMPDIR/writes" -e trace=pwrite64 "$@" >&2
	grep -c ^pwrite64 "$BATS_TEST_TMPDIR/writes"
}

# damage: the info block and the log are lost; both can be made anew.
damage() {
	on_raw "$ns" 'write(4096, bytes(4096)); write(at["log"], bytes(64 * 256))'
}

@test "a repair that fails or is killed in any write is done by the next one" {
	local n count fault
	sector
	damage
	count=$(medium_writes ndctl check-namespace --repair --rewrite-log "$ns")
	((count >= 2))
	for fault in error=EIO signal=KILL; do
		for ((n = 1; n <= count; n++)); do
			damage
			check strace -o /dev/null -e trace=pwrite64 -e "inject=pwrite64:$fault:when=$n" \
				ndctl check-namespace --repair --rewrite-log "$ns"
			((status != 0))
			# B7 (e): what could not be written is not called repaired.
			((n > 1)) || [[ $stderr != *"was restored"* && $stderr != *"was written"* ]]
			((n > 2)) || [[ $stderr != *"was written"* ]]
			[[ $fault != signal=KILL ]] || ndctl disable-namespace "$ns"
			check ndctl check-namespace --repair --rewrite-log "$ns"
			[[ $status == 0 && $(</sys/bus/nd/devices/"$ns"/force_raw) == 0 ]]
		done
	done
	intact
	# Killed, and nobody looks at it again: it is not brought up raw.
	strace -o /dev/null -e trace=pwrite64 -e inject=pwrite64:signal=KILL:when=1 \
		ndctl write-infoblock --mode fsdax "$ns" || :
	ndctl disable-namespace "$ns"
	intact
}

@test "whichever write to sysfs fails, namespaces are as before" {
	sector
	survives_faults EIO ndctl write-infoblock --mode fsdax --map mem --align 4K "$ns"
	check ndctl read-infoblock --json "$ns"
	json '.[0].signature == "NVDIMM_PFN_INFO"'
	labelled
	sector
	survives_faults EIO ndctl check-namespace "$ns"
	survives_faults EIO ndctl read-infoblock "$ns"
	ndctl enable-namespace "$ns"
	survives_faults EIO ndctl check-namespace --force "$ns"
}
