#!/usr/bin/env bats
# shellcheck disable=SC2153 # BUILD is namespace.bash's
# What make makes: what is installed, what is taken away again, and the completions.

bats_require_minimum_version 1.5.0 # run -STATUS
load namespace

# Not in the test: on a busy machine it takes longer than a test may.
setup_file() {
	make -s -j2 STATIC=0 BUILD="$BATS_FILE_TMPDIR/dynamic" "$BATS_FILE_TMPDIR/dynamic/drop-init"
}

@test "make install puts everything under DESTDIR and PREFIX, and make uninstall takes it away" {
	local root=$BATS_TEST_TMPDIR/root
	make -s BUILD="$BUILD" DESTDIR="$root" PREFIX=/usr install
	(cd "$root" && find . -type f ! -name '*.json' | sort) >"$BATS_TEST_TMPDIR/files"
	diff - "$BATS_TEST_TMPDIR/files" <<-'END'
		./usr/bin/drop-init
		./usr/bin/drop-seccomp
		./usr/share/bash-completion/completions/drop-init
		./usr/share/bash-completion/completions/drop-seccomp
		./usr/share/man/man1/drop-seccomp.1
		./usr/share/man/man8/drop-init.8
	END
	[ -f "$root/usr/share/drop-init/profiles/default.json" ]
	"$root/usr/bin/drop-init" --version
	make -s BUILD="$BUILD" DESTDIR="$root" PREFIX=/usr uninstall
	[ -z "$(find "$root" -type f)" ]
}

@test "STATIC=0 builds a dynamic drop-init with the distribution's libcap-ng, which drops as well" {
	readelf -d "$BATS_FILE_TMPDIR/dynamic/drop-init" | grep -q 'NEEDED.*libcap-ng'
	namespace_run "$BATS_FILE_TMPDIR/dynamic/drop-init" --user member \
		sh -c 'id -G; grep -c "Cap.*0000000000000000" /proc/self/status'
	assert_status 0
	assert_stdout $'1002 2000 2001\n5'
	assert_stderr ''
}

@test "such a drop-init records, brokers and explains, as glibc makes no call that PID 1's filters lack" {
	local dynamic=$BATS_FILE_TMPDIR/dynamic/drop-init
	namespace_run "$dynamic" -q --user member --allow-port 80 --port-method broker \
		--record "$BATS_TEST_TMPDIR/recorded.json" -- \
		python3 -c 'import socket; socket.create_server(("", 80)); print("bound")'
	assert_status 0
	assert_stdout bound
	assert_stderr ''
	"$BUILD/drop-seccomp" check "$BATS_TEST_TMPDIR/recorded.json"
	namespace_run "$dynamic" --user member python3 -c 'import os; os.chroot("/")'
	assert_status 1
	[[ $stderr == *"python3[2]: chroot(2) denied by the seccomp profile 'default' (EPERM"* ]]
	namespace_start "$dynamic" --user member --with 'one: sleep 60' -- sleep 60
	eventually eval '[[ $(namespace_exec "$dynamic" --status) == *"one "*running* ]]'
	namespace_stop TERM
	assert_status 143
	assert_stderr ''
}

# An object from before a change of a struct made a program that said that the command has a filter, and gave it none.
@test "a header that has changed compiles again whatever includes it, also what both programs share" {
	local build=$BATS_FILE_TMPDIR/dynamic header=seccomp/filter/program.h
	find "$build/init" -name '*.d' -exec grep -l "$header" {} + | sed 's/d$/o/' | sort >"$BATS_TEST_TMPDIR/include"
	make -n STATIC=0 BUILD="$build" -W "$header" "$build/drop-init" |
		sed -n 's/.* -c -o \([^ ]*\) .*/\1/p' | sort >"$BATS_TEST_TMPDIR/compiled"
	grep -q /init/seccomp/ "$BATS_TEST_TMPDIR/include"
	run -0 comm -23 "$BATS_TEST_TMPDIR/include" "$BATS_TEST_TMPDIR/compiled"
	[ -z "$output" ]
}

# mirror VERSION[=ARCHIVE]...: from here on a mirror that names these versions of libcap-ng, and has these archives.
mirror() {
	local version archive repository=$BATS_TEST_TMPDIR/mirror
	mkdir -p "$repository" "$BATS_TEST_TMPDIR/lists"
	for version in "$@"; do
		archive=libcap-ng_${version%%=*}.orig.tar.gz
		: >"$repository/$archive"
		[[ $version != *=* ]] || cp "${version#*=}" "$repository/$archive"
		cat <<-END
			Package: libcap-ng
			Format: 3.0 (quilt)
			Version: ${version%%=*}-1
			Directory: .
			Checksums-Sha256:
			 $(sha256sum </dev/null | cut -d' ' -f1) 1 libcap-ng_${version%%=*}-1.dsc
			 $(sha256sum <"$repository/$archive" | cut -d' ' -f1) $(stat -c %s "$repository/$archive") $archive

		END
		[[ $version == *=* ]] || rm "$repository/$archive"
	done >"$repository/Sources"
	echo "deb [trusted=yes] file:$repository ./" >"$BATS_TEST_TMPDIR/lists/mirror.list"
}

