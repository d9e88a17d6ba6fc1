#!/usr/bin/env bats
# 28 servers, as they are: each answers on port 80 as uid 1000 with empty capability sets, on its own socket and
# on a fresh one that was put in its place.

load namespace
# shellcheck disable=SC2086 # a way is a word or two

outer=$BUILD/probe/broker_outer
servers=$BATS_TEST_DIRNAME/probe/servers
python=/usr/bin/python3

setup_file() {
	CGO_ENABLED=0 GOCACHE=${GOCACHE:-$BATS_FILE_TMPDIR/go} go build -o "$BATS_FILE_TMPDIR/go-server" "$servers/server.go"
	mkdir -m 777 "$BATS_FILE_TMPDIR/work"
	echo static >"$BATS_FILE_TMPDIR/work/index.html"
}

setup() {
	export PYTHONDONTWRITEBYTECODE=1
	chmod 755 "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR"
}

# serves 'URL...' BODY COMMAND...: every URL answers with BODY, by either way.
serves() {
	local urls=$1 body=$2 way url
	shift 2
	for way in env "$outer pidfd_getfd=EPERM"; do
		namespace_start $way drop-init --user app --allow-port 80 --port-method broker -- "$@"
		for url in $urls; do
			wait_url "$url"
			assert_equal "$(namespace_visit curl --silent --max-time 5 "$url")" "$body" "answer from $url"
		done
		assert_dropped --uid 1000 --gid 1000 --groups 1000 --init-caps 400
		namespace_stop TERM
	done
}

ipv4=http://127.0.0.1/
ipv6='http://[::1]/'

@test "http.server" { serves $ipv4 static "$python" -m http.server -d "$BATS_FILE_TMPDIR/work" 80; }

@test "http.server on IPv6" { serves "$ipv6" static "$python" -m http.server -b :: -d "$BATS_FILE_TMPDIR/work" 80; }

@test "Flask" { serves $ipv4 flask "$python" "$servers/flask_app.py" 0.0.0.0 80; }

@test "Flask with its reloader" { serves $ipv4 flask "$python" "$servers/flask_app.py" 0.0.0.0 80 reload; }

@test "Django" { serves $ipv4 django "$python" "$servers/django_app.py" runserver --noreload 0.0.0.0:80; }

@test "Django with its reloader" { serves $ipv4 django "$python" "$servers/django_app.py" runserver 0.0.0.0:80; }

@test "gunicorn with two workers" { serves $ipv4 flask gunicorn --chdir "$servers" -w 2 -b 0.0.0.0:80 flask_app:app; }

@test "gunicorn with SO_REUSEPORT" {
	serves $ipv4 flask gunicorn --chdir "$servers" -w 2 --reuse-port -b 0.0.0.0:80 flask_app:app
}

@test "gunicorn on IPv6" { serves "$ipv6" flask gunicorn --chdir "$servers" -b '[::]:80' flask_app:app; }

@test "gunicorn with threads and its reloader" {
	serves $ipv4 flask gunicorn --chdir "$servers" --reload --threads 4 -b 0.0.0.0:80 flask_app:app
}

@test "uWSGI with a router process" {
	serves $ipv4 flask uwsgi --plugin http,python3 --master --http 0.0.0.0:80 --chdir "$servers" --module flask_app:app --die-on-term
}

@test "uWSGI with workers that listen" {
	serves $ipv4 flask uwsgi --plugin python3 --master --processes 2 --http-socket 0.0.0.0:80 --chdir "$servers" \
		--module flask_app:app --die-on-term
}

@test "Tornado" { serves "$ipv4 $ipv6" tornado "$python" "$servers/tornado_app.py" 1; }

@test "Tornado, forked" { serves "$ipv4 $ipv6" tornado "$python" "$servers/tornado_app.py" 2; }

@test "CherryPy" { serves $ipv4 cherrypy "$python" "$servers/cherrypy_app.py"; }

@test "uvicorn" { serves $ipv4 uvicorn uvicorn --app-dir "$servers" --host 0.0.0.0 --port 80 asgi_app:app; }

@test "uvicorn with two workers" {
	serves $ipv4 uvicorn uvicorn --app-dir "$servers" --workers 2 --host 0.0.0.0 --port 80 asgi_app:app
}

@test "Node on IPv4" { serves $ipv4 node node "$servers/server.js" 0.0.0.0; }

@test "Node on both" { serves "$ipv4 $ipv6" node node "$servers/server.js"; }

@test "Node's cluster" { serves $ipv4 node env CLUSTER=1 node "$servers/server.js" 0.0.0.0; }

nginx() {
	local urls=$1 listen=$2
	sed "s#FOLDER#$BATS_FILE_TMPDIR/work#; s#LISTEN#$listen#" "$servers/nginx.conf" >"$BATS_FILE_TMPDIR/nginx.conf"
	serves "$urls" nginx nginx -e stderr -c "$BATS_FILE_TMPDIR/nginx.conf"
}

@test "nginx on IPv4" { nginx $ipv4 'listen 80;'; }

@test "nginx on IPv6" { nginx "$ipv6" 'listen [::]:80;'; }

@test "nginx on both" { nginx "$ipv4 $ipv6" 'listen 80; listen [::]:80;'; }

@test "nginx with SO_REUSEPORT" { nginx $ipv4 'listen 80 reuseport;'; }

@test "busybox, static" { serves $ipv4 static busybox httpd -f -p 80 -h "$BATS_FILE_TMPDIR/work"; }

@test "Go on IPv4, static" { serves $ipv4 go "$BATS_FILE_TMPDIR/go-server" tcp4; }

@test "Go on IPv6, static" { serves "$ipv6" go "$BATS_FILE_TMPDIR/go-server" tcp6; }

@test "Go on both, static" { serves "$ipv4 $ipv6" go "$BATS_FILE_TMPDIR/go-server" tcp; }
