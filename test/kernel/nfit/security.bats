# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Passphrases, freezing, erasing and overwriting on the kernel's emulator. DIMMs nmem0 to nmem3 have
# security, nmem4 and nmem5 do not.

load ../helpers

keys=/etc/ndctl/keys
bus=nfit_test.0

setup_file() {
	modprobe encrypted-keys || :
	ndctl disable-region all
}

setup() {
	rm -rf /etc/ndctl
	keyctl clear @u
	keyctl add user nvdimm-master "$(head -c 24 /dev/urandom | base64)" @u >/dev/null
}

# Take the passphrases off again, however a test ended: with the files that it kept.
teardown() {
	! mountpoint -q "$keys" || umount "$keys"
	hostname lab-nfit
	ndctl remove-passphrase --bus "$bus" nmem0 nmem1 nmem2 nmem3 2>/dev/null || :
	[[ $(security) == "disabled disabled disabled disabled" ]]
}

teardown_file() {
	rm -rf /etc/ndctl
	keyctl clear @u
	ndctl enable-region all
}

# security: the states of the four DIMMs.
security() {
	local states
	mapfile -t states < <(cat /sys/bus/nd/devices/nmem[0-3]/security 2>&1)
	echo "${states[*]}"
}

# id N: the unique id of a DIMM.
id() {
	cat "/sys/bus/nd/devices/nmem$1/nfit/id"
}

# blob N [KIND]: the file of a DIMM's passphrase.
blob() {
	echo "$keys/${2:-nvdimm}_$(id "$1")_lab-nfit.blob"
}

# key N [KIND]: the text of a DIMM's key in the keyring.
key() {
	keyctl pipe "$(keyctl search @u encrypted "${2:-nvdimm}:$(id "$1")")"
}

# stored N [KIND]: the key is in the keyring, the same is in the file, and only root can read that.
stored() {
	[[ $(key "$@") == "$(<"$(blob "$@")")" ]]
	[[ $(stat -c '%a %U' "$(blob "$@")") == "600 root" ]]
	[[ $(stat -c %a "$keys") == 700 ]]
}

# nothing_stored: neither keys besides the kek, nor files, nor what is left of one.
nothing_stored() {
	[[ $(keyctl rlist @u | wc -w) == 1 ]]
	[[ ! -e $keys || -z $(ls -A "$keys") ]]
}

# setup_passphrase N...: with the usual kek.
setup_passphrase() {
	ndctl setup-passphrase --key-handle user:nvdimm-master "${@/#/nmem}"
}

# everything: the states, the files with their content, and the keys.
everything() {
	security
	grep -sr . /etc/ndctl || :
	keyctl show @u
}

@test "a passphrase is set up, updated and removed" {
	local first
	check ndctl setup-passphrase -k user:nvdimm-master nmem0 nmem1
	[[ $status == 0 && -z $output ]]
	says "passphrase enabled for 2 nmems"
	[[ $(security) == "unlocked unlocked disabled disabled" ]]
	stored 0
	stored 1
	first=$(key 0)
	check ndctl update-passphrase nmem0
	[[ $status == 0 && -z $output ]]
	says "passphrase updated for 1 nmem"
	stored 0
	[[ $(key 0) != "$first" ]]
	[[ $(ls -A "$keys" | wc -l) == 2 ]]
	check ndctl remove-passphrase nmem0 nmem1
	[[ $status == 0 && -z $output ]]
	says "passphrase removed for 2 nmems"
	[[ $(security) == "disabled disabled disabled disabled" ]]
	nothing_stored
}

@test "a new kek encrypts the new passphrase" {
	setup_passphrase 0
	keyctl add user other "$(head -c 24 /dev/urandom | base64)" @u
	check ndctl update-passphrase -k user:other nmem0
	[[ $status == 0 && $(key 0) == "enc32 user:other "* ]]
	stored 0
	# Without --key-handle the same one goes on.
	check ndctl update-passphrase nmem0
	[[ $status == 0 && $(key 0) == "enc32 user:other "* ]]
}

