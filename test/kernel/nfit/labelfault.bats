# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Labels that the kernel writes when a namespace is made, changed or destroyed: each of these writes fails, or is
# the first that the power was gone for. In region0, interleaved over nmem0 and nmem1, is "mine", and on the same
# DIMMs, in region1, "kept".

load ../helpers

bus=nfit_test.0
fault=/sys/module/labelfault/parameters
nd=/sys/bus/nd

# Whatever a test before it has left.
setup() {
	fail_at 0
	forget
	ndctl init-labels --bus "$bus" --force all
	remember
	ndctl create-namespace --region region1 --mode raw --size 16M --name kept
	ndctl create-namespace --region region0 --mode fsdax --align 4K --size 16M --name mine
}

teardown() {
	fail_at 0
	ndctl destroy-namespace --bus "$bus" --force all
}

# unbound DEVICE, bound DRIVER DEVICE: without a process.
unbound() {
	[[ ! -e $nd/devices/$1/driver ]] || echo "$1" >"$nd/devices/$1/driver/unbind"
}

bound() {
	[[ -e $nd/devices/$2/driver ]] || echo "$2" >"$nd/drivers/$1/bind"
}

# forget, remember: the kernel reads labels when it enables DIMMs, at boot as later.
forget() {
	local each
	for each in region{0..1} nmem{0..3}; do
		unbound "$each"
	done
}

remember() {
	local each
	for each in nmem{0..3}; do
		bound nvdimm "$each"
	done
	for each in region{0..1}; do
		bound nd_region "$each"
	done
}

# fail_at K [ONWARDS]: the kernel's Kth write of labels from now on fails; and all after it, and the
# program is gone.
fail_at() {
	echo 0 >$fault/writes
	echo "${2:-0}" >$fault/onwards
	echo "$1" >$fault/at
}

# were N: whether the command came to its Nth write.
were() {
	(($(<$fault/writes) >= $1))
}

look() {
	ndctl list --bus "$bus" -RNv
}

# fails_once COMMAND...: whichever write of labels fails, the command fails, says why, and everything
# is as before, and still is when the labels are read anew. The command is left done.
fails_once() {
	local k before now
	before=$(look)
	for ((k = 1; k < 100; k++)); do
		fail_at "$k"
		check ndctl "$@"
		were "$k" || break
		fail_at 0
		[[ $status == 251 ]]
		says "the kernel refused"
		says "Input/output error"
		[[ $stderr != *"could not be undone"* ]]
		now=$(look)
		[[ $now == "$before" ]] || diff <(echo "$before") <(echo "$now")
		forget
		remember
		now=$(look)
		[[ $now == "$before" ]] || diff <(echo "$before") <(echo "$now")
	done
	fail_at 0
	echo "# $((k - 1)) writes of labels of '$*' failed one at a time"
	[[ $status == 0 ]]
	((k > 10))
	check ndctl check-labels --bus "$bus" all
	says "verified the labels of 4 nmems"
	[[ $stderr != *agree* ]]
}

@test "create-namespace: a write of labels fails, whichever it is" {
	fails_once create-namespace --region region0 --mode raw --size 16M
}

@test "create-namespace --reconfig: a write of labels fails, whichever it is" {
	fails_once create-namespace --reconfig namespace0.0 --force --align 4K --size 32M
}

@test "destroy-namespace: a write of labels fails, whichever it is" {
	fails_once destroy-namespace --force namespace0.0
}

# call FUNCTION [ARGUMENT]: ndctl_namespace_FUNCTION() for namespace0.0; what it returns, the sentence and the hint are
# in $output, then what giving namespace0.0 and namespace1.0 their names once more returns: they are still the caller's,
# though a repair has disabled and enabled their regions.
call() {
	check python3 -c '
import ctypes, sys
lib = [ctypes.CDLL(path, mode=ctypes.RTLD_GLOBAL) for path in sys.argv[1:3]][1]
def get(name, *args):
	function = getattr(lib, "ndctl_" + name)
	function.restype = ctypes.c_void_p
	return ctypes.c_void_p(function(*args))
def text(name, *args):
	function = getattr(lib, "ndctl_" + name)
	function.restype = ctypes.c_char_p
	return (function(*args) or b"").decode()
ctx = ctypes.c_void_p()
lib.ndctl_new(ctypes.byref(ctx))
namespace = get("namespace_get_by_name", ctx, sys.argv[3].encode())
beside = get("namespace_get_by_name", ctx, b"namespace1.0")
argument = sys.argv[5:] and sys.argv[5]
if sys.argv[4] == "set_uuid":
	argument = bytes(range(1, 17))
elif sys.argv[4] == "set_alt_name":
	argument = argument.encode()
elif argument:
	argument = ctypes.c_ulonglong(int(argument))
print(getattr(lib, "ndctl_namespace_" + sys.argv[4])(namespace, *([argument] if argument else [])))
print(text("get_error", ctx), text("get_hint", ctx))
fault = "/sys/module/labelfault/parameters/"
open(fault + "at", "w").write("0")
writes = open(fault + "writes").read()
for each, name in (namespace, b"mine"), (beside, b"kept"):
	lib.ndctl_namespace_disable(each)
	print("then", lib.ndctl_namespace_set_alt_name(each, name))
	lib.ndctl_namespace_enable(beside)
open(fault + "writes", "w").write(writes)
lib.ndctl_unref(ctx)' "$LAB_BUILD"/lib/{daxctl/libdaxctl.so.1,ndctl/libndctl.so.6} namespace0.0 "$@"
}

