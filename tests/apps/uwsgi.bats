#!/usr/bin/env bats
# shellcheck disable=SC2154 # recipe.bash sets the results
# uWSGI with Django and a Celery worker behind nginx, and Redis as the broker: three containers in a pod, each under
# drop-init, with the web server's Unix socket on a volume that two of them share.

load recipe

setup_file() {
	recipe_build uwsgi
	recipe_build uwsgi Dockerfile.nginx
	recipe_build uwsgi Dockerfile.redis
}

setup() {
	namespace_select redis
	recipe_start uwsgi/Dockerfile.redis
	wait_output "Ready to accept connections"
	namespace_select web
	namespace_pod redis
	recipe_start uwsgi
	namespace_select nginx
	namespace_pod redis
	recipe_start -v "$namespace_folder/web/volumes/run/web:/run/web" uwsgi/Dockerfile.nginx
	assert_page http://127.0.0.1/ "uWSGI, served by user 1001 in groups [1001]"
	namespace_select web
	start_task 0
	wait_task SUCCESS
}

start_task() { task=$(body "http://127.0.0.1/start/$1"); } # of so many seconds
wait_task() { eventually task_is "$1" || namespace_fail "the Celery task is not $1"; }
task_is() { namespace_visit redis-cli get "celery-task-meta-$task" | grep -q "\"status\": \"$1\""; }

connect_as() { # USER GROUP
	namespace_visit setpriv --reuid "$1" --regid "$2" --clear-groups \
		python3 -c 'import socket; socket.socket(socket.AF_UNIX).connect("/run/web/uwsgi.sock")'
}

@test "uWSGI, Celery, nginx and Redis each step down, and all of them end with a stop" {
	assert_dropped --uid 1001 --gid 1001 --groups 1001
	namespace_table | grep -qE ' (python3|celery) ' || namespace_fail "Celery is not in uWSGI's container"
	recipe_stop 0 10

	namespace_select nginx
	assert_dropped --uid 33 --gid 33 --groups 33
	recipe_stop 0 3
	assert_stdout ''

	namespace_select redis
	assert_dropped --uid "$(recipe_id -u redis)" --gid "$(recipe_id -g redis)" --groups "$(recipe_id -g redis)"
	recipe_stop 0 3
}

@test "the socket is www-data:webuser, mode 660: nginx can connect, webuser's group can, another user cannot" {
	assert_equal "$(namespace_visit stat -c '%U:%G %a' /run/web/uwsgi.sock)" "www-data:webuser 660"
	connect_as www-data www-data
	connect_as nobody webuser
	run connect_as nobody nogroup
	[ "$status" = 1 ]
	[[ $output == *"Permission denied" ]]
}

@test "HUP reloads uWSGI gracefully: not one request fails under load" {
	local clients=() codes=$BATS_TEST_TMPDIR/codes
	for _ in 1 2 3; do
		namespace_visit curl -s -o /dev/null -w '%{http_code}\n' 'http://127.0.0.1/?[1-100000]' >>"$codes" &
		clients+=($!)
	done
	eventually test -s "$codes"
	namespace_signal HUP
	eventually reloaded || namespace_fail "uWSGI did not reload"
	kill "${clients[@]}"
	wait "${clients[@]}" || true
	assert_equal "$(sort -u "$codes")" 200 "HTTP status"
	[ "$(wc -l <"$codes")" -gt 100 ]
	assert_dropped --uid 1001 --gid 1001 --groups 1001
	# It has started Celery anew, which leaves its children behind where a stop comes while it forks them.
	start_task 0
	wait_task SUCCESS
	recipe_stop 0 10
}
# Both workers have said it before, and both say it again.
reloaded() { [ "$(grep -c "WSGI app 0 .* ready" "$namespace/stderr")" = 4 ]; }

@test "a Celery task that runs when the container is stopped finishes, and its result is there" {
	start_task 4
	wait_task STARTED
	recipe_stop 0 15
	[ "$elapsed" -gt 2000 ]
	namespace_select redis
	task_is SUCCESS
}
