# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # results are for those who load this; namespace.bash sets others
# Ours under another program's name, and that program, side by side.
#
#     load persona
#
# In a test, "tini" is then ours and "peer tini" is the machine's own.
#
#   same_as PEER ARG...    as PID 1, ours ends with the same status as PEER and writes exactly the same
#   peer COMMAND...        run this with the machine's own programs, whatever they are called

load namespace

persona_names=(tini docker-init dumb-init catatonit gosu su-exec)

setup_file() {
	mkdir "$BATS_FILE_TMPDIR/ours"
	for name in "${persona_names[@]}"; do
		ln -s "$BUILD/drop-init" "$BATS_FILE_TMPDIR/ours/$name"
	done
}

setup() {
	PATH=$BATS_FILE_TMPDIR/ours:$PATH
	# No variable of ours decides for them.
	unset TINI_SUBREAPER TINI_VERBOSITY TINI_KILL_PROCESS_GROUP DUMB_INIT_DEBUG DUMB_INIT_SETSID \
		CATATONIT_DEBUG
}

peer() { PATH=$NAMESPACE_PATH "$@"; }

same_as() {
	local expected
	peer namespace_run "$@"
	expected=$status
	cp "$namespace/stdout" "$BATS_TEST_TMPDIR/stdout"
	cp "$namespace/stderr" "$BATS_TEST_TMPDIR/stderr"
	namespace_run "$@"
	assert_equal "$status" "$expected" "exit status of $*" || return
	for stream in stdout stderr; do
		cmp -s "$BATS_TEST_TMPDIR/$stream" "$namespace/$stream" ||
			namespace_fail "$* writes to $stream, unlike ours: $(<"$BATS_TEST_TMPDIR/$stream")" || return
	done
}
