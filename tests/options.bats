#!/usr/bin/env bats
# The command line and its environment twins: what is understood, what is refused, and how it is said.

load namespace

# refused MESSAGE OPTION...: drop-init ends with 125 and exactly this line, and the command never ran.
refused() {
	local message=$1
	shift
	namespace_run drop-init "$@" -- echo started
	assert_status 125
	assert_stdout ''
	assert_stderr "drop-init: $message"
}

@test "option parsing stops at the first operand, so the command's options are its own" {
	namespace_run drop-init printf '%s|' -v --help -l --user
	assert_status 0
	assert_stdout '-v|--help|-l|--user|'$'\n' || [ "$(<"$namespace/stdout")" = '-v|--help|-l|--user|' ]
	assert_stderr ''
}

@test "-- ends the options, and the command may begin with a dash" {
	namespace_prepare 'printf "#!/bin/sh\necho dash\n" >/dev/shm/-x; chmod 755 /dev/shm/-x'
	PATH=/dev/shm:$PATH namespace_run drop-init -- -x
	assert_status 0
	assert_stdout dash
}

@test "no command is an error that shows the usage" {
	namespace_run drop-init
	assert_status 125
	assert_stderr 'drop-init: no command given (usage: drop-init [OPTION]... [--] COMMAND [ARG]...)'
}

@test "an unknown option is an error that names it" {
	refused '--usr: no such option (see drop-init --help)' --usr app
	refused '-Z: no such option (see drop-init --help)' -Z
}

@test "an option without its value is an error that shows the value" {
	namespace_run drop-init --user
	assert_status 125
	assert_stderr 'drop-init: --user: needs a value: --user USER[:GROUP]'
	namespace_run drop-init -u
	assert_stderr 'drop-init: -u: needs a value: -u USER[:GROUP]'
}

@test "a flag with a value is an error" {
	refused '--group=1: takes no value' --group=1
}

@test "a long option takes its value as the next word or behind =, a short one attached or apart" {
	for form in '--umask=027' '--umask 027'; do
		# shellcheck disable=SC2086 # two words are two words
		namespace_run drop-init $form sh -c umask
		assert_stdout 0027
	done
	for form in '-e3' '-e 3' '-ge3'; do
		# shellcheck disable=SC2086
		namespace_run drop-init $form sh -c 'exit 3'
		assert_status 0
	done
}

@test "every long option has a twin in the environment" {
	DROP_INIT_UMASK=027 DROP_INIT_REMAP_EXIT='3 4' namespace_run drop-init sh -c 'umask; exit 4'
	assert_status 0
	assert_stdout 0027
	assert_stderr ''
}

@test "the command line wins over the environment, but for repeatable options, which add up, the twin's first" {
	DROP_INIT_UMASK=077 DROP_INIT_REMAP_EXIT=4 namespace_run drop-init --umask 027 -e 3 sh -c 'umask; exit 4'
	assert_status 0
	assert_stdout 0027
	DROP_INIT_ENV='A=twin B=twin' namespace_run drop-init --env A=line sh -c 'echo $A $B'
	assert_stdout 'line twin'
	DROP_INIT_LISTEN='80,name=a "unix:/dev/shm/a b"' namespace_run drop-init \
		--listen 81,name=c sh -c 'echo $LISTEN_FDNAMES; ls /dev/shm'
	assert_stdout $'a:unknown:c\na b'
}

@test "the twins are not in the command's environment, and everything else is" {
	DROP_INIT_UMASK=027 OTHER=kept namespace_run drop-init sh -c 'env | grep -c DROP_INIT; echo $OTHER'
	assert_stdout $'0\nkept'
}

@test "a twin that no option has is an error, and an empty one too" {
	DROP_INIT_USR=app namespace_run drop-init true
	assert_status 125
	assert_stderr 'drop-init: DROP_INIT_USR=app: no option has this name (see drop-init --help)'
	DROP_INIT_USER='' namespace_run drop-init true
	assert_status 125
	assert_stderr 'drop-init: DROP_INIT_USER=: empty (unset it, or give it a value)'
}

@test "an image may say which version it carries in DROP_INIT_VERSION" {
	DROP_INIT_VERSION=9.9 namespace_run drop-init echo started
	assert_status 0
	assert_stdout started
	assert_stderr ''
}

@test "a flag's twin says yes or no, and anything else is an error" {
	DROP_INIT_EXEC=yes namespace_run drop-init sh -c 'echo $$'
	assert_stdout 1
	DROP_INIT_EXEC=0 namespace_run drop-init sh -c 'echo $$'
	assert_stdout 2
	DROP_INIT_EXEC=maybe namespace_run drop-init true
	assert_status 125
	assert_stderr 'drop-init: DROP_INIT_EXEC=maybe: neither yes nor no (1, true, yes, on; 0, false, no, off)'
}

@test "an error in a twin names the variable and its value" {
	DROP_INIT_UMASK=8 namespace_run drop-init true
	assert_status 125
	assert_stderr 'drop-init: DROP_INIT_UMASK=8: not an octal mode from 0 to 0777'
}

