# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # results are set here and read by the tests, which set $page
# A page's snippets, taken from it and run for real: a block that begins with ```LANGUAGE NAME. For engine.bash's docker.
#
#     load engine
#     load page
#     page=README.md page_images=readme

# snippet NAME: the page's block that is called so, after its language.
snippet() {
	awk -v name="$1" '/^```/ { inside = $2 == name; next } inside' "$page"
}

# build NAME [FILE CONTENT]...: an image PREFIX-NAME from the page's Dockerfile, and the files that it copies.
build() {
	local name=$1 context=$BATS_TEST_TMPDIR/$1
	shift
	mkdir -p "$context"
	snippet "$name" >"$context/Dockerfile"
	[ -s "$context/Dockerfile" ]
	while [ $# -gt 0 ]; do
		printf '%s\n' "$2" >"$context/$1"
		chmod 755 "$context/$1"
		shift 2
	done
	image_build docker "$page_images-$name" "$context"
}

# start NAME OPTION...: build's image in the background; sets $id and $pid.
start() {
	id=$(docker run -d --network none "${@:2}" "$page_images-$1")
	pid=$(docker inspect -f '{{.State.Pid}}' "$id")
}

serves() {
	wait_until 20 nsenter -t "$pid" -n curl -sf --max-time 10 -o "$BATS_TEST_TMPDIR/page" "http://127.0.0.1:$1/" ||
		{ docker logs "$id" && return 1; }
}

# stops STATUS: on TERM, by itself and not by the engine's KILL.
stops() {
	docker stop -t 30 "$id" >/dev/null
	[ "$(docker inspect -f '{{.State.ExitCode}}' "$id")" = "$1" ]
}

name_of_pid_1() {
	cat "/proc/$pid/comm"
}
