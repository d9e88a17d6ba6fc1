#!/usr/bin/env bats
# What `make dist` has made: each artefact unpacked, run, and compared with what is said of it (make check-dist).

# shellcheck disable=SC2153,SC2154,SC2030,SC2031 # engine.bash's, bats' own
bats_require_minimum_version 1.5.0
load containers/engine

setup_file() {
	host=$(dpkg --print-architecture)
	dist=$BUILD/dist work=$BUILD/dist.work inputs=$BUILD/dist.inputs
	version=$(engine_version)
	commit=$(git -c safe.directory='*' rev-parse --short=12 HEAD)
	other=$([ "$host" = amd64 ] && echo arm64 || echo amd64)
	export dist work inputs version commit host other
	[ -e "$dist/SHA256SUMS" ] || { echo "there is no $dist: make dist" && return 1; }
}

fail() { echo "$*" >&2 && return 1; }

# run_for ARCH PROGRAM ARG...: by an emulator where it is not this machine's. It runs a program, not what PID 1 does.
run_for() {
	local emulator=()
	[ "$1" = "$host" ] || case $1 in arm64) emulator=(qemu-aarch64) ;; amd64) emulator=(qemu-x86_64) ;; esac
	"${emulator[@]}" "${@:2}"
}

@test "SHA256SUMS names every file of the release, and each is what it says" {
	cd "$dist"
	sha256sum --quiet --strict -c SHA256SUMS
	diff <(cut -c67- SHA256SUMS | sort) <(find . -type f ! -name SHA256SUMS -printf '%P\n' | sort)
	for arch in amd64 arm64; do
		for file in "drop-init-$version-$arch"{,.tar.gz,.cdx.json,.spdx.json,.openvex.json} "drop-seccomp-$version-$arch" \
			"drop-init_${version}_$arch.deb"; do
			[ -s "$file" ] || fail "there is no $file"
		done
	done
}

@test "the programs need nothing of where they run, and say their version, architecture and commit" {
	local note
	for arch in amd64 arm64; do
		for program in drop-init drop-seccomp; do
			file=$dist/$program-$version-$arch
			run -0 run_for "$arch" "$file" --version
			[ "$output" = "$program $version ($arch, $commit)" ] || fail "$output"
			! readelf -lW "$file" | grep -E 'INTERP|NEEDED' || fail "$file is dynamic"
			! strings "$file" | grep -F -e "$BUILD" -e /tmp/drop-init-dist || fail "$file knows where it was built"
			note=$(readelf -nW "$file" | sed -n 's/.*Packaging Metadata: //p')
			[ "$(value name) $(value version) $(value architecture)" = "$program $version $arch" ] || fail "$note"
			grep -qF "\"$(value appCpe)\"" "$dist/drop-init-$version-$arch.cdx.json" || fail "the SBOM does not know $note"
		done
		[ "$(stat -c %s "$dist/drop-init-$version-$arch")" -le 393216 ]
	done
	cmp "$dist/drop-init-$version-$host" "$work/drop-init-$version/build/$host/drop-init"
}

value() { python3 -c 'import json, sys; print(json.loads(sys.argv[2])[sys.argv[1]])' "$1" "$note"; }

@test "the other architecture's drop-seccomp compiles the same filter as this one's" {
	for arch in "$host" "$other"; do
		run_for "$arch" "$dist/drop-seccomp-$version-$arch" compile --strict --arch x86_64 --arch aarch64 --kernel 6.1 \
			-o "$BATS_TEST_TMPDIR/$arch.bpf" seccomp/profiles/default.json
	done
	cmp "$BATS_TEST_TMPDIR/amd64.bpf" "$BATS_TEST_TMPDIR/arm64.bpf"
}

@test "each archive holds the two programs, what goes with them, and the licence of all that is linked in" {
	for arch in amd64 arm64; do
		tar -xzf "$dist/drop-init-$version-$arch.tar.gz" -C "$BATS_TEST_TMPDIR"
		cd "$BATS_TEST_TMPDIR/drop-init-$version-$arch"
		cmp drop-init "$dist/drop-init-$version-$arch"
		cmp drop-seccomp "$dist/drop-seccomp-$version-$arch"
		[ "$(find . -type f ! -name '*.json' -printf '%P\n' | LC_ALL=C sort | tr '\n' ' ')" = "LICENSE drop-init drop-init.8 \
drop-init.bash drop-seccomp drop-seccomp.1 drop-seccomp.bash licences/libc6-dev licences/libcap-ng \
licences/libjansson-dev licences/libseccomp-dev licences/musl-dev " ]
		[ "$(find profiles -name '*.json' | wc -l)" -ge 3 ]
		[ "$(tar -tvzf "$dist/drop-init-$version-$arch.tar.gz" | awk '{ print $2 }' | sort -u)" = 0/0 ]
	done
}

