# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Memory that the firmware gives no NUMA node.

load ../helpers

setup_file() {
	labelled
	ndctl create-namespace -m devdax -M mem -s 256M
}

@test "a device without target node is refused as memory and stays what it is" {
	unchanged daxctl reconfigure-device --mode system-ram dax0.0
	[[ $status == 234 ]]
	says "dax0.0: cannot become system-ram: the platform assigns no NUMA node to the device"
	says "SRAT"
}

@test "list leaves out the node that there is not" {
	check daxctl list
	json '.[0] | has("target_node") | not'
}
