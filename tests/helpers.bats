#!/usr/bin/env bats
# Helpers beside the command: --with, --with-file, and what looks after them.

load namespace

refused() { # MESSAGE ARGUMENT...
	local message=$1
	shift
	namespace_run drop-init "$@"
	assert_status 125
	assert_stdout ''
	assert_stderr "drop-init: $message"
}

# state NAME: what --status says of it, from inside.
state() { namespace_exec drop-init --status | awk -v name="$1" '$1 == name { print $2 }'; }
is() { [ "$(state "$1")" = "$2" ]; }
pid_of() { namespace_exec drop-init --status | awk -v name="$1" '$1 == name { print $3 }'; }
# file TEXT: /dev/shm/lines, for everybody to read.
file() { namespace_prepare "printf '$1' >/dev/shm/lines"; }
# lines: the same of standard input, as it is.
lines() { cat >"$namespace/lines" && namespace_prepare 'cp "$namespace/lines" /dev/shm/lines && chmod 644 /dev/shm/lines'; }
keeper_of() { tr '\0' '\n' <"/proc/$NAMESPACE_PID/cmdline" | sed -n "s/^$1=.*keeper=\([0-9]*\),.*/\1/p"; }

# --- lines ------------------------------------------------------------------------------------------

@test "a line that makes no sense is an error that names it, before anything starts" {
	while IFS='|' read -r line message; do
		refused "--with$message" --with "$line" -- echo started
	done <<-'END'
		x y|: 'x y': not 'NAME: COMMAND', with a NAME of letters, digits, '_' and '-'
		-x: y|: '-x: y': not 'NAME: COMMAND', with a NAME of letters, digits, '_' and '-'
		command: a| command: this name is the command's own (take another one)
		w: PORT=1 a| w: 'PORT=1' is not a command (write --env PORT=1)
		w: --once --every 1s a| w: --once, --every and --restart exclude each other
		w: --restart always --once a| w: --once, --every and --restart exclude each other
		w: --together --once a| w: --together and --ready are not for --once and --every
		w: a & b| w: '&' means something to a shell, and there is none here (quote it, or use sh -c '…')
		w: echo $HOME| w: '$' means something to a shell, and there is none here (quote it by '…', use sh -c '…', or add --expand)
		w: echo 'a| w: a ' is open at the end
		w: # nothing| w: no command
		w: --record f a| w: --record f: not on a helper's line: it is for the whole container
		w: --user nosuch a| w: --user nosuch: no user 'nosuch' in /etc/passwd (add it to the image, or give numbers: UID:GID)
		w: --groups x a| w: --groups x: needs --user
		w: --frob a| w: --frob: no such option (see drop-init --help)
		w: --every 5 a| w: --every 5: not a time like 30s, 5m or 1h, at most a week
		w: --restart maybe a| w: --restart maybe: neither always, on-failure nor never
		aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa: b|: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa: b': the name is longer than 32 bytes
	END
	refused '--with w: two helpers have this name' --with 'w: a' --with 'w: b' -- echo started
	refused '--with: no command given, and no line is called web (give it, or call one of the lines web)' --with 'w: a'
	refused '--default-command: beside helpers it is not taken (give the command as an operand)' \
		--default-command 'echo started' --with 'web: a' --
	refused '--exec: nobody is left to look after helpers (leave --exec out)' --exec --with 'w: a' -- echo started
	refused "--once: only on a helper's line (--with \"NAME: [OPTION]... COMMAND\")" --once -- echo started
}

@test "words are quoted as in a shell, # begins a comment, and the twin holds lines that come first" {
	DROP_INIT_WITH=$'# one\na: --once echo from twin\n\n  b: --once echo "x  y" '"'z\$'"$' # said\n' \
		namespace_run drop-init --with 'c: --once printf "%s\n" c\ d' -- echo command
	assert_status 0
	assert_stdout $'from twin\nx  y z$\nc d\ncommand'
	assert_stderr ''
}

@test "--expand replaces in lines what is not between single quotes, with the HOME of the line's user" {
	A='1 2' namespace_run drop-init --expand --user app --with "a: --once printf '%s\n' \$A '\$A' \"\$HOME\"" \
		--with 'b: --once --user member echo $HOME ${B:-c}' -- echo '$USER'
	assert_stdout $'1 2\n$A\n/home/app\n/home/member c\napp'
}

@test "a Procfile works as it is: web is the command, started last" {
	file 'web: sh -c "echo web on $PORT; sleep 0.3; exit 4"\nworker: sh -c "echo worker; sleep 60"\n'
	PORT=5000 namespace_run drop-init --user app --expand --with-file /dev/shm/lines
	assert_status 4
	[ "$(sort "$namespace/stdout")" = $'web on 5000\nworker' ]
	file 'web: sh -c "echo web alone"\n'
	namespace_run drop-init --user app --with-file /dev/shm/lines
	assert_status 0
	assert_stdout 'web alone'
	assert_stderr ''
	file 'worker: sleep 60\n'
	refused '--with-file: no command given, and no line is called web (give it, or call one of the lines web)' \
		--user app --with-file /dev/shm/lines
}

@test "whoever can edit the file gains nothing: who a process is and what it may do are refused, by the line" {
	for option in '--user member' '--groups none' '--listen 80' '--allow-port 80' '--seccomp none' '--limit nofile=9'; do
		file "# first\n\nworker: $option sleep 1\n"
		refused "--with-file /dev/shm/lines:3: worker: $option: not in a file: whoever may edit it would gain by that (use --with for this line)" \
			--user app --with-file /dev/shm/lines -- echo started
	done
	file 'worker: --once --umask 027 --env A=b --stop-timeout 3 env # said\n'
	namespace_run drop-init --user app --with-file /dev/shm/lines -- echo command
	assert_stdout_has A=b
	namespace_prepare "chmod 600 /dev/shm/lines"
	refused "--with-file /dev/shm/lines: cannot open '/dev/shm/lines': Permission denied" \
		--user app --with-file /dev/shm/lines -- echo started
}

