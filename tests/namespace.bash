# shellcheck shell=bash
# shellcheck disable=SC2013,SC2034,SC2119,SC2120,SC2317 # results are for those who load this
# Run a command as PID 1 in namespaces of its own, and ask the kernel what became of it.
#
#     load namespace                      # in a bats file; teardown comes with it
#
#     @test "PID 1 and the command are app" {
#         namespace_start drop-init --user app -- sleep 60
#         assert_dropped --uid 1000 --gid 1000 --groups 1000
#         namespace_stop TERM
#         assert_status 143
#         assert_stdout ''
#         assert_stderr ''
#     }
#
# The command gets a PID, mount, network, UTS and IPC namespace; lo is up, and ports below 1024 are
# privileged again, because Docker and newer systems make none of them so and a test of low ports would
# pass for nothing. It starts in a session of its own with every signal at its default and unblocked,
# standard input from NAMESPACE_STDIN (/dev/null), and /etc/passwd and /etc/group from $namespace/etc.
# Nothing outside changes: every mount dies with the namespace.
#
#   namespace_user NAME UID [GID [GROUP...]]  add a user (and its groups) to the private files
#   namespace_prepare 'SHELL'      run this as root in the new namespaces, before there is a PID 1; "$root" is
#                                  where the root file system is being put together (empty: it is /)
#   namespace_select NAME          from here on all is about another container, made when it is not there yet;
#                                  "namespace" is the first one's name
#   namespace_pod NAME             share the network namespace of the running container NAME, as in a pod
#   namespace_overlay [FOLDER]     let the command have a root of its own, laid over the machine's: all changes
#                                  go to a tmpfs, which starts with what is in FOLDER. /etc/passwd and
#                                  /etc/group are then the machine's
#   namespace_start COMMAND...     in the background; returns when PID 1 has become COMMAND (or has ended)
#   namespace_run COMMAND...       in the foreground: namespace_start and namespace_wait
#   namespace_signal SIGNAL        send it to PID 1, from outside
#   namespace_wait [SECONDS]       until PID 1 has ended, then set the results
#   namespace_stop [SIGNAL]        namespace_signal (TERM) and namespace_wait
#   namespace_exec COMMAND...      run this inside, as root and with every capability, as docker exec does
#   namespace_visit COMMAND...     the same but seen by nobody inside: not in their PID namespace
#   namespace_account              have the kernel write down how each process ends: namespace_endings
#   namespace_table                one line for each process inside, from /proc (see there)
#   wait_until SECONDS COMMAND...  until COMMAND succeeds; wait_url URL, wait_port PORT, wait_file PATH,
#                                  wait_output TEXT (in standard output or error) are made of it
#
# Results: $status as a shell would say it (128+n for a signal), $signal that killed PID 1 itself or 0,
# $elapsed milliseconds from namespace_signal to the end, $stdout and $stderr without the last newline; the
# exact bytes are in $namespace/stdout and $namespace/stderr. $NAMESPACE_PID is PID 1 as seen from outside.

NAMESPACE_TIMEOUT=${NAMESPACE_TIMEOUT:-20} # seconds for anything that is not told otherwise
NAMESPACE_ELOOP="Symbolic link loop" # in the words of the libc that drop-init is linked against: musl, or glibc
[ -z "${SANITIZED:-}" ] || NAMESPACE_ELOOP="Too many levels of symbolic links"
NAMESPACE_STDIN=${NAMESPACE_STDIN:-/dev/null}
export INIT_IS_FILTERED=${INIT_IS_FILTERED:-} # not empty once PID 1 has a filter of its own to be looked for
NAMESPACE_PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin # a container's, not the user's
NAMESPACE_REPOSITORY=$(cd "${BASH_SOURCE[0]%/*}/.." && pwd)
BUILD=${BUILD:-$NAMESPACE_REPOSITORY/build}
PATH=$BUILD:$NAMESPACE_PATH
export PATH LC_ALL=C.UTF-8

namespace_folder=${BATS_TEST_TMPDIR:-${BATS_FILE_TMPDIR:-${BATS_RUN_TMPDIR:-}}}
[ -n "$namespace_folder" ] || namespace_folder=$(mktemp -d "${TMPDIR:-/tmp}/drop-init.XXXXXX")
namespace_started=() # the parent of each PID 1, for the teardown

