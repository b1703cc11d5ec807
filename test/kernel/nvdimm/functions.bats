# SPDX-License-Identifier: LGPL-2.1-or-later
#
# B4: a function of the library that takes something away makes the checks that the verbs make.

load ../helpers

setup() {
	labelled
	mnt=$BATS_TEST_TMPDIR/mnt
	mkdir -p "$mnt"
}

teardown() {
	umount -q "$mnt" || :
}

teardown_file() {
	labelled
}

# call FUNCTION [ARGUMENT]: returns what ndctl_FUNCTION says of region0, of nmem0, of namespace0.0, or of what claims it;
# in $output.
call() {
	check python3 -c '
import ctypes, sys
lib = [ctypes.CDLL(path, mode=ctypes.RTLD_GLOBAL) for path in sys.argv[1:3]][1]
def get(name, *args):
	function = getattr(lib, "ndctl_" + name)
	function.restype = ctypes.c_void_p
	return ctypes.c_void_p(function(*args))
ctx = ctypes.c_void_p()
lib.ndctl_new(ctypes.byref(ctx))
bus = get("bus_get_first", ctx)
objects = {"dimm": get("dimm_get_first", bus), "region": get("region_get_first", bus)}
objects["namespace"] = get("namespace_get_first", objects["region"])
for kind in ("pfn", "btt", "dax"):
	objects[kind] = get("namespace_get_" + kind, objects["namespace"])
function = sys.argv[3]
arguments = [ctypes.c_longlong(int(number)) for number in sys.argv[4:]]
print(getattr(lib, "ndctl_" + function)(objects[function.split("_")[0]], *arguments))
lib.ndctl_unref(ctx)' "$LAB_BUILD"/lib/{daxctl/libdaxctl.so.1,ndctl/libndctl.so.6} "$@"
	((status == 0))
}

# harmless FUNCTION RESULT [ARGUMENT]: it returns that, and nothing is changed.
harmless() {
	local before
	before=$(kernel_state)
	call "$1" "${@:3}"
	[[ $output == "$2" ]]
	still "$before"
}

