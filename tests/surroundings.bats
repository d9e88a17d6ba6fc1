#!/usr/bin/env bats
# What an entry script would do for the command: its words, its variables, its folder, its limits, its secrets.

load namespace

refused() { # MESSAGE ARGUMENT...
	local message=$1
	shift
	namespace_run drop-init "$@"
	assert_status 125
	assert_stdout ''
	assert_stderr "drop-init: $message"
}

# --- --default-command ----------------------------------------------------------------------------

@test "--default-command comes first where there is no operand, or the first begins with a dash" {
	namespace_run drop-init --default-command 'echo a "b c"' --
	assert_stdout 'a b c'
	namespace_run drop-init --default-command 'echo run' -- --appendonly yes
	assert_stdout 'run --appendonly yes'
	namespace_run drop-init --default-command 'echo run' -- printf '%s.\n' x y
	assert_stdout $'x.\ny.'
	namespace_run drop-init --default-command "printf '%s.\n' '' 'it''s' \"a\\\"b\" c\\ d" --
	assert_stdout $'.\nits.\na"b.\nc d.'
}

@test "--default-command refuses what a shell would act on, and an open quote" {
	refused "--default-command echo *: '*' means something to a shell, and there is none here (quote it, or use sh -c '…')" \
		--default-command 'echo *'
	refused "--default-command a \$B: '\$' means something to a shell, and there is none here (quote it by '…', use sh -c '…', or add --expand)" \
		--default-command 'a $B'
	refused "--default-command echo 'a: a ' is open at the end" --default-command "echo 'a"
	refused '--default-command  : empty' --default-command ' '
	namespace_run drop-init --default-command "echo '*' \"|\" \\; " --
	assert_stdout '* | ;'
	refused "--default-command '' x: empty" --default-command "'' x"
	refused "--default-command PORT=1 serve: 'PORT=1' is a variable, and no command (add --env PORT=1)" \
		--default-command 'PORT=1 serve'
	refused '--appendonly: no such option (options of the default command come after --, so let ENTRYPOINT end in it)' \
		--default-command 'echo run' --appendonly yes
}

@test "an operand that begins with a dash, and no default command, is told of it" {
	namespace_run drop-init -- --appendonly yes
	assert_status 127
	assert_stderr "drop-init: --appendonly: command not found (an operand that begins with '-' is taken for the command: add --default-command for those)"
	namespace_run drop-init 'sleep 60'
	assert_status 127
	assert_stderr 'drop-init: sleep 60: command not found (there is a blank in it: give each word by itself, as in ["drop-init", "--", "sleep", "60"])'
}

# --- --chdir and --env ------------------------------------------------------------------------------

@test "--chdir is the command's working folder, and the command is looked for from there" {
	namespace_prepare 'mkdir /dev/shm/work; printf "#!/bin/sh\npwd\n" >/dev/shm/work/run; chmod 755 /dev/shm/work/run'
	namespace_run drop-init --user app --chdir /dev/shm/work ./run
	assert_status 0
	assert_stdout /dev/shm/work
	namespace_run drop-init --check --user app --chdir /dev/shm/work ./run
	assert_status 0
	refused '--chdir /nosuch: cannot go there: No such file or directory (create it in the image, or add --chown with mkdir)' \
		--chdir /nosuch true
	refused '--chdir /root: cannot go there: Permission denied (the folder, and those above it, must be open to the user)' \
		--user app --chdir /root true
	namespace_run drop-init --check --user app --chdir /root true
	assert_status 125
	assert_stdout_has 'NO  chdir       /root: Permission denied'
	namespace_run drop-init --check --user app --chown /dev/shm/new,mkdir --chdir /dev/shm/new true
	assert_status 0
	assert_stdout_has 'ok  chdir       /dev/shm/new, once --chown /dev/shm/new,mkdir is done'
	namespace_run drop-init --user app --chown /dev/shm/new,mkdir --chdir /dev/shm/new pwd
	assert_stdout /dev/shm/new
}

@test "--env sets variables of the command, PATH included, and wins over what was there" {
	A=old namespace_run drop-init --user app --env A=new --env HOME=/x --env EMPTY= \
		--env E=a=b sh -c 'echo $A $HOME ${EMPTY-unset} $E; env | grep -c ^A='
	assert_stdout $'new /x a=b\n1'
	namespace_prepare 'mkdir /dev/shm/bin; printf "#!/bin/sh\necho mine\n" >/dev/shm/bin/onlyhere; chmod 755 /dev/shm/bin/onlyhere'
	namespace_run drop-init --env PATH=/dev/shm/bin onlyhere
	assert_stdout mine
	refused '--env A: not NAME=VALUE' --env A true
	refused '--env =x: not NAME=VALUE' --env =x true
	namespace_run drop-init --env LISTEN_ADDR=0.0.0.0 sh -c 'echo $LISTEN_ADDR'
	assert_stdout 0.0.0.0
	refused "--env LISTEN_FDS=3: LISTEN_… variables are drop-init's to set (see --listen)" --env LISTEN_FDS=3 true
}