@test "the file is enough: the keyring is empty after a boot" {
	local kek
	setup_passphrase 0 1
	kek=$(keyctl search @u user nvdimm-master)
	keyctl unlink "$(keyctl search @u encrypted "nvdimm:$(id 0)")" @u
	keyctl unlink "$(keyctl search @u encrypted "nvdimm:$(id 1)")" @u
	check ndctl update-passphrase nmem0
	[[ $status == 0 ]]
	stored 0
	check ndctl remove-passphrase nmem1
	[[ $status == 0 ]]
	[[ $(keyctl rlist @u | wc -w) == 2 && $kek ]]
}

@test "the master passphrase erases, and the passphrase goes" {
	setup_passphrase 0
	check ndctl setup-passphrase -m -k user:nvdimm-master nmem0
	[[ $status == 0 ]]
	stored 0 nvdimm-master
	check ndctl update-passphrase -m nmem0
	[[ $status == 0 ]]
	stored 0 nvdimm-master
	check ndctl sanitize-dimm -m nmem0
	[[ $status == 0 ]]
	says "sanitized 1 nmem"
	[[ $(security) == "disabled "* ]]
	[[ ! -e $(blob 0) ]]
	stored 0 nvdimm-master
	# The kernel cannot remove a master passphrase; erasing with the passphrase does here.
	check ndctl remove-passphrase -m nmem0
	[[ $status == 1 ]]
	says "its master passphrase stays in force"
	stored 0 nvdimm-master
	check ndctl sanitize-dimm -c -z nmem0
	[[ $status == 0 ]]
}

@test "erasing takes the passphrase with it; a DIMM without one needs --zero-key" {
	setup_passphrase 1
	check ndctl sanitize-dimm --dry-run nmem1
	[[ $status == 0 ]]
	says "would lose the data in region"
	says "would delete $(blob 1)"
	says "would have sanitized 1 nmem"
	stored 1
	check ndctl sanitize-dimm nmem1
	[[ $status == 0 ]]
	[[ $(security) == "disabled disabled disabled disabled" ]]
	nothing_stored
	check ndctl sanitize-dimm nmem1
	[[ $status == 1 ]]
	says "nmem1: has no passphrase to erase it with"
	says "sanitized 0 nmem"
	check ndctl sanitize-dimm -z nmem1
	[[ $status == 0 ]]
}

@test "a DIMM in use is refused, and its regions are named" {
	local before region verb
	setup_passphrase 2
	ndctl enable-region all
	region=$(ndctl list -R | jq -r '[.[] | select(.mappings? // true) | .dev][0]')
	before=$(everything)
	for verb in "update-passphrase" "remove-passphrase" "sanitize-dimm" "sanitize-dimm -z" "sanitize-dimm -o" \
		"sanitize-dimm --dry-run"; do
		# shellcheck disable=SC2086 # a verb with its options
		unchanged ndctl $verb nmem2
		[[ $status == 1 ]]
		says "nmem2: has active regions: region"
		says "hint: ndctl disable-region region"
	done
	unchanged ndctl setup-passphrase -k user:nvdimm-master nmem0
	[[ $status == 1 && $region ]]
	[[ $(everything) == "$before" ]]
	ndctl disable-region all
}

@test "an overwrite runs, and keeps out everything else" {
	check ndctl sanitize-dimm -m -o nmem3
	[[ $status == 1 ]]
	says "not the master passphrase"
	check ndctl sanitize-dimm --dry-run -o nmem3
	[[ $status == 0 ]]
	says "would lose the labels of nmem3"
	check ndctl sanitize-dimm -c -z -o nmem3
	[[ $status == 0 && -z $output ]]
	says "overwrite issued for 1 nmem"
	# This emulator does not tell that it overwrites: the state cannot be read.
	check ndctl setup-passphrase -k user:nvdimm-master nmem3
	[[ $status == 1 ]]
	says "nmem3: has no security, or the kernel cannot read its state"
	check ndctl wait-overwrite nmem3
	[[ $status == 1 && -z $output ]]
	until [[ $(security) == "disabled disabled disabled disabled" ]]; do
		sleep 1
	done
	# The kernel asks every 10 s.
	sleep 12
	check ndctl wait-overwrite nmem3
	[[ $status == 0 && -z $output ]]
	nothing_stored
}

