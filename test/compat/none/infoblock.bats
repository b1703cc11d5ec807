# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Info blocks in files and on standard output, and the verbs on namespaces where there are none.

load ../compare

prepare() {
	infoblock_files
}

@test "ndctl: info blocks" {
	cd /run/lab/blocks
	reads ndctl-infoblock
}
