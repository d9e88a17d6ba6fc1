#!/usr/bin/env bats
# shellcheck disable=SC2154 # recipe.bash sets the results
# Django and Flask as VS Code scaffolds them, on the ports that people ask for, writing to /app and to a folder
# that the image made as root.

load recipe

setup_file() {
	recipe_build flask
	recipe_build django
}

# Whether adduser adds a group "users" depends on the distribution.
appusers_groups() { recipe_id -G appuser | tr ' ' '\n' | sort -n | paste -sd,; }
as_appuser() { assert_dropped --uid 5678 --gid 5678 --groups "$(appusers_groups)" "$@"; }
page_of() { echo "$1, served by user 5678 in groups [$(appusers_groups | sed 's/,/, /g')]"; }

# METHOD PORT COMMAND...: no method where the port is not low.
flask_serves() {
	local method=$1 port=$2
	shift 2
	recipe_start ${method:+-e "$method"} flask "$@"
	assert_page "http://127.0.0.1:$port/" "$(page_of Flask)"
}
django_serves() {
	local method=$1 port=$2
	shift 2
	recipe_start ${method:+-e "$method"} django "$@"
	assert_page "http://127.0.0.1:$port/" "$(page_of Django)"
}

@test "Flask: the recipe as it is, gunicorn on port 5000" {
	flask_serves "$by_capability" 5000
	as_appuser "${with_capability[@]}"
	recipe_stop 0 3
	assert_stdout ''
}

@test "Flask: gunicorn on 8000, 1024 and 80" {
	local port
	for port in 8000 1024 80; do
		flask_serves "$by_capability" "$port" gunicorn --bind "0.0.0.0:$port" app:app
		as_appuser "${with_capability[@]}"
		recipe_stop 0 3
		assert_stdout ''
	done
}

@test "Flask: flask run on 5000, 1024 and 80" {
	local port
	for port in 5000 1024 80; do
		flask_serves "$by_capability" "$port" flask run --host 0.0.0.0 --port "$port"
		as_appuser "${with_capability[@]}"
		recipe_stop 143 3
	done
}

@test "Flask: gunicorn and flask run bind port 80 with no capability, through the broker" {
	flask_serves "$by_broker" 80 gunicorn --bind 0.0.0.0:80 app:app
	as_appuser "${with_broker[@]}"
	recipe_stop 0 3
	flask_serves "$by_broker" 80 flask run --host 0.0.0.0 --port 80
	as_appuser "${with_broker[@]}"
	recipe_stop 143 3
}

@test "Django: the recipe as it is, gunicorn on port 8000" {
	django_serves "$by_capability" 8000
	as_appuser "${with_capability[@]}"
	recipe_stop 0 3
	assert_stdout ''
}

@test "Django: gunicorn on 1024 and 80" {
	local port
	for port in 1024 80; do
		django_serves "$by_capability" "$port" gunicorn --bind "0.0.0.0:$port" web.wsgi
		as_appuser "${with_capability[@]}"
		recipe_stop 0 3
		assert_stdout ''
	done
}

@test "Django: manage.py runserver on 8000, 1024 and 80" {
	local port
	for port in 8000 1024 80; do
		django_serves "$by_capability" "$port" python3 manage.py runserver --noreload "0.0.0.0:$port"
		as_appuser "${with_capability[@]}"
		recipe_stop 143 3
	done
}

@test "Django: manage.py runserver with its reloader stops at once with its own status" {
	django_serves "$by_broker" 80 python3 manage.py runserver 0.0.0.0:80
	as_appuser "${with_broker[@]}"
	# Django's reloader kills the server that it watches, so a killed process is its own doing here.
	namespace_stop
	assert_status 0
	[ "$elapsed" -lt 3000 ]
}

@test "Django: gunicorn and manage.py runserver bind port 80 with no capability, through the broker" {
	django_serves "$by_broker" 80 gunicorn --bind 0.0.0.0:80 web.wsgi
	as_appuser "${with_broker[@]}"
	recipe_stop 0 3
	django_serves "$by_broker" 80 python3 manage.py runserver --noreload 0.0.0.0:80
	as_appuser "${with_broker[@]}"
	recipe_stop 143 3
}

@test "without --chown /extra, --writable /extra says which path is in the way and which option mends it" {
	recipe_start -E drop-init flask --user appuser --writable /extra -- \
		gunicorn --bind 0.0.0.0:5000 app:app
	namespace_wait
	assert_status 125
	assert_stdout ''
	[ "$(wc -l <"$namespace/stderr")" = 1 ]
	assert_stderr_has "drop-init: --writable /extra: "
	assert_stderr_has "--chown /extra"
}

@test "with --chown /extra, --writable /extra is content" {
	recipe_start -E drop-init flask --user appuser --chown /app --chown /extra --writable /extra -- \
		gunicorn --bind 0.0.0.0:5000 app:app
	assert_page http://127.0.0.1:5000/ "$(page_of Flask)"
	as_appuser
	recipe_stop 0 3
}

@test "without any option for port 80, the server's own error is what one sees" {
	recipe_start -E drop-init flask --user appuser -- flask run --port 80
	namespace_wait
	assert_status 1
	assert_stderr_has "Permission denied"
	run grep drop-init: "$namespace/stderr"
	[ "$status" = 1 ]
}

@test "--check --allow-port 80 says what would help to bind it, and starts nothing" {
	recipe_start -E drop-init flask --user appuser --check --allow-port 80 -- flask run --port 80
	namespace_wait
	assert_status 0
	assert_stderr ''
	assert_stdout_has "ok  allow-port  80: "
}
