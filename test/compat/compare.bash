# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# Runs the same commands of the reference and of ours and compares what they print, their exit
# status, and what the kernel's state is afterwards. The commands are rows of tables:
#
#	tables/*	one command a row, in the words of a shell; `nobody` before it runs it
#			without permissions. `! NAME` puts the machine into a state of states.bash.
#	deviations	rows that are meant to differ, how and why
#
# A test names a table, and says whether its rows change anything:
#
#	reads TABLE	they do not: each runs as both programs, one after the other
#	changes TABLE	they do: all of them run as the reference first and then, from the same
#			states, as ours

load ../../kernel/helpers
load ../states

compat=$(cd "${BASH_SOURCE[0]%/*}" && pwd)
# Read once: what ours may do differently, as four columns.
deviation_tables=() deviation_commands=() deviation_hows=() deviation_whys=()

setup_file() {
	reachable "$REF_ROOT" "$compat"
	if declare -F prepare >/dev/null; then
		prepare
	fi
}

# reachable FOLDER...: by `nobody` too, wherever on the host they lie. All that is changed for this
# is the guest's copy of the permissions.
reachable() {
	local folder folders=()
	for folder; do
		while [[ $folder ]]; do
			folders+=("$folder")
			folder=${folder%/*}
		done
	done
	chmod go+rx "${folders[@]}"
}

# run_row SIDE FILE WORDS...: runs a command as the reference or as ours; FILE.out is what it
# prints, $rc its exit status. The reference is not run by its wrapper, which costs two forks more.
run_row() {
	local side=$1 file=$2 command=() libraries=''
	shift 2
	if [[ $1 == nobody ]]; then
		command=(setpriv --reuid 65534 --clear-groups)
		shift
	fi
	if [[ $side == reference ]]; then
		libraries=$REF_ROOT/usr/lib/x86_64-linux-gnu
		command+=("$REF_ROOT/usr/bin/$1")
	else
		command+=("$1")
	fi
	shift
	rc=0
	LD_LIBRARY_PATH=$libraries "${command[@]}" "$@" </dev/null >"$file.out" 2>"$file.err" || rc=$?
}

# slurp VARIABLE FILE: all of it, final newlines too, without a fork.
slurp() {
	IFS= read -r -d '' "$1" <"$2" || :
}

# mask_uuids VARIABLE: those made by chance; one that is all zeros says something.
mask_uuids() {
	local -n masked=$1
	local h='[0-9a-f]' nil=00000000-0000-0000-0000-000000000000
	local h4=$h$h$h$h
	masked=${masked//$nil/NIL}
	masked=${masked//$h4$h4-$h4-$h4-$h4-$h4$h4$h4/UUID}
}

# jq's part: objects in an array may be in any order, everything else is compared as it is written:
# keys in order, digits, blanks, and the form of the brackets.
canonical='def canonical:
	if type == "object" then with_entries(.value |= canonical)
	elif type == "array" and all(type == "object") then map(canonical) | sort
	else . end;'

# same_text FILE FILE: of two outputs.
same_text() {
	local a b
	slurp a "$1"
	slurp b "$2"
	[[ $a != "$b" ]] || return 0
	[[ $a == [[{]* && $b == [[{]* ]] || return 1
	jq -en --rawfile ra "$1" --rawfile rb "$2" --slurpfile a "$1" --slurpfile b "$2" "$canonical"'
		def lines: split("\n") | map(rtrimstr(",")) | sort;
		($ra | lines) == ($rb | lines) and
		($a | map(canonical) | tojson) == ($b | map(canonical) | tojson)' >/dev/null 2>&1
}

# show FILE: an output in the form in which two of them can be compared by eye.
show() {
	jq "$canonical canonical" "$1" 2>/dev/null || cat -A "$1"
}

read_deviations() {
	local tables command how why
	((${#deviation_tables[@]} == 0)) || return 0
	while IFS='|' read -r tables command how why; do
		[[ $tables && $tables != '#'* ]] || continue
		read -r tables <<<"$tables"
		read -r command <<<"$command"
		read -r why <<<"$why"
		deviation_tables+=("$tables") deviation_commands+=("$command")
		deviation_hows+=("$how") deviation_whys+=("$why")
	done <"$compat/deviations"
}

# find_deviation TABLE COMMAND: sets $how and $why.
find_deviation() {
	local i
	how='' why=''
	for i in "${!deviation_tables[@]}"; do
		# shellcheck disable=SC2053 # patterns
		if [[ $1 == ${deviation_tables[i]} && $2 == ${deviation_commands[i]} ]]; then
			how=${deviation_hows[i]} why=${deviation_whys[i]}
			return
		fi
	done
}

# as_deviation HOW: whether ours differs in this way. `r` and `o` are the files of the two sides.
as_deviation() {
	case $1 in
	rc=*) ((o_rc == ${1#rc=})) ;;
	out=other) return 0 ;;
	out=none) [[ ! -s $o.out ]] ;;
	out=more) jq -en --slurpfile r "$r.out" --slurpfile o "$o.out" '$r[0] - $o[0] == []' >/dev/null ;;
	state=other) return 0 ;;
	state=kept) same_text "$o.before" "$o.after" ;;
	*)
		echo "deviations: what is '$1'?"
		return 1
		;;
	esac
}

# judge TABLE COMMAND: compares what the two sides left in the files $r.* and $o.*.
judge() {
	local differs=() expected=() what how why word verdict=same
	((r_rc == o_rc)) || differs+=(rc)
	same_text "$r.out" "$o.out" || differs+=(out)
	[[ ! -e $r.after ]] || same_text "$r.after" "$o.after" || differs+=(state)
	find_deviation "$1" "$2"
	for word in $how; do
		expected+=("${word%%=*}")
		as_deviation "$word" || verdict=wrong
	done
	if [[ $verdict == same && ${differs[*]} == "${expected[*]}" ]]; then
		[[ ! $how ]] || echo "# deviates: $2: $why" >&3
		return
	fi
	bad=$((bad + 1))
	echo "== $1: $2"
	if [[ $how ]]; then
		echo "   expected to differ in:$how($why)"
		echo "   differs in: ${differs[*]:-nothing}"
	fi
	for what in "${differs[@]}"; do
		case $what in
		rc) echo "   status $r_rc of the reference, $o_rc of ours" ;;
		out) diff -u --label reference --label ours <(show "$r.out") <(show "$o.out") || : ;;
		state) diff -U0 --label reference --label ours "$r.after" "$o.after" || : ;;
		esac
	done
	sed 's/^/   reference says: /' "$r.err"
	sed 's/^/   ours says: /' "$o.err"
}

# read_table NAME: its rows to `rows`.
read_table() {
	local line
	rows=()
	while IFS= read -r line; do
		[[ ! $line || $line == '#'* ]] || rows+=("$line")
	done <"$compat/tables/$1"
	((${#rows[@]}))
}

# reads TABLE...
reads() {
	local table row rows words rc r_rc o_rc before bad=0 count=0
	local r=$BATS_TEST_TMPDIR/r o=$BATS_TEST_TMPDIR/o
	read_deviations
	before=$(kernel_state)
	for table; do
		read_table "$table"
		for row in "${rows[@]}"; do
			eval "words=($row)"
			run_row reference "$r" "${words[@]}"
			r_rc=$rc
			run_row ours "$o" "${words[@]}"
			o_rc=$rc
			judge "$table" "$row"
			count=$((count + 1))
		done
	done
	echo "# $count rows, $bad differ"
	((bad == 0)) && diff <(echo "$before") <(echo "$(kernel_state)")
}

# save_state FILE
save_state() {
	local state
	state=$(kernel_state)
	mask_uuids state
	printf '%s\n' "$state" >"$1"
}

# one_side SIDE: runs `rows` from the first to the last, and leaves of each its output, status, and
# the kernel's state before and after.
one_side() {
	local side=$1 i words text file before=$BATS_TEST_TMPDIR/$1.before
	save_state "$before"
	for i in "${!rows[@]}"; do
		file=$BATS_TEST_TMPDIR/$side.$i
		eval "words=(${rows[i]})"
		if [[ ${words[0]} == '!' ]]; then
			"${words[@]:1}" >"$file.err" 2>&1 || {
				echo "${words[*]}: status $?"
				cat "$file.err"
				return 1
			}
			save_state "$before"
			continue
		fi
		run_row "$side" "$file" "${words[@]}"
		slurp text "$file.out"
		mask_uuids text
		printf '%s' "$text" >"$file.out"
		echo "$rc" >"$file.rc"
		ln "$before" "$file.before"
		before=$file.after
		save_state "$before"
	done
}

# changes TABLE...
changes() {
	local table rows bad=0 count=0 i r o r_rc o_rc rc
	read_deviations
	for table; do
		read_table "$table"
		rm -f "$BATS_TEST_TMPDIR"/*
		one_side reference
		one_side ours
		for i in "${!rows[@]}"; do
			[[ ${rows[i]} != '!'* ]] || continue
			r=$BATS_TEST_TMPDIR/reference.$i o=$BATS_TEST_TMPDIR/ours.$i
			read -r r_rc <"$r.rc"
			read -r o_rc <"$o.rc"
			judge "$table" "${rows[i]}"
			count=$((count + 1))
		done
	done
	echo "# $count rows, $bad differ"
	((bad == 0))
}