# As a machine that has this mirror and no other.
with_mirror() {
	: >"$BATS_TEST_TMPDIR/sources.list"
	touch /etc/apt/sources.list
	# shellcheck disable=SC2016 # expanded inside
	unshare --mount sh -euc 'mount --bind "$0/sources.list" /etc/apt/sources.list
		mount --bind "$0/lists" /etc/apt/sources.list.d; exec "$@"' "$BATS_TEST_TMPDIR" "$@"
}

# What this drop-init was built from, however that was come by: $archive.
libcap_ng_archive() {
	archive=$BATS_TEST_TMPDIR/libcap-ng.tar.gz
	tar -czf "$archive" -C "$BUILD/musl" libcap-ng
}

@test "libcap-ng is built from any version that the mirror has" {
	libcap_ng_archive
	mirror 0.9.1 0.8.9="$archive" 0.8.1
	with_mirror .ci/libcap-ng "$BATS_TEST_TMPDIR/musl"
	[ -e "$BATS_TEST_TMPDIR/musl/libcap-ng_0.8.9.orig.tar.gz" ]
	nm "$BATS_TEST_TMPDIR/musl/libcap-ng.a" | grep -q ' T capng_apply$'
}

@test "without the source of libcap-ng, make says what to do; an archive will do, and nothing is fetched then" {
	libcap_ng_archive
	mirror 0.9.1
	run -2 with_mirror make -s BUILD="$BATS_TEST_TMPDIR/build" "$BATS_TEST_TMPDIR/build/musl/libcap-ng.a"
	[[ $output == *$'\n''libcap-ng: its source cannot be had by apt, see above (give its archive: make LIBCAP_NG=PATH;'\
' or make STATIC=0, for a program that is not static)'$'\n'* ]] || namespace_fail "$output"
	run -2 with_mirror make -s BUILD="$BATS_TEST_TMPDIR/build" LIBCAP_NG=/etc/passwd \
		"$BATS_TEST_TMPDIR/build/musl/libcap-ng.a"
	[[ $output == *"libcap-ng: '/etc/passwd' is no archive of its source"* ]] || namespace_fail "$output"
	with_mirror make -s BUILD="$BATS_TEST_TMPDIR/other" LIBCAP_NG="$archive" "$BATS_TEST_TMPDIR/other/musl/libcap-ng.a"
	[ ! -e "$BATS_TEST_TMPDIR/other/musl/apt" ]
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

@test "drop-seccomp's completions know its commands, options and profiles" {
	# shellcheck source=/dev/null
	. "$NAMESPACE_REPOSITORY/seccomp/drop-seccomp.bash"
	offered() { # WORD... : what the last one can become, in one line
		COMP_WORDS=(drop-seccomp "$@") COMP_CWORD=$#
		_drop_seccomp drop-seccomp "${COMP_WORDS[COMP_CWORD]}"
		echo "${COMPREPLY[*]}"
	}
	[ "$(offered '')" = "compile check explain show diff" ]
	[ "$(offered compile --)" = "--output --arch --caps --kernel --strict --help --version" ]
	[ "$(offered explain dock)" = docker-default ]
	[ "$(offered compile --arch ar)" = arm64 ]
}

@test "the man pages have no mistakes that man knows of" {
	[ -z "$(groff -man -ww -z -Tutf8 init/cli/drop-init.8 2>&1)" ]
	[ -z "$(groff -man -ww -z -Tutf8 seccomp/drop-seccomp.1 2>&1)" ]
}

@test "every command and option of drop-seccomp --help is in its man page" {
	drop-seccomp --help | grep -oE -- '--[a-z]+|drop-seccomp [a-z]+' | sort -u >"$BATS_TEST_TMPDIR/known"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/known")" -ge 11 ]
	page=$(groff -man -Tascii -P-cbou seccomp/drop-seccomp.1)
	while IFS= read -r word; do
		grep -qF -- "$word" <<<"$page" || namespace_fail "$word"
	done <"$BATS_TEST_TMPDIR/known"
}

@test "the static drop-init takes 384 KiB at most" {
	size=$(stat -c %s "$BUILD/drop-init")
	[ "$size" -le 393216 ] || namespace_fail "$size bytes"
	assert_equal "$(readelf -lW "$BUILD/drop-init" | grep -c INTERP)" 0
}
