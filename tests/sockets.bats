#!/usr/bin/env bats
# --listen: every kind of address and key, passed by the LISTEN_FDS protocol.

load namespace

# What the command sees of the sockets it was given: one line each.
look='
import os, socket, stat, fcntl
n = int(os.environ["LISTEN_FDS"])
names = os.environ["LISTEN_FDNAMES"].split(":")
assert os.environ["LISTEN_PID"] == str(os.getpid()), "LISTEN_PID"
assert len(names) == n, "LISTEN_FDNAMES"
for fd, name in enumerate(names, 3):
    s = socket.socket(fileno=fd)
    g = lambda level, option: s.getsockopt(level, option)
    on = [key for key, value in {
        "listening": g(socket.SOL_SOCKET, socket.SO_ACCEPTCONN),
        "reuseport": s.family != socket.AF_UNIX and g(socket.SOL_SOCKET, socket.SO_REUSEPORT),
        "nonblock": fcntl.fcntl(fd, fcntl.F_GETFL) & os.O_NONBLOCK,
        "keepalive": g(socket.SOL_SOCKET, socket.SO_KEEPALIVE),
        "nodelay": s.family != socket.AF_UNIX and s.type == socket.SOCK_STREAM and
            g(socket.IPPROTO_TCP, socket.TCP_NODELAY),
        "defer-accept": s.family != socket.AF_UNIX and s.type == socket.SOCK_STREAM and
            g(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT),
        "v6only": s.family == socket.AF_INET6 and g(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY),
        "freebind": s.family == socket.AF_INET and g(socket.IPPROTO_IP, 15),
        "device": s.family != socket.AF_UNIX and s.getsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, 16).strip(b"\0"),
        "close-on-exec": fcntl.fcntl(fd, fcntl.F_GETFD) & fcntl.FD_CLOEXEC,
    }.items() if value]
    address = s.getsockname()
    print(name, s.type.name, address if isinstance(address, str) else "%s %d" % address[:2], *on)
    s.detach()
'

# seen OPTION...: run the look and keep its output.
seen() {
	namespace_run drop-init --user app "$@" -- python3 -c "$look"
	assert_status 0
	assert_stderr ''
}

@test "each kind of address is bound and passed in order" {
	seen --listen 80 --listen 127.0.0.1:81,name=local --listen '[::1]:443' --listen udp:53,name=dns \
		--listen unix:/dev/shm/app.sock,name=app
	assert_stdout 'unknown SOCK_STREAM 0.0.0.0 80 listening
local SOCK_STREAM 127.0.0.1 81 listening
unknown SOCK_STREAM ::1 443 listening v6only
dns SOCK_DGRAM 0.0.0.0 53
app SOCK_STREAM /dev/shm/app.sock listening'
}

@test "each key does what it says" {
	seen --listen '[::]:80,v6only' --listen 81,reuseport,nodelay,keepalive --listen 82,nonblock,defer-accept=5 \
		--listen 192.0.2.1:83,freebind,name=elsewhere --listen 84,device=lo --listen 85,nodelay=0
	assert_stdout 'unknown SOCK_STREAM :: 80 listening v6only
unknown SOCK_STREAM 0.0.0.0 81 listening reuseport keepalive nodelay
unknown SOCK_STREAM 0.0.0.0 82 listening nonblock defer-accept
elsewhere SOCK_STREAM 192.0.2.1 83 listening freebind
unknown SOCK_STREAM 0.0.0.0 84 listening device
unknown SOCK_STREAM 0.0.0.0 85 listening'
}

@test "backlog is the queue's length" {
	namespace_start drop-init --user app --listen 80,backlog=7 -- sleep 60
	wait_port 80
	assert_equal "$(namespace_visit ss -Hltn 'sport = :80' | awk '{ print $3 }')" 7 backlog
	namespace_stop TERM
}

@test "[::] takes IPv4 too, unless v6only" {
	namespace_start drop-init --user app --listen '[::]:80' -- python3 -m http.server 8000
	wait_port 80
	namespace_visit python3 -c 'import socket; socket.create_connection(("127.0.0.1", 80), 5)'
	namespace_stop KILL
}

@test "our sockets come after inherited ones, and their names too" {
	namespace_run python3 -c '
import os, socket
s = socket.socket(); s.bind(("127.0.0.1", 5000)); s.listen(); assert s.fileno() == 3; os.set_inheritable(3, True)
os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()), LISTEN_FDNAMES="first")
os.execvp("drop-init", ["drop-init", "--user", "app", "--listen", "80,name=second", "--",
    "python3", "-c", os.sys.argv[1]])' "$look"
	assert_status 0
	assert_stdout 'first SOCK_STREAM 127.0.0.1 5000 listening
