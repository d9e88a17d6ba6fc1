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

# --- what the recipes' page says of wrappers -------------------------------------------------------

shop_by() { recipe_start -E drop-init shop --user app --chown /data --listen 80 -- "$@"; }

@test "a script that ends in exec hands the bound socket on to gunicorn" {
	shop_by sh -c 'true; exec gunicorn shop:app'
	assert_page http://127.0.0.1/ "Visit 2, served by user 1000 in groups [1000]"
	recipe_stop 0 3
}

@test "a wrapper that stays as the parent keeps it from gunicorn, and port 80 accepts what nobody answers" {
	shop_by setsid --wait gunicorn shop:app
	wait_url http://127.0.0.1:8000/ # where gunicorn binds when it was handed nothing
	run namespace_visit curl --silent --max-time 2 http://127.0.0.1/
	[ "$status" = 28 ] # connected, and timed out
}