# call_fails_once FUNCTION [ARGUMENT]: whichever write of labels fails, so does the function, and everything is as
# before, and still is when the labels are read anew.
call_fails_once() {
	local k before now
	ndctl disable-namespace namespace0.0
	before=$(look)
	for ((k = 1; k < 100; k++)); do
		fail_at "$k"
		call "$@"
		were "$k" || break
		fail_at 0
		[[ ${output%%$'\n'*} == -5 && $(grep -c '^then 0$' <<<"$output") == 2 ]]
		[[ $output == *"the kernel refused"* && $output != *"could not be undone"* ]]
		now=$(look)
		[[ $now == "$before" ]] || diff <(echo "$before") <(echo "$now")
		check ndctl check-labels --bus "$bus" all
		[[ $stderr != *agree* ]]
		forget
		remember
		ndctl disable-namespace namespace0.0
		now=$(look)
		[[ $now == "$before" ]] || diff <(echo "$before") <(echo "$now")
	done
	fail_at 0
	echo "# $((k - 1)) writes of labels of '$*' failed one at a time"
	[[ ${output%%$'\n'*} == 0 ]]
	((k > 2))
	check ndctl check-labels --bus "$bus" all
	[[ $stderr != *agree* ]]
}

@test "ndctl_namespace_delete(): a write of labels fails, whichever it is" {
	call_fails_once delete
}

@test "ndctl_namespace_set_alt_name(): a write of labels fails, whichever it is" {
	call_fails_once set_alt_name other
}

@test "ndctl_namespace_set_uuid(): a write of labels fails, whichever it is" {
	call_fails_once set_uuid
}

@test "ndctl_namespace_set_size(): a write of labels fails, whichever it is" {
	call_fails_once set_size 33554432
}

@test "ndctl_namespace_set_enforce_mode(): a write of labels fails, whichever it is" {
	call_fails_once set_enforce_mode 3
}

@test "a write of labels fails, and a namespace beside is in use: what is left to do is said" {
	local before
	before=$(look)
	exec {held}<>/dev/pmem1
	mkdir -p /run/lab/held
	mke2fs -q /dev/pmem1
	mount /dev/pmem1 /run/lab/held
	exec {held}>&-
	fail_at 8
	check ndctl create-namespace --region region0 --mode raw --size 16M
	fail_at 0
	[[ $status == 251 ]]
	says "could not be undone: guard the labels of region0"
	says "ndctl check-labels --repair all"
	# So it is at the next boot.
	check ndctl check-labels --bus "$bus" --repair all
	[[ $status == 1 ]]
	says "namespace1.0: /dev/pmem1 is mounted on /run/lab/held"
	umount /run/lab/held
	forget
	remember || :
	[[ $(look) != "$before" ]]
	check ndctl check-labels --bus "$bus" --repair all
	[[ $status == 0 ]]
	says "region0: the labels of its DIMMs agree again"
	forget
	remember
	look | jq -e '[.regions[].namespaces[].name] | index("mine") != null and index("kept") != null'
}

# names: of all namespaces, and how large they are.
names() {
	ndctl list --bus "$bus" -N | jq -r '[.[] | "\(.name // "new"):\(.size / 1048576)"] | sort | join(" ")'
}

# survives_cuts NAMES COMMAND...: whichever write is the first that the power is gone for, afterwards all DIMMs
# have valid labels, and, repaired if need be, the namespaces of before or of afterwards: NAMES is a pattern.
survives_cuts() {
	local k pattern=$1 names dimm parted=0 before
	shift
	ndctl destroy-namespace --force namespace0.0
	ndctl create-namespace --region region0 --mode raw --size 16M --name mine
	for dimm in 0 1; do
		ndctl read-labels --size 4096 --output "$BATS_TEST_TMPDIR/$dimm" nmem$dimm
	done
	forget
	remember
	before=$(names)
	for ((k = 1; k < 100; k++)); do
		fail_at "$k" 1
		check ndctl "$@"
		were "$k" || break
		fail_at 0
		[[ $status == 137 ]]
		forget
		remember || :
		check ndctl check-labels --bus "$bus" all
		says "verified the labels of 4 nmems"
		if [[ $stderr == *"disagree"* ]]; then
			parted=$((parted + 1))
			check ndctl check-labels --bus "$bus" --repair all
			[[ $status == 0 && $stderr != *"disagree"* ]]
			forget
			remember
		fi
		names=$(names)
		echo "# $k: $names"
		[[ $names =~ ^$pattern$ ]]
		[[ $names != "$before" ]] || continue
		forget
		for dimm in 0 1; do
			ndctl write-labels --input "$BATS_TEST_TMPDIR/$dimm" nmem$dimm
		done
		remember
	done
	fail_at 0
	[[ $status == 0 ]]
	echo "# $((k - 1)) cuts of '$*', $parted of them parted the labels"
	((k > 10 && parted > 0))
}

@test "create-namespace: the power is gone, whichever write comes first" {
	survives_cuts "kept:16 mine:16( new:16)?" create-namespace --region region0 --mode raw --size 16M
}

@test "create-namespace --reconfig: the power is gone, whichever write comes first" {
	survives_cuts "kept:16 mine:(16|32)" create-namespace --reconfig namespace0.0 --force --mode raw --size 32M
}

@test "destroy-namespace: the power is gone, whichever write comes first" {
	survives_cuts "kept:16 mine:16" destroy-namespace --force namespace0.0
}
