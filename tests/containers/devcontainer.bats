#!/usr/bin/env bats
# The dev container Feature, by the specification's own test tool against podman's service.

# shellcheck disable=SC2154,SC2034 # engine.bash's, and for page.bash
bats_require_minimum_version 1.5.0
load engine
load page

page=$BATS_TEST_DIRNAME/../../docker/devcontainer/README.md

# The tool gives the remote user the number of whoever runs it, which is what this Feature is there for: so it
# is run as somebody with a number that no image has.
runner=4242

setup_file() {
	engine_start podman base
	npm_ready
	export folder
	folder=$(mktemp -d /tmp/drop-init-devcontainer.XXXXXX)
	cp -r "$BUILD/feature" "$folder/feature"
	mkdir "$folder/home"
	chown -R "$runner:$runner" "$folder"
	# Not by the function: its number would be a shell's.
	/usr/bin/podman --root "$ENGINE_HOME/podman" --runroot "$ENGINE_RUN/podman" system service --time 0 \
		"unix://$folder/podman.sock" >"$folder/service.log" 2>&1 </dev/null 3>&- 8>&- &
	echo "$!" >"$folder/service.pid"
	wait_until 20 test -S "$folder/podman.sock"
	# One run of the tool is all the tests.
	features_test >"$folder/output" 2>&1 || echo "exit status $?" >>"$folder/output"
}

features_test() {
	tool features test --base-image debian:bookworm --project-folder "$folder/feature"
}

# With a name of its own, and the power to look into folders: this repository may be in root's.
# shellcheck disable=SC2016 # the shell's in the namespace
tool() {
	(cat /etc/passwd && echo "runner:x:$runner:$runner::$folder/home:/bin/sh") >"$folder/passwd"
	unshare --mount sh -c 'mount --bind "$0" /etc/passwd && exec "$@"' "$folder/passwd" \
		env -i PATH="$PATH" HOME="$folder/home" TMPDIR="$folder/home" \
		DOCKER_HOST="unix://$folder/podman.sock" DOCKER_BUILDKIT=0 \
		setpriv --reuid "$runner" --regid "$runner" --clear-groups --inh-caps +dac_override --ambient-caps +dac_override \
		node "$ENGINE_HOME/npm/node_modules/@devcontainers/cli/devcontainer.js" "$@" 3>&- 8>&-
}

teardown_file() {
	local images working
	kill "$(cat "$folder/service.pid")"
	podman volume rm -f drop-init-{modules,cache,extensions,init} shop-{modules,cache} >/dev/null
	# Builds that took a Dockerfile of theirs leave what they worked in, mounted.
	working=$(podman ps -a --external --format '{{.ID}} {{.Names}}' | awk '$2 ~ /^dev_container_feature/ { print $1 }')
	# shellcheck disable=SC2086 # a list of ids
	[ -z "$working" ] || podman rm -f $working >/dev/null
	images=$(podman images --format '{{.Repository}}:{{.Tag}}' | grep -E '/(vsc-|dev_container_feature)')
	# shellcheck disable=SC2086 # a list of names
	[ -z "$images" ] || podman rmi -f $images >/dev/null
	rm -rf "$folder"
	engine_stop
}

# passed NAME: the tool's report says so.
passed() {
	grep -qx "✅ Passed: *'$1'" "$folder/output" || { tail -60 "$folder/output" && return 1; }
}

@test "on any image: drop-init is on the PATH, and works" {
	passed drop-init
}

@test "named volumes belong to the remote user, whose number the tool has changed" {
	passed volumes
	grep -Fq "the remote user is number $runner, and the workspace belongs to $runner" "$folder/output"
}

@test "with overrideCommand false, drop-init is PID 1, as the remote user" {
	passed init
}

@test "nothing has failed" {
	run ! grep -E '❌|^exit status' "$folder/output"
}

@test "install.sh without the binary says how to get it" {
	cp -r "$ENGINE_ROOT/docker/devcontainer/src/drop-init" "$BATS_TEST_TMPDIR/bare"
	run "$BATS_TEST_TMPDIR/bare/install.sh"
	[ "$status" = 1 ]
	[ "$output" = "drop-init: the binary is not in this folder (make feature puts it there)" ]
}

@test "the page's example: a project with the Feature beside its devcontainer.json, opened by the tool" {
	local project=$folder/shop at
	mkdir -p "$project/.devcontainer"
	snippet volumes >"$project/.devcontainer/devcontainer.json"
	# What the engine of this machine wants besides.
	sed -i '1a "runArgs": ["--label", "file='"$BATS_TEST_FILENAME"'"],' "$project/.devcontainer/devcontainer.json"
	printf 'FROM debian:bookworm\nRUN useradd --create-home --uid 1000 dev\n' >"$project/.devcontainer/Dockerfile"
	[ "$(snippet feature)" = $'make feature\ncp -r build/feature/src/drop-init MY-PROJECT/.devcontainer/' ]
	cp -r "$BUILD/feature/src/drop-init" "$project/.devcontainer/"
	chown -R "$runner:$runner" "$project"
	tool up --workspace-folder "$project" >"$BATS_TEST_TMPDIR/up" 2>&1 || { cat "$BATS_TEST_TMPDIR/up" && return 1; }
	inside() { tool exec --workspace-folder "$project" "$@"; }
	[ "$(inside id -un)" = dev ]
	at=$(inside pwd | tr -d '\r')
	inside touch "$at/node_modules/a" /home/dev/.cache/a /home/dev/.cache/pip/a
	[ "$(inside stat -c %u "$at/node_modules" /home/dev/.cache /home/dev/.cache/pip | tr -d '\r' | uniq)" = "$runner" ]
	[ "$(inside stat -c %u /home | tr -d '\r')" = 0 ]
}

@test "the page's image with drop-init as PID 1 is the one that is tried" {
	diff <(snippet init) <(grep -v '^#' "$ENGINE_ROOT/docker/devcontainer/test/drop-init/init/Dockerfile")
}
