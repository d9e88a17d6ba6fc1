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

# twin NAME=VALUE STATUS OUTPUT [ARG...]: what comes of it, with ARG... behind it.
twin() {
	local set=$1 ends=$2 says=$3
	shift 3
	NAMESPACE_TWIN=$set namespace_run sh -c 'name=${NAMESPACE_TWIN%%=*}
		export "$name=${NAMESPACE_TWIN#*=}"; exec drop-init "$@"' sh "$@"
	assert_status "$ends"
	assert_equal "$stdout" "$says" "$set"
	echo "${set%%=*}" >>"$BATS_TEST_TMPDIR/tried"
}

# shellcheck disable=SC2016 # expanded inside
@test "each twin does what its option does, and the words that are no start have none" {
	namespace_prepare 'mkdir /dev/shm/w; chown 1002:1002 /dev/shm/w; printf "a: --once echo file\n" >/dev/shm/lines; printf pw >/dev/shm/pw'
	export PW_FILE=/dev/shm/pw
	twin DROP_INIT_USER=app 0 app id -un
	twin DROP_INIT_USER_FROM=/dev/shm/w 0 member id -un
	twin DROP_INIT_GROUPS=none 0 1002 --user member id -G
	twin DROP_INIT_UMASK=027 0 0027 sh -c umask
	twin DROP_INIT_CHDIR=/usr 0 /usr pwd
	twin 'DROP_INIT_ENV=A=1 "B=x y"' 0 '1 x y' sh -c 'echo $A $B'
	twin 'DROP_INIT_LIMIT=nofile=10:20 core=0' 0 $'10\n0' sh -c 'ulimit -n; ulimit -c'
	twin DROP_INIT_ALLOW_NEW_PRIVS=1 0 $'NoNewPrivs:\t0' --user app --seccomp none grep NoNew /proc/self/status
	twin 'DROP_INIT_LISTEN=80,name=a 81,name=b' 0 a:b sh -c 'echo $LISTEN_FDNAMES'
	twin 'DROP_INIT_ALLOW_PORT=80,81 82' 0 $'CapEff:\t0000000000000400' --user app --port-method capability \
		grep CapEff /proc/self/status
	twin DROP_INIT_PORT_METHOD=capability 0 $'CapEff:\t0000000000000400' --user app --allow-port 80 \
		grep CapEff /proc/self/status
	twin DROP_INIT_CHOWN=/dev/shm/w,owner=5:6 0 5:6 stat -c %u:%g /dev/shm/w
	twin 'DROP_INIT_WRITABLE=/dev/shm/w /root' 125 '' --user member echo started
	twin DROP_INIT_SECCOMP=strict 0 $'Seccomp:\t2' grep Seccomp: /proc/self/status
	twin DROP_INIT_RECORD=/nosuch/file 125 '' echo started
	twin 'DROP_INIT_DEFAULT_COMMAND=echo "a  b"' 0 'a  b' --
	twin DROP_INIT_FILE_ENV=PW 0 pw: --user app sh -c 'echo $PW:$PW_FILE'
	twin DROP_INIT_EXPAND=yes 0 /dev/shm/pw echo '$PW_FILE'
	twin $'DROP_INIT_WITH=a: --once echo a\nb: --once echo b' 0 $'a\nb\nc' echo c
	twin DROP_INIT_WITH_FILE=/dev/shm/lines 0 $'file\nc' echo c
	twin 'DROP_INIT_REWRITE=HUP:0 TERM:USR1' 3 '' sh -c 'trap "exit 3" USR1; kill -TERM 1; while :; do sleep 0.1; done'
	twin DROP_INIT_GROUP=1 0 2 sh -c 'ps -o pgid= -p $$ | tr -d " "'
	twin DROP_INIT_PARENT_DEATH=TERM 0 15 --exec python3 -c 'import ctypes
signal = ctypes.c_int(); ctypes.CDLL(None).prctl(2, ctypes.byref(signal)); print(signal.value)'
	twin 'DROP_INIT_REMAP_EXIT=3 4' 0 '' sh -c 'exit 4'
	twin DROP_INIT_SUBREAPER=1 0 '' true
	twin DROP_INIT_WARN_ON_REAP=1 0 '' sh -c '(sh -c "exit 7" &); sleep 0.3'
	assert_stderr_has 'exit status 7'
	twin DROP_INIT_VERBOSE=2 0 '' true
	assert_stderr_has 'true is process 2'
	twin DROP_INIT_QUIET=1 0 '' -w sh -c '(sh -c "exit 7" &); sleep 0.3'
	assert_stderr ''
	twin DROP_INIT_STOP_SIGNAL=USR1,QUIT 0 '' true
	twin DROP_INIT_STOP_DELAY=x 125 '' echo started
	twin DROP_INIT_STOP_TIMEOUT=x 125 '' echo started
	twin DROP_INIT_EXEC=true 0 1 sh -c 'echo $$'
	twin DROP_INIT_CHECK=1 125 'ok  seccomp     none
ok  user        stays 0:0: no --user was given
NO  command     nosuch: not found (install it in the image, or give its path)' nosuch
	twin DROP_INIT_LOG_FORMAT=json 127 '' nosuch
	python3 -c 'import json, sys; json.load(open(sys.argv[1]))' "$namespace/stderr"
	twin DROP_INIT_INSTALL=/nosuch/copy 125 '' echo started
	for name in HELP VERSION LICENCE STATUS SIGNAL RESTART_HELPER; do
		twin "DROP_INIT_$name=1" 0 started echo started
	done
	diff <(sort -u "$BATS_TEST_TMPDIR/tried") \
		<(drop-init --help | sed -n 's/^  .*--\([a-z-]*\).*/DROP_INIT_\U\1/p' | tr - _ | sort -u)
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
	refused "--listen unix:/run/app/: a socket's path does not end in /, which is a folder's" --listen unix:/run/app/
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
	refused '--allow-new-privs: a seccomp filter needs no_new_privs (add --seccomp none, or leave --allow-new-privs out)' \
		--user app --allow-new-privs --with 'w: sleep 60' true
	refused '--with w: a seccomp filter needs no_new_privs, which --allow-new-privs leaves off: add --seccomp none to the line' \
		--allow-new-privs --with 'w: --user app sleep 60' true
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
