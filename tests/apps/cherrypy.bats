#!/usr/bin/env bats
# shellcheck disable=SC2154 # recipe.bash sets the results
# CherryPy on port 80 as nobody:nogroup with umask 077.

load recipe

setup_file() {
	recipe_build cherrypy
	recipe_build cherrypy Dockerfile.listen
}

serves_as_nobody() {
	# os.getgroups() holds no group 0, nor any other that nobody asked for.
	assert_page http://127.0.0.1/ "CherryPy, served by user 65534 in groups [65534]"
	assert_dropped --uid 65534 --gid 65534 --groups 65534 "$@"
	assert_equal "$(stat -c '%u:%g %a' "$namespace/volumes/data/visits")" "65534:65534 600" "umask 077"
	# CherryPy answers before it has started, and exits with 70 when it is stopped in between.
	wait_output "cherrypy: ready"
	recipe_stop 0 5
	assert_stdout "cherrypy: ready"
	assert_stderr ''
}

@test "cheroot takes the socket that was bound for it, as nobody:nogroup and with no capability" {
	recipe_start cherrypy/Dockerfile.listen
	serves_as_nobody
}

@test "cheroot binds port 80 itself, as nobody:nogroup with only CAP_NET_BIND_SERVICE" {
	recipe_start -e "$by_capability" cherrypy
	serves_as_nobody "${with_capability[@]}"
}

@test "cheroot binds port 80 itself, as nobody:nogroup with no capability, through the broker" {
	recipe_start -e "$by_broker" cherrypy
	serves_as_nobody "${with_broker[@]}"
}
