# shellcheck shell=bash
# shellcheck disable=SC2016,SC2154 # commands in single quotes; status, stdout, stderr are namespace.bash's
# --chown: what it changes, what it leaves alone, and what it says.

load namespace

setup() {
	data=$BATS_TEST_TMPDIR/data
	outside=$BATS_TEST_TMPDIR/outside
	mkdir "$data" "$outside"
	chmod 711 "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/test" "$BATS_TEST_TMPDIR"
}

# give [KEYS]: drop-init gives $data to 1000:1000 and runs the command true
give() {
	namespace_run drop-init -v --seccomp none --chown "$data,owner=1000:1000${1:+,$1}" -- true
}

not_owned() { find "$1" ! '(' -uid "${2:-1000}" -gid "${3:-1000}" ')' -printf '%P\n' | sort; }

# Not by find or a pattern: reading a folder sets its time of access.
times() { stat -c '%n %x %z' "$@"; }

assert_said() { assert_stderr "drop-init: --chown $data${2:-,owner=1000:1000}: $1"; }

# bats test_tags=kernels
@test "everything below the path, and the path, belongs to the user before the command starts" {
	mkdir -p "$data/a/b/c"
	touch "$data/f" "$data/a/b/c/f" "$data/"$'new\nline' "$outside/f"
	mkfifo "$data/fifo"
	ln -s "$outside/f" "$data/a/link"
	ln -s "$outside" "$data/folder-link"
	namespace_run drop-init --user 1000:1000 --chown "$data" -- find "$data" -user 0
	assert_status 0
	assert_stdout ''
	assert_stderr ''
	assert_equal "$(not_owned "$data")" ''
	assert_equal "$(not_owned "$outside" 0 0)" ''
}

@test "a path that is a file is given too" {
	touch "$outside/f"
	namespace_run drop-init --seccomp none --chown "$outside/f,owner=1000:1000" -- stat -c %u:%g "$outside/f"
	assert_status 0
	assert_stdout 1000:1000
	assert_stderr ''
}

# bats test_tags=kernels
@test "what is right already is not written to: no time of change, no time of access" {
	mkdir -p "$data/a/b"
	touch "$data/f" "$data/a/b/f"
	chown -R 1000:1000 "$data"
	touch -a -d 2001-01-01 "$data" "$data/a" "$data/a/b"
	before=$(times "$data" "$data/a" "$data/a/b" "$data/f" "$data/a/b/f")
	give
	assert_status 0
	assert_said 'looked at 5, changed 0'
	assert_equal "$(times "$data" "$data/a" "$data/a/b" "$data/f" "$data/a/b/f")" "$before"
}

@test "an overlay file system copies nothing up when nothing differs, and only what differs" {
	mkdir -p "$outside/"{lower/a,upper,work}
	touch "$outside/lower/a/"{right,wrong}
	chown -R 1000:1000 "$outside/lower" "$outside/upper"
	namespace_prepare "mount -t overlay -o 'lowerdir=$outside/lower,upperdir=$outside/upper,workdir=$outside/work' overlay '$data'"
	give
	assert_said 'looked at 4, changed 0'
	assert_equal "$(find "$outside/upper" -mindepth 1)" ''
	chown 0:0 "$outside/lower/a/wrong"
	give
	assert_said 'looked at 4, changed 1'
	assert_equal "$(find "$outside/upper" -type f -printf '%P %U')" 'a/wrong 1000'
}

# What --chown says of what it leaves alone: "COUNT KIND: PATHS (ADVICE)".
links_advice='add the key hardlinks if nobody else writes there meanwhile'
assert_warned() { assert_stderr_has "drop-init: --chown $data,owner=1000:1000: left alone $1"; }