@test "what is missing or wrong: a sentence, and nothing is changed" {
	local before kek
	setup_passphrase 1
	before=$(everything)
	check ndctl setup-passphrase nmem0
	[[ $status == 1 ]]
	says "hint: --key-handle"
	for kek in nvdimm-master user: : logon:x "user:a b" ''; do
		check ndctl setup-passphrase -k "$kek" nmem0
		[[ $status == 1 ]]
		says "invalid --key-handle '$kek'"
	done
	for kek in user:absent trusted:absent; do
		check ndctl setup-passphrase -k "$kek" nmem0
		[[ $status == 1 ]]
		says "$kek: the keyring of the user has no such key"
		check ndctl update-passphrase -k "$kek" nmem1
		[[ $status == 1 ]]
	done
	check ndctl setup-passphrase -k user:nvdimm-master nmem4
	[[ $status == 1 ]]
	says "nmem4: has no security"
	check ndctl setup-passphrase -k user:nvdimm-master nmem1
	[[ $status == 1 ]]
	says "nmem1: has a passphrase already"
	check ndctl update-passphrase nmem0
	[[ $status == 1 ]]
	check ndctl remove-passphrase nmem0
	[[ $status == 1 ]]
	says "nmem0: has no passphrase"
	check ndctl setup-passphrase -V 9 -k user:nvdimm-master nmem0
	[[ $status == 1 ]]
	says "invalid --label-version '9'"
	[[ $(everything) == "$before" ]]
}