@test "a name is one process's, whichever of twin, line and file it stands in" {
	file 'w: sleep 60\n'
	refused '--with w: two helpers have this name' --with-file /dev/shm/lines --with 'w: sleep 60' -- echo started
	refused '--with-file /dev/shm/lines:1: w: two helpers have this name' --with 'w: sleep 60' \
		--with-file /dev/shm/lines -- echo started
	DROP_INIT_WITH='w: a' refused '--with w: two helpers have this name' --with 'w: b' -- echo started
	refused '--with web: two helpers have this name' --with 'web: echo started' --with 'web: echo started'
	file 'web: echo started\nweb: echo started\n'
	refused '--with-file /dev/shm/lines:2: web: two helpers have this name' --with-file /dev/shm/lines
	refused '--with-file /dev/shm/lines:1: web: two helpers have this name' --with 'web: echo started' --with-file /dev/shm/lines
	refused '--with : empty' --with '' -- echo started
}

@test "what the line web says is the command's, and what the others leave out is as for it, before and behind it" {
	look="sh -c 'id -un; umask; echo \$A \$LISTEN_FDNAMES'"
	namespace_run drop-init --umask 022 --env A=line --listen 81,name=line --with "a: --once $look" \
		--with "web: --user app --umask 077 --env A=web --listen 80,name=web $look" --with "b: --once $look"
	assert_stderr ''
	assert_stdout $'app\n0077\nweb\napp\n0077\nweb\napp\n0077\nweb web'
	lines <<-END
		a: --once $look
		web: --umask 077 --env A=web $look
	END
	namespace_run drop-init --user app --with-file /dev/shm/lines
	assert_stderr ''
	assert_stdout $'app\n0077\nweb\napp\n0077\nweb'
}

# --- who they are -----------------------------------------------------------------------------------

@test "--groups on a line is taken beside --user-from, too" {
	namespace_prepare 'mkdir /dev/shm/of && chown 1002:1002 /dev/shm/of'
	namespace_run drop-init --user-from /dev/shm/of --with 'w: --once --groups 2000 id -G' -- id -u
	assert_status 0
	assert_stdout $'1002 2000\n1002'
}

@test "no process is root once all have started, keepers included, with helpers of two other users" {
	namespace_start drop-init --user app --with 'a: --user member sleep 60' \
		--with 'b: --user webuser --listen 80 sleep 60' \
		--with 'c: sleep 60' -- sh -c 'echo ready; sleep 60'
	wait_output ready
	assert_dropped --keepers
	assert_equal "$(namespace_table | awk '$2 == "drop-init" && !seen[$1]++ { print $4 }' | sort | tr '\n' ' ')" \
		'1000 1000 1001 1002 ' 'users of keepers'
	for pid in $(namespace_table | awk '$2 == "drop-init" { print $NF }'); do
		[ "$(stat -c %u "/proc/$pid/environ")" = 0 ] || namespace_fail "process $pid is dumpable"
	done
	namespace_stop
	assert_status 143
	assert_stderr ''
}

@test "a helper has its own HOME, its own sockets or none, /dev/null, a session, and nothing that is the command's alone" {
	# shellcheck disable=SC2016 # expanded inside
	namespace_prepare 'cat >/dev/shm/look <<"END"
echo $HOME $LOGNAME $LISTEN_FDS $LISTEN_FDNAMES ${NOTIFY_SOCKET-none} ${WATCHDOG_USEC-none} $A; umask
readlink /proc/self/fd/0; [ $(ps -o sid= -p $$) = $$ ] && echo leads; [ $LISTEN_PID = $$ ] && echo pid; ls /proc/self/fd
END'
	NOTIFY_SOCKET=/x WATCHDOG_USEC=1 namespace_run drop-init --user app --seccomp none --listen 81 --env A=1 --umask 027 \
		--with 'w: --once --user member --listen 80,name=mine sh /dev/shm/look' \
		-- sh -c 'echo $HOME $LISTEN_FDS $NOTIFY_SOCKET $WATCHDOG_USEC'
	assert_status 0
	assert_stderr ''
	assert_stdout $'/home/member member 1 mine none none 1\n0027\n/dev/null\nleads\npid\n0\n1\n2\n3\n4\n/home/app 1 /x 1'
}

@test "a secret goes to the lines that ask for it, and NAME_FILE to nobody" {
	namespace_prepare 'umask 077; printf s3cret >/dev/shm/pw'
	PW_FILE=/dev/shm/pw namespace_run drop-init --user app --with \
		"a: --once --file-env PW sh -c 'echo a:\$PW:\${PW_FILE-}'" \
		--with "b: --once sh -c 'echo b:\${PW-}:\${PW_FILE-}'" -- sh -c 'echo c:${PW-}:${PW_FILE-}'
	assert_stdout $'a:s3cret:\nb::\nc::'
}

@test "each may bind its own --allow-port and no other's, and no helper has a capability" {
	bind='import socket,sys; s=socket.socket(); s.bind(("",int(sys.argv[1]))); print("bound", sys.argv[1])'
	namespace_run drop-init --user app --port-method broker --allow-port 81 \
		--with "a: --once --user member --allow-port 80 python3 -c '$bind' 80" \
		--with "b: --once --optional --user member --allow-port 80 python3 -c '$bind' 81" \
		-- sh -c "python3 -c '$bind' 81; python3 -c '$bind' 80; grep CapEff /proc/self/status"
	assert_stdout $'bound 80\nbound 81\nCapEff:\t0000000000000000'
	assert_equal "$(grep -c 'PermissionError' "$namespace/stderr")" 2 'refusals'
}

@test "another user's helper can open /dev/stdout again where it is a pipe" {
	namespace_run sh -c 'drop-init --user app --with "w: --once --user member sh -c \"echo helper >/dev/stdout; echo too >/dev/stderr\"" \
		-- sh -c "echo command >/dev/stdout" 2>&1 | cat'
	assert_stdout $'helper\ntoo\ncommand'
}

