# SPDX-License-Identifier: LGPL-2.1-or-later
#
# --map none where the kernel can do it: dax_pmem is our own there (test/lab/nonedax).

load ../helpers

setup() {
	labelled
}

teardown_file() {
	labelled
}

# map DEVICE BYTES: writes to the whole of a dax device through a mapping, reads it back.
map() {
	python3 -c '
import mmap, os, sys
size = int(sys.argv[2])
memory = mmap.mmap(os.open(sys.argv[1], os.O_RDWR), size)
for at in range(0, size, 1 << 20):
	memory[at:at + 5] = b"%5d" % (at >> 20)
memory[size - 5:] = b"  end"
assert all(memory[at:at + 5] == b"%5d" % (at >> 20) for at in range(0, size, 1 << 20))
assert memory[size - 5:] == b"  end"' "$1" "$2"
}

@test "created, it has no map, is listed, and all of it can be mapped" {
	check ndctl create-namespace --mode devdax --map none --size 64M --verbose
	[[ $status == 0 ]]
	says "let dax0.0 claim namespace0.0 without struct pages, aligned to 2 MiB"
	json '.mode == "devdax" and .map == "none" and .size == 67108864 and .align == 2097152'
	json '.daxregion.devices[0] | .chardev == "dax0.0" and .size == 67108864'
	check ndctl list
	json '.[0] | .map == "none" and .chardev == "dax0.0" and .size == 67108864'
	check daxctl list
	json '.[0] | .chardev == "dax0.0" and .size == 67108864 and .mode == "devdax"'
	map /dev/dax0.0 67108864
}

@test "nothing but what was stored is on the medium, and disabling keeps it" {
	ndctl create-namespace --mode devdax --map none --size 32M --align 4K
	map /dev/dax0.0 33554432
	check ndctl disable-namespace namespace0.0
	check ndctl read-infoblock --json namespace0.0
	[[ $status == 0 && $output == $'[\n]' ]]
	check ndctl enable-namespace namespace0.0
	check ndctl list
	json '.[0] | .mode == "raw" and .size == 33554432'
	[[ $(head -c 5 /dev/pmem0) == "    0" && $(tail -c 5 /dev/pmem0) == "  end" ]]
	# As the manual page tells, it comes back by being made anew, content and all.
	check ndctl create-namespace --reconfig namespace0.0 --force --mode devdax --map none --align 4K
	json '.map == "none" and .align == 4096'
	python3 -c '
import mmap, os
memory = mmap.mmap(os.open("/dev/dax0.0", os.O_RDWR), 33554432)
assert memory[:5] == b"    0" and memory[-5:] == b"  end"'
}

@test "what disables it for a while, or fails, leaves it as it was" {
	ndctl create-namespace --mode devdax --map none --size 32M --align 4K
	map /dev/dax0.0 33554432
	check ndctl check-namespace --force namespace0.0
	[[ $status == 250 ]]
	check ndctl list
	json '.[0] | .mode == "devdax" and .map == "none" and .align == 4096'
	mount --bind /dev/full /sys/bus/nd/drivers/nd_pmem/bind
	check ndctl create-namespace --verbose --force --reconfig namespace0.0 --mode fsdax
	umount /sys/bus/nd/drivers/nd_pmem/bind
	[[ $status != 0 ]]
	says "undone: disable namespace0.0, held by dax0."
	check ndctl list
	json '.[0] | .mode == "devdax" and .map == "none" and .align == 4096'
	ndctl disable-namespace namespace0.0
	ndctl enable-namespace namespace0.0
	[[ $(head -c 5 /dev/pmem0) == "    0" && $(tail -c 5 /dev/pmem0) == "  end" ]]
}

@test "what it has is used by nobody else" {
	local before verb
	ndctl create-namespace --mode devdax --map none --size 256M
	for verb in "ndctl create-namespace --mode raw --reconfig namespace0.0" \
		"ndctl destroy-namespace namespace0.0" \
		"daxctl reconfigure-device --mode system-ram dax0.0" "daxctl disable-device dax0.0"; do
		# shellcheck disable=SC2086 # words
		unchanged $verb
		((status != 0))
		[[ -n $stderr ]]
	done
	map /dev/dax0.0 268435456
	before=$(ndctl list -R | jq '.[0].available_size')
	check ndctl create-namespace --mode devdax --map none --size 64M
	json '.chardev == "dax0.1" or .daxregion.devices[0].chardev == "dax0.1"'
	[[ $(ndctl list -R | jq '.[0].available_size') == $((before - 67108864)) ]]
	check ndctl destroy-namespace --force all
	[[ $status == 0 ]]
	says "destroyed 2 namespaces"
	[[ ! -e /dev/dax0.0 ]]
	check ndctl list -R
	json '.[0] | .available_size == .size'
}

@test "whichever write fails, everything is as before" {
	survives_faults EIO ndctl create-namespace --mode devdax --map none --size 32M
	check ndctl list
	json '.[0].map == "none"'
}

@test "--persist: daxctl restore brings it back after a boot, whatever it holds" {
	local directory=/etc/daxctl.conf.d uuid
	rm -rf $directory
	check ndctl create-namespace --mode devdax --map none --size 32M --align 4K --persist
	[[ $status == 0 ]]
	uuid=$(</sys/bus/nd/devices/namespace0.0/uuid)
	diff - $directory/persist.conf <<-END
		[reconfigure-device namespace0.0]
		nvdimm.uuid = $uuid
		mode = devdax
		map = none
		align = 4K
	END
	map /dev/dax0.0 33554432
	# A guest's own info block may lie where the host's would.
	printf 'NVDIMM_DAX_INFO\0' | python3 -c '
import mmap, os, sys
memory = mmap.mmap(os.open("/dev/dax0.0", os.O_RDWR), 33554432)
memory[4096:4112] = sys.stdin.buffer.read()'
	ndctl disable-namespace namespace0.0
	ndctl enable-namespace namespace0.0
	unchanged daxctl restore --dry-run
	json '.[0] | .device == "namespace0.0" and .differences.map == {configured: "none", present: "raw"}'
	check daxctl restore /sys/bus/nd/devices/namespace0.0
	[[ $status == 0 ]]
	says "restored: namespace0.0 ([reconfigure-device namespace0.0]"
	check ndctl list
	json '.[0] | .map == "none" and .align == 4096 and .size == 33554432'
	python3 -c '
import mmap, os
memory = mmap.mmap(os.open("/dev/dax0.0", os.O_RDWR), 33554432)
assert memory[:5] == b"    0" and memory[-5:] == b"  end" and memory[4096:4112] == b"NVDIMM_DAX_INFO\0"'
	unchanged daxctl restore
	[[ $status == 0 && -z $output ]]
	says "in place: namespace0.0"
	check ndctl destroy-namespace --force --persist namespace0.0
	[[ $status == 0 && ! -s $directory/persist.conf ]]
	rm -r $directory
}
