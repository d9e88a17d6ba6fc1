#!/usr/bin/env bats
# README.md as somebody who has nothing but it follows it: its snippets are taken from there and run for real.

# shellcheck disable=SC2154,SC2030,SC2031,SC2034
bats_require_minimum_version 1.5.0
load engine
load page

page=$BATS_TEST_DIRNAME/../../README.md page_images=readme

setup_file() { engine_start docker app drop-init; }

teardown_file() {
	containers_remove docker # they hold the volumes
	docker volume rm -f readme-data readme-check >/dev/null
	engine_stop
}

app=$BATS_TEST_DIRNAME/../../docker/examples/shop/shop.py

@test "every snippet is run here, or is a command that a test has its own way for" {
	local names
	names=$(awk '/^```./ { print $2 }' "$page")
	[ "$(grep -c '^```.' "$page")" = "$(sort -u <<<"$names" | grep -c .)" ]
	for name in $names; do
		grep -Eq "(build|snippet) $name( |;|$|\))" "$BATS_TEST_FILENAME" || { echo "not run: $name" && return 1; }
	done
}

# image.bats does the same with its own engine: the words have to be the same.
@test "the image is made by what it says" {
	[ "$(snippet image)" = 'docker build -t drop-init -f docker/Dockerfile .' ]
	grep -Fq -- '-f docker/Dockerfile . ' "$BATS_TEST_DIRNAME/image.bats"
}

@test "the Dockerfile is complete in six lines, and its container serves port 80 with nobody root" {
	[ "$(snippet shop | wc -l)" = 6 ]
	build shop shop.py "$(<"$app")"
	[ "$(snippet run)" = $'docker build -t shop .\ndocker run -d -p 80:80 -v shop-data:/data shop' ]
	docker volume rm -f readme-data >/dev/null
	start shop "${low_ports[@]}" -v readme-data:/data
	serves 80
	grep -Eq '^Visit [0-9]+, served by user 1000 in groups \[1000\]$' "$BATS_TEST_TMPDIR/page"
	processes_dropped "$pid" 1000
	[ "$(docker exec "$id" stat -c %U /data /data/visits | sort -u)" = app ]
	stops 0
	[ "$(docker logs "$id" 2>&1 | grep -c drop-init)" = 0 ]
}

@test "the check prints the plan, step by step, and changes nothing" {
	build shop shop.py "$(<"$app")"
	[ "$(snippet check)" = 'docker run --rm -v shop-data:/data -e DROP_INIT_CHECK=1 shop' ]
	run -0 docker run --rm --network none "${low_ports[@]}" -v readme-check:/data -e DROP_INIT_CHECK=1 readme-shop
	for step in command chown listen user seccomp; do
		grep -q "^ok  $step " <<<"$output"
	done
	[ "$(docker run --rm --network none -v readme-check:/data --entrypoint stat readme-shop -c %u /data)" = 0 ]
}

@test "with the two lines for a server that binds for itself the same Dockerfile serves port 80" {
	mkdir "$BATS_TEST_TMPDIR/allow-port"
	cp "$app" "$BATS_TEST_TMPDIR/allow-port"
	{ snippet shop | head -n -2 && snippet allow-port; } >"$BATS_TEST_TMPDIR/allow-port/Dockerfile"
	image_build docker readme-allow-port "$BATS_TEST_TMPDIR/allow-port"
	start allow-port "${low_ports[@]}" -v readme-data:/data
	serves 80
	processes_dropped "$pid" 1000
	stops 0
	run ! docker run --rm --network none "${low_ports[@]}" readme-allow-port python3 -m http.server 81
	[[ $output == *"Permission denied"* ]]
}

@test "with the lines for helpers the step has ended before the server answers, and nobody is root" {
	mkdir "$BATS_TEST_TMPDIR/helpers"
	cp "$app" "$BATS_TEST_TMPDIR/helpers"
	{ snippet shop | head -n -2 && snippet helpers; } >"$BATS_TEST_TMPDIR/helpers/Dockerfile"
	image_build docker readme-helpers "$BATS_TEST_TMPDIR/helpers"
	start helpers "${low_ports[@]}" -v readme-data:/data
	serves 80
	[ "$(docker exec "$id" stat -c %U /data/migrated)" = app ]
	docker exec "$id" drop-init --status | grep -Eq '^clean +(sleeping|running) '
	processes_dropped "$pid" 1000
	stops 0
}

@test "on a network of Docker's own any port may be bound without --allow-port, as it says" {
	build shop shop.py "$(<"$app")"
	id=$(docker run -d --network none --entrypoint drop-init readme-shop --user app -- python3 -m http.server 81)
	pid=$(docker inspect -f '{{.State.Pid}}' "$id")
	serves 81
	processes_dropped "$pid" 1000
}
