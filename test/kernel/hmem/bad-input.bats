# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What makes no sense is refused in one sentence, and nothing is changed; what is seen without a device is in
# test/unit/bad-words. dax0.0 is disabled and has the first GiB of the region, from 4 GiB on; dax0.1 is
# enabled and has the 256 MiB behind it; the rest, to 6 GiB, is free.

load ../helpers

setup_file() {
	all_devdax
	daxctl disable-device dax0.0
	daxctl reconfigure-device -s 1G dax0.0
	daxctl create-device -s 256M
}

teardown_file() {
	daxctl destroy-device --force all
	daxctl reconfigure-device -s 2G dax0.0
	daxctl enable-device dax0.0
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	before=$(kernel_state)
	look
	first_look=$seen
}

teardown() {
	still "$before"
}

# look: $seen is what a row could change. Without a process, for there are many rows.
look() {
	local file text
	seen=
	for file in /sys/bus/dax/devices/*/{size,align} /sys/bus/dax/drivers/*/dax* /etc/daxctl.conf.d/*; do
		text=
		[[ ! -f $file ]] || read -r text <"$file"
		seen+="$file $text "
	done
}

# refused STATUS WORDS COMMAND...: in one sentence that has these words, and perhaps a hint.
refused() {
	local expected=$1 words=$2 line sentences=0
	shift 2
	check "$@"
	[[ $status == "$expected" && -z $output ]]
	while read -r line; do
		[[ $line == "hint: "* || $line =~ ^[a-z\ ]+\ 0\ devices$ ]] && continue
		[[ $line == "daxctl: "*[[:alnum:]\'\)\"] ]]
		sentences=$((sentences + 1))
	done <<<"${stderr?}"
	((sentences == 1))
	says "$words"
	look
	[[ $seen == "$first_look" ]]
}

@test "devices that are none" {
	local device verb
	for device in '' foo dax0.99999999999999999999 ../../etc /dev/dax0.1x $'dax0.1\n' 0; do
		refused 250 "no such dax device" daxctl disable-device "$device"
	done
	for verb in "destroy-device -f" "reconfigure-device -m system-ram" "reconfigure-device -s 1G" online-memory \
		offline-memory enable-device; do
		# shellcheck disable=SC2086 # words
		refused 250 "dax9.9: no such dax device" daxctl $verb dax0.1 dax9.9
		# shellcheck disable=SC2086 # words
		refused 129 "dax0.1 is named twice" daxctl $verb dax0.1 0.1
		# shellcheck disable=SC2086 # words
		refused 129 "missing argument: name a device, or 'all'" daxctl $verb
	done
}

@test "sizes, alignments, ranges and states" {
	local expected words line name text
	while IFS='|' read -r name text; do
		echo "$text" >"$name"
	done <<-'END'
		region|{"chardev": "dax7.0", "size": 134217728}
		overlap|{"mappings": [{"start": 5637144576, "end": 5771362303}, {"start": 5704253440, "end": 5773459455}]}
		unaligned|{"mappings": [{"start": 5637144577, "end": 5771362303}]}
		coarse|{"mappings": [{"start": 5637148672, "end": 5771362303}]}
		below|{"mappings": [{"start": 2097152, "end": 4194303}]}
		across|{"mappings": [{"start": 6308233216, "end": 6576668671}]}
		last|{"mappings": [{"start": "0xffffffffffe00000", "end": "0xffffffffffffffff"}]}
		neighbour|{"mappings": [{"start": 5368709120, "end": 5502926847}]}
		size|{"mappings": [{"start": 5637144576, "end": 5771362303}], "size": 1}
		good|{"mappings": [{"start": 5637144576, "end": 5771362303}]}
	END
	# status | words | command line
	while IFS='|' read -r expected words line; do
		# shellcheck disable=SC2086 # words
		refused "$expected" "$words" daxctl $line
	done <<-'END'
		228|invalid size 0: must be at least 1 byte|create-device -s 0
		250|invalid size 1048576: must be a multiple of the alignment (2097152 bytes)|create-device -s 1M
		250|bytes available in region 0|create-device -s 4G
		250|bytes available in region 0|create-device -s 18446744073709551614
		250|invalid alignment 3145728: must be a power of two|create-device -s 64M -a 3M
		250|invalid alignment 0: must be a power of two|create-device -s 64M -a 0
		250|ranges 0x150000000-0x157ffffff and 0x154000000-0x1581fffff overlap|create-device --input overlap
		250|must start and end at multiples of the alignment|create-device --input unaligned
		250|must start and end at multiples of the alignment|create-device --input coarse
		250|range 0x200000-0x3fffff is outside region 0 (0x100000000-0x17fffffff)|create-device --input below
		250|is outside region 0|create-device --input across
		250|is outside region 0|create-device --input last
		250|overlaps 0x140000000-0x14fffffff of dax0.1|create-device --input neighbour
		250|the ranges have 134217728 bytes in total, but the size is 1|create-device --input size
		250|is outside region 0|reconfigure-device --input below dax0.0
		250|overlaps 0x140000000-0x14fffffff of dax0.1|reconfigure-device --input neighbour dax0.0
		250|region: describes a device of region 7, but dax0.0 is in region 0|reconfigure-device --input region dax0.0
		250|dax0.1: cannot be changed: the device is enabled (driver device_dax)|reconfigure-device --input good dax0.1
		129|--input describes one device|reconfigure-device --input good all
		129|--input describes one device|reconfigure-device --input good dax0.0 dax0.1
		250|bytes available in region 0|reconfigure-device -s 3G dax0.0
		250|invalid size 1000: must be a multiple|reconfigure-device -s 1000 dax0.0
		250|hint: use a page size of the processor|reconfigure-device -a 4M dax0.0
		250|dax0.1: no such dax device in region 7|reconfigure-device -m system-ram -r 7 dax0.1
		250|no dax device found in region 7|disable-device -r 7 all
		250|dax0.1: memory cannot go online: the device is not in system-ram mode|online-memory dax0.1
	END
}
