#!/usr/bin/env bats
# shellcheck disable=SC2154,SC2016 # namespace.bash sets the results; $ in single quotes is the command's
# Called gosu, it is gosu: it becomes the user, becomes the command, and changes nothing else.

load persona

@test "every form of user-spec gives gosu's uid, gid, groups and HOME" {
	for spec in root 0 0:0 0: root:0 root:root 0:1234 member member: 1002 member:daemon member:1 member:1234 \
		1002:2000 4321 4321:1234 4321:root daemon www-data:root '' :0 :daemon; do
		same_as gosu "$spec" sh -c 'id -u; id -g; id -G; echo "$HOME"'
		assert_status 0
	done
}

@test "a user or group that there is not is exit status 1, and the command is not run" {
	for spec in bogus 0day 0:bogus member:0day 4294967296 4294967296:0 member:4294967295; do
		namespace_run gosu "$spec" echo started
		assert_status 1
		assert_stdout ''
		grep -q '^error: ' "$namespace/stderr"
	done
}

@test "only HOME is another, whatever it was; the rest of the environment is as it was" {
	environment='env | grep -vE "^(_|PATH|OLDPWD)=" | sort'
	USER=somebody LOGNAME=somebody HOME=/nowhere LISTEN_FDS=1 DROP_INIT_USER=daemon \
		same_as gosu member sh -c "$environment"
	assert_stdout_has USER=somebody
	assert_stdout_has DROP_INIT_USER=daemon
	same_as gosu member env -u HOME sh -c "$environment"
}

@test "capabilities, no_new_privs, seccomp, securebits, umask and limits are what they are with gosu" {
	# But for signals 32 and 33, which make(1) leaves ignored, and of which gosu's Go resets one; and but for the soft
	# limit of open files, which Go 1.19 raises for itself and leaves so.
	for spec in member root 4321; do
		same_as gosu "$spec" sh -c 'grep -E "Cap|NoNew|Seccomp:|Sig(Blk|Ign)|Umask" /proc/self/status |
			sed -E "s/^(SigIgn:.)0{7}[018]/\10000000_/"; ulimit -a | grep -v nofiles; ulimit -Hn'
		assert_stdout_has $'NoNewPrivs:\t0'
	done
}

@test "it becomes the command: the same process, whose descriptors are open" {
	namespace_run sh -c 'exec 7>&1 8</etc/passwd; exec gosu member sh -c "echo \$\$ >&7; head -n 1 <&8"'
	assert_stdout $'1\nroot:x:0:0:root:/root:/bin/sh'
}

@test "the command is looked for as the user, who may not search every folder of PATH" {
	namespace_prepare 'mkdir -m 700 /dev/shm/closed; mkdir -m 755 /dev/shm/open
		for folder in closed open; do
			printf "#!/bin/sh\necho $folder\n" >/dev/shm/$folder/theirs
			chmod 755 /dev/shm/$folder/theirs
		done'
	PATH=$PATH:/dev/shm/closed:/dev/shm/open namespace_run gosu member theirs
	assert_stdout open
	NAMESPACE_PATH=$NAMESPACE_PATH:/dev/shm/closed:/dev/shm/open same_as gosu member /dev/shm/open/theirs
}

@test "usage, help and version" {
	namespace_run gosu
	assert_status 1
	assert_stdout ''
	assert_stderr_has 'Usage: gosu user-spec command [args]'
	namespace_run gosu member
	assert_status 1
	assert_stderr_has 'Usage: gosu user-spec command [args]'
	for option in --help -h '-?'; do
		namespace_run gosu "$option"
		assert_status 0
		assert_stdout_has 'Usage: gosu user-spec command [args]'
		assert_stderr ''
	done
	for option in --version -v; do
		namespace_run gosu "$option"
		assert_status 0
		grep -qxE '1\.[0-9]+ \(drop-init .*\)' "$namespace/stdout"
	done
}

@test "a command that is not there, or cannot be run, is exit status 1" {
	for command in nonexistent /nonexistent /tmp; do
		peer namespace_run gosu member "$command"
		assert_status 1
		namespace_run gosu member "$command"
		assert_status 1
		assert_stdout ''
		grep -q "^error: exec: \"$command\": " "$namespace/stderr"
	done
}

@test "the command's options are its own" {
	namespace_run gosu member printf '%s|' -h --version -- -v
	assert_equal "$(<"$namespace/stdout")" '-h|--version|--|-v|'
}

@test "a user that is not root stays who it is, and becomes nobody else" {
	namespace_run setpriv --reuid member --regid member --groups 1002 gosu 1002:1002 id -G
	assert_status 0
	assert_stdout 1002
	namespace_run setpriv --reuid member --regid member --clear-groups gosu daemon echo started
	assert_status 1
	assert_stdout ''
	grep -q '^error: cannot become daemon (1:1): setresgid: Operation not permitted' "$namespace/stderr"
}

@test "set-user-ID it refuses to run, whatever the environment says" {
	cp "$BUILD/drop-init" "$BATS_TEST_TMPDIR/gosu"
	namespace_prepare "install -m 4755 '$BATS_TEST_TMPDIR/gosu' /dev/shm/gosu"
	GOSU_PLEASE_LET_ME_BE_COMPLETELY_INSECURE_I_GET_TO_KEEP_ALL_THE_PIECES="I've seen things" \
		namespace_run setpriv --reuid member --regid member --clear-groups /dev/shm/gosu root id
	assert_status 125
	assert_stdout ''
	assert_stderr_has 'started set-user-ID or set-group-ID, which it is not made for'
}
