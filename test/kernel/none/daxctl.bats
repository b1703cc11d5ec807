# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Verbs of daxctl that need no memory.

load ../helpers

@test "migrate-device-model installs a link once" {
	check daxctl migrate-device-model
	[[ $status == 1 ]]
	says "hint: install this program completely"
	[[ $stderr =~ link\ to\ (/.*/daxctl.conf): ]]
	installed=${BASH_REMATCH[1]}
	mkdir -p "${installed%/*}"
	cp daxctl/daxctl.conf "$installed"
	check nobody daxctl migrate-device-model
	[[ $status == 1 ]]
	says "Permission denied"
	check daxctl migrate-device-model
	[[ $status == 0 && $(readlink /etc/modprobe.d/daxctl.conf) == "$installed" ]]
	[[ $(modprobe --resolve-alias nd:t7) == dax_pmem ]]
	check daxctl migrate-device-model
	[[ $status == 1 ]]
	says "the link exists already"
	rm /etc/modprobe.d/daxctl.conf
	echo mine >/etc/modprobe.d/daxctl.conf
	check daxctl migrate-device-model
	[[ $status == 1 && $(</etc/modprobe.d/daxctl.conf) == mine ]]
	rm /etc/modprobe.d/daxctl.conf
}

@test "split-acpi: what is damaged is refused, and nothing is written" {
	make=$BATS_TEST_DIRNAME/../../compat/make-acpi
	cd "$BATS_TEST_TMPDIR"
	while read -r expected damage; do
		rm -rf tables
		mkdir tables
		"$make" tables mem:0:0:4 mem:1:4:8 -- spa:1:1:4:8
		(cd tables && eval "$damage") 2>/dev/null
		check daxctl split-acpi -d tables -p 1
		[[ $status == "$expected" && $(ls tables) != *.new* ]]
		[[ $(grep -c '^daxctl: ' <<<"$stderr") == 1 ]]
	done <<-'END'
		234 truncate -s 100 srat.dat
		234 truncate -s 20 slit.dat
		234 cp slit.dat srat.dat
		234 printf x | dd of=nfit.dat bs=1 seek=60 conv=notrunc
		234 printf '\\377\\377\\377\\377' | dd of=slit.dat bs=1 seek=4 conv=notrunc
		234 "$make" . mem:0:0:4 mem:1:4:8 endless --
		234 "$make" . mem:0:0:4 mem:1:4:8 mem:3:20:8 -- && cp slit.dat .. && "$make" . mem:0:0:4 mem:1:4:8 -- && cp ../slit.dat .
		181 "$make" . mem:0:0:4 mem:1:4:8 -- spa:65535:1:4:8
		1 rm nfit.dat
	END
	# A directory that cannot be written to.
	"$make" tables mem:0:0:4 mem:1:4:8 -- spa:1:1:4:8
	chmod 755 "$BATS_TEST_TMPDIR" tables
	check nobody daxctl split-acpi -d tables -p 1
	((status != 0))
	says "tables/srat.dat.new: cannot be written: Permission denied"
}
