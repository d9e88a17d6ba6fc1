#!/usr/bin/env bats
# shellcheck disable=SC2154 # recipe.bash sets the results
# Django with a migration before it, a job every hour and an exporter beside it.

bats_require_minimum_version 1.5.0

load recipe

setup_file() {
	recipe_build django Dockerfile.helpers
}

page="Django, served by user 5678 in groups [5678]"
status_of() { namespace_exec drop-init --status | awk -v name="$1" '$1 == name { print $2 }'; }
is() { [ "$(status_of "$1")" = "$2" ]; }

@test "the migration ends before the web server starts; the job has run, and the exporter answers" {
	recipe_start django/Dockerfile.helpers
	assert_page http://127.0.0.1/ "$page"
	is migrate "done"
	eventually grep -q 'Applying sessions.0001_initial... OK' "$namespace/stdout"
	eventually is clear sleeping
	wait_url http://127.0.0.1:9100/
	[[ $(body http://127.0.0.1:9100/) == "visits_total "* ]]
	namespace_exec sh -c "$("$recipe_reader" health "$recipes/django/Dockerfile.helpers")"
	recipe_stop 0 10
}

@test "a migration that fails ends the container with its status, and nothing was served" {
	recipe_start -e DATABASE=/nowhere/db.sqlite3 django/Dockerfile.helpers
	namespace_wait
	assert_status 1
	grep -q '^drop-init: migrate: ' "$namespace/stderr"
	run -1 grep -q gunicorn "$namespace/stderr"
}

@test "an exporter that is not there is a message, and the shop stays open" {
	recipe_start django/Dockerfile.helpers
	assert_page http://127.0.0.1/ "$page"
	namespace_exec drop-init --signal KILL exporter
	wait_output "drop-init: exporter: "
	namespace_exec drop-init --status # an optional helper's back-off is nobody's illness
	assert_page http://127.0.0.1/ "$page"
	namespace_stop
	assert_status 0
}
