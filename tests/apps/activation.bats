#!/usr/bin/env bats
# shellcheck disable=SC2154 # recipe.bash sets the results
# Daemons that systemd would activate, activated by drop-init: Debian's dockerd and podman. They make containers, so
# they stay root and nothing is dropped that was not asked for; the socket is what drop-init is for here.

load recipe

setup_file() {
	recipe_build dockerd
	recipe_build podman
}

ask() { namespace_visit curl --fail --silent --max-time 10 --unix-socket "$@"; }

@test "dockerd -H fd:// serves its API on the socket that was bound for it, to the group docker" {
	recipe_start -p dockerd
	wait_inside "answer from dockerd" ask /run/docker.sock http://docker/_ping
	assert_equal "$(ask /run/docker.sock http://docker/_ping)" OK
	assert_equal "$(namespace_visit stat -c '%U:%G %a' /run/docker.sock)" "root:docker 660"
	recipe_stop 0 10
	assert_stdout ''
}

@test "podman system service serves its API on the socket that was bound for it" {
	recipe_start -p podman
	wait_inside "answer from podman" ask /run/podman.sock http://podman/_ping
	assert_equal "$(ask /run/podman.sock http://podman/_ping)" OK
	assert_equal "$(namespace_visit stat -c '%U:%G %a' /run/podman.sock)" "root:users 660"
	recipe_stop 0 10
	assert_stdout ''
}