# with_call_fault CALL ERRNO COMMAND...: strace lets a call of the command fail: "add_key", or "keyctl:when=2".
with_call_fault() {
	local call=${1%%:*} when=${1#"${1%%:*}"} errno=$2
	shift 2
	strace -f -o "$BATS_TEST_TMPDIR/fault" -e "trace=$call" -e "inject=$call:error=$errno$when" "$@"
}

# unharmed CALLS VERB...: each of these calls, and then the write to the DIMM, fails once, with several errnos. The
# command fails, and states, files and keys are as before.
unharmed() {
	local before errno fault calls=$1
	shift
	before=$(everything)
	for fault in $calls; do
		check with_call_fault "${fault%:*}" "${fault##*:}" "$@"
		grep -q INJECTED "$BATS_TEST_TMPDIR/fault"
		((status == 1))
		says "ndctl: "
		[[ $(everything) == "$before" ]] || diff <(echo "$before") <(everything)
	done
	for errno in EIO EBUSY ENOTTY ETIMEDOUT EINVAL ENOKEY; do
		check with_fault "/sys/bus/nd/devices/nmem0/security" "$errno" "$@"
		((status == 1))
		says "ndctl: nmem0: cannot "
		[[ $(everything) == "$before" ]] || diff <(echo "$before") <(everything)
	done
}

creating="add_key:EDQUOT add_key:ENODEV linkat:EIO linkat:ENOSPC fsync:EIO fsync:when=2:EIO"

@test "setup: each step fails once, and the DIMM has no passphrase" {
	unharmed "$creating" ndctl setup-passphrase -k user:nvdimm-master nmem0
	says "nmem0: has no passphrase, as before"
	unharmed "$creating" ndctl setup-passphrase -m -k user:nvdimm-master nmem0
	[[ $(keyctl rlist @u | wc -w) == 1 ]]
}

@test "update: each step fails once, and the old passphrase stays in force" {
	setup_passphrase 0
	unharmed "$creating renameat:EIO" ndctl update-passphrase nmem0
	says "nmem0: the old passphrase stays in force"
	ndctl remove-passphrase nmem0
}

@test "remove and erase: each step fails once, and the passphrase stays in force" {
	setup_passphrase 0
	unharmed '' ndctl remove-passphrase nmem0
	says "nmem0: its passphrase stays in force"
	unharmed '' ndctl sanitize-dimm nmem0
	says "nmem0: it has a passphrase and is unlocked"
}

@test "a link to the keyring that fails: nothing is changed" {
	local before n faults=0
	setup_passphrase 0
	before=$(everything)
	for ((n = 1; n < 20; n++)); do
		check with_call_fault "keyctl:when=$n" EDQUOT ndctl update-passphrase nmem0
		grep -q INJECTED "$BATS_TEST_TMPDIR/fault" || break
		((status == 0)) || [[ $(everything) == "$before" ]]
		faults=$((faults + 1))
		stored 0
		before=$(everything)
	done
	((faults > 3))
	check ndctl remove-passphrase nmem0
	[[ $status == 0 ]]
}

@test "the DIMM does not tell: both passphrases are kept, and the next command settles it" {
	local old
	setup_passphrase 0
	old=$(<"$(blob 0)")
	# All that it answers is lost.
	check strace -f -o "$BATS_TEST_TMPDIR/fault" -P "$(readlink -f /sys/bus/nd/devices/nmem0)/security" -e trace=write \
		-e inject=write:error=ETIMEDOUT:when=1+ ndctl update-passphrase nmem0
	[[ $status == 1 ]]
	says "nmem0: cannot tell whether the new passphrase is in force: it is in $(blob 0 nvdimm-new)"
	[[ $(<"$(blob 0)") == "$old" && -e $(blob 0 nvdimm-new) ]]
	check ndctl update-passphrase nmem0
	[[ $status == 0 ]]
	says "nmem0: an update of its passphrase was interrupted; the old one is in force"
	stored 0
	[[ $(ls -A "$keys" | wc -l) == 1 ]]
	# Killed between the DIMM and the rename.
	check strace -f -o "$BATS_TEST_TMPDIR/fault" -e trace=renameat -e inject=renameat:signal=KILL:error=EIO \
		ndctl update-passphrase nmem0
	((status > 1))
	[[ -e $(blob 0 nvdimm-new) ]]
	check ndctl remove-passphrase nmem0
	[[ $status == 0 ]]
	says "the new one is in force"
	nothing_stored
}

# lock N: as the power failure of a DIMM does; the emulator has a switch.
lock() {
	local handle
	handle=$(<"/sys/bus/nd/devices/nmem$1/nfit/handle")
	for dimm in /sys/devices/platform/nfit_test.*/nfit_test_dimm/test_dimm*; do
		[[ $(<"$dimm/handle") != "$handle" ]] || echo 1 >"$dimm/lock_dimm"
	done
}

@test "the power goes during an update: the DIMM is locked, and the next update unlocks it" {
	setup_passphrase 0
	check strace -f -o "$BATS_TEST_TMPDIR/fault" -e trace=renameat -e inject=renameat:signal=KILL:error=EIO \
		ndctl update-passphrase nmem0
	((status > 1))
	lock 0
	[[ $(security) == "locked "* ]] || skip "this kernel does not read the state of an emulated DIMM again"
	keyctl purge encrypted "nvdimm:$(id 0)" >/dev/null
	check ndctl load-keys
	[[ $status == 0 && $output == "1 nvdimm keys loaded" ]]
	says "warning: $(blob 0 nvdimm-new): an update of this passphrase was interrupted"
	check ndctl update-passphrase nmem0
	[[ $status == 0 ]]
	says "the new one is in force"
	[[ $(security) == "unlocked "* ]]
	stored 0
	[[ $(ls -A "$keys" | wc -l) == 1 ]]
	# The old one is in force.
	cp "$(blob 0)" "$BATS_TEST_TMPDIR/old"
	setup_passphrase 1
	cp "$(blob 1)" "$(blob 0 nvdimm-new)"
	lock 0
	check ndctl update-passphrase nmem0
	[[ $status == 0 ]]
	says "the old one is in force"
	stored 0
	# Neither is.
	cp "$(blob 0)" "$BATS_TEST_TMPDIR/right"
	cp "$(blob 1)" "$(blob 0 nvdimm-new)"
	cp "$(blob 1)" "$(blob 0)"
	lock 0
	check ndctl update-passphrase nmem0
	[[ $status == 1 ]]
	says "the DIMM refuses both the one in"
	[[ -e $(blob 0 nvdimm-new) && -e $(blob 0) ]]
	cp "$BATS_TEST_TMPDIR/right" "$(blob 0 nvdimm-new)"
	check ndctl remove-passphrase nmem0
	[[ $status == 0 ]]
	says "the new one is in force"
}

@test "a passphrase that is not in force is not deleted unless the other one is" {
	setup_passphrase 0 1
	cp "$(blob 0)" "$BATS_TEST_TMPDIR/right"
	cp "$(blob 1)" "$(blob 0 nvdimm-new)"
	cp "$(blob 1)" "$(blob 0)"
	check ndctl update-passphrase nmem0
	[[ $status == 1 ]]
	says "the DIMM refuses both the one in"
	[[ -e $(blob 0 nvdimm-new) && -e $(blob 0) ]]
	rm "$(blob 0 nvdimm-new)"
	cp "$BATS_TEST_TMPDIR/right" "$(blob 0)"
	check ndctl update-passphrase nmem2
	[[ $status == 1 ]]
	says "nmem2: has no passphrase"
}

@test "a kek that the next boot does not have: a warning, and a hint that helps" {
	local hint
	check ndctl setup-passphrase -k user:nvdimm-master nmem0
	[[ $status == 0 ]]
	says "warning: nmem0: the next boot cannot unlock it: $keys/nvdimm-master.blob is not there"
	hint=$(sed -n 's/^hint: //p' <<<"$stderr")
	bash -c "$hint"
	check ndctl update-passphrase nmem0
	[[ $status == 0 && $stderr != *warning* ]]
	keyctl clear @u
	mv "$keys/nvdimm-master.blob" "$keys/elsewhere"
	ln -s elsewhere "$keys/nvdimm-master.blob"
	check ndctl load-keys
	[[ $output == $'nvdimm master key loaded.\n1 nvdimm keys loaded' ]]
	echo other >"$keys/elsewhere"
	check ndctl update-passphrase nmem0
	[[ $status == 0 ]]
	says "nvdimm-master.blob has another key than user:nvdimm-master"
	keyctl add user other "$(head -c 24 /dev/urandom | base64)" @u
	check ndctl update-passphrase -k user:other nmem0
	[[ $status == 0 ]]
	says "load-keys does not load user:other"
}

@test "load-keys leaves files alone that are no blobs" {
	setup_passphrase 0
	keyctl purge encrypted "nvdimm:$(id 0)" >/dev/null
	cp "$(blob 0)" "$(blob 0).unused"
	cp "$(blob 0)" "$(blob 0)~"
	cp "$(blob 0)" "$keys/nvdimm_8980-ff_x"
	cp "$(blob 0)" "$keys/nvdimm_8980-fe_host.blob.unused"
	check ndctl load-keys
	[[ $status == 0 && $output == "1 nvdimm keys loaded" ]]
	stored 0
}

@test "signals wait until the change is done" {
	check strace -f -o "$BATS_TEST_TMPDIR/fault" -e trace=add_key,linkat -e inject=add_key,linkat:signal=TERM \
		ndctl setup-passphrase -k user:nvdimm-master nmem0
	stored 0
	[[ $(security) == "unlocked "* ]]
}

@test "a full disk" {
	local before
	setup_passphrase 0
	before=$(<"$(blob 0)")
	mount -t tmpfs -o size=4k,mode=700 keys "$keys"
	echo "$before" >"$(blob 0)"
	before=$(everything)
	check ndctl update-passphrase nmem0
	[[ $status == 1 ]]
	says "No space left on device"
	says "nmem0: the old passphrase stays in force"
	check ndctl setup-passphrase -k user:nvdimm-master nmem1
	[[ $status == 1 ]]
	says "nmem1: has no passphrase, as before"
	[[ $(everything) == "$before" ]]
	check ndctl remove-passphrase nmem0
	[[ $status == 0 ]]
}

@test "the wrong passphrase: of another DIMM, of another machine" {
	local before kek right verb
	setup_passphrase 0 1
	kek=$(keyctl pipe "$(keyctl search @u user nvdimm-master)")
	right=$(<"$(blob 0)")
	cp "$(blob 1)" "$(blob 0)"
	keyctl purge encrypted "nvdimm:$(id 0)" >/dev/null
	before=$(everything)
	for verb in update-passphrase remove-passphrase sanitize-dimm "sanitize-dimm -z"; do
		# shellcheck disable=SC2086 # a verb with its option
		check ndctl $verb nmem0
		[[ $status == 1 ]]
		says "the DIMM refuses the passphrase"
		[[ $(everything) == "$before" ]]
	done
	# Another machine has another kek of the same name.
	keyctl add user nvdimm-master other @u
	before=$(everything)
	keyctl purge encrypted "nvdimm:$(id 1)" >/dev/null
	check ndctl remove-passphrase nmem1
	[[ $status == 1 ]]
	says "cannot be decrypted: it is damaged, or another kek encrypted it"
	check ndctl load-keys
	[[ $status == 0 && $output == "0 nvdimm keys loaded" ]]
	keyctl purge user nvdimm-master >/dev/null
	check ndctl remove-passphrase nmem1
	[[ $status == 1 ]]
	says "cannot be decrypted: the keyring has no kek of its name"
	keyctl add user nvdimm-master "$kek" @u
	echo "$right" >"$(blob 0)"
	check ndctl remove-passphrase nmem0 nmem1
	[[ $status == 0 ]]
	says "passphrase removed for 2 nmems"
}

@test "files that others can read or write" {
	local before
	setup_passphrase 0
	keyctl purge encrypted "nvdimm:$(id 0)" >/dev/null
	before=$(<"$(blob 0)")
	chmod 644 "$(blob 0)"
	check ndctl load-keys
	[[ $status == 0 && $output == "1 nvdimm keys loaded" ]]
	says "warning: $(blob 0): others than root can read it"
	says "hint: chmod 600 $(blob 0)"
	keyctl purge encrypted "nvdimm:$(id 0)" >/dev/null
	chmod 666 "$(blob 0)"
	check ndctl update-passphrase nmem0
	[[ $status == 1 ]]
	says "$(blob 0): not used: others than root can write to it"
	check ndctl load-keys
	[[ $output == "0 nvdimm keys loaded" ]]
	chmod 600 "$(blob 0)"
	chmod 777 "$keys"
	check ndctl update-passphrase nmem0
	[[ $status == 1 ]]
	says "$keys: not used: others than root can write to it"
	chmod 700 "$keys"
	ln -s /etc/shadow "$(blob 1)"
	mkdir "$(blob 2)"
	: >"$(blob 3)"
	check ndctl load-keys
	[[ $status == 0 && $output == "1 nvdimm keys loaded" ]]
	says "$(blob 3): not a key: the file is empty"
	check ndctl setup-passphrase -k user:nvdimm-master nmem3
	[[ $status == 1 ]]
	says "$(blob 3) is there already"
	says "hint: if the DIMM has no such passphrase: mv "
	[[ $(<"$(blob 0)") == "$before" ]]
}

@test "load-keys loads the kek and the passphrases" {
	local kek
	setup_passphrase 0 1
	keyctl pipe "$(keyctl search @u user nvdimm-master)" >"$keys/nvdimm-master.blob"
	chmod 600 "$keys/nvdimm-master.blob"
	kek=$(<"$keys/nvdimm-master.blob")
	cp "$(blob 0)" "$keys/nvdimm_$(id 0)_other.blob"
	cp "$(blob 0)" "$keys/nvdimm_8980-ff_another_host.blob"
	keyctl clear @u
	check ndctl load-keys
	[[ $status == 0 ]]
	[[ $output == $'nvdimm master key loaded.\n3 nvdimm keys loaded' ]]
	[[ $(keyctl pipe "$(keyctl search @u user nvdimm-master)") == "$kek" ]]
	stored 0
	stored 1
	check ndctl load-keys
	[[ $status == 0 && $output == "0 nvdimm keys loaded" ]]
	# Somewhere else, with a handle of a TPM that is not there.
	keyctl clear @u
	check ndctl load-keys -p "$keys" -t 0x81000001
	((status != 0))
	[[ -z $output ]]
	echo 0x81000001 >"$keys/tpm.handle"
	chmod 600 "$keys/tpm.handle"
	check ndctl load-keys
	((status != 0))
	check ndctl load-keys -t "a b"
	[[ $status == 234 ]]
	rm "$keys/tpm.handle" "$keys/nvdimm-master.blob"
	check ndctl load-keys
	[[ $status == 244 ]]
	check ndctl load-keys -p /nowhere
	[[ $status == 254 ]]
	says "/nowhere: cannot be opened: No such file or directory"
	keyctl add user nvdimm-master "$kek" @u
}

@test "modprobe loads the passphrases first, and the module whatever comes of that" {
	local line words=$BATS_TEST_TMPDIR/words
	setup_passphrase 0
	keyctl purge encrypted "nvdimm:$(id 0)" >/dev/null
	line=$(sed -n 's/^install libnvdimm //p' "$LAB_BUILD/rules.d/nvdimm-security.conf")
	line=${line//"/usr/bin/ndctl"/"$LAB_BUILD/ndctl/ndctl"}
	line=${line//"/sbin/modprobe"/"echo modprobe"}
	check env CMDLINE_OPTS=key_revalidate=0 sh -c "$line"
	[[ $output == "modprobe --ignore-install libnvdimm key_revalidate=0" ]]
	stored 0
	ndctl remove-passphrase nmem0
	check sh -c "$line"
	[[ $output == "modprobe --ignore-install libnvdimm" && -z $stderr && ! -e $words ]]
}

@test "nobody changes nothing" {
	local before verb
	setup_passphrase 0
	before=$(everything)
	for verb in "setup-passphrase -k user:x nmem1" "update-passphrase nmem0" "remove-passphrase nmem0" "sanitize-dimm nmem0" \
		"sanitize-dimm -o nmem0" "freeze-security nmem0"; do
		# shellcheck disable=SC2086 # a verb with its words
		check nobody "$LAB_BUILD/ndctl/ndctl" $verb
		[[ $status == 1 ]]
		says "ermission denied"
		[[ $(everything) == "$before" ]]
	done
	check nobody "$LAB_BUILD/ndctl/ndctl" load-keys
	[[ $status == 243 ]]
}

@test "a passphrase is neither printed nor logged, and no argument" {
	local text
	check env NDCTL_LOG=debug strace -f -s 400 -o "$BATS_TEST_TMPDIR/log" -e trace=execve,write \
		ndctl setup-passphrase -v -k user:nvdimm-master nmem0
	text=$(<"$(blob 0)")
	text=${text##* }
	[[ $stderr != *"$text"* && $output != *"$text"* ]]
	# Once, in the file itself.
	[[ $(grep -c "$text" "$BATS_TEST_TMPDIR/log") == 1 ]]
	keyctl pipe "$(keyctl search @u user nvdimm-master)" >"$keys/nvdimm-master.blob"
	text=$(<"$keys/nvdimm-master.blob")
	keyctl purge user nvdimm-master >/dev/null
	check env NDCTL_LOG=debug ndctl load-keys
	[[ $stderr != *"$text"* && $output != *"$text"* ]]
	# Killed with the kek in memory: the core does not have it.
	keyctl purge user nvdimm-master >/dev/null
	cd "$BATS_TEST_TMPDIR"
	echo core >/proc/sys/kernel/core_pattern
	check bash -c 'ulimit -c unlimited; exec strace -o log -e trace=add_key -e inject=add_key:signal=ABRT "$0" load-keys' \
		"$LAB_BUILD/ndctl/ndctl"
	[[ -s core ]] || [[ -n $(compgen -G "core*") ]]
	! grep -qaF "$text" core*
	keyctl purge user nvdimm-master >/dev/null || :
	keyctl add user nvdimm-master "$text" @u
}

# Only the emulator's next start ends that.
@test "frozen security refuses every change" {
	local before verb
	check ndctl freeze-security nmem4
	[[ $status == 1 ]]
	says "security froze 0 nmem"
	# This emulator freezes a DIMM with a passphrase only.
	check ndctl freeze-security nmem0
	[[ $status == 1 ]]
	says "nmem0: cannot freeze its security"
	setup_passphrase 0
	check ndctl freeze-security nmem0 nmem4
	[[ $status == 0 && -z $output ]]
	says "security froze 1 nmem"
	check ndctl list -D -d nmem0
	json '.[0].security == "unlocked" and .[0].security_frozen'
	before=$(everything)
	for verb in "setup-passphrase -k user:nvdimm-master" update-passphrase remove-passphrase sanitize-dimm "sanitize-dimm -o"; do
		# shellcheck disable=SC2086 # a verb with its options
		check ndctl $verb nmem0
		[[ $status == 1 ]]
		says "nmem0: its security is frozen until the next boot"
		[[ $(everything) == "$before" ]]
	done
	modprobe -r nfit_test
	modprobe nfit_test
	ndctl disable-region all
}