# --- before the start ----------------------------------------------------------------------------

# Few users and always the same ones, whatever this machine has.
namespace_select() {
	namespace=$namespace_folder/$1
	namespace_layer=
	namespace_network=
	NAMESPACE_PID=''
	[ ! -e "$namespace/pid" ] || NAMESPACE_PID=$(<"$namespace/pid")
	[ ! -d "$namespace" ] || return 0
	mkdir -p "$namespace/etc"
	: >"$namespace/prepare"
	printf '%s\n' >"$namespace/etc/passwd" \
		root:x:0:0:root:/root:/bin/sh \
		daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin \
		www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin \
		projectuser:x:999:999::/nonexistent:/usr/sbin/nologin \
		app:x:1000:1000::/home/app:/bin/sh \
		webuser:x:1001:1001::/home/webuser:/bin/sh \
		member:x:1002:1002::/home/member:/bin/sh \
		nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
	printf '%s\n' >"$namespace/etc/group" \
		root:x:0: daemon:x:1: www-data:x:33: projectuser:x:999: app:x:1000: webuser:x:1001: member:x:1002: \
		shared:x:2000:member extra:x:2001:root,member nogroup:x:65534:
}
namespace_select namespace

namespace_user() {
	local name=$1 uid=$2 gid=${3:-$2} group
	shift $(($# < 3 ? $# : 3))
	sed -i -E "/^($name:|[^:]*:[^:]*:$uid:)/d" "$namespace/etc/passwd"
	echo "$name:x:$uid:$gid::/home/$name:/bin/sh" >>"$namespace/etc/passwd"
	grep -q "^[^:]*:[^:]*:$gid:" "$namespace/etc/group" ||
		echo "$name:x:$gid:" >>"$namespace/etc/group"
	for group in "$@"; do
		sed -i -E "/^$group:/{s/([^:])\$/\1,/;s/\$/$name/}" "$namespace/etc/group"
	done
}

namespace_prepare() { printf '%s\n' "$1" >>"$namespace/prepare"; }

# "$namespace/log" is the termination log, for everybody to write as Kubernetes has it.
namespace_log() {
	: >"$namespace/log"
	chmod 666 "$namespace/log"
	namespace_prepare 'mount -t tmpfs tmpfs /mnt && touch /mnt/null /mnt/termination-log'
	namespace_prepare 'mount --bind /dev/null /mnt/null && mount --bind "$namespace/log" /mnt/termination-log'
	namespace_prepare 'mount --rbind /mnt /dev'
}

namespace_overlay() { namespace_layer=${1:-none}; }

namespace_pod() { namespace_network=$(<"$namespace_folder/$1/pid"); }

# --- start and end -------------------------------------------------------------------------------

# Background jobs of a shell ignore SIGINT and SIGQUIT, which a PID 1 under test must not inherit.
# shellcheck disable=SC2016
namespace_fresh='
	use POSIX;
	POSIX::setsid();
	# rt_sigaction(2), as libc keeps its own signals to itself, and its posix_spawn(3), in make, ignores them.
	my ($rt_sigaction, $default) = ((POSIX::uname())[4] eq "x86_64" ? 13 : 134, "\0" x 64);
	syscall $rt_sigaction, $_, $default, 0, 8 for 1 .. 64;
	POSIX::sigprocmask(SIG_SETMASK, POSIX::SigSet->new);
	exec { $ARGV[0] } @ARGV or die "$ARGV[0]: $!\n";
'

# Puts the container together, as its future PID 1's parent: PID 1's first child is then PID 2, as in Docker.
# shellcheck disable=SC2016
namespace_entry='
	namespace=$1 layer=$2 repository=$3 reaper=$4 root=
	shift 4
	ip link set lo up
	echo 1024 >/proc/sys/net/ipv4/ip_unprivileged_port_start
	if [ -n "$layer" ]; then
		root=$namespace/root
		mkdir -p "$root"
		mount -t tmpfs -o mode=755 tmpfs "$root"
		mkdir "$root/upper" "$root/work" "$root/merged"
		# Not a second lower layer: the kernel refuses one that lies inside another.
		[ "$layer" = none ] || cp -a "$layer/." "$root/upper"
		mount -t overlay -o "lowerdir=/,upperdir=$root/upper,workdir=$root/work" overlay "$root/merged"
		root=$root/merged
		mount --rbind /dev "$root/dev"
		mount -t sysfs sysfs "$root/sys"
		mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
		mount -t tmpfs -o mode=755 tmpfs "$root/run"
		mount -t proc proc "$root/proc"
		# On a file system of its own, in /tmp, or where tests/reachable shows it, it is not in the layers.
		[ -e "$root$repository/Makefile" ] || { mkdir -p "$root$repository"; mount --rbind "$repository" "$root$repository"; }
	else
		mount --bind "$namespace/etc/passwd" /etc/passwd
		mount --bind "$namespace/etc/group" /etc/group
	fi
	mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
	. "$namespace/prepare"
	exec 9>"$namespace/status"
	if [ -n "$layer" ]; then
		cd "$root"
		pivot_root . mnt
		umount -l /mnt
		cd /
	fi
	exec unshare --pid -- perl -e "$reaper" "$@"
'

# Forks PID 1 and writes its wait status down whole: a shell, and unshare --fork, cannot tell exit 137 from
# SIGKILL. --mount-proc comes after the fork because /proc shows the PID namespace of whoever mounts it.
# shellcheck disable=SC2016
namespace_reaper='
	open my $status, ">&=", 9 or die "status: $!\n";
	defined(my $pid = fork) or die "fork: $!\n";
	if (!$pid) {
		close $status;
		exec qw(unshare --mount-proc --), @ARGV or die "unshare: $!\n";
	}
	$SIG{$_} = "IGNORE" for qw(INT QUIT TERM HUP);
	open STDERR, ">", "/dev/null";
	open STDOUT, ">", "/dev/null";
	waitpid $pid, 0;
	print $status "$?\n";
'

namespace_start() {
	local reaper child children to='' network=(unshare --net) deadline=$((SECONDS + NAMESPACE_TIMEOUT))
	namespace_empty status accounts pid
	namespace_streams
	NAMESPACE_PID='' status='' signal='' stdout='' stderr='' elapsed='' namespace_signalled=''
	# Descriptor 3 is bats' own: whoever keeps it open keeps bats waiting.
	[ -z "$namespace_network" ] || network=(nsenter --target "$namespace_network" --net unshare)
	perl -e "$namespace_fresh" "${network[@]}" --mount --uts --ipc sh -euc "$namespace_entry" sh \
		"$namespace" "$namespace_layer" "$NAMESPACE_REPOSITORY" "$namespace_reaper" "$@" \
		<"$NAMESPACE_STDIN" >"$namespace/${to}stdout" 2>"$namespace/${to}stderr" 3>&- &
	reaper=$!
	namespace_started+=("$reaper")
	until namespace_ended; do
		# The preparation's forks are children of the same process, but in our own PID namespace.
		children=()
		read -r -a children 2>/dev/null <"/proc/$reaper/task/$reaper/children" || true
		for child in "${children[@]}"; do
			{ [ "/proc/$child/ns/pid" -ef "/proc/$$/ns/pid" ] || [ ! -e "/proc/$child/exe" ]; } && continue
			namespace_is_ours "$child" "$reaper" && continue
			NAMESPACE_PID=$child
			echo "$child" >"$namespace/pid"
			return
		done
		kill -0 "$reaper" 2>/dev/null || namespace_ended ||
			namespace_fail "the namespaces could not be put together" || return
		[ "$SECONDS" -le "$deadline" ] ||
			namespace_fail "PID 1 did not start within $NAMESPACE_TIMEOUT s" || return
		sleep 0.01
	done
}

# Files; or pipes, as an engine has them, which drop-init gives to the command's user: NAMESPACE_PIPES=1.
namespace_streams() {
	local stream
	namespace_empty readers stdout stderr
	[ -n "${NAMESPACE_PIPES:-}" ] || return 0
	to=to-
	for stream in stdout stderr; do
		rm -f "$namespace/to-$stream"
		mkfifo "$namespace/to-$stream"
		cat "$namespace/to-$stream" >"$namespace/$stream" 3>&- &
		echo "$!" >>"$namespace/readers"
	done
}

namespace_empty() {
	local file
	for file in "$@"; do : >"$namespace/$file"; done
}

namespace_ended() { [ -s "$namespace/status" ]; }

# Between its fork and the command, PID 1 is perl and then unshare.
namespace_is_ours() {
	[ "/proc/$1/exe" -ef "/proc/$2/exe" ] || [ "/proc/$1/exe" -ef "/proc/$1/root$(command -v unshare)" ]
}

namespace_run() {
	namespace_start "$@"
	namespace_wait
}

namespace_signal() {
	namespace_signalled=${EPOCHREALTIME/./}
	kill -s "${1#SIG}" "$NAMESPACE_PID"
}

namespace_wait() {
	local raw seconds=${1:-$NAMESPACE_TIMEOUT}
	wait_until "$seconds" namespace_ended ||
		namespace_fail "PID 1 was still there after $seconds s" || return
	elapsed=$(((${EPOCHREALTIME/./} - ${namespace_signalled:-0}) / 1000))
	while read -r raw; do wait "$raw" || true; done <"$namespace/readers"
	read -r raw <"$namespace/status"
	signal=$((raw & 127))
	status=$((signal ? 128 + signal : raw >> 8))
	{ stdout=$(<"$namespace/stdout") stderr=$(<"$namespace/stderr"); } 2>/dev/null # NUL bytes
	NAMESPACE_PID=
}

namespace_stop() {
	namespace_signal "${1:-TERM}"
	namespace_wait
}

# KILL to a PID 1 takes its whole namespace along, and the mounts with it.
namespace_cleanup() {
	local reaper child
	for reaper in "${namespace_started[@]}"; do
		for child in $(cat "/proc/$reaper/task/$reaper/children" 2>/dev/null); do
			kill -KILL "$child" 2>/dev/null || true
		done
		wait "$reaper" 2>/dev/null || true
	done
	namespace_started=()
	[ -n "${BATS_RUN_TMPDIR:-}" ] || rm -rf "$namespace_folder"
}

# A bats file with a teardown of its own calls namespace_cleanup in it.
teardown() { namespace_cleanup; }

# needs FEATURE...: skip the test where the kernel has no such thing. tests/probe/kernel.c lists them, and asks it.
needs() {
	local why
	why=$("$BUILD/probe/kernel" "$@") && return
	[ -n "$why" ] || namespace_fail "no answer from the kernel: $*" || return
	skip "$why"
}

# Python's "numbers": of each system call by its name, on this machine.
export CALL_NUMBERS=$BUILD/syscall_names.h
call_numbers='import os
numbers = {line.split(chr(34))[1][:-2]: n for n, line in enumerate(open(os.environ["CALL_NUMBERS"]))}
'

# Under make check-sanitize this cannot be so, for that reason.
skip_sanitized() { [ -z "${SANITIZED:-}" ] || skip "sanitized: $1"; }

# --- inside --------------------------------------------------------------------------------------

namespace_exec() { nsenter --target "$NAMESPACE_PID" --mount --net --uts --ipc --pid -- "$@" 3>&-; }

namespace_visit() { nsenter --target "$NAMESPACE_PID" --mount --net --uts --ipc -- "$@" 3>&-; }

# Every process inside, from outside, so that looking changes nothing. Columns:
#   PID (inside) NAME STATE UID GID GROUPS CapInh CapPrm CapEff CapBnd CapAmb NoNewPrivs Seccomp PID (outside)
# UID and GID are one number when all four agree, GROUPS is comma-separated, "-" for none. A thread that
# differs from its process gets a line of its own: the kernel keeps all of this for each thread. The first PID is
# the process's, the last one the thread's.
# shellcheck disable=SC2016
namespace_reader='
	my $init = readlink "/proc/$ARGV[0]/ns/pid" or exit 1;
	for my $process (sort { $a <=> $b } map { m{/proc/(\d+)} } glob "/proc/[0-9]*") {
		next unless (readlink "/proc/$process/ns/pid" // "") eq $init;
		my %seen;
		for my $task ($process, map { m{/task/(\d+)} } glob "/proc/$process/task/*") {
			open my $file, "<", "/proc/$process/task/$task/status" or next;
			my %is = map { /^(\w+):\s*(.*?)\s*$/ ? ($1, $2) : () } <$file>;
			next unless exists $is{Seccomp} and $is{NStgid} =~ /(\d+)$/;
			my ($pid, $state) = ($1, substr $is{State}, 0, 1);
			my @ids = map { my @four = split " "; my %n = map { $_, 1 } @four;
				keys %n == 1 ? $four[0] : join ",", @four } @is{"Uid", "Gid"};
			my $row = join " ", @ids, $is{Groups} =~ s/ /,/gr || "-",
				@is{qw(CapInh CapPrm CapEff CapBnd CapAmb NoNewPrivs Seccomp)};
			$is{Name} =~ s/ /_/g;
			print "$pid $is{Name} $state $row $task\n" unless $seen{$row}++;
		}
	}
'
namespace_table() { perl -e "$namespace_reader" "$NAMESPACE_PID"; }

# From now on the kernel writes down how each process inside ends: acct(2) is kept for each PID namespace.
namespace_account() {
	: >"$namespace/accounts"
	nsenter --target "$NAMESPACE_PID" --pid -- python3 -c 'import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
if libc.acct(sys.argv[1].encode()):
    sys.exit("acct: " + os.strerror(ctypes.get_errno()))' "$namespace/accounts" 3>&- </dev/null
}

# PID NAME STATUS of each process that has ended, in that order; STATUS is wait(2)'s: 9 is SIGKILL, 256 exit 1.
# shellcheck disable=SC2016
namespace_endings() {
	perl -e '$/ = \64; while (<STDIN>) {
		my ($code, $pid, $name) = unpack "x4 L x8 L x28 Z16";
		print "$pid $name $code\n";
	}' <"$namespace/accounts"
}

# --- waiting -------------------------------------------------------------------------------------

wait_until() {
	local deadline=$((${EPOCHREALTIME/./} + $1 * 1000000))
	shift
	until "$@"; do
		[ "${EPOCHREALTIME/./}" -lt "$deadline" ] || return 1
		sleep 0.02
	done
}

# What is sure to come, however slow the machine is.
eventually() { wait_until "$NAMESPACE_TIMEOUT" "$@"; }

# For the command's shell: `orphan 'exit 3'` leaves a process behind that ends so, and waits until it has been reaped.
# shellcheck disable=SC2016
namespace_orphan='orphan() {
	rm -f /dev/shm/orphan
	(sh -c "echo \$\$ >/dev/shm/orphan; $1" &)
	until [ -s /dev/shm/orphan ] && ! kill -0 "$(cat /dev/shm/orphan)" 2>/dev/null; do sleep 0.02; done
}
'

# These end at once when PID 1 has ended, since nothing will answer any more.
wait_inside() {
	local what=$1
	shift
	namespace_tries() { namespace_ended || "$@"; }
	eventually namespace_tries "$@" || namespace_fail "no $what within $NAMESPACE_TIMEOUT s" || return
	! namespace_ended || "$@" || namespace_fail "PID 1 ended before there was $what"
}
wait_url() { wait_inside "answer from $1" namespace_visit curl --fail --silent --max-time 5 -o /dev/null "$@"; }
wait_file() { wait_inside "$1" namespace_visit test -e "$1"; }
wait_output() { wait_inside "'$1' in the output" grep -qF -- "$1" "$namespace/stdout" "$namespace/stderr"; }

# Connects to nothing: an extra connection would be seen by the server.
wait_port() {
	namespace_listens() { [ -n "$(namespace_visit ss -Hltun "sport = :$1")" ]; }
	wait_inside "listener on port $1" namespace_listens "$1"
}

# --- assertions ----------------------------------------------------------------------------------

# Ends the test, saying everything that there is to know.
namespace_fail() {
	{
		echo "$1"
		[ -z "$NAMESPACE_PID" ] || namespace_table | { column -t 2>/dev/null || cat; } || true
		for stream in stdout stderr; do
			[ -s "$namespace/$stream" ] && echo "-- $stream:" && tail -n 40 "$namespace/$stream"
		done
	} >&2
	return 1
}

assert_equal() { [ "$1" = "$2" ] || namespace_fail "${3:-value}: expected '$2', found '$1'"; }

assert_status() { assert_equal "$status" "$1" "exit status"; }

# The stream's whole content: TEXT and a newline, or nothing at all.
assert_stdout() { namespace_compare stdout "$1"; }
assert_stderr() { namespace_compare stderr "$1"; }
namespace_compare() {
	printf '%s' "${2:+$2$'\n'}" | cmp -s - "$namespace/$1" ||
		namespace_fail "$1: expected exactly:"$'\n'"$2"
}
assert_stdout_has() { grep -qF -- "$1" "$namespace/stdout" || namespace_fail "stdout: expected to find '$1'"; }
assert_stderr_has() { grep -qF -- "$1" "$namespace/stderr" || namespace_fail "stderr: expected to find '$1'"; }

# Every process in the namespace, PID 1 included, has stepped down for good: no root user, no root group,
# exactly the capabilities of --caps (none) in all five sets, no_new_privs, a seccomp filter, and none is a
# zombie. --uid, --gid, --groups say which user exactly. --init-caps: what another thread of PID 1 than its first
# may hold besides (a broker's CAP_NET_BIND_SERVICE). --seccomp 0 and --new-privs for commands that were started
# without a filter. --keepers: those of helpers have none for their loop, which the helper would inherit.
assert_dropped() {
	local uid='' gid='' groups='' caps=0 init_caps='' seccomp=2 nnp=1 keepers='' table
	while [ $# -gt 0 ]; do
		case $1 in
		--uid) uid=$2 && shift ;;
		--gid) gid=$2 && shift ;;
		--groups) groups=$2 && shift ;;
		--caps) caps=$2 && shift ;;
		--init-caps) init_caps=$2 && shift ;;
		--seccomp) seccomp=$2 && shift ;;
		--new-privs) nnp=0 ;;
		--keepers) keepers=1 ;;
		*) namespace_fail "assert_dropped: unknown argument $1" || return ;;
		esac
		shift
	done
	table=$(namespace_table) || namespace_fail "assert_dropped: there is no PID 1" || return
	# shellcheck disable=SC2016
	perl -e '
		my ($main, $uid, $gid, $groups, $caps, $init, $seccomp, $nnp, $keepers) = @ARGV;
		my $wrong = 0;
		while (<STDIN>) {
			my ($pid, $name, $state, $u, $g, $gs, @is) = split;
			my @reasons;
			push @reasons, "zombie" if $state eq "Z";
			push @reasons, "user" if $u =~ /\b0\b/ or $uid ne "" and $u ne $uid;
			push @reasons, "group" if $g =~ /\b0\b/ or $gid ne "" and $g ne $gid;
			push @reasons, "groups" if $gs =~ /\b0\b/ or $groups ne "" and $gs ne $groups;
			for my $set (qw(CapInh CapPrm CapEff CapBnd CapAmb)) {
				my $value = hex shift @is;
				my $may = $pid != 1 || $init eq "" ? hex $caps : $value & hex $init;
				$may = 0 if $is[-1] == $main and $init ne "" and $set ne "CapBnd";
				push @reasons, $set if $value != $may;
			}
			push @reasons, "no_new_privs" if $is[0] != $nnp;
			my $keeper = $keepers && $pid != 1 && $name eq "drop-init";
			push @reasons, "seccomp" if $is[1] != $seccomp and not $keeper;
			$wrong += @reasons;
			print STDERR "process $pid ($name): @reasons\n" if @reasons;
		}
		exit($wrong ? 1 : 0);
	' "$NAMESPACE_PID" "$uid" "$gid" "$groups" "$caps" "$init_caps" "$seccomp" "$nnp" "$keepers" <<<"$table" ||
		namespace_fail "not every process has stepped down as asked"
}

# PID 1 ended by itself, and nothing inside was killed, neither by it nor by the kernel that ends a namespace
# with its PID 1. Needs namespace_account after namespace_start.
assert_stopped_cleanly() {
	local killed
	assert_equal "$signal" 0 "signal that killed PID 1" || return
	[ -s "$namespace/accounts" ] || namespace_fail "assert_stopped_cleanly needs namespace_account" || return
	killed=$(namespace_endings | awk '$3 == 9 { print $1 " (" $2 ")" }')
	assert_equal "$killed" '' "killed processes"
}
