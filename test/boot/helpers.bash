# SPDX-License-Identifier: LGPL-2.1-or-later
#
# For tests that run in a machine which boots several times.

# shellcheck disable=SC2034,SC2154 # variables of bats and for those who load this

load "$PWD/test/kernel/helpers"

kept=/var/lib/lab # what one boot tells the next
conf=/etc/daxctl.conf.d

# assignment: all that is to come back, said by the tools and by the kernel. What the kernel numbers or names
# anew, and what stands in this order, are the claims of namespaces: the last part of a region's path, and
# the uuid of a claim that is not on the medium.
assignment() {
	daxctl list -RDM | jq 'map(.path |= sub("/dax[0-9.]+$"; "")) | sort_by(.devices[0].chardev)'
	ndctl list -RDN | jq 'walk(if type == "object" and .map == "none" then del(.uuid) else . end)'
	grep -sH . /sys/bus/dax/devices/*/{align,size,target_node} /sys/bus/dax/devices/*/mapping*/{start,end} \
		/sys/devices/system/node/node[12]/memory*/{state,valid_zones} || :
	find /sys/bus/dax/devices/*/driver -printf '%p %l\n'
}

# nvdimm_region: its name, for the kernel numbers all regions in the order in which it finds them.
nvdimm_region() {
	ndctl list -R | jq -r '.[0].dev'
}

# unit_says TEXT: what systemd shows of daxctl-restore.service contains TEXT.
unit_says() {
	check systemctl status --no-pager --full --lines 100 "${unit:-daxctl-restore.service}"
	[[ $output == *"$1"* ]] || {
		echo "its status does not say: $1"
		return 1
	}
}

# property NAME [UNIT]
property() {
	systemctl show --value --property "$1" "${2:-daxctl-restore.service}"
}