@test "a file's line has its secret with its user's eyes, the command's too, and NAME_FILE is gone for all of the file" {
	say="sh -c 'echo \$0:\${PW-}:\${PW_FILE-}'"
	namespace_prepare 'printf s3cret >/dev/shm/pw; chmod 644 /dev/shm/pw'
	lines <<-END
		web: --file-env PW $say c
		a: --once --file-env OTHER $say a
	END
	PW_FILE=/dev/shm/pw namespace_run drop-init --user app --with-file /dev/shm/lines
	assert_stderr ''
	assert_stdout $'a::\nc:s3cret:'
	lines <<<"a: --once --file-env PW $say a"
	PW_FILE=/dev/shm/pw namespace_run drop-init --user app --with-file /dev/shm/lines -- sh -c 'echo c:${PW-}:${PW_FILE-}'
	assert_stdout $'a:s3cret:\nc::'
	namespace_prepare 'chmod 400 /dev/shm/pw'
	PW_FILE=/dev/shm/pw namespace_run drop-init --user app --with-file /dev/shm/lines -- echo started
	assert_status 125
	assert_stdout ''
	assert_stderr "drop-init: a: --file-env PW: PW_FILE=/dev/shm/pw: cannot open '/dev/shm/pw': Permission denied"
}

# --- order ------------------------------------------------------------------------------------------

@test "--once runs to its end before what comes after it, and its failure ends the container with its status" {
	namespace_run drop-init --with 'a: --once sh -c "sleep 0.3; echo a"' --with 'b: --once echo b' -- echo command
	assert_stdout $'a\nb\ncommand'
	namespace_run drop-init --with 'w: sleep 60' --with 'a: --once sh -c "exit 7"' -- echo started
	assert_status 7
	assert_stdout ''
	assert_stderr 'drop-init: a: ended with exit status 7'
	namespace_run drop-init --with 'a: --once sh -c "kill -SEGV \$\$"' -- echo started
	assert_status 139
	namespace_run drop-init --with 'a: --once --optional false' -- echo started
	assert_status 0
	assert_stdout started
	assert_stderr 'drop-init: a: ended with exit status 1'
}

@test "a helper that cannot be executed ends the container as the command would, with --optional it is a message" {
	namespace_run drop-init --with 'w: nosuch' -- echo started
	assert_status 127
	assert_stdout ''
	assert_stderr 'drop-init: w: nosuch: command not found (install it in the image, or give its path)'
	namespace_run drop-init --with 'w: /etc/passwd' -- echo started
	assert_status 126
	namespace_run drop-init --with 'w: --optional /etc/passwd' -- sh -c 'sleep 0.3; echo started'
	assert_status 0
	assert_stdout started
}

@test "--ready notify holds up what comes after until the helper's own user says READY=1" {
	ready='import os,socket,sys,time
s=socket.socket(socket.AF_UNIX,socket.SOCK_DGRAM); a="\0"+os.environ["NOTIFY_SOCKET"][1:]
s.sendto(b"STATUS=not yet", a); time.sleep(0.4)
print("says", flush=True); s.sendto(b"STATUS=x\nREADY=1\n", a); time.sleep(60)'
	namespace_prepare "cat >/dev/shm/ready.py <<'END'
$ready
END"
	namespace_run drop-init --user app --with "w: --ready notify --user member python3 /dev/shm/ready.py" -- echo command
	assert_status 0
	assert_stdout $'says\ncommand'
	# a stranger in the same network namespace, who knows the name
	namespace_start drop-init --user app --with "w: --ready notify --user member sh -c 'echo \$NOTIFY_SOCKET; sleep 60'" -- echo command
	wait_output @
	namespace_exec python3 -c 'import os,socket,sys; os.setuid(1001); s=socket.socket(socket.AF_UNIX,socket.SOCK_DGRAM)
s.sendto(b"READY=1", "\0"+sys.argv[1])' \
		"$(sed -n 's/^@//p' "$namespace/stdout")"
	namespace_visit setpriv --reuid 1002 --regid 1002 --clear-groups python3 -c 'import os,socket,sys
s=socket.socket(socket.AF_UNIX,socket.SOCK_DGRAM); s.sendto(b"READY=1", "\0"+sys.argv[1])' \
		"$(sed -n 's/^@//p' "$namespace/stdout")"
	sleep 0.5 # nothing happens, which nothing announces
	assert_equal "$(grep -c command "$namespace/stdout")" 0 'commands started by a stranger'
	namespace_stop
	assert_status 143
}

@test "what is --optional is not the container's last word" {
	namespace_log
	namespace_run drop-init --seccomp none --with 'w: --optional nosuch' --with 'x: --optional /etc/passwd' -- echo started
	assert_status 0
	assert_stdout started
	assert_stderr_has 'drop-init: w: nosuch: command not found (install it in the image, or give its path)'
	assert_equal "$(<"$namespace/log")" '' 'termination log'
	namespace_run drop-init --seccomp none --with 'w: nosuch' -- echo started
	assert_status 127
	assert_equal "$(<"$namespace/log")" 'drop-init: w: nosuch: command not found (install it in the image, or give its path)' 'termination log'
}

@test "a kill is explained, and is the container's last word where it ends it" {
	namespace_log
	killed='sh was killed by SIGSYS: an outer seccomp profile, as a container engine'\''s, answers a call of it so'
	line="sh -c 'mkdir $namespace/kills/\$\$; kill -s SYS \$\$'"
	twice="until [ \$(ls $namespace/kills | wc -l) -ge 2 ]; do sleep 0.1; done; exit 3"
	for options in '' '--optional' '--restart on-failure'; do
		mkdir "$namespace/kills"
		namespace_run drop-init --with "w: $options $line" -- sh -c "$twice"
		assert_status 3
		assert_stderr_has "drop-init: w: $killed"
		assert_equal "$(<"$namespace/log")" '' "termination log with $options"
		rm -r "$namespace/kills"
	done
	line="sh -c 'kill -s SYS \$\$'"
	for options in '--once' '--restart never'; do
		head -c 1000 /dev/zero | tr '\0' x >"$namespace/log" # an earlier and longer last word
		namespace_run drop-init --with "w: $options $line" -- sleep 60
		assert_status 159
		assert_equal "$(<"$namespace/log")" "drop-init: w: $killed" "termination log with $options"
	done
}

