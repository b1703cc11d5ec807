# SPDX-License-Identifier: LGPL-2.1-or-later
# Completion of daxctl and ndctl in bash: verbs, options and their words are asked from the tools
# themselves, devices from what is there.

# The values that a tool lists under a key: _daxctl_names daxctl chardev -Di
_daxctl_names() {
	"$1" list "$3" 2>/dev/null | sed -n "s/^ *\"$2\":\"\{0,1\}\([^\",]*\).*$/\1/p"
}

# Names in the place of "<region>", other lines as they are.
_daxctl_fill_in() {
	local tool=$1 line
	while read -r line; do
		case $tool:$line in
		ndctl:'<bus>') _daxctl_names ndctl provider -B ;;
		ndctl:'<nmem>') _daxctl_names ndctl dev -Di ;;
		ndctl:'<region>') _daxctl_names ndctl dev -Ri ;;
		ndctl:'<namespace>') _daxctl_names ndctl dev -Ni ;;
		daxctl:'<region>') _daxctl_names daxctl id -Ri ;;
		daxctl:'<device>') _daxctl_names daxctl chardev -Di ;;
		*:'<verb>') "$tool" --list-cmds ;;
		*:'<file>' | *:'<path>') compgen -f -- "$cur" ;;
		*:'<'*) ;;
		*) printf '%s\n' "$line" ;;
		esac
	done
}

_daxctl() {
	local tool=$1 cur=$2 prev=$3 verb=${COMP_WORDS[1]} words

	# bash parts --mode=devdax into three words.
	if [[ $cur == = ]]; then
		cur=
	elif [[ $prev == = && $COMP_CWORD -gt 2 ]]; then
		prev=${COMP_WORDS[COMP_CWORD - 2]}
	fi

	if [[ $COMP_CWORD -eq 1 ]]; then
		words=$("$tool" --list-cmds 2>/dev/null)
	elif [[ $cur == -* ]]; then
		words=$("$tool" "$verb" --list-opts 2>/dev/null)
	else
		words=$("$tool" --list-words "$verb" "$prev" 2>/dev/null |
			_daxctl_fill_in "${tool##*/}")
	fi
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}

complete -F _daxctl daxctl ndctl