@test "the sources make the very programs that were released, and what the LGPL asks for is beside them" {
	local source
	tar -xzf "$dist/drop-init-$version.tar.gz" -C "$BATS_TEST_TMPDIR"
	git -c safe.directory='*' ls-tree -r --name-only HEAD | sort >"$BATS_TEST_TMPDIR/committed"
	(cd "$BATS_TEST_TMPDIR/drop-init-$version" && find . ! -type d -printf '%P\n' | sort) |
		diff "$BATS_TEST_TMPDIR/committed" -
	tar -xf "$dist/drop-init-$version-libraries.tar" -C "$BATS_TEST_TMPDIR"
	cd "$BATS_TEST_TMPDIR/drop-init-$version-libraries"
	while read -r _ source of; do
		case $source in glibc | libseccomp) ;; *) continue ;; esac
		compgen -G "${source}_${of%-*}.orig.tar.*" || fail "$source $of"
		compgen -G "${source}_$of.debian.tar.*" || fail "$source $of"
	done < <(cat "$inputs"/packages-*)
	make -s -C "$BATS_TEST_TMPDIR/drop-init-$version" COMMIT="$commit" LIBCAP_NG="$(echo "$PWD"/libcap-ng*)" \
		BUILD=build build/drop-init >"$BATS_TEST_TMPDIR/log" 2>&1 || fail "$(cat "$BATS_TEST_TMPDIR/log")"
	cmp "$BATS_TEST_TMPDIR/drop-init-$version/build/drop-init" "$dist/drop-init-$version-$host"
}

# linked ARCH: "program source version" for each package that owns an archive in the linker's maps.
linked() {
	local program archive package build=$work/drop-init-$version/build/$1
	for program in drop-init drop-seccomp; do
		grep -ohE '^/?[^ ]+\.a\(' "$build/$program.map" "$build/image/$program.map" 2>/dev/null | tr -d '(' | sort -u |
			while IFS= read -r archive; do
				case $archive in
				*/libcap-ng.a) echo "$program libcap-ng $(sed -n 's/^libcap-ng.* //p' "$inputs/packages-$1")" ;;
				*/sysroot/*/static/*) package_of "$program" "$inputs"/sysroot/"$1"/packages/libc6-dev_*.deb ;;
				*/sysroot/*)
					for package in "$inputs/sysroot/$1"/packages/*.deb; do
						! dpkg-deb -c "$package" | grep -qF " .${archive#*/sysroot/"$1"}" || package_of "$program" "$package"
					done
					;;
				*) installed "$program" "$archive" ;;
				esac
			done
	done | sort -u
}

# shellcheck disable=SC2016 # dpkg's own
package_of() { dpkg-deb -W --showformat "$1 "'${source:Package} ${source:Version}\n' "$2"; }

installed() {
	local package
	package=$(dpkg -S "$(realpath "$2")" | cut -d: -f1)
	case $package in
	*-cross) echo "$1 ${package/libgcc-/gcc-}" | sed "s/-dev-.*/ $(dpkg-query -W -f '${Version}' "$package")/" ;;
	*) dpkg-query -W -f "$1 "'${source:Package} ${source:Version}\n' "$package" ;;
	esac
}

@test "the SBOMs are valid, and name what the linker took, no more and no less" {
	local schemas=$BUILD/dist.schemas
	if [ ! -e "$schemas/package/res/schema" ]; then
		mkdir -p "$schemas"
		(cd "$schemas" && npm pack --silent @cyclonedx/cyclonedx-library@10.3.0 3>&- | xargs -I{} tar -xzf {} package/res)
	fi
	for arch in amd64 arm64; do
		linked "$arch" >"$BATS_TEST_TMPDIR/linked"
		[ "$(cut -d' ' -f1 "$BATS_TEST_TMPDIR/linked" | sort -u | wc -l)" = 2 ] || fail "$(cat "$BATS_TEST_TMPDIR/linked")"
		tests/release/bom.py "$schemas/package/res/schema" "$dist" "$version" "$arch" "$BATS_TEST_TMPDIR/linked"
	done
}

