#!/usr/bin/env bats
# docker/Dockerfile: the image that others copy from.

# shellcheck disable=SC2154 # engine.bash's
bats_require_minimum_version 1.5.0
load engine

setup_file() {
	engine_start both base drop-init
	# As people compile a profile of their own: while their image is built, with the program that is left out of it.
	cat >"$BATS_FILE_TMPDIR/compiled" <<-'END'
		FROM debian:bookworm AS profile
		COPY --from=drop-init /drop-seccomp /bin/
		COPY no-mkdir.json /
		RUN drop-seccomp compile --output /no-mkdir.bpf /no-mkdir.json
		FROM debian:bookworm
		COPY --from=drop-init /drop-init /sbin/
		COPY --from=profile /no-mkdir.bpf /etc/
		ENTRYPOINT ["drop-init", "--user", "1000:1000", "--seccomp", "/etc/no-mkdir.bpf", "--"]
	END
	cat >"$BATS_FILE_TMPDIR/json" <<-'END'
		FROM debian:bookworm
		COPY --from=drop-init /drop-init /drop-seccomp /sbin/
		COPY no-mkdir.json /etc/
		ENTRYPOINT ["drop-init", "--user", "1000:1000", "--seccomp", "/etc/no-mkdir.json", "--"]
	END
	cat >"$BATS_FILE_TMPDIR/no-mkdir.json" <<-'END'
		{"defaultAction": "SCMP_ACT_ALLOW",
		 "syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 1}]}
	END
	for engine in docker podman; do
		for image in compiled json; do
			image_build "$engine" "image-$image" -f "$BATS_FILE_TMPDIR/$image" "$BATS_FILE_TMPDIR"
		done
	done
}

teardown_file() { engine_stop; }

@test "the image holds the two programs and nothing else" {
	id=$(docker create --network none drop-init)
	docker export "$id" | tar -tv | awk '/^-/ && $3 > 0 { print $NF }' | sort >"$BATS_TEST_TMPDIR/files"
	[ "$(cat "$BATS_TEST_TMPDIR/files")" = $'drop-init\ndrop-seccomp' ]
}

@test "both programs run in it, where there is no library and no file" {
	for engine in docker podman; do
		run -0 "$engine" run --rm --network none drop-init --version
		[ "$output" = "$("$BUILD/drop-init" --version)" ]
		run -0 "$engine" run --rm --network none --entrypoint /drop-seccomp drop-init --version
		[ "$output" = "$("$BUILD/drop-seccomp" --version)" ]
	done
}

@test "from a clean clone docker build makes it, with no toolchain but that of its first stage" {
	local clone=$BATS_TEST_TMPDIR/clone
	git -c safe.directory='*' clone --quiet "file://$ENGINE_ROOT" "$clone"
	cd "$clone"
	docker build --network host -t image-cloned -f docker/Dockerfile . >"$BATS_TEST_TMPDIR/log" 2>&1 ||
		{ tail -n 30 "$BATS_TEST_TMPDIR/log" >&2 && false; }
	run -0 docker run --rm --network none image-cloned --version
	[ "$output" = "drop-init $(engine_version) ($(dpkg --print-architecture), $(git rev-parse --short=12 HEAD))" ]
	run -0 docker run --rm --network none --entrypoint /drop-seccomp image-cloned --version
	id=$(docker create --network none image-cloned)
	docker export "$id" | tar -t | grep -c '^drop-' | grep -qx 2
	docker image rm -f image-cloned >/dev/null
}

@test "its labels have the OCI annotations' names, and the version is the binary's" {
	docker image inspect -f '{{json .Config.Labels}}' drop-init >"$BATS_TEST_TMPDIR/labels"
	read -r _ version _ < <("$BUILD/drop-init" --version)
	/usr/bin/python3 - "$BATS_TEST_TMPDIR/labels" "$version" <<-'END'
		import json, sys
		labels = json.load(open(sys.argv[1]))
		prefix = "org.opencontainers.image."
		assert all(key.startswith(prefix) for key in labels), labels
		assert {key[len(prefix):] for key in labels} == \
		    {"title", "description", "version", "revision", "licenses", "authors"}, labels
		assert labels[prefix + "version"] == sys.argv[2] and labels[prefix + "licenses"] == "MIT", labels
	END
}

@test "--install: as an init container that is never root, into a volume" {
	for engine in docker podman; do
		mkdir -m 777 "$BATS_TEST_TMPDIR/$engine"
		"$engine" run --rm --network none --read-only --cap-drop ALL --security-opt no-new-privileges \
			-v "$BATS_TEST_TMPDIR/$engine:/injected" drop-init --install /injected/drop-init
		cmp "$BUILD/drop-init" "$BATS_TEST_TMPDIR/$engine/drop-init"
		[ "$(stat -c '%u %a' "$BATS_TEST_TMPDIR/$engine/drop-init")" = "65532 755" ]
	done
}

@test "a profile compiled while the image was built, and one in JSON compiled at the start, do the same" {
	for engine in docker podman; do
		for image in image-compiled image-json; do
			echo "$engine, $image:"
			run -0 "$engine" run --rm --network none "$image" id -u
			[ "$output" = 1000 ]
			run -1 "$engine" run --rm --network none "$image" mkdir /tmp/new
			[[ $output == *"Operation not permitted"* ]]
		done
	done
}
