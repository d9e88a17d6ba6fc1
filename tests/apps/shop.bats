#!/usr/bin/env bats
# shellcheck disable=SC2154 # recipe.bash sets the results
# The ENTRYPOINT of the README: a Flask app under gunicorn, on port 80, with a volume.

load recipe

setup_file() {
	recipe_build shop
	recipe_build shop Dockerfile.allow-port
}

@test "gunicorn serves on the port that was bound for it, as app and with no capability" {
	recipe_start shop
	assert_page http://127.0.0.1/ "Visit 2, served by user 1000 in groups [1000]"
	assert_dropped --uid 1000 --gid 1000 --groups 1000
	assert_equal "$(stat -c %u:%g "$namespace/volumes/data" "$namespace/volumes/data/visits" | uniq)" 1000:1000
	recipe_stop 0 3
	assert_stdout "the shop is open"
}

@test "gunicorn binds port 80 itself with CAP_NET_BIND_SERVICE and no other capability" {
	recipe_start -e "$by_capability" shop/Dockerfile.allow-port
	assert_page http://127.0.0.1/ "Visit 2, served by user 1000 in groups [1000]"
	assert_dropped --uid 1000 --gid 1000 --groups 1000 "${with_capability[@]}"
	recipe_stop 0 3
	assert_stdout $'the shop is open\nthe shop is open'
}

@test "gunicorn binds port 80 itself with no capability, through the broker" {
	recipe_start -e "$by_broker" shop/Dockerfile.allow-port
	assert_page http://127.0.0.1/ "Visit 2, served by user 1000 in groups [1000]"
	assert_dropped --uid 1000 --gid 1000 --groups 1000 "${with_broker[@]}"
	recipe_stop 0 3
	assert_stdout $'the shop is open\nthe shop is open'
}
