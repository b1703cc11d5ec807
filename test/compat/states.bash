# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# The states of the machine in which the rows of the tables run. The reference makes them, for
# itself and for ours.

at_boot() {
	:
}

# Topology nvdimm: three devices of 3, no and 1 whole memory blocks, each in a region of its own.
three_devices() {
	empty_region
	for size in 512M 64M 256M; do
		"$REF_NDCTL" create-namespace -m devdax -M mem -s "$size"
	done
}

# Topology nvdimm: region0 empty, with labels, and its devices numbered from 0 again.
empty_region() {
	! mountpoint -q /run/lab/mounted || umount /run/lab/mounted
	"$REF_DAXCTL" offline-memory all || :
	"$REF_NDCTL" disable-region region0
	"$REF_NDCTL" init-labels --force nmem0
	"$REF_NDCTL" enable-region region0
}

# config KEY=VALUE...: a section for the first namespace, unless there is no key.
config() {
	local directory=/etc/daxctl.conf.d

	mkdir -p "$directory"
	: >"$directory/compat.conf"
	((!$#)) || printf '%s\n' '[reconfigure-device compat]' \
		"nvdimm.uuid=$("$REF_NDCTL" list -n namespace0.0 | jq -r '.[0].uuid')" "$@" \
		>"$directory/compat.conf"
}

no_config() {
	rm -r /etc/daxctl.conf.d
}

# Topology hmem: as at boot, one device that has everything.
one_device() {
	all_devdax
	"$REF_DAXCTL" destroy-device -f all || :
	"$REF_DAXCTL" reconfigure-device -s 2G -a 2M dax0.0
	"$REF_DAXCTL" enable-device dax0.0
}

# resize DEVICE SIZE: leaves it disabled.
resize() {
	"$REF_DAXCTL" disable-device "$1"
	"$REF_DAXCTL" reconfigure-device -s "$2" "$1"
}

# A dynamic region: what a CXL device has, whatever the region has.
half_gib() {
	resize dax0.0 512M
	"$REF_DAXCTL" enable-device dax0.0
}

# Topology cxl: as at boot, but in devdax mode.
cxl_device() {
	all_devdax
	"$REF_DAXCTL" destroy-device -f all || :
	half_gib
}

# keep_device DEVICE: in a file that create-device reads.
keep_device() {
	"$REF_DAXCTL" list -DM -d "$1" | jq '.[0]' >/tmp/kept
}

# Topology hmem: dax0.0 of 4 memory blocks, dax0.1 without a whole one, dax0.2 of 2, and dax0.3
# without any memory.
four_devices() {
	one_device
	resize dax0.0 512M
	"$REF_DAXCTL" create-device -r 0 -s 64M
	"$REF_DAXCTL" create-device -r 0 -s 320M
	"$REF_DAXCTL" create-device -r 0 -s 64M
	resize dax0.3 0
	"$REF_DAXCTL" enable-device all || :
}

# Topology hmem: the same, but what dax0.1 and dax0.2 have is in two ranges each.
two_ranges() {
	four_devices
	resize dax0.1 32M
	resize dax0.2 352M
	resize dax0.1 64M
	"$REF_DAXCTL" enable-device all || :
}

all_devdax() {
	echo offline >/sys/devices/system/memory/auto_online_blocks
	"$REF_DAXCTL" reconfigure-device -m devdax -f all || :
	"$REF_DAXCTL" enable-device all || :
}

first_disabled() {
	"$REF_DAXCTL" disable-device dax0.0
}

all_disabled() {
	"$REF_DAXCTL" disable-device all || :
}

first_ram() {
	"$REF_DAXCTL" reconfigure-device -m system-ram dax0.0
}

first_ram_offline() {
	"$REF_DAXCTL" reconfigure-device -m system-ram -N dax0.0
}

first_ram_not_movable() {
	"$REF_DAXCTL" reconfigure-device -m system-ram --no-movable dax0.0
}

# one_block STATE: what a write to the first block of node 1 makes of it.
one_block() {
	local blocks=(/sys/devices/system/node/node1/memory*)
	echo "$1" >"${blocks[0]}/state"
}

# auto_online POLICY
auto_online() {
	echo "$1" >/sys/devices/system/memory/auto_online_blocks
}

# Topology e820: the namespace as at boot, active and without a mode of its own.
plain_namespace() {
	"$REF_NDCTL" create-namespace -f -e namespace0.0 -m raw
}

plain_devdax() {
	"$REF_NDCTL" create-namespace -f -e namespace0.0 -m devdax -M mem
}

# Topology nfit: the labelled bus, whose regions are empty.
labelled_bus() {
	"$REF_NDCTL" disable-region -b nfit_test.0 all
	"$REF_NDCTL" init-labels -b nfit_test.0 -f all
	"$REF_NDCTL" enable-region -b nfit_test.0 all
}

# Topology nfit: namespace_in REGION of the labelled bus, and in none besides.
namespace_in() {
	labelled_bus
	"$REF_NDCTL" create-namespace -r "$1" -m raw -s 16M
}

# Topology nfit: health and thresholds of the DIMMs as at boot, but for the count of unsafe shutdowns.
health_at_boot() {
	local dimm
	for dimm in nmem0 nmem1 nmem2 nmem3; do
		"$REF_NDCTL" inject-smart -N "$dimm" 2>/dev/null
		"$REF_NDCTL" inject-smart -M 40 -C 30 -S 5 --media-temperature-alarm=on --ctrl-temperature-alarm=off \
			--spares-alarm=on "$dimm"
	done
}

# Topology nfit: a namespace in each mode.
four_modes() {
	labelled_bus
	"$REF_NDCTL" create-namespace -r region1 -m devdax -a 4K -s 32M -n devdax
	"$REF_NDCTL" create-namespace -r region1 -m sector -s 32M
	"$REF_NDCTL" create-namespace -r region0 -m raw -s 16M
	"$REF_NDCTL" create-namespace -r region0 -m fsdax -a 4K -s 16M
	"$REF_NDCTL" disable-namespace namespace0.0
}

# Topology nvdimm: one namespace of each kind, with what can be set of them.
all_modes() {
	empty_region
	"$REF_NDCTL" create-namespace -m fsdax -M dev -s 64M -n '"fs dev"'
	"$REF_NDCTL" create-namespace -m fsdax -M mem -s 48M -l 4096
	"$REF_NDCTL" create-namespace -m devdax -M dev -s 64M -a 4K -n dd4k
	"$REF_NDCTL" create-namespace -m devdax -M mem -s 256M
	"$REF_NDCTL" create-namespace -m sector -s 48M
	"$REF_NDCTL" create-namespace -m sector -s 64M -l 520 -n sector
	"$REF_NDCTL" create-namespace -m raw -s 32M
	"$REF_NDCTL" create-namespace -m raw -s 2G -l 4096 -n 'q"\/é'
}

# disabled X.Y...
disabled() {
	local namespace
	for namespace; do
		"$REF_NDCTL" disable-namespace "namespace$namespace"
	done
}

region_disabled() {
	"$REF_NDCTL" disable-region region0
}

region_enabled() {
	"$REF_NDCTL" enable-region region0
}

dimm_disabled() {
	"$REF_NDCTL" disable-region region0
	"$REF_NDCTL" disable-dimm nmem0
}

dimm_enabled() {
	"$REF_NDCTL" enable-dimm nmem0
	"$REF_NDCTL" enable-region region0
}

labels_zeroed() {
	empty_region
	"$REF_NDCTL" disable-region region0
	"$REF_NDCTL" zero-labels nmem0
}

# Topology nvdimm: as at boot, one raw namespace that is all of the region.
no_labels() {
	labels_zeroed
	"$REF_NDCTL" enable-region region0
}

# What the reference leaves when a region has no room for a btt.
half_made() {
	"$REF_NDCTL" create-namespace -m sector -s 16M || :
}

# system_ram DEVICE
system_ram() {
	"$REF_DAXCTL" reconfigure-device -m system-ram "$1"
}

# device_disabled DEVICE
device_disabled() {
	"$REF_DAXCTL" disable-device "$1"
}

# Topology nvdimm: a small namespace of each mode.
four_small() {
	empty_region
	"$REF_NDCTL" create-namespace -m fsdax -M mem -s 32M -n fsd
	"$REF_NDCTL" create-namespace -m devdax -M mem -s 256M -n keep
	"$REF_NDCTL" create-namespace -m sector -s 32M
	"$REF_NDCTL" create-namespace -m raw -s 32M
}

one_raw() {
	empty_region
	"$REF_NDCTL" create-namespace -m raw -s 64M -u 7c5e6e3e-0e7e-4e5e-8e5e-0e7e4e5e8e5e
}

# Topology nvdimm: three holes of 1 GiB and less, between namespaces.
fragments() {
	empty_region
	for size in 512M 128M 1G 128M 256M 128M; do
		"$REF_NDCTL" create-namespace -m raw -s "$size"
	done
	"$REF_NDCTL" create-namespace -m raw
	for namespace in 0.0 0.2 0.4; do
		"$REF_NDCTL" destroy-namespace -f "namespace$namespace"
	done
	# Which number an idle namespace has is chance until they are all numbered anew.
	region_disabled
	region_enabled
}

# mounted DEVICE: until the next state.
mounted() {
	mkfs.ext4 -q "/dev/$1"
	mkdir -p /run/lab/mounted
	mount "/dev/$1" /run/lab/mounted
}

# memory_offline DEVICE
memory_offline() {
	"$REF_DAXCTL" offline-memory "$1"
}

# shellcheck source=/dev/null
. "${BASH_SOURCE[0]%/*}/../kernel/raw.bash"

# Topology none: files with info blocks, whole and damaged, in /run/lab/blocks.
infoblock_files() {
	local uuid=11111111-2222-3333-4444-555555555555

	mkdir -p /run/lab/blocks
	cd /run/lab/blocks || return
	"$REF_NDCTL" write-infoblock -u "$uuid" -s 64M -o pfn
	"$REF_NDCTL" write-infoblock -u "$uuid" -s 64M -m devdax -M mem -a 4K -o dax
	python3 -c '
import struct
def seal(block):
	block = bytearray(block.ljust(4096, b"\0"))
	low = high = 0
	for word, in struct.iter_unpack("<I", bytes(block)):
		low = low + word & 0xffffffff
		high = high + low & 0xffffffff
	block[4088:] = struct.pack("<II", low, high)
	return bytes(block)
def btt(major, minor, flags=0):
	return seal(b"BTT_ARENA_INFO\0\0" + bytes(range(32)) + struct.pack("<IHHIIIIIIQQQQQ",
		flags, major, minor, 520, 1000, 576, 1256, 256, 4096, 0, 4096, 8192, 12288, 20480))
empty, pfn = bytes(4096), open("pfn", "rb").read()[4096:]
damaged = bytearray(btt(1, 1))
damaged[60] ^= 1
for name, data in {
	"btt": empty + btt(1, 1), "btt2": btt(2, 0) + empty, "both": btt(2, 0) + btt(1, 1),
	"mixed": btt(2, 0) + pfn, "astray": pfn + empty, "flagged": empty + btt(1, 1, 0x80000001),
	"damaged": empty + bytes(damaged), "zero": empty + empty, "empty": b"", "short": (empty + pfn)[:6000],
	"long": empty + pfn + b"x" * 5000, "garbage": bytes(range(256)) * 32,
}.items():
	open(name, "wb").write(data)'
}

# Topology nvdimm: a disabled namespace of each kind.
all_kinds_disabled() {
	empty_region
	"$REF_NDCTL" create-namespace -m fsdax -s 32M
	"$REF_NDCTL" create-namespace -m devdax -M mem -a 4K -s 32M
	"$REF_NDCTL" create-namespace -m sector -s 32M
	"$REF_NDCTL" create-namespace -m sector -l 520 -s 32M
	"$REF_NDCTL" create-namespace -m raw -s 32M
	"$REF_NDCTL" disable-namespace all
	on_raw namespace0.4 'write(0, bytes(8192))'
}

# btt_damaged CODE: a disabled sector namespace, of which python changes something.
btt_damaged() {
	empty_region
	"$REF_NDCTL" create-namespace -m sector -s 32M
	"$REF_NDCTL" disable-namespace namespace0.0
	on_raw namespace0.0 "$1"
}

# Topology nfit, labelled bus: bad_blocks MODE [ARG...]: a namespace in region1 with 6 bad sectors
# among its data, known to the kernel. (btt sectors cannot be made bad.)
bad_blocks() {
	local dev
	labelled_bus
	dev=$("$REF_NDCTL" create-namespace -r region1 -s 32M -m "$@" | jq -r .dev)
	"$REF_NDCTL" inject-error --no-notify --block=9000 --count=4 "$dev"
	"$REF_NDCTL" inject-error --no-notify --block=9 --count=2 "$dev"
	"$REF_NDCTL" start-scrub nfit_test.0
	"$REF_NDCTL" wait-scrub nfit_test.0
}

# Topology nfit: no DIMM has labels.
no_labels_anywhere() {
	"$REF_NDCTL" disable-region all
	"$REF_NDCTL" enable-dimm all
	"$REF_NDCTL" zero-labels all
	"$REF_NDCTL" enable-region all
}

# Topology nfit: two namespaces in region0, which is on nmem0 and nmem1, and files with what the
# labels of nmem0 are, are a part of, and are not.
two_labels() {
	"$REF_NDCTL" enable-dimm all
	labelled_bus
	"$REF_NDCTL" create-namespace -r region0 -m raw -s 16M -n one -u 7c5e6e3e-0e7e-4e5e-8e5e-0e7e4e5e8e5e
	"$REF_NDCTL" create-namespace -r region0 -m raw -n '"two"' -u 7c5e6e3e-0e7e-4e5e-8e5e-0e7e4e5e8e5f
	mkdir -p /run/lab/labels
	(
		cd /run/lab/labels || exit
		"$REF_NDCTL" read-labels -o area nmem0
		head -c 100 area >short
		cat area area >long
		# One index block, and a label that says it is elsewhere.
		cp area damaged
		printf '\0' | dd of=damaged conv=notrunc bs=1 seek=70
		printf '\7' | dd of=damaged conv=notrunc bs=1 seek=760
	)
}

# Topology nfit: labels of both versions, and a namespace in each of the two regions.
both_versions() {
	"$REF_NDCTL" disable-region all
	"$REF_NDCTL" enable-dimm all
	"$REF_NDCTL" init-labels -f all
	"$REF_NDCTL" init-labels -f -V 1.2 nmem0 nmem1
	"$REF_NDCTL" enable-region all
	"$REF_NDCTL" create-namespace -r region0 -m raw -n 12 -u 7c5e6e3e-0e7e-4e5e-8e5e-0e7e4e5e8e5e
	"$REF_NDCTL" create-namespace -r region1 -m raw -n mixed -u 7c5e6e3e-0e7e-4e5e-8e5e-0e7e4e5e8e5f
	mkdir -p /run/lab/labels
}

# Topology nvdimm: a namespace of each kind in a region that a test has left in any state.
probe_kinds() {
	"$REF_NDCTL" disable-region region0
	"$REF_NDCTL" enable-dimm nmem0
	empty_region
	echo 0 >/sys/bus/nd/devices/region0/read_only
	echo 16777216 >/sys/bus/nd/devices/region0/align
	"$REF_NDCTL" create-namespace -m fsdax -s 64M -u 7c5e6e3e-0e7e-4e5e-8e5e-0e7e4e5e8e50
	"$REF_NDCTL" create-namespace -m devdax -s 64M -u 7c5e6e3e-0e7e-4e5e-8e5e-0e7e4e5e8e51
	"$REF_NDCTL" create-namespace -m sector -s 48M -u 7c5e6e3e-0e7e-4e5e-8e5e-0e7e4e5e8e52
	"$REF_NDCTL" create-namespace -m raw -s 32M -u 7c5e6e3e-0e7e-4e5e-8e5e-0e7e4e5e8e53
}

# Topology e820: as at boot, whatever a test has left of region and namespace.
probe_e820() {
	modprobe -r nd_e820
	modprobe nd_e820
	"$REF_NDCTL" disable-namespace namespace0.0
	on_raw namespace0.0 'write(0, bytes(65536))'
	echo namespace0.0 >/sys/bus/nd/drivers/nd_pmem/bind
}

# Topology nfit: as at boot, without labels, whatever a test has left. region2 can only be read, and
# region3 can be divided into pages.
probe_nfit() {
	local region

	"$REF_NDCTL" wait-scrub
	"$REF_NDCTL" disable-region all
	"$REF_NDCTL" enable-dimm all
	"$REF_NDCTL" zero-labels all
	"$REF_NDCTL" disable-dimm all
	"$REF_NDCTL" enable-dimm all
	for region in 0 1 2 3; do
		echo $((region == 2)) >"/sys/bus/nd/devices/region$region/read_only"
		echo $((region == 3 ? 4096 : 16777216)) >"/sys/bus/nd/devices/region$region/align"
	done
	"$REF_NDCTL" enable-region all
}

# Topology nfit: likewise, in the regions of the labelled bus.
probe_sets() {
	labelled_bus
	"$REF_NDCTL" create-namespace -r region1 -m devdax -a 4K -s 32M -u 7c5e6e3e-0e7e-4e5e-8e5e-0e7e4e5e8e50
	"$REF_NDCTL" create-namespace -r region1 -m sector -s 32M -u 7c5e6e3e-0e7e-4e5e-8e5e-0e7e4e5e8e51
	"$REF_NDCTL" create-namespace -r region0 -m raw -s 16M -u 7c5e6e3e-0e7e-4e5e-8e5e-0e7e4e5e8e52
	"$REF_NDCTL" create-namespace -r region0 -m fsdax -a 4K -s 16M -u 7c5e6e3e-0e7e-4e5e-8e5e-0e7e4e5e8e53
}

# Topology nfit: DIMMs without passphrases and keys, whose regions are disabled, and two keks.
no_passphrases() {
	local dimm
	"$REF_NDCTL" disable-region all
	for dimm in nmem0 nmem1 nmem2 nmem3; do
		# An overwrite ends after 5 s, and the kernel asks after 10 s.
		until grep -q . "/sys/bus/nd/devices/$dimm/security"; do
			sleep 12
		done
		! grep -q unlocked "/sys/bus/nd/devices/$dimm/security" || "$REF_NDCTL" remove-passphrase "$dimm"
	done
	"$REF_NDCTL" enable-dimm all
	rm -rf /etc/ndctl/keys
	mkdir -p /etc/ndctl/keys
	chmod 700 /etc/ndctl/keys
	keyctl clear @u
	keyctl add user nvdimm-master kek @u
	keyctl add user other kek @u
}

regions_in_use() {
	"$REF_NDCTL" enable-region all
}

# Topology nfit: as after a boot of a machine with passphrases: files, and an empty keyring. That of another
# machine too, one whose name has underscores, and some that are none.
stored_keys() {
	local blob keys=/etc/ndctl/keys
	no_passphrases
	"$REF_NDCTL" setup-passphrase nmem0 nmem1 -k user:nvdimm-master
	blob=$(compgen -G "$keys/nvdimm_*-ffffffff_*.blob")
	cp "$blob" /run/lab/blob
	"$REF_NDCTL" remove-passphrase nmem0 nmem1
	for name in nvdimm_8980-01_other.blob nvdimm_8980-02_a_b.blob nvdimm_8980-03_other.blob nvdimm_8980-04.blob \
		other_8980-05_other.blob nvdimm-old_8980-06_other.blob; do
		cp /run/lab/blob "$keys/$name"
	done
	echo rubbish >"$keys/nvdimm_8980-07_other.blob"
	: >"$keys/nvdimm_8980-08_other.blob"
	mkdir "$keys/nvdimm_8980-09_other.blob"
	chmod 600 "$keys"/*.blob
	echo -n kek >"$keys/nvdimm-master.blob"
	keyctl clear @u
}

without_kek() {
	stored_keys
	rm /etc/ndctl/keys/nvdimm-master.blob
}