second SOCK_STREAM 0.0.0.0 80 listening'
	assert_stderr ''
}

@test "inherited names that are too few or too many do not shift ours" {
	for names in '' first a:b:c:d; do
		namespace_run python3 -c '
import os, sys
for fd in 3, 4, 5:
    os.dup2(0, fd)
os.environ.update(LISTEN_FDS="3", LISTEN_PID=str(os.getpid()), LISTEN_FDNAMES=sys.argv[1])
os.execvp("drop-init", ["drop-init", "--listen", "80,name=web",
    "sh", "-c", "echo $LISTEN_FDS $LISTEN_FDNAMES"])' "$names"
		assert_status 0
		assert_stderr ''
		assert_stdout '4 unknown:unknown:unknown:web'
	done
}

@test "inherited sockets reach the command without --listen too, with its own LISTEN_PID" {
	namespace_run python3 -c '
import os, socket
s = socket.socket(); s.bind(("127.0.0.1", 5000)); s.listen(); assert s.fileno() == 3; os.set_inheritable(3, True)
os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()))
os.environ["LISTEN_PIDFDID"] = "7"
os.execvp("drop-init", ["drop-init", "sh", "-c", "echo $LISTEN_FDS $LISTEN_FDNAMES $((LISTEN_PID - $$)) ${LISTEN_PIDFDID-unset}"])'
	assert_status 0
	assert_stdout '1 unknown 0 unset'
}

@test "LISTEN_ variables that are not for us never reach the command" {
	LISTEN_PID=4242 LISTEN_FDS=3 LISTEN_FDNAMES=a:b:c namespace_run drop-init sh -c 'env | grep -c ^LISTEN_'
	assert_stdout 0
}

@test "LISTEN_FDS that promises more than there is ends the run" {
	LISTEN_PID=1 LISTEN_FDS=2 namespace_run sh -c 'exec drop-init echo started'
	assert_status 125
	assert_stdout ''
	assert_stderr 'drop-init: LISTEN_FDS=2: descriptor 3: Bad file descriptor'
}

