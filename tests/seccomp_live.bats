#!/usr/bin/env bats
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # awk's and an inner shell's text; output is bats's
# The profiles in the kernel: every syscall tried, and real programs run.

bats_require_minimum_version 1.5.0

# Go compiles its whole library first, for which a test's time need not be enough.
setup_file() {
	command -v go >/dev/null || return 0
	cd "$BATS_FILE_TMPDIR" || return
	cat >program.go <<-'EOF'
		package main

		import (
			"fmt"
			"io"
			"net"
			"os/exec"
		)

		func main() {
			listener, err := net.Listen("tcp", "localhost:0")
			if err != nil {
				panic(err)
			}
			go func() {
				connection, _ := listener.Accept()
				text, _ := exec.Command("printf", "fine").Output()
				connection.Write(text)
				connection.Close()
			}()
			connection, err := net.Dial("tcp", listener.Addr().String())
			if err != nil {
				panic(err)
			}
			text, _ := io.ReadAll(connection)
			fmt.Println(string(text))
		}
	EOF
	HOME=$PWD GOCACHE=$PWD/cache GOFLAGS=-mod=mod go build -o program program.go
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	chmod 755 "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR" "$BATS_TEST_TMPDIR" .. ../.. 2>/dev/null || true
	build=${BUILD:-$BATS_TEST_DIRNAME/../build}
	case $build in /*) ;; *) build=$BATS_TEST_DIRNAME/../$build ;; esac
	PATH=$build:$build/probe:$PATH
	profiles=$BATS_TEST_DIRNAME/../seccomp/profiles
	user=65534
	mkdir -m 777 home
	export HOME=$PWD/home
}

# tried PROFILE: each attempt's promise beside what happened without and with the filter, one a line
tried() {
	drop-seccomp compile "$1" -o filter.bpf
	awk -F'["\\\\]' '$2 { print "#define __NR_" $2, NR - 1 }' "$build/syscall_names.h" >names
	python3 "$BATS_TEST_DIRNAME/seccomp/attempts.py" "$1" names >attempts
	cut -d' ' -f2- attempts >input
	# The System V objects and sockets that succeed stay in namespaces that end here.
	unshare --ipc --net syscall -u "$user" <input >without
	unshare --ipc --net syscall -u "$user" -f filter.bpf <input >with
	paste -d' ' <(cut -d' ' -f1 attempts) without with
}

# A word of the profile, number, answer without the filter, number, answer with it.
broken_promises='
	$2 != $4 { print "mixed up: " $0; next }
	$1 == "ALLOW" && $3 != $5 { print "not as without the filter: " $0 }
	$1 != "ALLOW" && $1 != $5 { print "not refused: " $0 }'

# bats test_tags=kernels
@test "every syscall of the built-in profile answers as the profile says" {
	tried "$profiles/default.json" >results
	[ "$(wc -l <results)" -gt 700 ]
	[ "$(grep -c '^EPERM' results)" -gt 100 ]
	run -0 awk "$broken_promises" results
	[ "$output" = "" ] || { echo "$output" >&2; false; }
}

@test "every syscall of the strict profile answers as the profile says" {
	tried "$profiles/strict.json" >results
	run -0 awk "$broken_promises" results
	[ "$output" = "" ] || { echo "$output" >&2; false; }
}

@test "TIOCSTI is refused with anything in the upper half of the request" {
	drop-seccomp compile "$profiles/default.json" -o filter.bpf
	local ioctl=29 # on arm64
	[ "$(uname -m)" != x86_64 ] || ioctl=16
	run -0 syscall -u "$user" -f filter.bpf \
		< <(printf "$ioctl %s 0\\n" '0 0x5412' '0 0x100005412' '0 0xffffffff00005412' '-1 0x5413')
	[ "$output" = "$(printf "$ioctl %s\\n" EPERM EPERM EPERM EBADF)" ]
}

# serves PROFILE: gunicorn's sync workers and Flask answer under it on a TCP port
serves() {
	drop-seccomp compile "$1" -o filter.bpf
	cat >shop.py <<-'EOF'
		import logging, sqlite3, tempfile, threading
		from flask import Flask, request
		app = Flask(__name__)
		@app.post("/")
		def order():
		    with tempfile.TemporaryFile() as file:
		        file.write(request.data)
		    thread = threading.Thread(target=logging.warning, args=["ordered"])
		    thread.start()
		    thread.join()
		    return sqlite3.connect("/tmp/../" + tempfile.mkstemp()[1]).execute("select 'sold'").fetchone()[0]
	EOF
	timeout "${TEST_TIMEOUT:-60}" unshare --net bash -c '
		ip link set lo up
		syscall -u "$1" -f filter.bpf gunicorn --workers 2 --bind 127.0.0.1:8000 --bind "[::1]:8000" shop:app 2>log &
		server=$!
		curl --silent --retry 100 --retry-connrefused --retry-delay 0 --retry-max-time 30 --data x http://127.0.0.1:8000/
		curl --silent --data y http://localhost:8000/
		kill -HUP $server && curl --silent --retry 9 --data z http://127.0.0.1:8000/
		kill $server
		wait $server' serves "$user" >answers || { cat log >&2; false; }
	[ "$(cat answers)" = soldsoldsold ] || { cat answers log >&2; false; }
	# A worker that is still being started when it gets TERM ends by SystemExit, with a traceback.
	! grep -E '^[[:alnum:]_.]*(Error|Exception)\b' log
}

@test "gunicorn and Flask serve under the built-in profile" {
	serves "$profiles/default.json"
}

@test "gunicorn and Flask serve under the strict profile" {
	serves "$profiles/strict.json"
}

# runs COMMAND...: it prints fine under the built-in profile, and nothing else
runs() {
	drop-seccomp compile "$profiles/default.json" -o filter.bpf
	run -0 --separate-stderr unshare --net bash -c 'ip link set lo up; exec timeout "${TEST_TIMEOUT:-60}" "$@"' runs \
		"$build/probe/syscall" -u "$user" -f filter.bpf "$@"
	[ "$output" = fine ] || { echo "$output $stderr" >&2; false; }
}

@test "Python's processes, threads, event loop and shared memory work under the built-in profile" {
	cat >program.py <<-'EOF'
		import asyncio, concurrent.futures, multiprocessing, socket, subprocess
		from multiprocessing import shared_memory
		if __name__ == "__main__":
		    with multiprocessing.Pool(2) as pool:
		        assert pool.map(abs, [-1, -2]) == [1, 2]
		    with concurrent.futures.ThreadPoolExecutor() as threads:
		        assert list(threads.map(abs, [-3])) == [3]
		    memory = shared_memory.SharedMemory(create=True, size=64)
		    memory.close()
		    memory.unlink()
		    async def echo():
		        async def serve(reader, writer):
		            writer.write(await reader.read(9))
		            writer.close()
		        server = await asyncio.start_server(serve, "localhost", 0)
		        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname()[:2])
		        writer.write(b"fine")
		        return await reader.read()
		    data = asyncio.run(echo()).decode()
		    print(subprocess.run(["cat"], input=data, capture_output=True, text=True).stdout)
	EOF
	runs python3 program.py
}

@test "Node's server, workers and child processes work under the built-in profile" {
	command -v node >/dev/null || skip "node is not installed"
	cat >program.js <<-'EOF'
		const { Worker } = require("worker_threads"), http = require("http"), { execFile } = require("child_process");
		const server = http.createServer((request, response) => response.end("fi"));
		server.listen(0, "localhost", () => http.get(server.address(), (response) => response.on("data", (start) => {
			new Worker('require("worker_threads").parentPort.postMessage("n")', { eval: true }).on("message", (middle) =>
				execFile("printf", ["e"], (error, end) => {
					require("fs").promises.readFile(__filename).then(() => console.log(start + middle + end));
					server.close();
				}));
		})));
	EOF
	runs node program.js
}

@test "Java's threads, files, sockets and processes work under the built-in profile" {
	command -v java >/dev/null || skip "java is not installed"
	cat >Program.java <<-'EOF'
		import java.io.*;
		import java.net.*;
		public class Program {
			public static void main(String[] arguments) throws Exception {
				ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
				Thread thread = new Thread(() -> {
					try (Socket socket = server.accept()) {
						Process process = new ProcessBuilder("printf", "fine").start();
						process.getInputStream().transferTo(socket.getOutputStream());
					} catch (IOException error) {
						error.printStackTrace();
					}
				});
				thread.start();
				Socket socket = new Socket(server.getInetAddress(), server.getLocalPort());
				System.out.println(new String(socket.getInputStream().readAllBytes()));
				System.gc();
			}
		}
	EOF
	runs java -XX:TieredStopAtLevel=1 Program.java
}

@test "Go's goroutines, sockets and processes work under the built-in profile" {
	command -v go >/dev/null || skip "go is not installed"
	runs "$BATS_FILE_TMPDIR/program"
}
