# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash

# region_on DIMM: regions are numbered as they are found, which differs from boot to boot.
region_on() {
	local file
	file=$(grep -l "^$1," /sys/bus/nd/devices/region*/mapping0)
	basename "${file%/mapping0}"
}
