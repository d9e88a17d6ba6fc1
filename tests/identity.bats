#!/usr/bin/env bats
# --user, --user-from, --groups: who the command becomes, as the kernel tells it.

load namespace

# ids OPTION...: what the kernel says of the command: "uid gid groups".
ids() {
	namespace_run drop-init "$@" -- sh -c 'echo $(id -u) $(id -g) $(sed -n "s/^Groups:[[:space:]]*//p" /proc/self/status)'
	assert_status 0
	assert_stderr ''
}

refused() {
	local message=$1
	shift
	namespace_run drop-init "$@" -- echo started
	assert_status 125
	assert_stdout ''
	assert_stderr "drop-init: $message"
}

@test "a user by name brings uid, gid and the supplementary groups that initgroups would give" {
	ids --user member
	assert_stdout '1002 1002 1002 2000 2001'
}

@test "a user by number brings the groups of its entry" {
	ids --user 1002
	assert_stdout '1002 1002 1002 2000 2001'
}

@test "USER:GROUP brings that group and no other, by name or number" {
	ids --user member:app
	assert_stdout '1002 1000 1000'
	ids -u 1002:2000
	assert_stdout '1002 2000 2000'
	ids --user app:4242
	assert_stdout '1000 4242 4242'
}

@test "a number without an entry needs its group" {
	ids --user 4242:4343
	assert_stdout '4242 4343 4343'
	refused '--user 4242: user 4242 has no entry in /etc/passwd, so its group must be given too (--user 4242:GROUP)' \
		--user 4242
}

@test "numbers work where there is neither a passwd nor a group file" {
	namespace_prepare 'mount -t tmpfs tmpfs /etc'
	ids --user 1000:1000
	assert_stdout '1000 1000 1000'
	refused "--user app: no user 'app' in /etc/passwd (add it to the image, or give numbers: UID:GID)" --user app
}

@test "numbers work where only root may read the passwd file, as podman makes it; names are refused" {
	chmod 600 "$namespace/etc/passwd"
	as_app() { namespace_run setpriv --reuid 1000 --regid 1000 --groups 1000 drop-init "$@" -- id -u; }
	as_app --user 1000:1000
	assert_status 0
	assert_stdout 1000
	assert_stderr ''
	as_app --user app
	assert_status 125
	assert_stderr 'drop-init: cannot read /etc/passwd: Permission denied'
}

@test "--groups names the supplementary groups, none is none" {
	ids --user member --groups shared,4000,shared
	assert_stdout '1002 1002 2000 4000'
	ids --user member --groups none
	assert_stdout '1002 1002'
	refused "--groups nosuch: no group 'nosuch' in /etc/group (add it to the image, or give a number)" \
		--user app --groups nosuch
}

@test "what is neither a name nor a number in range is refused" {
	for user in 4294967295 4294967296 18446744073709551616 -1 +5 1000x 0x10; do
		refused "--user $user: '$user' is not a user: neither a name nor a number from 0 to 4294967294" \
			--user "$user"
	done
	refused "--user app:4294967296: '4294967296' is not a group: neither a name nor a number from 0 to 4294967294" \
		--user app:4294967296
	refused '--user : empty' --user ''
	refused '--user :app: the user is empty' --user :app
	refused "--user app:: no group '' in /etc/group (add it to the image, or give a number)" --user app:
}

@test "user 0 is refused, under any name" {
	refused '--user root: this is user 0, and drop-init only steps down from root (name another user, or leave --user out)' \
		--user root
	sed -i '1i toor:x:0:1000::/:/bin/sh' "$namespace/etc/passwd"
	refused '--user toor: this is user 0, and drop-init only steps down from root (name another user, or leave --user out)' \
		--user toor
}

@test "--user-from takes uid and gid from a path's owner" {
	namespace_prepare 'mkdir /dev/shm/work; chown 1234:2345 /dev/shm/work'
	ids --user-from /dev/shm/work
	assert_stdout '1234 2345 2345'
}

@test "--user-from with a path of root's falls back to --user, and without it is an error" {
	ids --user-from /etc --user app
	assert_stdout '1000 1000 1000'
	refused '--user-from /etc: it belongs to root, and drop-init never runs a command as root (give --user for this case)' \
		--user-from /etc
	refused "--user-from /nosuch: cannot open '/nosuch': No such file or directory" --user-from /nosuch
}

