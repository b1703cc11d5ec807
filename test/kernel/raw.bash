# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# For tests that look at, or damage, what is on a namespace.

# on_raw NAMESPACE CODE: runs python on the bytes of a disabled namespace: read(at, size),
# write(at, bytes), and `info`, the numbers of its btt.
on_raw() {
	echo 1 >"/sys/bus/nd/devices/$1/force_raw"
	echo "$1" >/sys/bus/nd/drivers/nd_pmem/bind
	python3 -c '
import os, struct, sys
disk = os.open("/dev/" + os.listdir("/sys/bus/nd/devices/%s/block" % sys.argv[1])[0], os.O_RDWR)
def read(at, size):
	return os.pread(disk, size, at)
def write(at, data):
	os.pwrite(disk, data, at)
info = dict(zip(("lba", "sectors", "ilba", "blocks", "nfree", "size", "next", "data", "map", "log", "copy"),
	struct.unpack_from("<IIIIIIQQQQQ", read(4096, 4096), 56)))
at = {name: 4096 + info[name] for name in ("data", "map", "log", "copy")}
exec(sys.argv[2])
os.fsync(disk)' "$1" "$2"
	echo "$1" >"/sys/bus/nd/devices/$1/driver/unbind"
	echo 0 >"/sys/bus/nd/devices/$1/force_raw"
}