# bats test_tags=kernels
@test "hard links, set-user-ID files, file capabilities and devices are left alone, and said to be" {
	touch "$outside/passwd" "$data/"{setuid,setgid,capable,plain}
	ln "$outside/passwd" "$data/passwd"
	chmod 4755 "$data/setuid"
	chmod 2755 "$data/setgid"
	chmod 755 "$data/capable"
	setcap cap_net_raw+ep "$data/capable"
	mknod "$data/device" c 1 3
	give
	assert_status 0
	assert_stderr_has "drop-init: --chown $data,owner=1000:1000: looked at 7, changed 2, left alone 1 with several links, left alone 2 set-user-ID or set-group-ID, left alone 1 with file capabilities, left alone 1 devices"
	assert_warned "1 with several links: '$data/passwd' ($links_advice)"
	assert_warned "1 with file capabilities: '$data/capable' (chown would take them away: setcap -r, or chown it in the image)"
	assert_warned "1 devices: '$data/device' (let the user have its group: --groups)"
	grep -Eq "left alone 2 set-user-ID or set-group-ID: '$data/set(uid|gid)', '$data/set(uid|gid)' \(chown would take" \
		"$namespace/stderr"
	assert_equal "$(not_owned "$data")" $'capable\ndevice\npasswd\nsetgid\nsetuid'
	assert_equal "$(getcap "$data/capable")" "$data/capable cap_net_raw=ep"
	assert_equal "$(stat -c %a "$data/setuid")" 4755
	assert_equal "$(stat -c %u "$outside/passwd")" 0
}

@test "what is left alone is a warning: without -v too, of many the first three, none with -q or when it is the user's" {
	touch "$outside/"{1..5}
	for n in 1 2 3 4 5; do ln "$outside/$n" "$data/$n"; done
	namespace_run drop-init --chown "$data,owner=1000:1000" -- true
	assert_status 0
	grep -Exq "drop-init: --chown $data,owner=1000:1000: left alone 5 with several links: '$data/[1-5]', '$data/[1-5]', '$data/[1-5]' and 2 more \($links_advice\)" \
		"$namespace/stderr"
	assert_equal "$(wc -l <"$namespace/stderr")" 1
	namespace_run drop-init -q --chown "$data,owner=1000:1000" -- true
	assert_stderr ''
	chown 1000:1000 "$outside/"*
	namespace_run drop-init --chown "$data,owner=1000:1000" -- true
	assert_stderr ''
}

@test "the key hardlinks changes files with several names, once" {
	mkdir "$data/sub"
	touch "$data/a"
	ln "$data/a" "$data/sub/b"
	give hardlinks
	assert_status 0
	assert_said 'looked at 4, changed 3' ,owner=1000:1000,hardlinks
	assert_equal "$(not_owned "$data")" ''
	touch "$outside/f"
	ln "$outside/f" "$data/f"
	chmod 4755 "$data/f"
	give hardlinks
	assert_stderr_has "left alone 1 set-user-ID or set-group-ID: '$data/f'"
	chmod 755 "$data/f"
	namespace_run drop-init --chown "$data/f,owner=1000:1000,hardlinks" -- true
	assert_status 0
	assert_equal "$(stat -c %u "$outside/f")" 1000
}

@test "set-group-ID without the group's execute bit is no privilege" {
	touch "$data/locking"
	chmod 2664 "$data/locking"
	give
	assert_said 'looked at 2, changed 2'
	assert_equal "$(stat -c '%u:%g' "$data/locking")" 1000:1000
}

# bats test_tags=kernels
@test "a mount below the path is not entered, be it a folder or a file" {
	mkdir "$data/"{folder,tmpfs,real}
	touch "$data/file" "$data/real/f" "$outside/"{f,g}
	namespace_prepare "mount --bind '$outside' '$data/folder'; mount --bind '$outside/g' '$data/file'
		mount -t tmpfs tmpfs '$data/tmpfs'"
	give
	assert_status 0
	assert_stderr_has 'looked at 6, changed 3, left alone 3 mount points'
	grep -Exq ".* left alone 3 mount points: ('$data/(file|folder|tmpfs)'(, )?){3} \(give it a --chown of its own\)" "$namespace/stderr"
	assert_equal "$(not_owned "$outside" 0 0)" ''
}

