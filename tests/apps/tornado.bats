#!/usr/bin/env bats
# shellcheck disable=SC2154 # recipe.bash sets the results
# Tornado on port 80 as projectuser, a system user: its own bind, and prebound sockets with several processes.

load recipe

setup_file() {
	recipe_build tornado
	recipe_build tornado Dockerfile.listen
}

project_page() { echo "Tornado, served by user $(recipe_id -u projectuser) in groups [$(recipe_id -g projectuser)]"; }
as_projectuser() {
	local gid
	gid=$(recipe_id -g projectuser)
	assert_dropped --uid "$(recipe_id -u projectuser)" --gid "$gid" --groups "$gid" "$@"
}

@test "unchanged http_server.listen(80) works as projectuser with only CAP_NET_BIND_SERVICE" {
	recipe_start -e "$by_capability" tornado
	assert_page http://127.0.0.1/ "$(project_page)"
	as_projectuser "${with_capability[@]}"
	recipe_stop 143 3
	assert_stdout "tornado: ready"
	assert_stderr ''
}

@test "unchanged http_server.listen(80) works as projectuser with no capability, through the broker" {
	recipe_start -e "$by_broker" tornado
	assert_page http://127.0.0.1/ "$(project_page)"
	as_projectuser "${with_broker[@]}"
	recipe_stop 143 3
	assert_stdout "tornado: ready"
	assert_stderr ''
}

@test "three processes share the prebound socket through add_sockets, and a stop reaches them all" {
	recipe_start tornado/Dockerfile.listen
	assert_page http://127.0.0.1/ "$(project_page)"
	# drop-init, the parent, and its three children.
	assert_equal "$(namespace_table | cut -d" " -f1 | sort -u | wc -l)" 5 "processes"
	as_projectuser
	recipe_stop 143 3
	assert_stdout ''
}