@test "a start that fails again and again keeps nothing open" {
	namespace_prepare 'printf "#!/nosuch\n" >/dev/shm/job; chmod 755 /dev/shm/job'
	namespace_start drop-init --user app --with 'w: --every 1s /dev/shm/job' -- sleep 60
	failures() { [ "$(grep -c 'cannot run it' "$namespace/stderr")" -ge "$1" ]; }
	wait_until 30 failures 2
	open_files() { namespace_exec sh -c 'ls /proc/2/fd | wc -l'; }
	open=$(open_files)
	wait_until 60 failures 5
	no_more_are_open() { [ "$(open_files)" -le "$open" ]; } # at some time: it may be in the middle of a start
	eventually no_more_are_open || namespace_fail "$(open_files) open files of the keeper, and it was $open"
}

@test "what a relative path lacks is said of the folder that it is relative to" {
	namespace_prepare 'mkdir /dev/shm/app; printf "#!/nosuch\n" >/dev/shm/app/job; chmod 755 /dev/shm/app/job; touch /dev/shm/app/data'
	namespace_run drop-init --with 'w: --chdir /dev/shm/app ./job' -- true
	assert_status 127
	assert_stderr 'drop-init: w: ./job: cannot run it: No such file or directory (its interpreter '\''/nosuch'\'' is missing in this image)'
	namespace_run drop-init --with 'w: --chdir /dev/shm/app ./data' -- true
	assert_status 126
	assert_stderr 'drop-init: w: ./data: cannot run it: Permission denied (it is not executable: chmod +x ./data)'
}

@test "READY=1 that does not come in 90 s ends the container with 125, and with --optional is a message" {
	namespace_start drop-init --with 'w: --ready notify sleep 600' -- echo started
	namespace_select second
	namespace_start drop-init --with 'w: --ready notify --optional sleep 600' -- echo started
	namespace_wait 150
	assert_status 0
	assert_stdout started
	assert_stderr 'drop-init: w: it has not said READY=1 in 90 s'
	namespace_select namespace
	namespace_wait 60
	assert_status 125
	assert_stdout ''
	assert_stderr 'drop-init: w: it has not said READY=1 in 90 s'
}

@test "--every runs from start to start, never twice at once, and holds nobody up" {
	run_alone='sh -c "mkdir /dev/shm/$0 || echo twice; echo $0; sleep $1; rmdir /dev/shm/$0"'
	namespace_start drop-init --expand --with "w: --every 1s ${run_alone//\$/\\\$} short 0.3" \
		--with "v: --every 1s ${run_alone//\$/\\\$} long 1.3" --with 'x: --every 1s nosuch' -- sh -c 'echo command; sleep 60'
	began=$(date +%s%3N)
	runs() { [ "$(grep -cx "$1" "$namespace/stdout")" -ge "$2" ]; }
	wait_until 30 runs short 4
	[ $(($(date +%s%3N) - began)) -ge 2500 ] # three seconds, less what our own start took
	wait_until 30 runs long 2
	wait_output command
	namespace_stop
	assert_equal "$(grep -c twice "$namespace/stdout")" 0 'runs beside each other'
	assert_stderr_has 'drop-init: x: nosuch: command not found'
}

# --- restarts ---------------------------------------------------------------------------------------