@test "a symbolic link as the path, or on the way to it, is refused with where it leads and what to write" {
	mkdir "$outside/real"
	ln -s "$outside/real" "$data/link"
	ln -s ../outside "$data/way"
	for path in "$data/link=$outside/real" "$data/link/=$outside/real/" "$data/way/real=$data/../outside/real" \
		"$data/way/new,mkdir=$data/../outside/new"; do
		way=${path%%=*} instead=${path#*=}
		link=$data/${way#"$data"/}
		link=$data/$(cut -d/ -f1 <<<"${way#"$data"/}")
		namespace_run drop-init --seccomp none --chown "$way,owner=1000:1000" -- true
		assert_status 125
		assert_stdout ''
		assert_stderr "drop-init: --chown $way,owner=1000:1000: '$link' is a symbolic link to '$(readlink "$link")', and none is followed (write --chown $instead)"
	done
	assert_equal "$(not_owned "$outside" 0 0)" ''
	assert_equal "$(ls "$outside")" real
}

@test "nobody is sent to where a link of another user's leads" {
	ln -s /etc "$data/link"
	chown -h 1000 "$data/link"
	namespace_run drop-init --seccomp none --chown "$data/link,owner=1000:1000" -- true
	assert_status 125
	assert_stderr "drop-init: --chown $data/link,owner=1000:1000: '$data/link' is a symbolic link to '/etc', and none is followed (user 1000 made it: name the folder itself)"
}

@test "folders of the system are refused, however they are spelt" {
	for path in / /etc /usr/ //etc/. /./usr//lib /var; do
		namespace_run drop-init --seccomp none --chown "$path,owner=1000:1000" -- true
		assert_status 125
		assert_stderr "drop-init: --chown $path,owner=1000:1000: refusing '$path' (it belongs to the system)"
	done
	namespace_run drop-init --seccomp none --chown /proc/sys/net,owner=1000:1000 -- true
	assert_status 125
	assert_stderr "drop-init: --chown /proc/sys/net,owner=1000:1000: refusing '/proc/sys/net' (it belongs to the kernel)"
	assert_equal "$(stat -c %u:%g / /etc /usr /var)" $'0:0\n0:0\n0:0\n0:0'
}

@test "a path with '..' is refused: who can move a folder on the way chooses what is above it" {
	for path in "$data/../outside" "$data/.." "$data/a/../../outside/"; do
		namespace_run drop-init --seccomp none --chown "$path,owner=1000:1000,mkdir" -- true
		assert_status 125
		assert_stderr "drop-init: --chown $path,owner=1000:1000,mkdir: refusing '$path' (write it without '..')"
	done
	assert_equal "$(not_owned "$outside" 0 0)" ''
	mkdir "$data/..a" "$data/b.."
	namespace_run drop-init --seccomp none --chown "$data/..a,owner=1000:1000" --chown "$data/b..,owner=1000:1000" -- true
	assert_status 0
}

@test "a file that other names lead to, or a set-user-ID file, is refused as the path" {
	touch "$outside/f" "$data/setuid"
	ln "$outside/f" "$data/f"
	chmod 4755 "$data/setuid"
	namespace_run drop-init --seccomp none --chown "$data/f,owner=1000:1000" -- true
	assert_status 125
	assert_stderr "drop-init: --chown $data/f,owner=1000:1000: refusing '$data/f' (it has several links, so it is another file too: add the key hardlinks if nobody else writes there meanwhile)"
	namespace_run drop-init --seccomp none --chown "$data/setuid,owner=1000:1000" -- true
	assert_status 125
	assert_stderr "drop-init: --chown $data/setuid,owner=1000:1000: refusing '$data/setuid' (it is set-user-ID or set-group-ID: chown would take that away: chmod ug-s, or chown it in the image)"
	assert_equal "$(not_owned "$outside" 0 0)" ''
}

@test "the user gets through the folders that mkdir makes, whatever the umask" {
	for mask in 077 777; do
		namespace_run sh -c "umask $mask; exec drop-init --user app --seccomp none --umask 027 --chown $data/$mask/y/z,mkdir -- \
			sh -c 'touch $data/$mask/y/z/file && stat -c \"%a %u\" $data/$mask $data/$mask/y $data/$mask/y/z'"
		assert_status 0
		assert_stdout $'755 0\n755 0\n750 1000'
	done
}

@test "mkdir makes the path with its mode, and what is missing above it stays root's" {
	namespace_run drop-init --seccomp none --chown "$data/x/y,owner=1000:1000,mkdir,mode=2750" -- \
		stat -c '%a %u:%g' "$data/x" "$data/x/y"
	assert_status 0
	assert_stdout $'755 0:0\n2750 1000:1000'
	assert_stderr ''
}

@test "a set-ID mode, which the change of owner would take from a file, is refused there" {
	install -m 755 /dev/null "$data/tool"
	for mode in 4755 2755; do
		namespace_run drop-init --seccomp none --chown "$data/tool,owner=1000:1000,mode=$mode" -- true
		assert_status 125
		assert_stderr_has "refusing '$data/tool' (a mode that is set-user-ID or set-group-ID is for folders only"
		assert_equal "$(stat -c '%a %u' "$data/tool")" '755 0'
	done
}

@test "a path that is missing ends the run, and with optional it does not" {
	rmdir "$data"
	give
	assert_status 125
	assert_stderr "drop-init: --chown $data,owner=1000:1000: cannot open '$data': No such file or directory (create it in the image, or add the key mkdir)"
	give optional
	assert_status 0
}

@test "root-mismatch looks at nothing but the path when that is right, and at everything when not" {
	mkdir "$data/a"
	touch "$data/a/f"
	chown 1000:1000 "$data"
	give policy=root-mismatch
	assert_said 'looked at 1, changed 0' ,owner=1000:1000,policy=root-mismatch
	assert_equal "$(not_owned "$data")" $'a\na/f'
	chown 0:0 "$data"
	give policy=root-mismatch
	assert_said 'looked at 3, changed 3' ,owner=1000:1000,policy=root-mismatch
	assert_equal "$(not_owned "$data")" ''
}

# bats test_tags=kernels
@test "a TERM in the middle ends the run with 143 at once, and the next start carries on" {
	(cd "$data" && seq -f file-%g 3000 | xargs touch)
	# Pending before the first entry: the walk must notice by itself.
	namespace_run perl -e '
		use POSIX;
		POSIX::sigprocmask(SIG_BLOCK, POSIX::SigSet->new(SIGTERM));
		kill TERM => $$;
		exec @ARGV' drop-init --seccomp none --chown "$data,owner=1000:1000,policy=root-mismatch" -- true
	assert_status 143
	assert_stdout ''
	assert_stderr_has 'ended by SIGTERM: looked at '
	assert_equal "$(stat -c %u "$data")" 0 "the path, which comes last"
	give policy=root-mismatch
	assert_status 0
	assert_equal "$(not_owned "$data")" ''
}

@test "a TERM is heard within an entry, however long each of them takes" {
	touch "$data/"{1..100}
	namespace_run sh -c 'strace -f -qq -o /dev/null -e trace=fchownat -e inject=fchownat:delay_exit=200000 \
			drop-init --exec --chown "$1,owner=1000:1000" -- true & tracer=$!
		until [ "$(find "$1" -user 1000 | wc -l)" -ge 2 ]; do sleep 0.1; done
		begin=$(date +%s)
		kill -TERM "$(pidof drop-init)"
		wait "$tracer"
		echo "$? $(($(date +%s) - begin < 5))"' sh "$data"
	assert_status 0
	assert_stdout '143 1'
}

# another_users: a folder with many files and one below it, all of it 1001's
another_users() {
	mkdir "$data/sub"
	touch "$data/"{1..50} "$data/sub/"{1..50}
	chmod 2751 "$data" "$data/sub"
	chown -R 1001:1001 "$data"
}

@test "another user's folder is root's while its entries change hands, in two calls for each" {
	another_users
	namespace_run strace -f -o "$BATS_TEST_TMPDIR/trace" -e trace=fchown,fchownat,openat2 \
		drop-init --exec --chown "$data,owner=1000:1000" -- true
	assert_status 0
	assert_equal "$(not_owned "$data")" ''
	assert_equal "$(stat -c '%a' "$data" "$data/sub")" $'2751\n2751'
	assert_equal "$(grep -c 'fchown([0-9]*, 0, -1) *= 0' "$BATS_TEST_TMPDIR/trace")" 2
	assert_equal "$(grep -c 'fchownat([0-9]*, "[0-9]*", 1000, 1000, AT_SYMLINK_NOFOLLOW) *= 0' "$BATS_TEST_TMPDIR/trace")" 100
	[ "$(grep -c openat2 "$BATS_TEST_TMPDIR/trace")" -lt 10 ]
}

@test "another user's folder is that user's again when not all below it could be changed" {
	another_users
	chattr +i "$data/sub/7"
	give
	chattr -i "$data/sub/7"
	assert_status 125
	assert_stderr_has "cannot change the owner of '$data/sub/7'"
	assert_equal "$(stat -c '%u:%g %a' "$data")" '1001:1001 2751'
	assert_equal "$(not_owned "$data")" $'\nsub/7'
}

@test "another user's folder is that user's again when a TERM ended the walk" {
	(cd "$data" && seq -f file-%g 3000 | xargs touch)
	chown -R 1001:1001 "$data"
	namespace_run perl -e '
		use POSIX;
		POSIX::sigprocmask(SIG_BLOCK, POSIX::SigSet->new(SIGTERM));
		kill TERM => $$;
		exec @ARGV' drop-init --seccomp none --chown "$data,owner=1000:1000" -- true
	assert_status 143
	assert_equal "$(stat -c %u:%g "$data")" 1001:1001
}

@test "a failure is told with its path and what to do, and the command does not start" {
	touch "$data/frozen" "$data/other"
	namespace_prepare "mount --bind '$data' '$data'; mount -o remount,ro,bind '$data'"
	give
	assert_status 125
	assert_stdout ''
	assert_stderr_has "Read-only file system (mount it writable, or chown it in the image)"
}

# bats test_tags=kernels
@test "an immutable file is named, and the path keeps its owner so that the next start tries again" {
	touch "$data/"{frozen,other}
	chattr +i "$data/frozen"
	give policy=root-mismatch
	chattr -i "$data/frozen"
	assert_status 125
	assert_stderr "drop-init: --chown $data,owner=1000:1000,policy=root-mismatch: cannot change the owner of '$data/frozen': Operation not permitted (it is immutable or append-only: chattr -ia)"
	assert_equal "$(not_owned "$data")" $'\nfrozen'
}

@test "without the capability CHOWN the message says so" {
	touch "$data/f"
	namespace_run setpriv --bounding-set -chown drop-init --seccomp none --chown "$data,owner=1000:1000" -- true
	assert_status 125
	assert_stderr "drop-init: --chown $data,owner=1000:1000: cannot change the owner of '$data/f': Operation not permitted (add the capability CHOWN)"
}

@test "without DAC_OVERRIDE and SETUID another user's closed folder is named with what is missing" {
	mkdir "$data/closed"
	chown 1001:1001 "$data/closed"
	chmod 700 "$data/closed"
	namespace_run setpriv --bounding-set -dac_override,-dac_read_search,-setuid \
		drop-init --seccomp none --chown "$data,owner=1000:1000" -- true
	assert_status 125
	assert_stderr "drop-init: --chown $data,owner=1000:1000: cannot open '$data/closed': Permission denied (add the capability DAC_OVERRIDE)"
}

@test "CHOWN, SETUID and SETGID are enough, also for a folder of mode 0700 that is the user's" {
	mkdir -p "$data/closed/deep"
	touch "$data/closed/deep/"{right,wrong}
	chmod 700 "$data" "$data/closed" "$data/closed/deep"
	for _ in first second; do
		namespace_run setpriv --bounding-set -all,+chown,+setuid,+setgid \
			drop-init --user 1000:1000 --chown "$data" -- sh -c 'find "$1" -user 1000 | wc -l' sh "$data"
		assert_status 0
		assert_stdout 5
		assert_stderr ''
	done
	chown 0:0 "$data/closed/deep/wrong"
	namespace_run setpriv --bounding-set -all,+chown,+setuid,+setgid \
		drop-init --user 1000:1000 --chown "$data,mode=750" -- stat -c %a "$data"
	assert_status 0
	assert_stdout 750
	assert_stderr ''
	assert_equal "$(not_owned "$data")" ''
}

@test "a number that the user namespace does not map is said to be that" {
	namespace_run unshare -r drop-init --seccomp none --chown "$data,owner=1000:1000" -- true
	assert_status 125
	assert_stderr "drop-init: --chown $data,owner=1000:1000: cannot change the owner of '$data': Invalid argument (uid 1000 or gid 1000 is not in this user namespace: see uid_map, gid_map)"
}

@test "--check counts and changes nothing" {
	touch "$data/"{a,b}
	before=$(times "$data" "$data/a" "$data/b")
	namespace_run drop-init --check --user 1000:1000 --chown "$data" -- true
	assert_status 0
	assert_stdout_has "$data to 1000:1000: looked at 3, to change 3"
	assert_equal "$(times "$data" "$data/a" "$data/b")" "$before"
}

# bats test_tags=kernels
@test "where statx, openat2 and getxattrat are missing or forbidden, all of it works the same" {
	for error in ENOSYS EPERM; do
		rm -rf "$data" "$outside"
		mkdir -p "$data/a" "$outside"
		touch "$data/a/"{f,capable} "$outside/passwd"
		ln "$outside/passwd" "$data/passwd"
		ln -s "$outside" "$data/link"
		chmod 755 "$data/a/capable"
		setcap cap_net_raw+ep "$data/a/capable"
		namespace_run "$BUILD/probe/ownership_filter" "$error" \
			drop-init -v --seccomp none --chown "$data,owner=1000:1000,mode=0750" -- true
		assert_status 0
		assert_stdout ''
		assert_equal "$(stat -c %a "$data")" 750
		assert_stderr_has 'looked at 6, changed 4, the mode set, left alone 1 with several links, left alone 1 with file capabilities'
		assert_equal "$(not_owned "$data")" $'a/capable\npasswd'
		assert_equal "$(not_owned "$outside" 0 0)" ''
		namespace_run "$BUILD/probe/ownership_filter" "$error" \
			drop-init --seccomp none --chown "$data/link,owner=1000:1000" -- true
		assert_status 125
		assert_stderr_has "'$data/link' is a symbolic link to '$outside', and none is followed"
	done
}

# Where the run would refuse, --check must say so. would_fail VALUE REASON [COMMAND...]
would_fail() {
	local value=$1,owner=1000:1000 reason=$2
	shift 2
	namespace_run "$@" drop-init --check --seccomp none --chown "$value" -- true
	assert_status 125
	assert_stdout_has "NO  chown       ${value%%,*}: $reason"
	namespace_run "$@" drop-init --seccomp none --chown "$value" -- true
	assert_status 125
	assert_stderr "drop-init: --chown $value: $reason"
}

@test "--check foresees what the run cannot change: immutable, read-only, no capability, no such id" {
	touch "$data/f"
	would_fail "$data" "cannot change the owner of '$data/f': Operation not permitted (add the capability CHOWN)" \
		setpriv --bounding-set -chown
	chattr +i "$data/f"
	would_fail "$data" "cannot change the owner of '$data/f': Operation not permitted (it is immutable or append-only: chattr -ia)"
	chattr -i "$data/f"
	namespace_prepare "mount --bind '$data' '$data'; mount -o remount,ro,bind '$data'"
	would_fail "$data" "cannot change the owner of '$data/f': Read-only file system (mount it writable, or chown it in the image)"
}

@test "--check foresees a folder that cannot be made, and a mode that cannot be set" {
	touch "$outside/file"
	mkdir "$outside/closed"
	chown 1001:1001 "$outside/closed"
	chown 1000:1000 "$data"
	namespace_prepare "mount --bind '$data' '$data'; mount -o remount,ro,bind '$data'"
	would_fail "$data/new/folder,mkdir" \
		"cannot create '$data/new/folder': Read-only file system (make it in the image, or mount a volume there)"
	would_fail /proc/new,mkdir "cannot create '/proc/new': Operation not permitted (make it in the image, or mount a volume there)"
	would_fail "$outside/file/new,mkdir" "cannot create '$outside/file/new': Not a directory (make it in the image, or mount a volume there)"
	would_fail "$outside/closed/new,mkdir" "cannot create '$outside/closed/new': Permission denied (add the capability DAC_OVERRIDE)" \
		setpriv --bounding-set -dac_override,-dac_read_search
	would_fail "$outside/new,mkdir" "cannot change the owner of '$outside/new': Operation not permitted (add the capability CHOWN)" \
		setpriv --bounding-set -chown
	would_fail "$data,mode=700" "cannot change the mode of '$data': Read-only file system (mount it writable, or chown it in the image)"
	would_fail "$outside/closed,mode=750" "cannot change the mode of '$outside/closed': Operation not permitted (add the capability FOWNER)" \
		setpriv --bounding-set -fowner,-setuid
}

@test "--check foresees an id that the user namespace does not map" {
	namespace_run unshare -r drop-init --check --seccomp none --chown "$data,owner=1000:1000" -- true
	assert_status 125
	assert_stdout_has "NO  chown       $data: cannot change the owner of '$data': Invalid argument (uid 1000 or gid 1000 is not in this user namespace: see uid_map, gid_map)"
}

@test "where a filter around us answers chown and does nothing, the run says so and ends" {
	mkdir "$data/sub"
	for case in "$data/f" "$data/sub" "$data"; do
		chown 0:0 "$data" "$data/sub"
		rm -f "$data/f"
		[ "$case" != "$data/f" ] || touch "$data/f"
		[ "$case" = "$data" ] || chown 1000:1000 "$data"
		[ "$case" = "$data/sub" ] || chown 1000:1000 "$data/sub"
		namespace_run "$BUILD/probe/ownership_filter" PRETEND drop-init --chown "$data,owner=1000:1000" -- true
		assert_status 125
		assert_stderr_has "cannot change the owner of '$case': "
		assert_stderr_has '(chown was answered and did nothing: a filter around us pretends)'
	done
}

@test "a container's layer that is full says so, and what to do" {
	mkdir -p "$outside/"{lower,full}
	head -c 8M /dev/urandom >"$outside/lower/large"
	namespace_prepare "mount -t tmpfs -o size=1M tmpfs '$outside/full'; mkdir '$outside/full/upper' '$outside/full/work'
		mount -t overlay -o 'lowerdir=$outside/lower,upperdir=$outside/full/upper,workdir=$outside/full/work' overlay '$data'"
	give
	assert_status 125
	assert_stderr_has "cannot change the owner of '$data/large': No space left on device (what is the image's is copied before it is changed: mount a volume there, or chown it in the image)"
}

@test "it works without /proc" {
	mkdir "$data/a"
	touch "$data/a/f"
	namespace_prepare 'umount -l /proc'
	give
	assert_equal "$(not_owned "$data")" ''
}
