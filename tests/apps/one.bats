#!/usr/bin/env bats
# shellcheck disable=SC2154 # recipe.bash sets the results
# nginx, uWSGI with Django, a Celery worker, its beat and Redis in one container, side by side under one PID 1.

load recipe

setup_file() {
	export NAMESPACE_TIMEOUT=60
	recipe_build uwsgi Dockerfile.one
}

setup() {
	recipe_start uwsgi/Dockerfile.one
	wait_until 60 settled
	answers || namespace_fail "uWSGI does not answer"
}
settled() { answers || namespace_ended; }
answers() { [ "$(body http://127.0.0.1/ 2>/dev/null)" = "uWSGI, served by user 1001 in groups [1001]" ]; }

field() { # NAME FIELD
	namespace_exec drop-init --status --log-format json | python3 -c '
import json, sys
print(*(json.loads(line)[sys.argv[2]] for line in sys.stdin if json.loads(line)["name"] == sys.argv[1]))' "$@"
}
field_is() { [ "$(field "$1" "$2")" = "$3" ]; }

start_task() { task=$(body "http://127.0.0.1/start/$1"); } # of so many seconds
task_is() { namespace_visit redis-cli get "celery-task-meta-$task" 2>/dev/null | grep -q "\"status\": \"$1\""; }
wait_task() { wait_until "$2" task_is "$1" || namespace_fail "the Celery task is not $1"; }

# No process is root, and none can become it: not the keepers either.
assert_all_dropped() {
	namespace_table | awk -v users=" 33 1001 $(recipe_id -u redis) " '
		!index(users, " " $4 " ") || $7 $8 $9 $10 $11 !~ /^0+$/ || $12 != 1 { print; wrong = 1 }
		END { exit wrong || NR < 10 }'
}

@test "all five serve, no process is root, and a task of 20 s that is running at the stop finishes" {
	local name
	assert_all_dropped
	for name in redis worker beat uwsgi command; do field_is "$name" state running; done
	namespace_exec sh -c "$("$recipe_reader" health "$recipes/uwsgi/Dockerfile.one")"
	assert_equal "$(namespace_visit stat -c '%U:%G %a' /run/web/uwsgi.sock)" "www-data:webuser 660"
	start_task 20
	wait_task STARTED 20
	recipe_stop 0 60
	[ "$elapsed" -gt 10000 ]
	# Redis was the last to stop, and wrote what it had.
	grep -aq finished "$namespace/volumes/data/dump.rdb"
}

@test "--restart-helper worker lets a running task finish, and the next one runs in the new worker" {
	local first
	first=$(field worker pid)
	start_task 5
	wait_task STARTED 20
	namespace_exec drop-init --restart-helper worker
	wait_task SUCCESS 20
	another() { field_is worker state running && [ "$(field worker pid)" != "$first" ]; }
	wait_until 30 another
	start_task 0
	wait_task SUCCESS 30
	recipe_stop 0 60
}

@test "uWSGI that is killed is started again, and not one connection is refused meanwhile" {
	namespace_visit setpriv --reuid 33 --regid 33 --clear-groups python3 -c '
import socket, time
end = time.monotonic() + 5
while time.monotonic() < end:
    socket.socket(socket.AF_UNIX).connect("/run/web/uwsgi.sock")
    time.sleep(0.01)' &
	client=$!
	namespace_exec drop-init --signal KILL uwsgi
	wait "$client"
	wait_until 60 answers
	field_is uwsgi restarts 1
}

@test "HUP to uWSGI alone reloads it gracefully: not one request fails under load" {
	local clients=() codes=$BATS_TEST_TMPDIR/codes
	for _ in 1 2; do
		namespace_visit curl -s -o /dev/null -w '%{http_code}\n' 'http://127.0.0.1/?[1-100000]' >>"$codes" &
		clients+=($!)
	done
	eventually test -s "$codes"
	namespace_exec drop-init --signal HUP uwsgi
	reloaded() { [ "$(grep -c "WSGI app 0 .* ready" "$namespace/stderr")" = 4 ]; }
	wait_until 60 reloaded || namespace_fail "uWSGI did not reload"
	kill "${clients[@]}"
	wait "${clients[@]}" || true
	assert_equal "$(sort -u "$codes")" 200 "HTTP status"
	[ "$(wc -l <"$codes")" -gt 100 ]
	field_is uwsgi restarts 0
}

@test "when nginx dies the container ends with its status, and the others with it" {
	namespace_exec drop-init --signal KILL command
	namespace_wait 60
	assert_status 137
}
