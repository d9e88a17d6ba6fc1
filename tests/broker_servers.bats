#!/usr/bin/env bats
# 28 servers, as they are: each answers on port 80 as uid 1000 with empty capability sets, on its own socket and
# on one that PID 1 has made for it.

# shellcheck disable=SC2086,SC2034,SC2154 # a way is a word or two; variables of servers.bash
load namespace
load servers

outer=$BUILD/probe/broker_outer

setup_file() { servers_prepare "$BATS_FILE_TMPDIR/work"; }

setup() {
	needs listener
	export PYTHONDONTWRITEBYTECODE=1
	server_work=$BATS_FILE_TMPDIR/work
	chmod 755 "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR"
}

# The server that the test is called after, by either way.
serves() {
	local way url
	server "$BATS_TEST_DESCRIPTION"
	for way in env "$outer pidfd_getfd=EPERM"; do
		namespace_start $way drop-init --user app --allow-port 80 --port-method broker -- "${server_command[@]}"
		for url in "${server_urls[@]}"; do
			wait_url "$url"
			assert_equal "$(namespace_visit curl --silent --max-time 5 "$url")" "$server_body" "answer from $url"
		done
		assert_dropped --uid 1000 --gid 1000 --groups 1000 --init-caps 400
		namespace_stop TERM
	done
}

@test "http.server" { serves; }

@test "http.server on IPv6" { serves; }

@test "Flask" { serves; }

@test "Flask with its reloader" { serves; }

@test "Django" { serves; }

@test "Django with its reloader" { serves; }

@test "gunicorn with two workers" { serves; }

@test "gunicorn with SO_REUSEPORT" { serves; }

@test "gunicorn on IPv6" { serves; }

@test "gunicorn with threads and its reloader" { serves; }

@test "uWSGI with a router process" { serves; }

@test "uWSGI with workers that listen" { serves; }

@test "Tornado" { serves; }

@test "Tornado, forked" { serves; }

@test "CherryPy" { serves; }

@test "uvicorn" { serves; }

@test "uvicorn with two workers" { serves; }

@test "Node on IPv4" { serves; }

@test "Node on both" { serves; }

@test "Node, a cluster" { serves; }

@test "nginx on IPv4" { serves; }

@test "nginx on IPv6" { serves; }

@test "nginx on both" { serves; }

@test "nginx with SO_REUSEPORT" { serves; }

@test "busybox, static" { serves; }

@test "Go on IPv4, static" { serves; }

@test "Go on IPv6, static" { serves; }

@test "Go on both, static" { serves; }

@test "each server of the table has its test" {
	assert_equal "$(sed -n 's/^@test "\(.*\)" { serves; }$/\1/p' "$BATS_TEST_FILENAME")" \
		"$(server_names | sed '/^$/d')" servers
	assert_equal "$(server_names | grep -c .)" 28 "number of servers"
}
