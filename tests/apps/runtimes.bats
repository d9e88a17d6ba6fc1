#!/usr/bin/env bats
# Runtimes and servers as Debian has them start under the default profile, and drop-init has nothing to say.
#
# They probe for what a kernel may have (io_uring, NUMA), and a release brings new probes. What is not installed is
# skipped: ".ci/packages runtimes" brings all of them; for Debian 13
#
#     tests/fresh -r trixie '.ci/packages build check runtimes && make all && tests/reachable tests/run \
#         tests/apps/runtimes.bats'

load ../namespace

setup() {
	mkdir -m 1777 "$namespace/work"
	# What they write goes with it, and what they read they may.
	namespace_prepare "mount -t tmpfs -o mode=1777 tmpfs /run; cp -r '$namespace/work' /run"
}

# quiet PORT|- COMMAND...: it starts, answers on that port (or ends well), takes TERM, and drop-init said nothing
quiet() {
	local port=$1
	shift
	command -v "${needs:-$1}" >/dev/null || skip "${needs:-$1} is not installed"
	namespace_start drop-init --user app --chdir /run --env HOME=/run -- "$@"
	if [ "$port" = - ]; then
		namespace_wait 60
		assert_status 0
	else
		NAMESPACE_TIMEOUT=60 wait_port "$port"
		namespace_stop TERM
	fi
	if grep ^drop-init: "$namespace/stderr"; then
		cat "$namespace/stderr" >&2
		return 1
	fi
}

@test "Node: a server, a worker, a file" {
	quiet 8000 node -e '
		require("http").createServer((request, response) => response.end()).listen(8000);
		require("fs").readFile("/etc/passwd", () => 0);
		new (require("worker_threads").Worker)("1", { eval: true });'
}

@test "Python: asyncio's server, a process, SQLite, TLS" {
	quiet 8000 python3 -c '
import asyncio, multiprocessing, sqlite3, ssl
async def main():
    server = await asyncio.start_server(lambda reader, writer: writer.close(), port=8000)
    await server.serve_forever()
if __name__ == "__main__":
    ssl.create_default_context(), sqlite3.connect("/run/x").execute("create table x (y)")
    multiprocessing.Pool(2).map(abs, [1])
    asyncio.run(main())'
}

@test "uvloop" {
	python3 -c 'import uvloop' 2>/dev/null || skip "python3-uvloop is not installed"
	quiet 8000 python3 -c '
import asyncio, uvloop
async def main():
    server = await asyncio.start_server(lambda reader, writer: writer.close(), port=8000)
    await server.serve_forever()
uvloop.install()
asyncio.run(main())'
}

@test "NumPy" {
	python3 -c 'import numpy' 2>/dev/null || skip "python3-numpy is not installed"
	quiet - python3 -c 'import numpy; a = numpy.ones((500, 500)); print((a @ a).sum())'
}

@test "the JVM with each of its garbage collectors" {
	for collector in Serial Parallel G1 Z Shenandoah; do
		quiet - java "-XX:+Use${collector}GC" -version
		namespace_select "$collector"
		setup
	done
}

@test "Go: a server that starts a process" {
	command -v go >/dev/null || skip "go is not installed"
	cat >"$namespace/work/main.go" <<-'END'
		package main

		import (
			"net"
			"os/exec"
		)

		func main() {
			exec.Command("true").Run()
			listener, _ := net.Listen("tcp", ":8000")
			for {
				connection, _ := listener.Accept()
				go connection.Close()
			}
		}
	END
	(cd "$namespace/work" && HOME=$PWD GOCACHE=$PWD/cache GOFLAGS=-mod=mod go build -o server main.go)
	needs=go quiet 8000 /run/work/server
}

@test "Redis" {
	quiet 6379 redis-server --save '' --dir /run --io-threads 2
}

@test "Valkey" {
	quiet 6379 valkey-server --save '' --dir /run
}

@test "memcached" {
	quiet 11211 memcached -m 32
}

@test "MariaDB, from its first start" {
	# shellcheck disable=SC2016 # the command's shell
	needs=mariadbd quiet 3306 sh -c '
		mariadb-install-db --datadir=/run/data --auth-root-authentication-method=normal >/run/log 2>&1
		exec mariadbd --no-defaults --datadir=/run/data --socket=/run/socket --innodb-buffer-pool-size=64M'
}

@test "PostgreSQL, from its first start" {
	local bin
	bin=$(echo /usr/lib/postgresql/*/bin)
	# shellcheck disable=SC2016 # the command's shell
	needs=$bin/postgres quiet 5432 sh -c '"$1/initdb" -D /run/data >/run/log 2>&1; exec "$1/postgres" -D /run/data -k /run' sh "$bin"
}

@test "nginx" {
	cat >"$namespace/work/nginx.conf" <<-'END'
		daemon off; pid /run/nginx.pid; error_log stderr; worker_processes 2; thread_pool default threads=2;
		events {}
		http {
			access_log off; aio threads; sendfile on;
			client_body_temp_path /run/body; proxy_temp_path /run/proxy; fastcgi_temp_path /run/fastcgi;
			uwsgi_temp_path /run/uwsgi; scgi_temp_path /run/scgi;
			server { listen 8000; root /usr/share; }
		}
	END
	quiet 8000 nginx -e stderr -c /run/work/nginx.conf
}

@test "HAProxy" {
	cat >"$namespace/work/haproxy.cfg" <<-'END'
		defaults
			mode http
			timeout client 1s
			timeout server 1s
			timeout connect 1s
		frontend web
			bind :8000
			default_backend app
		backend app
			server app 127.0.0.1:9
	END
	quiet 8000 haproxy -W -db -f /run/work/haproxy.cfg
}

@test "PHP's FPM" {
	cat >"$namespace/work/fpm.conf" <<-'END'
		[global]
		error_log = /run/log
		[www]
		listen = 8000
		pm = static
		pm.max_children = 2
	END
	needs=$(basename "$(echo /usr/sbin/php-fpm*)")
	quiet 8000 "/usr/sbin/$needs" -F -y /run/work/fpm.conf
}

@test "Apache" {
	cat >"$namespace/work/apache.conf" <<-'END'
		ServerRoot /etc/apache2
		ServerName localhost
		PidFile /run/pid
		ErrorLog /dev/null
		Listen 8000
		LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
		LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
	END
	quiet 8000 apache2 -DFOREGROUND -f /run/work/apache.conf
}

@test "Caddy" {
	quiet 8000 caddy file-server --listen :8000 --root /usr/share
}