# --- --limit ----------------------------------------------------------------------------------------

@test "--limit sets soft and hard limits of the command and of nothing else" {
	namespace_start drop-init --user app --limit nofile=100:200,core=0 --limit nproc=300 bash -c 'ulimit -u; sleep 60'
	wait_output 300
	assert_equal "$(awk '/^Max open files/ { print $4 }' "/proc/$NAMESPACE_PID/limits")" "$(ulimit -n)" \
		"PID 1's open files"
	namespace_stop
	namespace_run drop-init --user app --limit nofile=100:200,core=0 sh -c 'ulimit -n; ulimit -Hn; ulimit -c; ulimit -Hc'
	assert_stdout $'100\n200\n0\n0'
	namespace_run drop-init --limit cpu=0,nofile=3,fsize=0 true
	[ "$status" -ne 125 ] # whatever became of the command, PID 1 saw to its end
	assert_equal "$signal" 0 'signal that ended PID 1'
	DROP_INIT_LIMIT=nofile=100,core=1 namespace_run drop-init --limit nofile=150 --limit core=7,core=0 \
		sh -c 'ulimit -n; ulimit -Hn; ulimit -c'
	assert_stdout $'150\n150\n0' # of several for the same resource the last one counts
}

@test "--limit refuses what is none, and says what raising a hard limit takes" {
	refused '--limit nofil=3: no limit is called '"'nofil'"' (as, core, cpu, data, fsize, locks, memlock, msgqueue, nice, nofile, nproc, rss, rtprio, rttime, sigpending, stack)' \
		--limit nofil=3 true
	refused "--limit nofile: 'nofile' is not NAME=SOFT[:HARD]" --limit nofile true
	# Numbers that are 0 in 64 bits.
	refused "--limit nofile=18446744073709551616: '18446744073709551616' is neither a number nor unlimited" \
		--limit nofile=18446744073709551616 true
	refused "--limit nofile=-1: '-1' is neither a number nor unlimited" --limit nofile=-1 true
	refused '--limit nofile=20:10: nofile: the soft limit is above the hard one' --limit nofile=20:10 true
	namespace_run prlimit --nofile=50:60 setpriv --bounding-set=-sys_resource drop-init --limit nofile=50:70 true
	assert_status 125
	assert_stderr 'drop-init: --limit nofile=50:70: cannot raise the hard limit, which is 60: Operation not permitted (that needs SYS_RESOURCE, which Docker'"'"'s default lacks: give the container the limit instead, as by docker run --ulimit)'
	namespace_run prlimit --nofile=50:60 setpriv --bounding-set=-sys_resource drop-init --check --limit nofile=50:70 true
	assert_status 125
	assert_stdout_has 'NO  limit       nofile=50:70: Operation not permitted'
	namespace_run prlimit --nofile=50:60 unshare -r drop-init --check --limit nofile=50:70 true
	assert_status 125
	assert_stdout_has 'NO  limit       nofile=50:70: Operation not permitted (SYS_RESOURCE is of no use for that in a user namespace'
}

# --- --expand ---------------------------------------------------------------------------------------

@test "--expand replaces variables in values and in the command's words, once" {
	PORT=81 X='$PORT' namespace_run drop-init --expand --listen '${PORT:-80}' \
		--env 'L=$PORT' sh -c 'echo ${#} $L $LISTEN_FDS' '$X' '${NOPE:-a b}' '$$X' '${EMPTY:-}'
	assert_status 125 # the shell's own dollars are replaced, too
	PORT=81 X='$PORT' namespace_run drop-init --expand --listen '${PORT:-80}' printf '%s|%s|%s|%s|%s\n' '$X' \
		'${NOPE:-a b}' '$$X' '${EMPTY:-}' ':${PORT}:'
	assert_status 0
	assert_stdout '$PORT|a b|$X||:81:'
	APP=app namespace_run drop-init --user '$APP' --groups '${NONE:-none}' --expand id -un
	assert_stdout app
	HOME=/root namespace_run drop-init --expand --user app echo '$HOME' '$USER' '${LOGNAME}'
	assert_stdout '/home/app app app'
}