@test "HOME, USER and LOGNAME are the user's own" {
	HOME=/root USER=root LOGNAME=root namespace_run drop-init --user app sh -c 'echo $HOME $USER $LOGNAME'
	assert_stdout '/home/app app app'
	HOME=/root USER=root LOGNAME=root namespace_run drop-init --user 4242:1 sh -c 'echo $HOME $USER $LOGNAME'
	assert_stdout '/ 4242 4242'
	HOME=/root USER=root namespace_run drop-init sh -c 'echo $HOME $USER'
	assert_stdout '/root root'
}

@test "already the target user: nothing to change, and the rest is applied" {
	namespace_run setpriv --reuid 1002 --regid 1002 --groups 1002,2000,2001 drop-init --user member \
		sh -c 'id -G; grep -E "NoNewPrivs|Seccomp:" /proc/self/status'
	assert_status 0
	assert_stdout $'1002 2000 2001\nNoNewPrivs:\t1\nSeccomp:\t2'
	assert_stderr ''
}

@test "the target user with other groups cannot be mended, and says so" {
	namespace_run setpriv --reuid 1002 --regid 1002 --clear-groups drop-init --user member echo started
	assert_status 125
	assert_stderr 'drop-init: --user member: already user 1002, but not with the groups 1002 2000 2001 (these are: 1002), and no CAP_SETGID to change them (start as root, or with these groups; --groups keep takes those that there are)'
	namespace_run setpriv --reuid 1002 --regid 1002 --clear-groups drop-init --user member --groups keep id -G
	assert_status 0
	assert_stdout 1002
}

@test "another non-root user is an error that names both" {
	namespace_run setpriv --reuid 1001 --regid 1001 --clear-groups drop-init --user app echo started
	assert_status 125
	assert_stdout ''
	assert_stderr 'drop-init: --user app: started as user 1001, which cannot become app (1000:1000) (start as root, or as that user)'
}

@test "without --user it is an init and nothing more" {
	namespace_run drop-init sh -c 'id -u; grep -E "CapEff|NoNewPrivs|Seccomp:" /proc/self/status'
	assert_status 0
	assert_stdout "0"$'\n'"$(grep CapEff /proc/self/status)"$'\nNoNewPrivs:\t0\nSeccomp:\t0'
}

@test "already the user: its own group grants the same, listed among the supplementary ones or not" {
	for groups in --clear-groups '--groups 1000'; do
		# shellcheck disable=SC2086
		namespace_run setpriv --reuid 1000 --regid 1000 $groups drop-init --user 1000:1000 \
			-- sh -c 'echo started; grep NoNewPrivs /proc/self/status'
		assert_status 0
		assert_stdout $'started\nNoNewPrivs:\t1'
		assert_stderr ''
	done
}

@test "--groups keep keeps the groups that a platform gave us, without root's, and -v says which go otherwise" {
	namespace_run setpriv --groups 0,2000,3000 drop-init --user app --groups keep sh -c 'id -G'
	assert_status 0
	assert_stdout '1000 2000 3000'
	assert_stderr ''
	namespace_run setpriv --groups 0,2000,3000 drop-init -v --user app id -G
	assert_stdout 1000
	assert_stderr_has 'groups 1000 (without 2000 3000, which we were started with: --groups keep keeps them)'
	namespace_run setpriv --groups 0,2000 drop-init --check --user app true
	assert_stdout_has 'groups 1000 (without 2000, which we were started with: --groups keep keeps them)'
}

@test "--user-from follows no link of a user's, and gives nobody root's group" {
	namespace_prepare 'mkdir /dev/shm/of-man /dev/shm/of-root; chown 6:12 /dev/shm/of-man; chown 42:0 /dev/shm/of-root
		chmod 755 /dev/shm
		ln -s of-man /dev/shm/link; chown -h 1000:1000 /dev/shm/link; ln -s of-man /dev/shm/roots'
	refused "--user-from /dev/shm/link: '/dev/shm/link' is a symbolic link of user 1000's, which root must not follow (give the path that it leads to)" \
		--user-from /dev/shm/link
	refused '--user-from /dev/shm/of-root: its group is 0, root'"'"'s, which the command must not have (give its owner another group, or write --user 42:GROUP)' \
		--user-from /dev/shm/of-root
	ids --user-from /dev/shm/roots
	assert_stdout '6 12 12'
}