@test "numbers are digits only, in range, and nothing else" {
	for mode in '' 8 0x1f +7 -7 ' 7' 01000 99999999999999999999; do
		refused "--umask $mode: not an octal mode from 0 to 0777" --umask "$mode"
	done
	for code in '' -1 256 1x 4294967296; do
		refused "--remap-exit $code: not an exit status from 0 to 255" --remap-exit "$code"
	done
	for seconds in '' -1 1e3 5s 86401 .5 5. 1.2345; do
		refused "--stop-timeout $seconds: not a number of seconds from 0 to 86400" --stop-timeout "$seconds"
	done
}

@test "a bad signal, rewrite or parent-death value is an error that names it" {
	refused '--rewrite TERM: not SIGNAL:SIGNAL, as in TERM:QUIT' --rewrite TERM
	refused "--rewrite TERM:NOPE: no signal is called 'NOPE'" --rewrite TERM:NOPE
	refused "--rewrite 65:1: no signal is called '65'" --rewrite 65:1
	refused '--rewrite KILL:TERM: SIGKILL never reaches drop-init as a signal to forward' --rewrite KILL:TERM
	refused "--parent-death 0: no signal is called '0'" --parent-death 0
}

@test "a bad address, port or key is an error that names it" {
	refused '--listen 0: the port is not a number from 1 to 65535' --listen 0
	refused '--listen 65536: the port is not a number from 1 to 65535' --listen 65536
	refused '--listen localhost:80: not an IPv4 address before the colon (write IPv6 as [ADDRESS]:PORT)' \
		--listen localhost:80
	refused '--listen [::1:80: an IPv6 address is written [ADDRESS]:PORT' --listen '[::1:80'
	refused "--listen unix:app.sock: a socket's path must begin with /" --listen unix:app.sock
	refused "--listen 80,backlg=5: no such key: 'backlg' (see the man page for the keys of --listen)" \
		--listen 80,backlg=5
	refused "--listen 80,backlog=x: key 'backlog': needs a number from 1" --listen 80,backlog=x
	refused '--listen 80,mode=600: owner and mode are for unix sockets only' --listen 80,mode=600
	refused '--listen udp:53,nodelay: nodelay, keepalive and defer-accept are for TCP only' \
		--listen udp:53,nodelay
	refused '--listen 80,v6only: v6only is for IPv6 only' --listen 80,v6only
	refused '--allow-port 80,: the port is not a number from 1 to 65535' --allow-port 80,
	refused '--port-method magic: not a method (auto, broker or capability)' --port-method magic
	refused "--chown /data,polcy=always: no such key: 'polcy' (see the man page for the keys of --chown)" \
		--user app --chown /data,polcy=always
	refused '--chown data: the path must begin with /' --user app --chown data
}

@test "what cannot go together is refused before anything is changed" {
	refused '--allow-new-privs: a seccomp filter needs no_new_privs (add --seccomp none, or leave --allow-new-privs out)' \
		--user app --allow-new-privs
	refused '--groups app: needs --user' --groups app
	refused '--chown /data: no user to give it to (add --user, or owner=USER:GROUP)' --chown /data
	refused '--exec: nobody is left to be a broker of ports (use --port-method capability)' \
		--exec --port-method broker --allow-port 80
}

# What the Makefile calls this version, for which machine it is, and what the repository calls its commit.
build_of() {
	local version machine=amd64
	version=$(sed -n 's/^VERSION *:= *//p' Makefile)
	[ "$(uname -m)" = x86_64 ] || machine=arm64
	sed -n "s/^#define COMMIT \"\(.*\)\"/$version ($machine, \1)/p" "$BUILD/build.h"
}

@test "--help, --version and --licence go to standard output and end with 0" {
	namespace_run drop-init --help
	assert_status 0
	assert_stdout_has 'usage: drop-init [OPTION]... [--] COMMAND [ARG]...'
	assert_stderr ''
	namespace_run drop-init --version
	assert_status 0
	assert_stdout "drop-init $(build_of)"
	assert_equal "$(drop-seccomp --version)" "drop-seccomp $(build_of)"
	namespace_run drop-init -l
	assert_status 0
	assert_stdout "$(<LICENSE)"
}

@test "every option of --help is in the man page" {
	drop-init --help | grep -oE -- '--[a-z-]+' | sort -u >"$BATS_TEST_TMPDIR/options"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/options")" -gt 25 ]
	while read -r option; do
		grep -qF -- "${option//-/\\-}" init/cli/drop-init.8 || namespace_fail "$option is not in the man page"
	done <"$BATS_TEST_TMPDIR/options"
}

@test "a path that is longer than any can be is a command not found" {
	namespace_run sh -c 'drop-init --log-format json "/$(printf %05000d 0)" 2>/dev/null; echo $?'
	assert_stdout 127
	assert_stderr ''
}

@test "a FIFO that nobody writes to is no profile, and keeps nobody waiting" {
	namespace_run sh -c 'mkfifo /dev/shm/fifo; exec timeout 10 drop-init --seccomp /dev/shm/fifo echo started'
	assert_status 125
	assert_stdout ''
	assert_stderr 'drop-init: --seccomp /dev/shm/fifo: neither a compiled filter nor a JSON profile'
}
