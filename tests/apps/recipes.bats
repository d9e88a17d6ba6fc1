#!/usr/bin/env bats
# shellcheck disable=SC2030,SC2031 # each test has variables of its own
# What holds for the recipes as documents.

setup() { cd "$BATS_TEST_DIRNAME/../../docker/examples" || exit; }

@test "every recipe is in the list, says how to run it, and says why each of its options is there" {
	local folder name option missing=''
	for folder in */; do
		name=${folder%/}
		grep -qF "[$name]($folder)" README.md || missing+="$name is not in README.md"$'\n'
		grep -q "^    docker run " "$name/README.md" || missing+="$name/README.md has no docker run"$'\n'
		# An option and its value are one word in the README: what comes between the double quotes, joined.
		# Of a helper's line its name will do.
		while read -r option; do
			[[ $option != --with* ]] || option="--with \"${option:7}" option=${option%%:*}
			grep -qF -- "\`$option" "$name/README.md" || missing+="$name/README.md: nothing on $option"$'\n'
		done < <(sed -s -e :a -e '/\\$/N; s/\\\n *//; ta' "$name"/Dockerfile* | grep '^ENTRYPOINT' |
			grep -oE '"--[a-z-]+", "[^"]+"' | sed 's/", "/ /; s/"//g')
	done
	[ -z "$missing" ] || { echo "$missing" && false; }
}

@test "every Dockerfile of every recipe is run by a test" {
	local file name build images missing=''
	# Those that a container engine runs.
	images=$(sed -n 's/^recipes+\{0,1\}=(\(.*\))$/ \1 /p' "$BATS_TEST_DIRNAME/../containers/images.bats")
	[ -n "$images" ]
	for file in */Dockerfile*; do
		name=${file%/*} build="$name ${file#*/}"
		[[ $images != *" ${file%/Dockerfile} "* ]] || continue
		# servers.bats goes through its recipes' names in a loop.
		grep -qE "recipe_build ${build% Dockerfile}\$|for name in.* $name\b" "$BATS_TEST_DIRNAME"/*.bats ||
			missing+="$file"$'\n'
	done
	[ -z "$missing" ] || { echo "$missing" && false; }
}
