# shellcheck shell=bash
# The servers that --allow-port is proved with, as they are, in namespaces and in containers: one table.
#
#     load servers
#     servers_prepare FOLDER     # what they need beside their sources: $server_work
#     server NAME                # sets server_urls, server_body and server_command
#
# They must find $server_sources and $server_work under these very paths, and be able to write to the second.

server_sources=$(cd "$(dirname "${BASH_SOURCE[0]}")/probe/servers" && pwd)

# NAME | which addresses answer | the whole answer | the command; SOURCES and WORK are the two folders.
server_table='
http.server                           | 4  | static   | /usr/bin/python3 -m http.server -d WORK 80
http.server on IPv6                   | 6  | static   | /usr/bin/python3 -m http.server -b :: -d WORK 80
Flask                                 | 4  | flask    | /usr/bin/python3 SOURCES/flask_app.py 0.0.0.0 80
Flask with its reloader               | 4  | flask    | /usr/bin/python3 SOURCES/flask_app.py 0.0.0.0 80 reload
Django                                | 4  | django   | /usr/bin/python3 SOURCES/django_app.py runserver --noreload 0.0.0.0:80
Django with its reloader              | 4  | django   | /usr/bin/python3 SOURCES/django_app.py runserver 0.0.0.0:80
gunicorn with two workers             | 4  | flask    | gunicorn --chdir SOURCES -w 2 -b 0.0.0.0:80 flask_app:app
gunicorn with SO_REUSEPORT            | 4  | flask    | gunicorn --chdir SOURCES -w 2 --reuse-port -b 0.0.0.0:80 flask_app:app
gunicorn on IPv6                      | 6  | flask    | gunicorn --chdir SOURCES -b [::]:80 flask_app:app
gunicorn with threads and its reloader| 4  | flask    | gunicorn --chdir SOURCES --reload --threads 4 -b 0.0.0.0:80 flask_app:app
uWSGI with a router process           | 4  | flask    | uwsgi --plugin http,python3 --master --http 0.0.0.0:80 --chdir SOURCES --module flask_app:app --die-on-term
uWSGI with workers that listen        | 4  | flask    | uwsgi --plugin python3 --master --processes 2 --http-socket 0.0.0.0:80 --chdir SOURCES --module flask_app:app --die-on-term
Tornado                               | 46 | tornado  | /usr/bin/python3 SOURCES/tornado_app.py 1
Tornado, forked                       | 46 | tornado  | /usr/bin/python3 SOURCES/tornado_app.py 2
CherryPy                              | 4  | cherrypy | /usr/bin/python3 SOURCES/cherrypy_app.py
uvicorn                               | 4  | uvicorn  | uvicorn --app-dir SOURCES --host 0.0.0.0 --port 80 asgi_app:app
uvicorn with two workers              | 4  | uvicorn  | uvicorn --app-dir SOURCES --workers 2 --host 0.0.0.0 --port 80 asgi_app:app
Node on IPv4                          | 4  | node     | node SOURCES/server.js 0.0.0.0
Node on both                          | 46 | node     | node SOURCES/server.js
Node, a cluster                       | 4  | node     | env CLUSTER=1 node SOURCES/server.js 0.0.0.0
nginx on IPv4                         | 4  | nginx    | nginx -e stderr -c WORK/ipv4.conf
nginx on IPv6                         | 6  | nginx    | nginx -e stderr -c WORK/ipv6.conf
nginx on both                         | 46 | nginx    | nginx -e stderr -c WORK/both.conf
nginx with SO_REUSEPORT               | 4  | nginx    | nginx -e stderr -c WORK/reuseport.conf
busybox, static                       | 4  | static   | busybox httpd -f -p 80 -h WORK
Go on IPv4, static                    | 4  | go       | WORK/go-server tcp4
Go on IPv6, static                    | 6  | go       | WORK/go-server tcp6
Go on both, static                    | 46 | go       | WORK/go-server tcp
'

servers_prepare() {
	server_work=$1
	mkdir -m 777 "$server_work"
	cp "$BUILD/probe/go-server" "$server_work"
	echo static >"$server_work/index.html"
	server_nginx ipv4 'listen 80;'
	server_nginx ipv6 'listen [::]:80;'
	server_nginx both 'listen 80; listen [::]:80;'
	server_nginx reuseport 'listen 80 reuseport;'
}

server_nginx() {
	sed "s#FOLDER#$server_work#; s#LISTEN#$2#" "$server_sources/nginx.conf" >"$server_work/$1.conf"
}

# One name a line.
server_names() { sed -n 's/ *|.*//p' <<<"$server_table"; }

# shellcheck disable=SC2034 # results
server() {
	local row families words
	row=$(sed -n "s/^$1 *| *//p" <<<"$server_table")
	[ -n "$row" ] || { echo "no server is called '$1'" >&2 && return 1; }
	IFS=' |' read -r families server_body words <<<"$row"
	server_urls=()
	[[ $families != *4* ]] || server_urls+=(http://127.0.0.1/)
	[[ $families != *6* ]] || server_urls+=('http://[::1]/')
	words=${words//SOURCES/$server_sources}
	read -r -a server_command <<<"${words//WORK/$server_work}"
}
