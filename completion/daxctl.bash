# SPDX-License-Identifier: LGPL-2.1-or-later
# Completion of daxctl and ndctl in bash: the tools list their verbs, options and words, and the kernel's
# devices. Names of devices and files may hold any character: expand none (compgen -W would), and offer each
# as one quoted word.

# List the values of a key: _daxctl_names daxctl chardev -Di. Leave out a value that JSON escapes (a control
# character, a quote), except for the slash.
_daxctl_names() {
	local LC_ALL=C
	command "$1" list "$3" 2>/dev/null |
		sed -n "s/^ *\"$2\":\"\{0,1\}\(.*[^\",]\)\"\{0,1\},\{0,1\}\$/\1/p" | sed 's:\\/:/:g; /[\\[:cntrl:]]/d'
}

# Replace "<region>" and its like by names, and print other lines unchanged.
_daxctl_fill_in() {
	local tool=$1 line
	while IFS= read -r line; do
		case $tool:$line in
		ndctl:'<bus>') _daxctl_names ndctl provider -B ;;
		ndctl:'<nmem>') _daxctl_names ndctl dev -Di ;;
		ndctl:'<region>') _daxctl_names ndctl dev -Ri ;;
		ndctl:'<namespace>') _daxctl_names ndctl dev -Ni ;;
		daxctl:'<region>') _daxctl_names daxctl id -Ri ;;
		daxctl:'<device>') _daxctl_names daxctl chardev -Di ;;
		*:'<verb>') command "$tool" --list-cmds ;;
		*:'<'*) ;;
		*) printf '%s\n' "$line" ;;
		esac
	done
}

# Offer those of the words on standard input that begin with $1, quoted as the shell reads them.
_daxctl_offer() {
	local word quoted
	COMPREPLY=()
	while IFS= read -r word; do
		[[ $word ]] || continue
		printf -v quoted %q "$word"
		[[ $word == "$1"* || $quoted == "$1"* ]] && COMPREPLY+=("$quoted")
	done
}

_daxctl() {
	local tool=${1##*/} cur=$2 prev=$3 verb=${COMP_WORDS[1]} words

	# bash splits --mode=devdax into three words.
	if [[ $cur == = ]]; then
		cur=
	elif [[ $prev == = && $COMP_CWORD -gt 2 ]]; then
		prev=${COMP_WORDS[COMP_CWORD - 2]}
	fi

	if [[ $COMP_CWORD -eq 1 ]]; then
		words=$(command "$tool" --list-cmds 2>/dev/null)
	else
		words=$(command "$tool" --list-words "$verb" "$prev" 2>/dev/null)
		if [[ $words == *'<file>'* || $words == *'<path>'* ]]; then
			# Let readline complete and quote names of files.
			compopt -o default
		elif [[ $cur == -* ]]; then
			words=$(command "$tool" "$verb" --list-opts 2>/dev/null | tr ' ' '\n')
		fi
		words=$(_daxctl_fill_in "$tool" <<<"$words")
	fi
	_daxctl_offer "$cur" <<<"$words"
}

complete -F _daxctl daxctl ndctl
