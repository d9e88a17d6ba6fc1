# shellcheck shell=bash
# bash completion for drop-seccomp: commands and options are those that it tells itself.

_drop_seccomp() {
	local words='default strict docker-default'
	case ${COMP_WORDS[COMP_CWORD - 1]} in
	--caps | --kernel) COMPREPLY=() && return ;;
	--arch) words='amd64 arm64' ;;
	drop-seccomp | */drop-seccomp) words=$(drop-seccomp --help | sed -n 's/^.* drop-seccomp \([a-z]*\).*/\1/p') ;;
	esac
	[[ $2 != -* ]] || words=$(drop-seccomp --help | grep -oE -- '^ +(-[a-z], )?--[a-z]+' | grep -oE -- '--?[a-z]+')
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$2")
}
complete -o default -o bashdefault -F _drop_seccomp drop-seccomp
