#!/usr/bin/env bats
# shellcheck disable=SC2154 # recipe.bash sets the results
# Node, uvicorn, hypercorn, nginx, busybox, Java and Go, each on port 80: with its own bind where it has one, and
# with the socket that was bound for it where it takes one.

load recipe

setup_file() {
	local name
	for name in node uvicorn hypercorn nginx; do
		recipe_build "$name"
		recipe_build "$name" Dockerfile.listen
	done
	recipe_build busybox
	recipe_build java
	recipe_build go
}

# What is the same for all of them. STDOUT is the whole of it, but for the client's ports.
binds_port_80() { # METHOD NAME PAGE STATUS STDOUT [COMMAND...]
	local with=("${with_capability[@]}")
	[ "$1" != "$by_broker" ] || with=("${with_broker[@]}")
	recipe_start -e "$1" "$2" "${@:6}"
	serves_and_stops "$2" "$3" "$4" "$5" "${with[@]}"
}

takes_port_80() { # NAME PAGE STATUS STDOUT
	recipe_start "$1/Dockerfile.listen"
	serves_and_stops "$@"
}

serves_and_stops() {
	local id=1000
	[ "$1" != nginx ] || id=33
	assert_page http://127.0.0.1/ "$2"
	[ -z "$4" ] || eventually stdout_is "$4" || namespace_fail "stdout: expected exactly:"$'\n'"$4"
	assert_dropped --uid "$id" --gid "$id" --groups "$id" "${@:5}"
	recipe_stop "$3" 5
	stdout_is "$4" || namespace_fail "stdout: expected exactly:"$'\n'"$4"
}

stdout_is() { sed 's/127.0.0.1:[0-9]*/CLIENT/' "$namespace/stdout" | cmp -s - <(printf '%s' "${1:+$1$'\n'}"); }

node_page="Node, served by user 1000 in groups [1000]"
uvicorn_log=$'INFO:     CLIENT - "GET / HTTP/1.1" 200 OK\nINFO:     CLIENT - "GET / HTTP/1.1" 200 OK'
# Since 0.29 uvicorn ends by the signal that ended it.
uvicorn_status() {
	python3 -c 'import uvicorn; print(143 if [*map(int, uvicorn.__version__.split(".")[:2])] >= [0, 29] else 0)'
}
asgi_page="ASGI, served by user 1000 in groups [1000]"

@test "Node binds port 80 with only CAP_NET_BIND_SERVICE" {
	binds_port_80 "$by_capability" node "$node_page" 143 "node: ready"
}

@test "Node binds port 80 with no capability, through the broker" {
	binds_port_80 "$by_broker" node "$node_page" 143 "node: ready"
}

@test "Node's cluster: the primary binds port 80 for its workers with only CAP_NET_BIND_SERVICE" {
	binds_port_80 "$by_capability" node "$node_page" 143 $'node: ready\nnode: ready' node cluster.js
}

@test "Node's cluster: the primary binds port 80 for its workers with no capability, through the broker" {
	binds_port_80 "$by_broker" node "$node_page" 143 $'node: ready\nnode: ready' node cluster.js
}

@test "Node takes the socket that was bound for it" {
	takes_port_80 node "$node_page" 143 "node: ready"
}

@test "uvicorn and its workers bind port 80 with only CAP_NET_BIND_SERVICE" {
	binds_port_80 "$by_capability" uvicorn "$asgi_page" 0 "$uvicorn_log"
}

@test "uvicorn and its workers bind port 80 with no capability, through the broker" {
	binds_port_80 "$by_broker" uvicorn "$asgi_page" 0 "$uvicorn_log"
}

@test "uvicorn takes the socket that was bound for it" {
	takes_port_80 uvicorn "$asgi_page" "$(uvicorn_status)" "$uvicorn_log"
}

@test "hypercorn binds port 80 with only CAP_NET_BIND_SERVICE" {
	binds_port_80 "$by_capability" hypercorn "$asgi_page" 0 ''
}

@test "hypercorn binds port 80 with no capability, through the broker" {
	binds_port_80 "$by_broker" hypercorn "$asgi_page" 0 ''
}

@test "hypercorn takes the socket that was bound for it" {
	takes_port_80 hypercorn "$asgi_page" 0 ''
}

