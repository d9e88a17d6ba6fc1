# shellcheck shell=bash
# shellcheck disable=SC2016,SC2154 # commands in single quotes; status, stdout, stderr are namespace.bash's
# --chown against those who want it to change something else, to hang, or to eat the memory.

load namespace

setup() {
	tree=$BATS_TEST_TMPDIR/tree
	victim=$BATS_TEST_TMPDIR/victim
	attic=$BATS_TEST_TMPDIR/attic
	mkdir -p "$tree" "$victim/folder" "$attic"
	touch "$victim/file" "$victim/folder/file"
	chmod 666 "$victim/file" # so that the kernel lets others link it
	chmod 711 "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/test" "$BATS_TEST_TMPDIR"
}

not_owned() { find "$1" ! '(' -uid "$2" -gid "$3" ')' -printf '%P\n' | sort; }

assert_victim_unharmed() { assert_equal "$(not_owned "$victim" 0 0)" '' "given away outside the tree"; }

# race SECONDS [COMMAND...]: the adversary at work on the tree, and walk after walk over it.
race() {
	local end runs=0 adversary least=${SANITIZED:+2}
	chown 1000:1000 "$tree" "$attic"
	touch "$tree/"{a,b,c}
	coproc "$BUILD/probe/ownership_adversary" 1000 "$tree" "$victim" "$attic"
	# shellcheck disable=SC2153 # set by coproc
	adversary=$COPROC_PID
	read -r -u "${COPROC[0]}" _
	end=$((SECONDS + $1))
	shift
	while [ $SECONDS -lt "$end" ] || { [ "$runs" -lt "${least:-6}" ] && [ $SECONDS -lt $((end + 60)) ]; }; do
		runs=$((runs + 1))
		# Another group each time: everything is to be changed, and the adversary keeps its rights.
		"$@" drop-init -q --seccomp none \
			--chown "$tree,owner=1000:$((1000 + runs % 2)),optional" -- true
	done
	kill "$adversary"
	wait "$adversary" || true
	[ "$runs" -ge "${least:-6}" ] || namespace_fail "only $runs walks in that time"
}

# deep LEVELS NAME: a chain of folders with a file and an empty folder in each.
deep() {
	perl -e '
		my ($levels, $name) = @ARGV;
		for (1 .. $levels) {
			mkdir "side" or die; mkdir $name or die; open my $f, ">", "file" or die;
			chdir $name or die;
		}' "$@"
}

# limited OPTION... : what --chown needs for $tree, within these limits. The address space of drop-init
# and its two stacks is 2 MiB of that.
limited() { namespace_run prlimit "$@" drop-init -v --seccomp none --chown "$tree,owner=1000:1000" -- true; }

@test "an adversary with the user's uid who swaps, links and moves never gets a file outside the tree" {
	race 4
	assert_victim_unharmed
}

@test "nor does it in a folder that is taken from it for the time of the walk" {
	touch "$tree/"{1..60} # so many that it is worth it
	race 4
	assert_victim_unharmed
}

@test "nor does it where its group may write to the folder, so that taking it would not help" {
	touch "$tree/"{1..60}
	chmod 775 "$tree"
	race 3
	assert_victim_unharmed
}

@test "nor does it where the kernel has no openat2 and no statx" {
	race 3 "$BUILD/probe/ownership_filter" ENOSYS
	assert_victim_unharmed
}

# Of the tree, in one line; where it takes seconds it is said to be under way.
assert_all_changed() {
	assert_equal "$(grep -v ' looked at [0-9]* so far,' "$namespace/stderr")" \
		"drop-init: --chown $tree,owner=1000:1000: looked at $1, changed $1" "standard error"
}

@test "a tree 10,000 levels deep needs 32 descriptors and 16 MiB of address space" {
	skip_sanitized "ASan maps terabytes of address space"
	(cd "$tree" && deep 10000 d)
	limited --nofile=32 --as=16777216
	assert_status 0
	assert_all_changed 30001
	rm -rf "$tree"
}

@test "names of 255 bytes, 2,000 levels deep: neither the length of a path nor memory runs out" {
	skip_sanitized "ASan maps terabytes of address space"
	(cd "$tree" && deep 2000 "$(printf '%0255d' 0)")
	limited --nofile=32 --as=16777216
	assert_status 0
	assert_all_changed 6001
	rm -rf "$tree"
}

@test "a folder of 50,000 files with long names needs 16 MiB of address space" {
	skip_sanitized "ASan maps terabytes of address space"
	perl -e 'chdir shift; for (1 .. 50000) { open my $f, ">", "a-name-$_-" . "x" x 200 or die }' "$tree"
	limited --as=16777216
	assert_status 0
	assert_all_changed 50001
}

