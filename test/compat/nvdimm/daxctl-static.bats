# SPDX-License-Identifier: LGPL-2.1-or-later

load ../compare

@test "daxctl: devices of namespaces are not resized; --check-config" {
	changes daxctl-static
}