@test "an end is followed by a restart, later and later, and --status says so" {
	namespace_start drop-init --user app --with 'w: sh -c "echo run; exit 3"' -- sleep 60
	eventually is w backing-off
	namespace_exec sh -c 'drop-init --status >/dev/null'  && namespace_fail 'it is not well' || [ $? = 1 ]
	eventually grep -q 'again in 4.0 s' "$namespace/stderr"
	assert_equal "$(head -n 4 "$namespace/stderr")" \
		"$(printf 'drop-init: w: ended with exit status 3: started again in %s s\n' 0.5 1.0 2.0 4.0)" 'restarts'
	[ "$(namespace_exec drop-init --log-format json --status | python3 -c 'import json,sys
rows=[json.loads(l) for l in sys.stdin]; w=rows[1]; print(w["name"], w["state"], w["restarts"], w["last"], \
	w["ok"], 0 < w["next_ms"] <= 4000)')" = \
		'w backing-off 4 exit 3 False True' ]
	namespace_stop
}

@test "what a helper left behind ends before it starts again, and with it" {
	namespace_start drop-init --user app --seccomp none \
		--with 'w: sh -c "pgrep -xc tail; setsid tail -f /dev/null & sleep 0.1; exit 1"' -- sleep 600
	twice() { [ "$(wc -l <"$namespace/stdout")" -ge 2 ]; }
	eventually twice
	namespace_stop
	assert_equal "$(sort -u "$namespace/stdout")" 0 "what was there at a start"
}

@test "a failure counts until the helper has run for 30 s" {
	namespace_prepare 'printf "echo run; [ -e /dev/shm/second ] && sleep 31; : >/dev/shm/second; exit 3\n" >/dev/shm/runs'
	namespace_start drop-init --with 'w: sh /dev/shm/runs' -- sleep 300
	runs() { [ "$(grep -c run "$namespace/stdout")" -ge "$1" ]; }
	wait_until 60 runs 3
	namespace_stop
	assert_stderr $'drop-init: w: ended with exit status 3: started again in 0.5 s\ndrop-init: w: ended with exit status 3: started again in 0.0 s'
}

# The other helper's end must not stop the command once more, nor with another signal, nor set its status.
@test "after a stop signal the end is the command's: a helper that ends meanwhile neither hurries it nor sets the status" {
	command='trap "echo TERM; sleep 1; touch /dev/shm/go; sleep 1; exit 5" TERM; trap "echo second" INT; echo ready
		while :; do sleep 0.1; done'
	namespace_start drop-init --with 'w: --restart never sh -c "until [ -e /dev/shm/go ]; do sleep 0.1; done; exit 7"' \
		-- sh -c "$command"
	wait_output ready
	namespace_stop TERM
	assert_status 5
	assert_stdout $'ready\nTERM'
}

@test "an end of our own begins with the first of --stop-signal, and with what --stop-delay holds not twice" {
	namespace_start drop-init --stop-signal USR1,HUP --stop-delay 2 \
		--with 'w: --restart never sh -c "until [ -e /dev/shm/go ]; do sleep 0.1; done; exit 7"' -- "$BUILD/probe/signal_log" 3
	wait_output ready
	namespace_signal HUP
	namespace_exec touch /dev/shm/go
	wait_output 10
	sleep 3 # the signal that was held does not come, which nothing announces
	namespace_stop QUIT
	assert_status 7
	assert_stdout $'ready\n10\n18\n3' # 18 is CONT
}

@test "--restart never ends the container with its status; on-failure is content with 0" {
	namespace_run drop-init --with 'w: --restart never sh -c "sleep 0.2; exit 7"' \
		-- sh -c 'trap "echo TERM; exit 0" TERM; sleep 60 & wait'
	assert_status 7
	assert_stdout TERM
	namespace_start drop-init --with 'w: --restart on-failure true' -- sleep 60
	eventually is w 'done'
	namespace_exec drop-init --status >/dev/null
	namespace_stop
	namespace_run drop-init --with 'w: --restart on-failure false' -- sleep 0.3
	assert_stderr_has 'drop-init: w: ended with exit status 1: started again in 0.5 s'
}

@test "a restart refuses no connection: the keeper holds the helper's sockets" {
	serve='import socket; l=socket.socket(fileno=3)
for _ in range(20):
    c,_ = l.accept(); c.recv(10); c.send(b"hello"); c.close()'
	namespace_prepare "cat >/dev/shm/serve.py <<'END'
$serve
END"
	namespace_start drop-init --user app --with "w: --listen 80 python3 /dev/shm/serve.py" -- sleep 60
	wait_port 80
	namespace_visit python3 -c 'import socket
for _ in range(50):
    s = socket.create_connection(("127.0.0.1", 80)); s.send(b"x"); assert s.recv(10) == b"hello"; s.close()'
	[ "$(namespace_exec drop-init --status | awk '$1 == "w" { print $5 }')" -ge 2 ]
	namespace_stop
}

@test "what a helper leaves behind takes its time, and makes no start of those that failed at once" {
	namespace_start drop-init --with 'w: sh -c "(trap : TERM; while :; do sleep 0.1; done) & sleep 0.2; exit 6"' -- sleep 60
	NAMESPACE_TIMEOUT=100 wait_output 'w: ended with exit status 6: started again in 0.5 s'
	namespace_stop KILL
}

@test "ten failures in a row and it is given up: the container ends with its last status, 125 for 0" {
	namespace_log
	namespace_start drop-init --with 'w: sh -c "exit 6"' -- sh -c 'trap "echo TERM; exit 0" TERM; sleep 600 & wait'
	namespace_wait 200
	assert_status 6
	assert_stdout TERM
	assert_stderr_has 'drop-init: w: ended with exit status 6, and is given up after 10 failures in a row'
	assert_equal "$(<"$namespace/log")" 'drop-init: w: ended with exit status 6, and is given up after 10 failures in a row' 'termination log'
}

@test "a helper whose end does not end the container has no last word, and one whose keeper is killed has" {
	namespace_log
	ready="until [ -e $namespace/ready ]; do sleep 0.1; done"
	stopped="until [ -e $namespace/stopped ]; do sleep 0.1; done"
	slow="sh -c 'trap \": >$namespace/stopped; sleep 2; exit\" TERM; : >$namespace/ready; while :; do sleep 0.1; done'"
	# w ends while x, which is stopped after the command, takes its time.
	for end in 0 3; do
		rm -f "$namespace/ready" "$namespace/stopped"
		: >"$namespace/log"
		namespace_run drop-init --with "w: --restart never sh -c '$stopped; exit $end'" --with "x: $slow" -- \
			sh -c "$ready; exit 7"
		assert_status 7
		assert_equal "$(<"$namespace/log")" '' "termination log where w ends with $end"
	done
	rm "$namespace/ready" "$namespace/stopped"
	namespace_run drop-init --with "w: --restart never sh -c '$stopped'" --with "x: $slow" -- \
		sh -c "$ready; kill -s SYS \$\$"
	assert_status 159
	grep -q '^drop-init: sh was killed by SIGSYS: ' "$namespace/log"
	namespace_run drop-init --with 'w: sleep 60' -- sh -c 'sleep 0.3; kill -s KILL 2; sleep 60'
	assert_status 125
	assert_equal "$(<"$namespace/log")" "drop-init: w: its keeper was killed, so nobody looks after it" 'termination log'
}

@test "a helper that ends after the command, and is seen at the same time, changes neither status nor last word" {
	namespace_log
	wait_go='until [ -e go ]; do sleep 0.1; done'
	namespace_start drop-init --chdir "$namespace" --with "w: --restart never sh -c 'echo up; $wait_go'" -- \
		sh -c "$wait_go; kill -s SYS \$\$"
	wait_output up
	kill -s STOP "$NAMESPACE_PID"
	: >"$namespace/go"
	have_ended() { ! namespace_exec pgrep -f 'until|drop-init: w' >/dev/null; }
	eventually have_ended
	kill -s CONT "$NAMESPACE_PID"
	namespace_wait
	assert_status 159
	grep -q '^drop-init: sh was killed by SIGSYS: ' "$namespace/log"
}

@test "what kills one that is stopped is said too, and is no last word" {
	namespace_log
	dies='trap "kill -s SYS \$\$" TERM; : >up; while :; do sleep 0.1; done'
	namespace_start drop-init --chdir "$namespace" --with "w: sh -c '$dies'" -- sh -c 'until [ -e up ]; do sleep 0.1; done'
	namespace_wait
	assert_status 0
	assert_stderr_has 'drop-init: w: sh was killed by SIGSYS: an outer seccomp profile'
	rm "$namespace/up"
	namespace_start drop-init --chdir "$namespace" --with 'w: --restart never sh -c "until [ -e up ]; do sleep 0.1; done; exit 6"' -- sh -c "$dies"
	namespace_wait
	assert_status 6
	assert_stderr_has 'drop-init: sh was killed by SIGSYS: an outer seccomp profile'
	assert_equal "$(<"$namespace/log")" 'drop-init: w: ended with exit status 6' 'termination log'
}

@test "a command that is killed since a helper's end is the container's has no last word, whatever was short of memory before" {
	namespace_log
	namespace_prepare 'mount -t tmpfs tmpfs /sys/fs/cgroup && mkdir /sys/fs/cgroup/memory && echo "oom_kill 1" |
		tee /sys/fs/cgroup/memory.events >/sys/fs/cgroup/memory/memory.oom_control'
	line="--restart never sh -c 'until [ -e $namespace/deaf ]; do sleep 0.1; done; exit 6'"
	namespace_start drop-init --with "w: $line" -- sh -c "trap '' TERM; : >$namespace/deaf; while :; do sleep 1; done"
	namespace_wait 90
	assert_status 6
	assert_stderr $'drop-init: w: ended with exit status 6\ndrop-init: sh has not ended in its time: killed'
	assert_equal "$(<"$namespace/log")" 'drop-init: w: ended with exit status 6' 'termination log'
	namespace_run drop-init sh -c 'kill -s KILL $$' # the same files, and nobody has asked for this end
	assert_stderr 'drop-init: sh was killed, and its cgroup ran out of memory (out-of-memory kills: 1)'
}

# --- the end ----------------------------------------------------------------------------------------

# all_up NAME...: each has its trap.
all_up() { for name in "$@"; do wait_output "$name up"; done; }
stoppable() { echo "sh -c 'trap \"echo $1 $2; ${3:-exit}\" $2; echo $1 up; while :; do sleep 0.05; done'"; }

@test "at the end those --together stop with the command, the others after it, in reverse, each by its own signal" {
	namespace_start drop-init --user app --with "a: $(stoppable a TERM)" \
		--with "b: --rewrite TERM:INT --user member $(stoppable b INT)" \
		--with "t: --together $(stoppable t TERM)" -- sh -c 'trap "sleep 0.5; echo c TERM; exit 5" TERM; echo c up; while :; do sleep 0.05; done'
	all_up a b t c
	namespace_account
	namespace_stop
	assert_status 5
	assert_equal "$(grep -v up "$namespace/stdout")" $'t TERM\nc TERM\nb INT\na TERM' order
	assert_stderr ''
	assert_stopped_cleanly
}

@test "a helper that ignores its stop is killed after its --stop-timeout, and nobody else's time is taken" {
	namespace_start drop-init --user app --with "a: $(stoppable a TERM)" \
		--with "b: --stop-timeout 0.5 $(stoppable b TERM :)" -- \
		sh -c 'echo c up; sleep 60'
	all_up a b c
	namespace_stop
	assert_status 143
	[ "$elapsed" -ge 450 ] && [ "$elapsed" -lt 6000 ]
	assert_equal "$(grep -v up "$namespace/stdout")" $'b TERM\na TERM' order
}

@test "twenty helpers --together are told to stop at once: each ends when all have been told" {
	namespace_prepare 'mkdir -m 777 /dev/shm/told; cat >/dev/shm/helper <<-"END"
		trap "touch /dev/shm/told/$1; until [ \$(ls /dev/shm/told | wc -l) = 20 ]; do sleep 0.2; done; exit" TERM
		echo "$1 up"
		while :; do sleep 0.2; done
	END'
	options=()
	for i in {1..20}; do options+=(--with "h$i: --together --stop-timeout 100 sh /dev/shm/helper h$i"); done
	namespace_start drop-init --user app "${options[@]}" -- sh -c 'echo c up; sleep 600'
	all_up c h{1..20}
	namespace_stop
	assert_status 143
}

@test "a stop signal while helpers start stops those that have, in reverse, and ends with 128 and its number" {
	namespace_start drop-init --with "a: $(stoppable a TERM)" --with "b: $(stoppable b TERM)" \
		--with 'o: --once sh -c "echo o; sleep 60"' -- echo started
	wait_output o
	namespace_signal HUP
	namespace_stop TERM
	assert_status 143
	assert_equal "$(grep -v '^o' "$namespace/stdout" | tail -n 2)" $'b TERM\na TERM' 'order'
	assert_equal "$(grep -c started "$namespace/stdout")" 0 commands
}

@test "other signals stay pending until the command runs, and are the command's alone" {
	namespace_start drop-init -vv --with 'o: --once sh -c "echo o; sleep 0.5"' --with "a: $(stoppable a HUP :)" -- \
		sleep 1000
	wait_output o
	namespace_signal HUP
	namespace_wait
	assert_status 129 # it comes before sleep could say what it does with it
	assert_stderr_has 'drop-init: forwarded SIGHUP'
	assert_stderr_has 'drop-init: sleep was ended by SIGHUP'
	assert_equal "$(grep -c 'a HUP' "$namespace/stdout")" 0 'HUPs of the helper'
}

@test "a keeper that is killed ends the container with 125, and one that is stopped does not hold up the end" {
	namespace_start drop-init --user app --with 'w: sleep 60' -- sh -c \
		'trap "echo TERM; exit 0" TERM; echo up; sleep 60 & wait'
	wait_output up
	namespace_exec setpriv --reuid 1000 --regid 1000 --clear-groups kill -KILL "$(keeper_of w)" || true # it is in there
	namespace_wait
	assert_status 125
	assert_stdout $'up\nTERM'
	assert_stderr 'drop-init: w: its keeper was killed, so nobody looks after it'
	namespace_start drop-init --user app --with 'w: --stop-timeout 0.5 sleep 60' -- sh -c 'echo up; sleep 60'
	wait_output up
	namespace_exec kill -STOP "$(keeper_of w)"
	namespace_stop
	assert_status 143
	assert_stderr_has 'drop-init: w: it has not ended in its time: left to the kernel'
}

@test "kill -9 -1 as the helper's user ends the container, with 125, and nobody stays" {
	namespace_start drop-init --user app --with 'w: --user member sleep 60' -- sh -c 'echo up; sleep 60'
	wait_output up
	namespace_exec setpriv --reuid 1002 --regid 1002 --clear-groups sh -c 'kill -KILL -1' || true
	namespace_wait
	assert_status 125
}

@test "a helper that is stopped by SIGSTOP goes on to its end" {
	namespace_start drop-init --user app --with "w: $(stoppable w TERM)" -- sh -c 'echo up; sleep 60'
	all_up w
	wait_output up
	namespace_exec kill -STOP "$(pid_of w)"
	namespace_stop
	assert_status 143
	assert_stdout_has 'w TERM'
	[ "$elapsed" -lt 10000 ]
}

@test "a command that cannot be executed ends the helpers too, as they would end" {
	namespace_run drop-init --user app --with "w: $(stoppable w TERM)" --with 's: --once sh -c "sleep 0.3"' -- /etc/passwd
	assert_status 126
	assert_stdout $'w up\nw TERM'
}

@test "under another init's name there are no helpers" {
	cp "$BUILD/drop-init" "$namespace/tini"
	DROP_INIT_WITH='w: sleep 1' namespace_run "$namespace/tini" -- echo started
	assert_status 1
	assert_stdout ''
	assert_stderr_has "there are no helpers under another init's name"
}

# --- looked at and acted on from outside ------------------------------------------------------------

@test "--restart-helper lets it end and starts it again, as root, without KILL, as its user, and not as another" {
	namespace_start drop-init --user app --with "w: --user member $(stoppable w TERM)" --with 'o: --once true' \
		-- sh -c 'echo up; sleep 60'
	wait_output up
	all_up w
	before=$(pid_of w)
	restarted() { [ -n "$(pid_of w)" ] && [ "$(pid_of w)" != - ] && [ "$(pid_of w)" != "$before" ]; }
	for as in '' 'setpriv --bounding-set=-kill' 'setpriv --reuid 1002 --regid 1002 --clear-groups'; do
		before=$(pid_of w)
		# shellcheck disable=SC2086
		namespace_exec $as drop-init --restart-helper w
		eventually restarted
	done
	assert_equal "$(grep -c 'w TERM' "$namespace/stdout")" 3 'stops'
	run namespace_exec setpriv --reuid 1001 --regid 1001 --clear-groups drop-init --restart-helper w
	assert_equal "$status" 125 status
	[[ $output == *'Operation not permitted (do it as the helper'* ]]
	run namespace_exec drop-init --restart-helper o
	assert_equal "$output" 'drop-init: --restart-helper o: it runs once, before what comes after it' output
	run namespace_exec drop-init --restart-helper nosuch
	assert_equal "$output" "drop-init: --restart-helper nosuch: no helper is called 'nosuch' (there are: command, w, o)" output
	namespace_stop
}

@test "--signal sends to the helper's process, and to the command's" {
	namespace_start drop-init --user app --with "w: --user member $(stoppable w USR1 :)" -- sh -c "trap 'echo c HUP' HUP; echo up; while :; do sleep 0.05; done"
	wait_output up
	all_up w
	namespace_exec drop-init --signal USR1 w
	wait_output 'w USR1'
	namespace_exec drop-init --signal HUP command
	wait_output 'c HUP'
	namespace_stop KILL
}

@test "where PID 1 has no helpers, or cannot be seen, the three say so and end with 125" {
	namespace_start drop-init --user app -- sleep 60
	run namespace_exec drop-init --status
	assert_equal "$status" 125 status
	[[ $output == "drop-init: --status: PID 1 looks after no helpers: its command line begins with 'drop-init' (it is drop-init with --with"* ]]
	namespace_stop
	namespace_start drop-init --user app --with 'w: sleep 60' -- sh -c 'echo up; sleep 60'
	wait_output up
	run namespace_exec unshare --mount sh -c 'mount -t proc -o hidepid=2 proc /proc && exec setpriv --reuid 1002 --regid 1002 --clear-groups drop-init --status'
	assert_equal "$status" 125 status
	assert_equal "$output" 'drop-init: --status: PID 1 cannot be seen (/proc is not mounted, or with hidepid: then ask as root, or as PID 1'"'"'s user)' output
	namespace_stop
}

@test "the container's own twins, which docker exec hands on, are in nobody's way" {
	export DROP_INIT_USER=app DROP_INIT_STOP_TIMEOUT=1 DROP_INIT_UMASK=027 DROP_INIT_FILE_ENV=PW DROP_INIT_EXPAND=1
	DROP_INIT_WITH="w: $(stoppable w TERM)" namespace_start drop-init sh -c 'echo up; sleep 60'
	all_up w
	wait_output up
	export DROP_INIT_WITH='w: sleep ${GONE}'
	namespace_exec drop-init --status >"$namespace/table"
	assert_equal "$(awk '$1 == "w" { print $2 }' "$namespace/table")" running state
	namespace_exec drop-init --restart-helper w
	wait_output 'w TERM'
	namespace_exec drop-init --signal TERM command
	namespace_wait
	assert_status 143
	for option in --help --version --licence; do
		namespace_run drop-init "$option"
		assert_status 0
		assert_stderr ''
	done
}

@test "--status, --signal and --restart-helper take no word too many, and nothing that is over is started again" {
	namespace_start drop-init --with 'd: --restart on-failure true' -- sh -c 'echo up; sleep 60'
	wait_output up
	eventually is d 'done'
	while IFS='|' read -r words message; do
		# shellcheck disable=SC2086
		run namespace_exec drop-init $words
		assert_equal "$status" 125 status
		assert_equal "$output" "drop-init: $message" output
	done <<-'END'
		--status d|--status: 'd' is one word too many
		--signal TERM|--signal SIGTERM: no helper is named (--signal SIGNAL NAME)
		--signal TERM d x|--signal SIGTERM: 'x' is one word too many
		--restart-helper d x|--restart-helper d: 'x' is one word too many
		--restart-helper d|--restart-helper d: nobody looks after it any more: it is done (restart the container)
	END
	namespace_stop
}

@test "a process that gives itself a keeper's title is believed by nobody" {
	namespace_start drop-init --user app --with 'w: sleep 60' -- bash -c 'echo up; exec -a "drop-init: x" sleep 60'
	wait_output up
	run namespace_exec drop-init --restart-helper x
	assert_equal "$status" 125 status
	assert_equal "$(tr '\0' ' ' <"/proc/$(namespace_table | awk \
		'$2 == "drop-init" && $1 != 1 { print $NF; exit }')/cmdline")" 'drop-init: w ' 'title of the keeper'
	namespace_stop
}

@test "-w has a line for each orphan, and none for a keeper" {
	namespace_start drop-init -w --with 'o: --once true' --with 'w: sleep 60' -- sh -c '(sh -c "exit 7" &); exec sleep 60'
	wait_output 'exit status 7'
	namespace_stop
	sed -i 's/\[[0-9]*\]/[N]/' "$namespace/stderr"
	assert_stderr 'drop-init: reaped orphan sh[N]: exit status 7'
}

@test "nor has a keeper one where the start is called off" {
	namespace_run drop-init -w --with 'w: sleep 60' --with 'm: --once sh -c "exit 7"' -- echo started
	assert_status 7
	assert_stderr 'drop-init: m: ended with exit status 7'
}

# The delay is between the new words and the kernel's knowing of them.
@test "--status shows everybody in the middle of a change, too" {
	namespace_start drop-init --user app --with 'w: --every 1s true' -- sh -c 'echo up; exec sleep 60'
	wait_output up
	strace -f -qq -p "$NAMESPACE_PID" -o /dev/null -e trace=prctl -e inject=prctl:delay_enter=200000 3>&- &
	for i in {1..30}; do
		sleep 0.07 # so that the looks are spread over some changes
		namespace_exec drop-init --status >"$namespace/table"
		assert_equal "$(awk '{ print $1 }' "$namespace/table" | xargs)" 'NAME command w' "rows of look $i"
	done
	kill "$!"
	namespace_stop
}

@test "without helpers no command line changes" {
	namespace_start drop-init --user app -- sleep 60
	wait_file /proc/1/task/1/children
	assert_equal "$(tr '\0' ' ' <"/proc/$NAMESPACE_PID/cmdline")" 'drop-init --user app -- sleep 60 ' 'command line'
	namespace_stop
}

# --- --check ----------------------------------------------------------------------------------------

@test "--check shows every line as steps of its own, and how long a stop can take" {
	file 'f: sleep 1\n'
	namespace_run drop-init --check --user app --with 'w: --user member --listen 80 sleep 1' \
		--with 'x: --stop-timeout 9 nosuch' \
		--with-file /dev/shm/lines -- true
	assert_status 125
	assert_stderr ''
	assert_stdout_has 'ok  listen      w: 0.0.0.0:80, passed by LISTEN_FDS'
	assert_stdout_has 'ok  user        w: member (1002:1002), groups 1002 2000 2001'
	assert_stdout_has 'NO  command     x: nosuch: not found'
	assert_stdout_has 'ok  with-file   the lines of all files are good'
	assert_stdout_has 'ok  command     /usr/bin/true, as a child of this init'
	assert_stdout_has 'ok  with-file   once the command has ended, the rest takes 77 s at most: docker stop -t 82,'
	file 'f: --stop-timeout 60 sleep 1\ng: --together --stop-timeout 3 sleep 1\n'
	namespace_run drop-init --check --user app --stop-delay 7 --stop-timeout 2 --with-file /dev/shm/lines -- true
	assert_stdout_has 'ok  with-file   once the command has ended, the rest takes 74 s at most: docker stop -t 79, terminationGracePeriodSeconds: 79,'
	namespace_run drop-init --check --log-format json --user app --with 'w: sleep 1' -- true
	assert_status 0
	python3 -c 'import json,sys; rows=[json.loads(l) for l in open(sys.argv[1])]; assert any(r.get("helper") == "w" and r["ok"] for r in rows)' "$namespace/stdout"
}

@test "--check shows a file's lines too, as they are after the drop, the command's among them" {
	lines <<-'END'
		a: --umask 027 --chdir /usr sleep 1
		web: --chdir / true
	END
	namespace_run drop-init --check --user app --seccomp none --with-file /dev/shm/lines
	assert_status 0
	assert_stderr ''
	assert_stdout 'ok  seccomp     none
ok  user        app (1000:1000), groups 1000, HOME=/home/app, no capabilities, no_new_privs
ok  with-file   the lines of all files are good
ok  seccomp     a: none
ok  umask       a: 027
ok  user        a: app (1000:1000), groups 1000, HOME=/home/app, no capabilities, no_new_privs
ok  chdir       a: /usr
ok  command     a: /usr/bin/sleep, as a child of this init
ok  chdir       /
ok  command     /usr/bin/true, as a child of this init
ok  with-file   once the command has ended, the rest takes 36 s at most: docker stop -t 41, terminationGracePeriodSeconds: 41, and the command'"'"'s own time'
	lines <<<'a: --chdir /root nosuch'
	namespace_run drop-init --check --user app --seccomp none --with-file /dev/shm/lines -- true
	assert_status 125
	assert_stdout_has 'NO  chdir       a: /root: Permission denied'
	assert_stdout_has 'NO  command     a: nosuch: not found (install it in the image, or give its path)'
	lines <<<$'# one\nno line'
	namespace_run drop-init --check --user app --seccomp none --with-file /dev/shm/lines -- true
	assert_status 125
	assert_stdout_has "NO  with-file   --with-file /dev/shm/lines:2: 'no line': not 'NAME: COMMAND', with a NAME of letters"
}

@test "--check knows for a helper what --chown will have done, as the run does" {
	for check in '' --check; do
		namespace_run drop-init $check -q --user app --seccomp none --chown /dev/shm/new,mkdir \
			--with 'w: --once --listen unix:/dev/shm/new/s --chdir /dev/shm/new true' -- true
		assert_status 0
		assert_stderr ''
	done
	assert_stdout_has 'ok  listen      w: /dev/shm/new/s, passed by LISTEN_FDS, once --chown /dev/shm/new,mkdir is done'
}