@test "nginx as www-data binds port 80 with only CAP_NET_BIND_SERVICE" {
	binds_port_80 "$by_capability" nginx "nginx, as www-data" 0 ''
}

@test "nginx as www-data binds port 80 with no capability, through the broker" {
	binds_port_80 "$by_broker" nginx "nginx, as www-data" 0 ''
}

@test "nginx as www-data takes the socket that was bound for it, by NGINX=" {
	takes_port_80 nginx "nginx, as www-data" 0 ''
}

@test "busybox httpd, a static binary, binds port 80 with only CAP_NET_BIND_SERVICE" {
	binds_port_80 "$by_capability" busybox "busybox, as app" 143 ''
}

@test "busybox httpd, a static binary, binds port 80 with no capability, through the broker" {
	binds_port_80 "$by_broker" busybox "busybox, as app" 143 ''
}

@test "the JDK's web server binds port 80 with only CAP_NET_BIND_SERVICE" {
	binds_port_80 "$by_capability" java "Java, served as app" 143 "java: ready"
}

@test "the JDK's web server binds port 80 with no capability, through the broker" {
	binds_port_80 "$by_broker" java "Java, served as app" 143 "java: ready"
}

# Looks at the command's descriptor: PID 1 keeps none.
socket_of_port_80() {
	python3 - "$(pgrep -o -P "$NAMESPACE_PID")" <<-'END'
		import ctypes, fcntl, os, socket, sys
		pidfd = os.pidfd_open(int(sys.argv[1]))
		for number in os.listdir(f"/proc/{sys.argv[1]}/fd"):
		    if not os.readlink(f"/proc/{sys.argv[1]}/fd/{number}").startswith("socket:"):
		        continue
		    copy = socket.socket(fileno=ctypes.CDLL(None).syscall(438, pidfd, int(number), 0))  # pidfd_getfd
		    if copy.family == socket.AF_INET and copy.getsockname()[1] == 80:
		        print("nodelay", copy.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY),
		              "nonblock", int(bool(fcntl.fcntl(copy, fcntl.F_GETFL) & os.O_NONBLOCK)))
	END
}

@test "nodelay and nonblock are set on the socket that was bound for a Go server, and on no other" {
	recipe_start go
	wait_url http://127.0.0.1/
	assert_equal "$(socket_of_port_80)" "nodelay 1 nonblock 1"
	# Go's runtime makes every socket that it takes nonblocking, which is why these get another command.
	recipe_start -E drop-init go --user git --listen 80,nonblock -- sleep 60
	wait_port 80
	assert_equal "$(socket_of_port_80)" "nodelay 0 nonblock 1"
	recipe_start -E drop-init go --user git --listen 80 -- sleep 60
	wait_port 80
	assert_equal "$(socket_of_port_80)" "nodelay 0 nonblock 0"
}

@test "a Go server finds its listener by address, as gitea does, whatever the order" {
	recipe_start go
	assert_page http://127.0.0.1/ "Go, served by user $(recipe_id -u git), sockets unknown:web"
	assert_dropped --uid "$(recipe_id -u git)" --gid "$(recipe_id -g git)" --groups "$(recipe_id -g git)"
	recipe_stop 143 3
	assert_stdout "forge: listening on 0.0.0.0:80"
	assert_stderr ''
}

# both_families OPTION...: nginx with one more line in its configuration, and the sockets that are bound for it.
both_families() {
	recipe_start -e "NGINX=$1" -E drop-init nginx/Dockerfile.listen --user www-data "${@:2}" -- sh -c '
		sed "s/listen 80;/listen 80; listen [::]:80;/" /etc/nginx/nginx.conf >/tmp/both.conf &&
		exec nginx -c /tmp/both.conf -g "daemon off;"'
}

@test "nginx takes a socket for each family: --listen 80 --listen [::]:80,v6only" {
	both_families '3;4;' --listen 80 --listen '[::]:80,v6only'
	assert_page http://127.0.0.1/ "$(body http://127.0.0.1/)"
	assert_equal "$(body 'http://[::1]/')" "$(body http://127.0.0.1/)"
	assert_dropped --uid 33 --gid 33 --groups 33
}

@test "nginx cannot take one socket for both families, which is why --listen 80 is IPv4" {
	both_families '3;' --listen '[::]:80'
	namespace_wait
	assert_status 1
	assert_stderr_has 'bind() to 0.0.0.0:80 failed'
}