@test "what the VEX document says is not linked in is in no program" {
	grep -q CVE-2025-26519 "$dist/drop-init-$version-$host.openvex.json"
	for arch in amd64 arm64; do
		nm "$work/drop-init-$version/build/$arch/drop-init.debug" >"$BATS_TEST_TMPDIR/symbols"
		grep -q ' capng_apply$' "$BATS_TEST_TMPDIR/symbols"
		! grep -E ' _*iconv' "$BATS_TEST_TMPDIR/symbols" || fail "$arch"
	done
}

@test "lintian finds nothing in the Debian packages, and they hold the programs that were released" {
	for arch in amd64 arm64; do
		deb=$dist/drop-init_${version}_$arch.deb
		run -0 lintian --allow-root --fail-on error,warning "$deb"
		[ "$output" = '' ] || fail "$output"
		mkdir "$BATS_TEST_TMPDIR/$arch"
		dpkg-deb -x "$deb" "$BATS_TEST_TMPDIR/$arch"
		for program in drop-init drop-seccomp; do
			cmp "$BATS_TEST_TMPDIR/$arch/usr/bin/$program" "$dist/$program-$version-$arch"
		done
		for file in man/man8/drop-init.8.gz man/man1/drop-seccomp.1.gz bash-completion/completions/drop-init \
			drop-init/profiles/default.json doc/drop-init/copyright doc/drop-init/licences/libcap-ng.gz; do
			[ -s "$BATS_TEST_TMPDIR/$arch/usr/share/$file" ] || fail "$file"
		done
		[ "$(dpkg-deb -f "$deb" Version Architecture)" = $'Version: '"$version"$'\nArchitecture: '"$arch" ]
	done
}

@test "the Debian package is installed, steps down, is upgraded and goes, on a minimal Debian" {
	local deb=drop-init_${version}_$host.deb newer=$BATS_TEST_TMPDIR/newer archives=$BUILD/fresh/bookworm.packages
	mkdir -p "$archives"
	dpkg-deb -R "$dist/$deb" "$newer"
	sed -i "s/^Version: .*/&.1/" "$newer/DEBIAN/control"
	dpkg-deb --root-owner-group -b "$newer" "$archives/drop-init-newer.deb" >/dev/null
	run -0 tests/fresh -r bookworm "set -e
		dpkg -i /root/dist/$deb
		docker/package/debian/tests/step-down
		drop-init --version
		dpkg -i /var/cache/apt/archives/drop-init-newer.deb
		docker/package/debian/tests/step-down
		dpkg-query -W -f '\${Version} \${Status}\n' drop-init
		apt-get -qq purge drop-init
		! ls -d /usr/bin/drop-* /usr/share/drop-init /usr/share/doc/drop-init /usr/share/man/man8/drop-init* 2>/dev/null"
	[[ $output == *"drop-init $version ($host, $commit)"* ]] || fail "$output"
	[[ $output == *"$version.1 install ok installed"* ]] || fail "$output"
}

@test "the image layout holds what it says, for both architectures" {
	mkdir "$BATS_TEST_TMPDIR/oci"
	tar -xf "$dist/drop-init-$version-oci.tar" -C "$BATS_TEST_TMPDIR/oci"
	for arch in amd64 arm64; do
		mkdir "$BATS_TEST_TMPDIR/$arch"
		skopeo --override-arch "$arch" copy --quiet "oci-archive:$dist/drop-init-$version-oci.tar" \
			"dir:$BATS_TEST_TMPDIR/$arch-image"
		layer=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["layers"][0]["digest"][7:])' \
			"$BATS_TEST_TMPDIR/$arch-image/manifest.json")
		tar -xzf "$BATS_TEST_TMPDIR/$arch-image/$layer" -C "$BATS_TEST_TMPDIR/$arch"
		for program in drop-init drop-seccomp; do
			cmp "$BATS_TEST_TMPDIR/$arch/$program" "$dist/$program-$version-$arch"
		done
	done
	cd "$BATS_TEST_TMPDIR/oci/blobs/sha256"
	for blob in *; do
		[ "$(sha256sum <"$blob")" = "$blob  -" ]
	done
	python3 - "$BATS_TEST_TMPDIR/oci" "$version" "$commit" <<-'END'
		import json, os, sys
		root, version, commit = sys.argv[1:]
		seen = set()
		def blob(descriptor):
		    path = os.path.join(root, "blobs/sha256", descriptor["digest"][7:])
		    assert os.path.getsize(path) == descriptor["size"], descriptor
		    seen.add(descriptor["digest"][7:])
		    return open(path, "rb").read()
		outer, = json.load(open(root + "/index.json"))["manifests"]
		index = json.loads(blob(outer))
		assert {(m["platform"]["os"], m["platform"]["architecture"]) for m in index["manifests"]} == \
		    {("linux", "amd64"), ("linux", "arm64")}
		for entry in index["manifests"]:
		    manifest = json.loads(blob(entry))
		    config = json.loads(blob(manifest["config"]))
		    [blob(layer) for layer in manifest["layers"]]
		    assert config["architecture"] == entry["platform"]["architecture"]
		    assert manifest["annotations"]["org.opencontainers.image.version"] == version
		    assert manifest["annotations"]["org.opencontainers.image.revision"] == commit
		    assert config["config"]["User"] == "65532:65532"
		assert seen == set(os.listdir(root + "/blobs/sha256")), "a blob that nobody names"
	END
}