# Another process destroys the namespace that a program has listed, and makes another one, which gets its name.
@test "a function changes the namespace that the caller saw, and none that has its name by now" {
	local uuid
	for uuid in seen unseen; do
		labelled
		ndctl create-namespace --region region0 --mode raw --size 64M >/dev/null
		check python3 -c '
import ctypes, subprocess, sys
lib = [ctypes.CDLL(path, mode=ctypes.RTLD_GLOBAL) for path in sys.argv[1:3]][1]
def get(name, *args):
	function = getattr(lib, "ndctl_" + name)
	function.restype = ctypes.c_void_p
	return ctypes.c_void_p(function(*args))
ctx = ctypes.c_void_p()
lib.ndctl_new(ctypes.byref(ctx))
region = get("region_get_first", get("bus_get_first", ctx))
namespace = get("namespace_get_first", region)
if sys.argv[3] == "seen":
	lib.ndctl_namespace_get_uuid(namespace, ctypes.create_string_buffer(16))
for command in (["destroy-namespace", "--force", "namespace0.0"],
		["create-namespace", "--region", "region0", "--mode", "raw", "--size", "64M"],
		["disable-region", "region0"], ["enable-region", "region0"]):
	subprocess.run(["ndctl"] + command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
results = [getattr(lib, "ndctl_namespace_" + name)(namespace) for name in
	("delete", "disable", "disable_invalidate", "disable_safe", "enable")]
results.append(lib.ndctl_namespace_set_alt_name(namespace, b"mine"))
again = get("namespace_get_first", region)
lib.ndctl_namespace_get_uuid(again, ctypes.create_string_buffer(16))
results.append(lib.ndctl_namespace_disable_invalidate(again))
print(*results)
lib.ndctl_unref(ctx)' "$LAB_BUILD"/lib/{daxctl/libdaxctl.so.1,ndctl/libndctl.so.6} "$uuid"
		[[ $output == "-116 -116 -116 -116 -116 -116 0" ]]
		check ndctl list --namespaces --idle
		json '.[0].dev == "namespace0.0" and .[0].size == 67108864 and .[0].name == null'
	done
}

# Another process configures the seed that a program has seen empty, and leaves it disabled.
@test "a function configures the seed that the caller saw empty, and none that another process has configured" {
	local told
	for told in seed size configured idle own; do
		labelled
		check python3 -c '
import ctypes, subprocess, sys
lib = [ctypes.CDLL(path, mode=ctypes.RTLD_GLOBAL) for path in sys.argv[1:3]][1]
lib.ndctl_namespace_get_size.restype = ctypes.c_ulonglong
def get(name, *args):
	function = getattr(lib, "ndctl_" + name)
	function.restype = ctypes.c_void_p
	return ctypes.c_void_p(function(*args))
def run(*command):
	return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
ctx = ctypes.c_void_p()
lib.ndctl_new(ctypes.byref(ctx))
region = get("region_get_first", get("bus_get_first", ctx))
told = sys.argv[3]
if told in ("seed", "own"):
	seed = get("region_get_namespace_seed", region)
else:
	seed = get("namespace_get_first", region)
	assert {"size": lib.ndctl_namespace_get_size, "configured": lib.ndctl_namespace_is_configured,
		"idle": lib.ndctl_namespace_is_configuration_idle}[told](seed) == (told == "idle")
if told != "own":
	run("ndctl", "create-namespace", "--region", "region0", "--mode", "raw", "--size", "128M", "--name", "theirs")
	run("ndctl", "disable-namespace", "namespace0.0")
results = [lib.ndctl_namespace_set_uuid(seed, bytes(range(1, 17))),
	lib.ndctl_namespace_set_size(seed, ctypes.c_ulonglong(32 << 20)),
	lib.ndctl_namespace_set_alt_name(seed, b"mine"), lib.ndctl_namespace_set_sector_size(seed, 512),
	lib.ndctl_namespace_set_enforce_mode(seed, 0), lib.ndctl_namespace_enable(seed)]
if told == "own":
	pfn = get("region_get_pfn_seed", region)
	results += [lib.ndctl_namespace_disable(seed), lib.ndctl_pfn_set_uuid(pfn, bytes(range(2, 18))),
		lib.ndctl_pfn_set_location(pfn, 1), lib.ndctl_pfn_set_namespace(pfn, seed), lib.ndctl_pfn_enable(pfn),
		lib.ndctl_pfn_delete(pfn), lib.ndctl_namespace_delete(seed)]
print(*results)
lib.ndctl_unref(ctx)' "$LAB_BUILD"/lib/{daxctl/libdaxctl.so.1,ndctl/libndctl.so.6} "$told"
		if [[ $told == own ]]; then
			[[ $output == "0 0 0 0 0 0 0 0 0 0 0 0 0" ]]
			continue
		fi
		[[ $output == "-116 -116 -116 -116 -116 -116" ]]
		check ndctl list --namespaces --idle
		json '.[0].dev == "namespace0.0" and .[0].size == 134217728 and .[0].name == "theirs"'
	done
}

# A program that disables and enables a region itself still means the namespace that it has.
@test "an object stays the same through a cycle of its region, unless its namespace was made anew meanwhile" {
	labelled
	ndctl create-namespace --region region0 --mode raw --size 64M >/dev/null
	check python3 -c '
import ctypes, subprocess, sys
lib = [ctypes.CDLL(path, mode=ctypes.RTLD_GLOBAL) for path in sys.argv[1:3]][1]
def get(name, *args):
	function = getattr(lib, "ndctl_" + name)
	function.restype = ctypes.c_void_p
	return ctypes.c_void_p(function(*args))
ctx = ctypes.c_void_p()
lib.ndctl_new(ctypes.byref(ctx))
region = get("region_get_first", get("bus_get_first", ctx))
namespace = get("namespace_get_first", region)
results = []
for command in None, ["destroy-namespace", "--force", "namespace0.0"]:
	results.append(lib.ndctl_region_disable_preserve(region))
	results.append(lib.ndctl_region_enable(region))
	if command:
		for command in command, ["create-namespace", "--region", "region0", "--mode", "raw", "--size", "64M"]:
			subprocess.run(["ndctl"] + command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
	results.append(lib.ndctl_namespace_disable_invalidate(namespace))
	results.append(lib.ndctl_namespace_set_alt_name(namespace, b"mine"))
print(*results)
lib.ndctl_unref(ctx)' "$LAB_BUILD"/lib/{daxctl/libdaxctl.so.1,ndctl/libndctl.so.6}
	[[ $output == "0 0 0 0 0 0 -116 -116" ]]
}

@test "B4: what is mounted stays, whichever function would take it away" {
	local mode disk kind claimed
	for mode in fsdax:pmem0:pfn sector:pmem0s:btt raw:pmem0:; do
		IFS=: read -r mode disk kind <<<"$mode"
		labelled
		mounted "$mode" "$disk"
		claimed=-16
		[[ ! $kind ]] || claimed=0
		harmless namespace_disable "$claimed"
		harmless namespace_disable_invalidate -16
		harmless namespace_disable_safe -16
		harmless namespace_delete -16
		harmless namespace_set_size -22 0
		harmless namespace_set_size -16 33554432
		harmless region_disable_invalidate -16
		harmless region_disable_preserve -16
		harmless dimm_disable -16
		if [[ $kind ]]; then
			harmless "${kind}_delete" -16
			harmless "${kind}_set_namespace" -16 0
		fi
		echo 3 >/proc/sys/vm/drop_caches
		[[ $(<"$mnt/file") == content ]]
		umount "$mnt"
		if [[ $kind ]]; then
			call "${kind}_delete"
		else
			call namespace_disable
		fi
		[[ $output == 0 ]]
		[[ $(ndctl list -Ni | gojq -r '.[0].state') == disabled ]]
	done
}

@test "B4: a device that a program has mapped stays" {
	ndctl create-namespace --mode devdax --map mem --size 32M >/dev/null
	map_device dax0.0
	harmless namespace_disable 0
	harmless namespace_disable_invalidate -16
	harmless region_disable_invalidate -16
	harmless dax_delete -16
	kill "$mapper"
	wait "$mapper" || :
	call dax_delete
	[[ $output == 0 ]]
}

@test "B4: a disabled namespace keeps its label; enabling tells who serves it" {
	ndctl create-namespace --mode fsdax --map mem --size 32M >/dev/null
	call namespace_enable
	[[ $output == 1 ]]
	call namespace_disable_invalidate
	[[ $output == 0 ]]
	harmless namespace_set_size -22 0
	call namespace_set_raw_mode 5
	[[ $output == 1 ]]
	call namespace_enable
	[[ $output == 0 ]]
	call namespace_disable
	[[ $output == 0 ]]
	call namespace_set_raw_mode 0
	[[ $output == 0 ]]
	call namespace_enable
	[[ $output == 1 ]]
}
