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
