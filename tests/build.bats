#!/usr/bin/env bats
# What make makes: what is installed, what is taken away again, and the completions.

load namespace

@test "make install puts everything under DESTDIR and PREFIX, and make uninstall takes it away" {
	local root=$BATS_TEST_TMPDIR/root
	make -s BUILD="$BUILD" DESTDIR="$root" PREFIX=/usr install
	(cd "$root" && find . -type f ! -name '*.json' | sort) >"$BATS_TEST_TMPDIR/files"
	diff - "$BATS_TEST_TMPDIR/files" <<-'END'
		./usr/bin/drop-init
		./usr/bin/drop-seccomp
		./usr/share/bash-completion/completions/drop-init
		./usr/share/man/man8/drop-init.8
	END
	[ -f "$root/usr/share/drop-init/profiles/default.json" ]
	"$root/usr/bin/drop-init" --version
	make -s BUILD="$BUILD" DESTDIR="$root" PREFIX=/usr uninstall
	[ -z "$(find "$root" -type f)" ]
}

@test "STATIC=0 builds a dynamic drop-init with the distribution's libcap-ng, which drops as well" {
	make -s -j2 STATIC=0 BUILD="$BATS_TEST_TMPDIR/build" "$BATS_TEST_TMPDIR/build/drop-init"
	readelf -d "$BATS_TEST_TMPDIR/build/drop-init" | grep -q 'NEEDED.*libcap-ng'
	namespace_run "$BATS_TEST_TMPDIR/build/drop-init" --user member sh -c 'id -G; grep -c "Cap.*0000000000000000" /proc/self/status'
	assert_status 0
	assert_stdout $'1002 2000 2001\n5'
	assert_stderr ''
}

# completed WORD...: what bash would offer for the last word.
completed() {
	# shellcheck disable=SC1090,SC1091 # built
	source "$BUILD/drop-init.bash"
	COMP_WORDS=(drop-init "$@")
	COMP_CWORD=$#
	_drop_init drop-init "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
	printf '%s\n' "${COMPREPLY[@]}"
}

@test "the completions know every option, and the words that some options take" {
	drop-init --help | grep -oE -- '--[a-z-]+' | sort -u >"$BATS_TEST_TMPDIR/options"
	completed -- >/dev/null
	completed --s | sort >"$BATS_TEST_TMPDIR/offered"
	diff <(grep -- '^--s' "$BATS_TEST_TMPDIR/options") "$BATS_TEST_TMPDIR/offered"
	[ "$(completed --port-method b)" = broker ]
	[ "$(completed --user roo)" = root ]
	[ "$(completed --log-format=)" = '' ]
}

@test "the man page has no mistakes that man knows of" {
	[ -z "$(groff -man -ww -z -Tutf8 init/cli/drop-init.8 2>&1)" ]
}

@test "the static drop-init takes 384 KiB at most" {
	size=$(stat -c %s "$BUILD/drop-init")
	[ "$size" -le 393216 ] || namespace_fail "$size bytes"
	assert_equal "$(readelf -lW "$BUILD/drop-init" | grep -c INTERP)" 0
}