@test "--expand names what is not set, and what it does not know" {
	refused '${A:?set it to the port}: A: set it to the port' --expand echo '${A:?set it to the port}'
	refused '$A: A is not set (set it, or write ${A:-…})' --expand echo '$A'
	refused '${A:?}: A is not set (set it, or write ${A:-…})' --expand echo '${A:?}'
	refused "\${A:-\${B:-x}}: '\${A:-\${B:-x}': a '\$' inside another; nothing is nested here" --expand echo '${A:-${B:-x}}'
	refused "\${A-b}: '\${A-b}' is none of \${NAME}, \${NAME:-word} and \${NAME:?message}, all that --expand knows" --expand echo '${A-b}'
	refused "\$1: a '\$' without a name behind it (\$\$ is a dollar sign)" --expand echo '$1'
	refused "\${A: a '\${' without its '}'" --expand echo '${A'
	refused '--listen $A: A is not set (set it, or write ${A:-…})' --expand --listen '$A' true
}

@test "without --expand, and in a twin, a dollar sign is one" {
	A=b namespace_run drop-init echo '$A'
	assert_stdout '$A'
	A=b DROP_INIT_ENV='B=$A' namespace_run drop-init --expand sh -c 'echo $$B'
	assert_stdout '$A'
}

@test "--expand in --default-command leaves single quotes alone, and cuts nothing that was put in" {
	A='x y' namespace_run drop-init --expand --default-command "printf '%s.\n' \$A '\$A' \"\$A\"" --
	assert_stdout $'x y.\n$A.\nx y.'
}

# --- --file-env -------------------------------------------------------------------------------------

@test "--file-env sets NAME to what is in root's file, for the command alone, and NAME_FILE goes" {
	namespace_prepare 'umask 077; printf "s3cret\n\n" >/dev/shm/pw; printf "x" >/dev/shm/gf'
	PW_FILE=/dev/shm/pw GF_A_FILE=/dev/shm/gf GF_B__FILE=/dev/shm/gf GF_C_FILE="" namespace_start drop-init --user app \
		--file-env PW,GF_\* sh -c 'echo "[$PW][$GF_A][$GF_B][${GF_C-}]"; env | grep -cE "^(PW|GF)_.*FILE"; echo ready; sleep 60'
	wait_output ready
	assert_stdout $'[s3cret][x][x][]\n0\nready'
	# in no command line, no environment of PID 1's, nor in its memory
	[ "$(tr '\0' '\n' <"/proc/$NAMESPACE_PID/cmdline" | grep -c s3cret)" = 0 ]
	python3 - "$NAMESPACE_PID" <<-'END'
		import re, sys
		found = 0
		with open(f"/proc/{sys.argv[1]}/maps") as maps, open(f"/proc/{sys.argv[1]}/mem", "rb") as memory:
		    for line in maps:
		        start, end, flags = re.match(r"([0-9a-f]+)-([0-9a-f]+) (\S+)", line).groups()
		        if flags[0] == "r" and "[v" not in line:
		            memory.seek(int(start, 16))
		            found += memory.read(int(end, 16) - int(start, 16)).count(b"s3cret")
		sys.exit(f"found {found} times" if found else 0)
	END
	namespace_stop
}

@test "--file-env reads the file that --env names, for the command and for a helper, and --env replaces what was set" {
	namespace_prepare 'printf s3cret >/dev/shm/pw; printf other >/dev/shm/other; chmod 600 /dev/shm/pw'
	PW_FILE=/dev/shm/other namespace_run drop-init --user app --env PW_FILE=/dev/shm/pw --file-env PW \
		--with 'w: --once --env Q_FILE=/dev/shm/pw --file-env Q sh -c "env | grep ^Q"' -- sh -c 'env | grep ^PW='
	assert_status 0
	assert_stdout $'Q=s3cret\nPW=s3cret'
	PW_FILE=/dev/shm/pw namespace_run drop-init --env PW_FILE= --file-env PW sh -c 'env | grep ^PW= || echo none'
	assert_stdout none
	PW=there namespace_run drop-init --env PW_FILE=/dev/shm/pw --file-env PW true
	assert_status 125
	assert_stderr 'drop-init: --file-env PW: both PW and PW_FILE are set (unset one of them)'
	namespace_run drop-init --check --env PW_FILE=/dev/shm/pw --file-env PW true
	assert_stdout_has 'ok  file-env    PW, from /dev/shm/pw'
}

