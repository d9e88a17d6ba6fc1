# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # results are set here and there, for those who load this
# Build and run the recipes of docker/examples/ as their own Dockerfiles say, in a root laid over this machine's.
#
#   recipe_build NAME [DOCKERFILE]   in setup_file: what docker build does; the result serves every test of the file
#   recipe_start [-e K=V]... [-v FOLDER:PATH]... [-E ENTRYPOINT] [-p] NAME[/DOCKERFILE] [ARG...]
#                                    what docker run -d does, with Docker's 14 capabilities; ARG... stands in
#                                    for CMD; -p is --privileged, that is with all capabilities and cgroups
#   recipe_stop STATUS SECONDS       what docker stop does; asserts that it ended with STATUS within SECONDS,
#                                    with nobody killed, and that drop-init itself had nothing to say
#   body URL                         what it answers
#   assert_page URL TEXT             wait until it answers, with exactly TEXT
#   recipe_id -u|-g|-G USER          a number that only the image knows
#
# The --allow-port recipes are run once for each rung of the ladder that applies here:
#
#   recipe_start -e "$by_capability" NAME; assert_dropped "${with_capability[@]}"
#   recipe_start -e "$by_broker" NAME;     assert_dropped "${with_broker[@]}"

# shellcheck source=tests/namespace.bash
source "$(dirname "${BASH_SOURCE[0]}")/../namespace.bash"

recipes=$NAMESPACE_REPOSITORY/docker/examples
recipe_reader=$NAMESPACE_REPOSITORY/tests/apps/dockerfile.py
recipe_images=${BATS_FILE_TMPDIR:-$namespace_folder}/images
# Docker's default capabilities.
recipe_bounding=-all,+chown,+dac_override,+fowner,+fsetid,+kill,+setgid,+setuid,+setpcap,+net_bind_service
recipe_bounding+=,+net_raw,+sys_chroot,+mknod,+audit_write,+setfcap

recipe_before=() # a command that comes before drop-init and becomes it

recipe_build() {
	local name=$1 dockerfile=${2:-Dockerfile} script
	local image=$recipe_images/$name/$dockerfile
	mkdir -p "$image"
	namespace_select "build-$name-$dockerfile"
	namespace_overlay
	# What is laid over the machine's root is copied out, to be a layer of its own from then on.
	namespace_prepare "
		mkdir \"\$root/tmp/upper\" \"\$root/tmp/image\" \"\$root/tmp/drop-init\"
		mount --bind \"\$namespace/root/upper\" \"\$root/tmp/upper\"
		mount --bind '$image' \"\$root/tmp/image\"
		cp -R '$recipes/$name' \"\$root/tmp/context\"
		cp '$BUILD'/drop-init '$BUILD'/drop-seccomp \"\$root/tmp/drop-init\"
	"
	script=$("$recipe_reader" build "$recipes/$name/$dockerfile")
	NAMESPACE_TIMEOUT=120 namespace_run sh -c "$script"$'\n'"cp -a /tmp/upper/. /tmp/image/"
	[ "$status" = 0 ] || namespace_fail "$name/$dockerfile: the build failed"
}

recipe_start() {
	local environment=() mounts=() words=() become=() entry=() recipe dockerfile image user folder path volume
	local limit=(--bounding-set "$recipe_bounding")
	: >"$namespace/prepare"
	while [[ $1 == -? ]]; do
		case $1 in
		-p)
			limit=()
			# shellcheck disable=SC2016 # "$root" is for the preparation
			namespace_prepare 'mount --rbind /sys/fs/cgroup "$root/sys/fs/cgroup"'
			shift
			continue
			;;
		-e) environment+=(-e "$2") ;;
		-E) entry=(-E "$2") ;;
		-v) mounts+=("$2") ;;
		esac
		shift 2
	done
	recipe=$1 dockerfile=$recipes/$1
	shift
	[[ $recipe == */* ]] || recipe+=/Dockerfile dockerfile+=/Dockerfile
	image=$recipe_images/$recipe

	namespace_overlay "$image"
	for volume in $("$recipe_reader" volumes "$dockerfile"); do
		mkdir -p "$namespace/volumes$volume"
		mounts+=("$namespace/volumes$volume:$volume")
	done
	for path in "${mounts[@]}"; do
		namespace_prepare "mkdir -p \"\$root${path#*:}\" && mount --bind '${path%%:*}' \"\$root${path#*:}\""
	done

	"$recipe_reader" run "$dockerfile" "${entry[@]}" "${environment[@]}" "$@" >"$namespace/words"
	mapfile -d '' words <"$namespace/words"
	user=${words[0]} folder=${words[1]}
	words=("${words[@]:2}")
	environment=()
	while [ -n "${words[0]}" ]; do
		environment+=("${words[0]}")
		words=("${words[@]:1}")
	done
	# Numbers, since only the image knows the names.
	case $user in
	root | 0) ;;
	[0-9]*:[0-9]*) become=(--reuid "${user%:*}" --regid "${user#*:}" --clear-groups) ;;
	*) namespace_fail "USER $user: only UID:GID" || return ;;
	esac
	"$recipe_reader" stop "$dockerfile" >"$namespace/stop"
	NAMESPACE_PIPES=1 namespace_start setpriv "${limit[@]}" "${become[@]}" \
		env -i --chdir="$folder" PATH="$NAMESPACE_PATH" HOSTNAME=container "${environment[@]}" \
		"${recipe_before[@]}" "${words[@]:1}"
	# setpriv and env become drop-init without a fork, but not at once.
	eventually recipe_is_running || namespace_fail "drop-init did not start" || return
	# What has ended meanwhile is over.
	namespace_account || wait_until 5 namespace_ended
}

recipe_is_running() {
	namespace_ended || [[ $(readlink "/proc/$NAMESPACE_PID/exe") != */@(setpriv|env) ]]
}

recipe_stop() {
	namespace_signal "$(<"$namespace/stop")"
	namespace_wait
	assert_status "$1"
	[ "$elapsed" -le $(($2 * 1000)) ] || namespace_fail "the stop took $elapsed ms"
	assert_stopped_cleanly
	! grep '^drop-init:' "$namespace/stderr" || namespace_fail "drop-init had something to say"
}

assert_page() {
	wait_url "$1" || return
	assert_equal "$(body "$1")" "$2" "$1"
}

recipe_id() { namespace_visit id "$@"; }

by_capability=DROP_INIT_PORT_METHOD=capability by_broker=DROP_INIT_PORT_METHOD=broker
with_capability=(--caps 400 --init-caps 400) with_broker=(--init-caps 400) # bit 10 is CAP_NET_BIND_SERVICE

body() { namespace_visit curl --fail --silent --show-error --max-time 10 "$@"; }
