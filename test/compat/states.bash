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
	"$REF_DAXCTL" offline-memory all || :
	"$REF_NDCTL" disable-region region0
	"$REF_NDCTL" init-labels --force nmem0
	"$REF_NDCTL" enable-region region0
}

# Topology hmem: as at boot, one device that has everything.
one_device() {
	all_devdax
	for device in 1 2 3 4; do
		"$REF_DAXCTL" disable-device "dax0.$device" && "$REF_DAXCTL" destroy-device "dax0.$device" || :
	done
	"$REF_DAXCTL" disable-device dax0.0
	"$REF_DAXCTL" reconfigure-device -s 2G dax0.0
	"$REF_DAXCTL" enable-device dax0.0
}

# Topology hmem: dax0.0 of 4 memory blocks, dax0.1 without a whole one, dax0.2 of two ranges, dax0.3
# without any.
four_devices() {
	one_device
	"$REF_DAXCTL" disable-device dax0.0
	"$REF_DAXCTL" reconfigure-device -s 512M dax0.0
	"$REF_DAXCTL" enable-device dax0.0
	"$REF_DAXCTL" create-device -r 0 -s 64M
	"$REF_DAXCTL" create-device -r 0 -s 64M
	"$REF_DAXCTL" create-device -r 0 -s 128M
	"$REF_DAXCTL" disable-device dax0.1
	"$REF_DAXCTL" destroy-device dax0.1
	"$REF_DAXCTL" create-device -r 0 -s 64M
	"$REF_DAXCTL" disable-device dax0.2
	"$REF_DAXCTL" reconfigure-device -s 320M dax0.2
	"$REF_DAXCTL" enable-device dax0.2
	"$REF_DAXCTL" disable-device dax0.3
	"$REF_DAXCTL" reconfigure-device -s 0 dax0.3
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