@test "a folder of 10,000 folders, each with a file, is done whole" {
	skip_sanitized "ASan maps terabytes of address space"
	perl -e 'chdir shift; for (1 .. 10000) { mkdir $_ or die; open my $f, ">", "$_/f" or die }' "$tree"
	limited --nofile=64 --as=16777216
	assert_status 0
	assert_all_changed 20001
	assert_equal "$(not_owned "$tree" 1000 1000)" ''
}

@test "links that were planted before the walk lead nowhere" {
	chown 1000:1000 "$tree"
	ln "$victim/file" "$tree/hard"
	ln -s "$victim" "$tree/folder"
	ln -s "$victim/file" "$tree/file"
	ln -s . "$tree/loop"
	ln -s /proc/self/root "$tree/magic"
	namespace_run drop-init -v --seccomp none --chown "$tree,owner=1000:1000" -- true
	assert_status 0
	assert_stderr "drop-init: --chown $tree,owner=1000:1000: left alone 1 with several links: '$tree/hard' (add the key hardlinks if nobody else writes there meanwhile)
drop-init: --chown $tree,owner=1000:1000: looked at 6, changed 4, left alone 1 with several links"
	assert_victim_unharmed
}

@test "a name with control characters does not break the line of its failure" {
	name=$'new\nline\e[31m'
	touch "$tree/$name"
	chattr +i "$tree/$name"
	namespace_run drop-init --seccomp none --chown "$tree,owner=1000:1000" -- true
	chattr -i "$tree/$name"
	assert_status 125
	assert_stderr "drop-init: --chown $tree,owner=1000:1000: cannot change the owner of '$tree/new\\nline\\x1b[31m': Operation not permitted (it is immutable or append-only: chattr -ia)"
}

# whole_seconds: the tree is on a file system that keeps no fractions of a second
whole_seconds() {
	truncate -s 8M "$BATS_TEST_TMPDIR/image"
	mke2fs -q -F -t ext4 -I 128 "$BATS_TEST_TMPDIR/image" 2>/dev/null
	mount -o loop "$BATS_TEST_TMPDIR/image" "$tree" || skip "no loop device"
	mkdir "$tree/victim" "$tree/attic" "$tree/data"
	touch "$tree/victim/file"
	chmod 666 "$tree/victim/file"
	victim=$tree/victim attic=$tree/attic tree=$tree/data
}

teardown() {
	! mountpoint -q "${tree%/data}" || umount --lazy "${tree%/data}"
}

@test "where times are whole seconds a file that has just changed is waited for" {
	whole_seconds
	touch "$tree/"{1..20}
	chmod 775 "$tree" # so that it is not taken
	chown -R 1000:1000 "$tree"
	started=$(date +%s%N)
	namespace_run drop-init -v --seccomp none --chown "$tree,owner=1001:1001" -- true
	assert_status 0
	assert_stderr "drop-init: --chown $tree,owner=1001:1001: looked at 21, changed 21"
	[ $(($(date +%s%N) - started)) -gt 1000000000 ]
}

# keep_changing: the user changes the files in the tree, for as long as it is there
keep_changing() {
	setpriv --reuid 1000 --regid 1000 --clear-groups perl -e '
		my $tree = shift;
		my @files = glob "$tree/*";
		while (-d $tree && !-l $tree) {
			for my $mode (0600, 0644) { chmod $mode, @files; select undef, undef, undef, 0.3 }
		}' "$tree" &
	changer=$!
}

@test "who keeps every file changing does not hold the walk up for long" {
	whole_seconds
	touch "$tree/"{1..100}
	chmod 775 "$tree"
	chown -R 1000:1000 "$tree"
	keep_changing
	started=$SECONDS
	namespace_run drop-init --seccomp none --chown "$tree,owner=1001:1001" -- true
	kill "$changer"
	wait "$changer" || true
	assert_status 125
	assert_stderr_has "(moved while it was walked: somebody else is at work there)"
	[ $((SECONDS - started)) -lt $((NAMESPACE_TIMEOUT * 3 / 4)) ] || namespace_fail "it took $((SECONDS - started)) s"
}

@test "a path that is moved away during the walk is not said to be given" {
	whole_seconds
	touch "$tree/file" # is waited for
	chown -R 1000:1000 "$tree"
	keep_changing
	(
		until find /proc/[0-9]*/fd -lname "$tree" 2>/dev/null | grep -q .; do sleep 0.02; done
		mv "$tree" "$attic/data"
		ln -s /etc "$tree"
	) 3>&- &
	mover=$!
	namespace_run drop-init --seccomp none --chown "$tree,owner=1001:1001" -- true
	wait "$mover" "$changer" || true
	assert_status 125
	assert_stderr "drop-init: --chown $tree,owner=1001:1001: cannot open '$tree': Stale file handle (moved while it was walked: somebody else is at work there)"
	assert_equal "$(stat -c %u "$attic/data" /etc)" $'1000\n0'
}