@test "a port that is taken is an error that says so" {
	# shellcheck disable=SC2016
	namespace_run bash -c 'coproc python3 -c "import signal, socket
s = socket.socket(); s.bind((\"0.0.0.0\", 80)); s.listen(); print(flush=True)
signal.pause()"
		read -r <&"${COPROC[0]}"
		exec drop-init --user app --listen 80 echo started'
	assert_status 125
	assert_stdout ''
	grep -qE '^drop-init: --listen 80: cannot bind 0.0.0.0:80: Address .*in use \(something else listens there\)$' "$namespace/stderr"
}

@test "an address of no interface is an error that names freebind" {
	namespace_run drop-init --user app --listen 192.0.2.1:80 echo started
	assert_status 125
	assert_stderr_has 'drop-init: --listen 192.0.2.1:80: cannot bind 192.0.2.1:80: '
	assert_stderr_has '(no interface has this address yet: use the key freebind)'
}

@test "a unix socket has its owner and mode, the user's own by default" {
	namespace_run drop-init --user app --umask 027 --listen unix:/dev/shm/a \
		--listen unix:/dev/shm/b,owner=www-data:webuser,mode=660 \
		-- stat -c '%u:%g %a' /dev/shm/a /dev/shm/b
	assert_status 0
	assert_stdout $'1000:1000 750\n33:1001 660'
}

# refused_without_dac_override SAID OPTION...: by the start and by --check.
refused_without_dac_override() {
	local said=$1 check
	shift
	for check in '' --check; do
		namespace_run setpriv --bounding-set=-all,+chown,+setuid,+setgid,+setpcap drop-init $check --user app "$@" -- true
		assert_status 125
		grep -qF "$said" "$namespace"/std* || namespace_fail "$check $*"
	done
}

@test "a unix socket in a folder that --chown has given away needs DAC_OVERRIDE, and says so" {
	needed='(a capability is missing: add DAC_OVERRIDE)'
	# folder: as --chown has it; and one that is the user's before
	namespace_prepare 'mkdir /dev/shm/there /dev/shm/rooms; chown 1000:1000 /dev/shm/there'
	for folder in /dev/shm/run,mkdir /dev/shm/run,mkdir,mode=750 /dev/shm/there /dev/shm/rooms,owner=1000:1000; do
		refused_without_dac_override "$needed" --chown "$folder" --listen "unix:${folder%%,*}/s"
	done
	# What is in the place of the socket is seen before --chown opens the folder, too.
	namespace_prepare 'touch /dev/shm/there/file'
	refused_without_dac_override 'exists and is not a socket' --chown /dev/shm/there,mode=777 --listen unix:/dev/shm/there/file
	# A socket that nobody listens at any more, and that --chown will give away: root cannot ask it then.
	namespace_prepare 'mkdir /dev/shm/open; python3 -c "import socket; socket.socket(socket.AF_UNIX).bind(\"/dev/shm/open/s\")"
		chmod 755 /dev/shm/open/s'
	refused_without_dac_override "$needed" --chown /dev/shm/open,mode=777 --listen unix:/dev/shm/open/s
	# A closed folder, and such a socket.
	namespace_prepare 'mkdir /dev/shm/closed; python3 -c "import socket; socket.socket(socket.AF_UNIX).bind(\"/dev/shm/old\")"
		cd /dev/shm; chown -R 1000:1000 closed old; chmod 700 closed; chmod 755 old; chmod 1777 .'
	for socket in closed/s old; do
		refused_without_dac_override "Permission denied $needed" --listen "unix:/dev/shm/$socket"
	done
}

@test "what --check says of a unix socket in a folder that --chown makes, for a start as the user or with the mode, is so" {
	namespace_prepare 'chmod 1777 /dev/shm; mkdir /dev/shm/group; chown 0:2000 /dev/shm/group; chmod 2770 /dev/shm/group'
	# status; who; the --chown; the socket
	while read -r expected who chown socket; do
		for check in '' --check; do
			# shellcheck disable=SC2086 # a few words
			namespace_run setpriv ${who//,/ } drop-init $check --chown "/dev/shm/$chown,owner=1000:1000" \
				--listen "unix:/dev/shm/$socket" -- true
			assert_equal "$status" "$expected" "$check $who $chown $socket"
		done
	done <<-'END'
		0 --reuid=1000,--regid=1000,--clear-groups run,mkdir run/s
		0 --reuid=1000,--regid=1000,--clear-groups run,mkdir,mode=700 run/s
		125 --reuid=1000,--regid=1000,--clear-groups run,mkdir,mode=500 run/s
		125 --reuid=1000,--regid=1000,--clear-groups run,mkdir run/s,owner=1001:1001
		125 --reuid=1000,--regid=1000,--clear-groups run,mkdir run/s,owner=1000:2000
		0 --reuid=1000,--regid=1000,--groups=2000 run,mkdir run/s,owner=1000:2000
		125 --reuid=1000,--regid=1000,--clear-groups run,mkdir run/other/s
		125 --reuid=1000,--regid=1000,--clear-groups group/run,mkdir group/run/s
		0 --reuid=1000,--regid=1000,--groups=2000 group/run,mkdir group/run/s
		0 --reuid=1000,--regid=1000,--groups=2000 group/run,mkdir,mode=750 group/run/s
		0 --reuid=0 run,mkdir,mode=500 run/s
		125 --reuid=0 run,mkdir run/other/s
	END
}

@test "what two of ours cannot both have --check says too, a helper among them, and no more than that" {
	for check in '' --check; do
		for two in '80 127.0.0.1:80' '[::]:80 [::1]:80' 'udp:80 udp:127.0.0.1:80' '80 [::]:80' '80 [::ffff:127.0.0.1]:80'; do
			namespace_run drop-init $check --user app --listen "${two% *}" --listen "${two#* }" -- true
			assert_status 125
			grep -qF "in use (--listen ${two% *} has it" "$namespace"/std*
		done
		for other in '--listen=80' '--with=v: --listen 127.0.0.1:80 sleep 60'; do
			namespace_run drop-init $check --user app "$other" --with 'w: --listen 80 sleep 60' -- true
			assert_status 125
			grep -qF 'in use (something else listens there)' "$namespace"/std*
		done
		for two in '127.0.0.1:80 127.0.0.2:80' '80 [::]:80,v6only' '80,reuseport 80,reuseport' '80 udp:80'; do
			namespace_run drop-init $check --user app --listen "${two% *}" --listen "${two#* }" -- true
			assert_status 0
		done
	done
}

@test "what a stranger has is not said to be one of ours that could be had beside it" {
	namespace_start python3 -c 'import socket, time
v6 = socket.socket(socket.AF_INET6); v6.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
v6.bind(("::", 80)); v6.listen()
v4 = socket.socket(); v4.bind(("127.0.0.1", 81)); v4.listen()
print("ready", flush=True); time.sleep(60)'
	wait_output ready
	for check in '' --check; do
		for two in '80 [::]:80,v6only' '80 [::1]:80' '[::1]:81 127.0.0.1:81' '[::]:81,v6only 127.0.0.1:81'; do
			run namespace_exec drop-init $check --user app --listen "${two% *}" --listen "${two#* }" -- true
			assert_equal "$status" 125 "status with $two"
			[[ $output == *'in use (something else listens there)'* ]] || namespace_fail "$two: $output"
		done
	done
}

@test "an address of one link is bound on the device that it is named with" {
	namespace_prepare 'ip address add fe80::1/64 dev lo nodad'
	namespace_run drop-init --user app --listen '[fe80::1]:80,device=lo' -- python3 -c 'import socket
address, port, _, link = socket.socket(fileno=3).getsockname()
print(address.split("%")[0], port, socket.if_indextoname(link))'
	assert_status 0
	assert_stdout 'fe80::1 80 lo'
}

@test "a unix socket keeps its own owner in a folder that --chown gives to the user, or makes" {
	namespace_run drop-init --user app --chown /dev/shm/run,mkdir \
		--listen unix:/dev/shm/run/a,owner=app:www-data,mode=660 \
		-- stat -c '%u:%g %a' /dev/shm/run /dev/shm/run/a
	assert_status 0
	assert_stderr ''
	assert_stdout $'1000:1000 755\n1000:33 660'
}

@test "a stale socket is replaced, a live one and any other file is an error" {
	namespace_run drop-init --user app --listen unix:/dev/shm/a -- drop-init --listen unix:/dev/shm/b echo nested
	namespace_prepare 'python3 -c "import socket; socket.socket(socket.AF_UNIX).bind(\"/dev/shm/stale\")"'
	namespace_prepare 'echo precious >/dev/shm/file'
	namespace_run drop-init --user app --listen unix:/dev/shm/stale stat -c '%F %u' /dev/shm/stale
	assert_status 0
	assert_stdout 'socket 1000'
	namespace_run drop-init --user app --listen unix:/dev/shm/file echo started
	assert_status 125
	assert_stderr 'drop-init: --listen unix:/dev/shm/file: /dev/shm/file exists and is not a socket (remove it, or use another path)'
	namespace_run drop-init --user app --listen unix:/dev/shm/a --listen unix:/dev/shm/a echo started
	assert_status 125
	assert_stdout ''
	grep -q 'cannot bind /dev/shm/a: Address.* in use (something else listens there)' "$namespace/stderr"
}

@test "a symbolic link in a socket's place is not followed" {
	namespace_prepare 'echo precious >/dev/shm/victim; ln -s victim /dev/shm/link'
	namespace_run drop-init --user app --listen unix:/dev/shm/link echo started
	assert_status 125
	assert_stderr "drop-init: --listen unix:/dev/shm/link: '/dev/shm/link' is a symbolic link in a folder that others than root can write to, which root must not follow (give the path that it leads to)"
}

@test "the command has the only copy of a socket: when it closes it, the port is closed" {
	for options in '' '--user app' '--user app --allow-port 81'; do
		# shellcheck disable=SC2086 # several words
		namespace_start drop-init $options --listen 80 -- sh -c 'exec 3<&-; echo closed; sleep 60'
		wait_output closed
		namespace_is_closed() { [ -z "$(namespace_visit ss -Hltn 'sport = :80')" ]; }
		wait_inside 'closed port' namespace_is_closed
		namespace_stop TERM
	done
}

@test "root follows no link of the user's to a socket or a recording" {
	namespace_prepare 'mkdir /dev/shm/data /dev/shm/etc /dev/shm/run; chmod 755 /dev/shm; ln -s run /dev/shm/roots
		ln -s ../etc /dev/shm/data/link; ln -s /dev/shm/data/link/. /dev/shm/chain; chown -hR 1000:1000 /dev/shm/data'
	why="is a symbolic link of user 1000's, which root must not follow (give the path that it leads to)"
	while read -r path link; do
		for option in '--listen unix:' '--record '; do
			namespace_run sh -c "drop-init --user app $option$path true; echo \$?; ls /dev/shm/etc"
			assert_stdout 125
			assert_stderr "drop-init: $option$path: '$link' $why"
		done
	done <<-'END'
		/dev/shm/data/link/s /dev/shm/data/link
		/dev/shm/data/../data/./link/s /dev/shm/data/../data/./link
		/dev/shm/chain/s /dev/shm/data/link
	END
	namespace_run sh -c 'cd /dev/shm && drop-init --user app --record data/link/s true'
	assert_status 125
	assert_stderr "drop-init: --record data/link/s: './data/link' $why"
	namespace_run drop-init --user app --listen unix:/dev/shm/roots/s ls /dev/shm/run
	assert_status 0
	assert_stdout s
	namespace_run setpriv --reuid 1000 --regid 1000 --groups 1000 drop-init --user app \
		--record /dev/shm/data/link/s true
	assert_stderr "drop-init: --record /dev/shm/data/link/s: cannot record into it: Permission denied"
}
