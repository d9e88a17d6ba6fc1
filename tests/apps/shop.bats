#!/usr/bin/env bats
# The ENTRYPOINT of the README: a Flask app under gunicorn, on port 80, with a volume.

load recipe

setup_file() {
	recipe_build shop
	recipe_build shop Dockerfile.allow-port
}

@test "gunicorn serves on the port bound for it, as app, with no capability at all" {
	recipe_start shop
	wait_url http://127.0.0.1/
	assert_equal "$(body http://127.0.0.1/)" "Visit 2, served by user 1000 in groups [1000]"
	assert_dropped --uid 1000 --gid 1000 --groups 1000
	assert_equal "$(stat -c %u:%g "$namespace/volumes/data" "$namespace/volumes/data/visits" | uniq)" 1000:1000
	recipe_stop 0 3
	assert_stdout "the shop is open"
}