@test "docker load and podman load take it, and it runs" {
	engine_start both
	for engine in docker podman; do
		"$engine" load -q -i "$dist/drop-init-$version-oci.tar" >"$BATS_TEST_TMPDIR/said" 2>&1 ||
			fail "$(cat "$BATS_TEST_TMPDIR/said")"
		name=drop-init:$version
		[ "$host" = amd64 ] || name+=-$host
		run -0 "$engine" run --rm --network none "$name" --version
		[ "$output" = "drop-init $version ($host, $commit)" ] || fail "$output"
		"$engine" rmi -f "drop-init:$version" "drop-init:$version-arm64" >/dev/null
	done
	engine_stop
}

@test "make sign signs the checksums, by gpg or minisign, and README's two lines verify them" {
	mkdir "$BATS_TEST_TMPDIR/build"
	cp -R "$dist" "$BATS_TEST_TMPDIR/build/dist"
	export GNUPGHOME=$BATS_TEST_TMPDIR/gpg
	mkdir -m 700 "$GNUPGHOME"
	gpg --batch --quiet --passphrase '' --quick-generate-key release@drop-init.example ed25519 sign never 3>&-
	make -s BUILD="$BATS_TEST_TMPDIR/build" KEY=release@drop-init.example sign 3>&-
	minisign -G -W -p "$BATS_TEST_TMPDIR/key.pub" -s "$BATS_TEST_TMPDIR/key" >/dev/null
	make -s BUILD="$BATS_TEST_TMPDIR/build" KEY="$BATS_TEST_TMPDIR/key" sign
	cd "$BATS_TEST_TMPDIR/build/dist"
	gpg --quiet --verify SHA256SUMS.asc SHA256SUMS
	minisign -Vq -p ../../key.pub -m SHA256SUMS
	echo >>"drop-init-$version-amd64"
	run -1 --separate-stderr sha256sum --quiet -c SHA256SUMS
	[ "$output" = "drop-init-$version-amd64: FAILED" ] || fail "$output"
	run -2 make -s -C "$ENGINE_ROOT" BUILD="$BATS_TEST_TMPDIR/build" KEY=release@drop-init.example sign
	run -2 make -s -C "$ENGINE_ROOT" BUILD="$BATS_TEST_TMPDIR/build" sign
	gpgconf --kill all
}

@test "a build that differs is no release: what differs is named and shown" {
	mkdir "$BATS_TEST_TMPDIR/one" "$BATS_TEST_TMPDIR/two"
	cp "$dist/drop-init_${version}_$host.deb" "$BATS_TEST_TMPDIR/one/drop-init.deb"
	docker/package/compare "$BATS_TEST_TMPDIR/one" "$BATS_TEST_TMPDIR/one"
	dpkg-deb -R "$BATS_TEST_TMPDIR/one/drop-init.deb" "$BATS_TEST_TMPDIR/unpacked"
	printf x >>"$BATS_TEST_TMPDIR/unpacked/usr/bin/drop-init"
	dpkg-deb --root-owner-group -b "$BATS_TEST_TMPDIR/unpacked" "$BATS_TEST_TMPDIR/two/drop-init.deb" >/dev/null
	run -1 docker/package/compare "$BATS_TEST_TMPDIR/one" "$BATS_TEST_TMPDIR/two"
	[[ $output == *usr/bin/drop-init* ]] || fail "$output"
	[[ $output == *"is not the same, see above" ]]
}

@test "it was built a second time by another user, in another folder" {
	grep -q "$work/drop-init-$version'\$" "$BUILD/dist.log"
	[ "$(grep -c "$work" "$BUILD/dist.again.log")" = 0 ]
	grep -qE "/drop-init-dist\.[^/]*/elsewhere/work/drop-init-$version'\$" "$BUILD/dist.again.log"
}