@test "--file-env refuses what it cannot take, names both variables, and never says what is in the file" {
	namespace_prepare 'cd /dev/shm; chmod 755 .; printf s3cret >pw; chmod 600 pw
		head -c 131073 /dev/zero | tr "\0" a >large; printf "s3\0cret" >nul
		mkfifo fifo; mkdir of-app; ln -s /etc/shadow of-app/link; chown -hR 1000:1000 of-app; ln -s pw roots
		head -c 131070 /dev/zero | tr "\0" a >too-large; chown 1000:1000 of-app; ln pw of-app/hard; ln pw also'
	while IFS='|' read -r variables message; do
		# shellcheck disable=SC2086
		namespace_run env $variables drop-init --user app --file-env 'PW,Q*' sh -c 'echo started'
		assert_status 125
		assert_stdout ''
		assert_stderr "drop-init: --file-env PW: $message"
		assert_equal "$(grep -c s3 "$namespace/stderr")" 0 secrets
	done <<-'END'
		PW_FILE=/dev/shm/nosuch|PW_FILE=/dev/shm/nosuch: cannot open '/dev/shm/nosuch': No such file or directory
		PW_FILE=/dev/shm|PW_FILE=/dev/shm: it is no regular file
		PW_FILE=/dev/shm/fifo|PW_FILE=/dev/shm/fifo: it is no regular file
		PW_FILE=/dev/shm/large|PW_FILE=/dev/shm/large: it is larger than 128 KiB, as no variable can be
		PW_FILE=/dev/shm/too-large|PW_FILE=/dev/shm/too-large: it is larger than 128 KiB, as no variable can be
		PW_FILE=/dev/shm/nul|PW_FILE=/dev/shm/nul: there is a NUL byte in it, as in no variable
		PW_FILE=/dev/shm/of-app/link|PW_FILE=/dev/shm/of-app/link: '/dev/shm/of-app/link' is a symbolic link of user 1000's, which root must not follow (give the path that it leads to)
		PW_FILE=/dev/shm/of-app/hard|PW_FILE=/dev/shm/of-app/hard: it has more names than this one, in a folder that others than root can write to, so root must not read it (copy it there)
		PW_FILE=/dev/shm/pw PW__FILE=/dev/shm/pw|PW__FILE=/dev/shm/pw: another variable names a file for it, too (unset one of them)
	END
	namespace_run env PW_FILE=/dev/shm/pw PW=set drop-init --file-env PW true
	assert_stderr 'drop-init: --file-env PW: both PW and PW_FILE are set (unset one of them)'
	PW_FILE=/dev/shm/pw namespace_run drop-init --env PW=default --file-env PW true
	assert_status 125
	assert_stderr 'drop-init: --file-env PW: both --env PW and PW_FILE are set (leave one of them out)'
	PW_FILE=/dev/shm/roots namespace_run drop-init --user app --file-env PW sh -c 'echo $PW'
	assert_stdout s3cret
	refused "--file-env *: '*': a '*' stands at the end of a name, and not alone" --file-env '*' true
	refused "--file-env A B: 'A B' is not the name of a variable" --file-env 'A B' true
	refused "--file-env LISTEN_PID: LISTEN_… variables are drop-init's to set (see --listen)" --file-env LISTEN_PID true
	LISTEN_TOKEN_FILE=/dev/shm/pw namespace_run drop-init --file-env LISTEN_TOKEN sh -c 'echo $LISTEN_TOKEN'
	assert_stdout s3cret
	LISTEN_PID_FILE=/dev/shm/pw LI_FILE=/dev/shm/also namespace_run drop-init \
		--file-env 'LI*' sh -c 'echo "${LISTEN_PID-none} $LI"'
	assert_stdout 'none s3cret'
}

@test "--check looks at the files of --file-env, and --expand refuses what comes from one" {
	namespace_prepare 'umask 077; printf s3cret >/dev/shm/pw'
	PW_FILE=/dev/shm/pw namespace_run drop-init --check --user app --file-env PW true
	assert_status 0
	assert_stdout_has 'ok  file-env    PW, from /dev/shm/pw'
	PW_FILE=/nosuch namespace_run drop-init --check --user app --file-env PW true
	assert_status 125
	assert_stdout_has "NO  file-env    PW: No such file or directory"
	PW_FILE=/dev/shm/pw PW__FILE=/dev/shm/pw namespace_run drop-init --check --user app --file-env PW true
	assert_status 125
	assert_stdout_has 'another variable names a file for it, too (unset one of them)'
	PW_FILE=/dev/shm/pw namespace_run drop-init --expand --file-env PW echo '$PW'
	assert_status 125
	assert_stderr 'drop-init: $PW: PW comes from a file, by --file-env, and would stand in a command line for everybody to see (let the command read it)'
	PW=open namespace_run drop-init --expand --file-env PW echo '$PW'
	assert_stdout open
}
