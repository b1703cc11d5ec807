# SPDX-License-Identifier: LGPL-2.1-or-later

load ../compare

@test "daxctl create-device, destroy-device, reconfigure-device -s and -a" {
	changes daxctl-create
}
