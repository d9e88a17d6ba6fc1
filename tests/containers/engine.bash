# shellcheck shell=bash
# shellcheck disable=SC2034,SC2119,SC2120 # variables and arguments are for the tests
# A private Docker engine and a private podman for the container tests, and images for both.
#
#     load engine                        # or: load ../containers/engine
#     setup_file()    { engine_start docker app; }     # engine, then the images that are needed
#     teardown_file() { engine_stop; }
#     docker run --rm --network none app id            # the private engine, by the usual name
#
# Everything lives in build/containers (ENGINE_HOME); the socket lives in a short folder beside the
# system's temporary files, as a socket's address has 107 characters at most. Files that run side by side
# share one dockerd. Each holds a lock while it needs it (descriptor 8); a guard waits for the lock that
# nobody shares, and then stops dockerd: so it ends after the last of them, however that one ended.
#
# There is no registry: `debian:bookworm` and `app` are made from Debian's packages, once, and kept.
# With no bridge there are three networks: `--network none` (ports inside are the container's own, and
# Docker sets ip_unprivileged_port_start to 0 there: pass "${low_ports[@]}" to test a low port),
# `--network host`, and `--network container:NAME`.

ENGINE_ROOT=${ENGINE_ROOT:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}
BUILD=${BUILD:-$ENGINE_ROOT/build}
ENGINE_HOME=${ENGINE_HOME:-$BUILD/containers}
ENGINE_RUN=${ENGINE_RUN:-/tmp/drop-init-containers-$(printf %s "$ENGINE_HOME" | cksum | cut -d' ' -f1)}
export ENGINE_ROOT ENGINE_HOME ENGINE_RUN BUILD
export CONTAINERS_CONF=$ENGINE_HOME/containers.conf
export BUILDAH_FORMAT=docker # keeps HEALTHCHECK and SHELL, which the OCI format has no place for

# Without this a container of its own network lets anybody bind port 80, and a test of it says nothing.
# shellcheck disable=SC2034 # for the tests
low_ports=(--sysctl net.ipv4.ip_unprivileged_port_start=1024)

# What `app` holds, as an official image of each would: also tagged python:3-slim, nginx and redis. The last
# line is for the servers of tests/servers.bash.
app_packages=(python3 python3-pip python3-flask python3-django python3-fastapi uvicorn python3-uvicorn
	gunicorn python3-debugpy uwsgi-core uwsgi-plugin-python3 nginx-light redis-server
	procps curl iproute2 libcap2-bin
	python3-tornado python3-cherrypy3 nodejs busybox-static)

# What `servers` holds: all that the recipes of docker/examples which take an entry script's place install.
server_packages=(memcached haproxy redis-server rabbitmq-server nginx-light gettext-base postgresql mariadb-server
	apache2 libapache2-mod-php php-fpm procps)

# A container carries its test file's name, for engine_stop. 3 is bats' own output, 8 the lock.
docker() {
	engine_call /usr/bin/docker -H "unix://$ENGINE_RUN/docker.sock" -- "$@"
}

podman() {
	engine_call /usr/bin/podman --root "$ENGINE_HOME/podman" --runroot "$ENGINE_RUN/podman" -- "$@"
}

engine_call() {
	local program=()
	until [ "$1" = -- ]; do program+=("$1") && shift; done
	case $2 in
	run | create) "${program[@]}" "$2" --pull never --label "file=${BATS_TEST_FILENAME:-}" "${@:3}" 3>&- 8>&- ;;
	*) "${program[@]}" "${@:2}" 3>&- 8>&- ;;
	esac
}

# engine_start docker|podman|both [IMAGE...]: IMAGE is base, app, servers or drop-init.
engine_start() {
	local engine=$1 image
	shift
	mkdir -p "$ENGINE_HOME/images" "$ENGINE_RUN"
	exec 8>>"$ENGINE_RUN/users"
	flock -s 8
	case $engine in
	docker | podman) engine_prepare "$engine" "$@" ;;
	both) engine_prepare docker "$@" && engine_prepare podman "$@" ;;
	*) echo "engine_start: '$engine' is not docker, podman or both" >&2 && return 1 ;;
	esac
}

# One file at a time makes the engine and the images; the others then find them.
engine_prepare() {
	local engine=$1 image
	shift
	exec 7>>"$ENGINE_RUN/preparing"
	flock -x 7
	"${engine}_start" || return
	for image in "$@"; do
		image_ready "$engine" "$image" || return
	done
	exec 7>&-
}

# Removes the containers that this file started, and gives up its share of the engine.
engine_stop() {
	local status=0
	[ ! -S "$ENGINE_RUN/docker.sock" ] || containers_remove docker || status=1
	[ ! -e "$CONTAINERS_CONF" ] || containers_remove podman || status=1
	# The last one ends what podman leaves mounted on itself, or `make clean` could not remove it; lazily, for podman
	# may still be cleaning up.
	if flock -xn 8; then
		umount -l "$ENGINE_HOME/podman/overlay" 2>/dev/null || ! mountpoint -q "$ENGINE_HOME/podman/overlay" || status=1
	fi
	flock -u 8
	exec 8>&-
	return "$status"
}

containers_remove() {
	local ids now=()
	# podman would wait ten seconds for a command that ignores TERM, and keep what another one is joined to.
	[ "$1" = docker ] || now=(-t 0 --depend)
	ids=$("$1" ps -aq --filter "label=file=$BATS_TEST_FILENAME") || return
	# shellcheck disable=SC2086 # a list of ids
	[ -z "$ids" ] || "$1" rm -f -v "${now[@]}" $ids >/dev/null
}

dockerd_answers() {
	docker version >/dev/null 2>&1
}

# docker_init [PATH]: what `docker run --init` puts into its containers from now on; Docker's own without PATH.
docker_init() {
	ln -sfn "${1:-$(command -v docker-init)}" "$ENGINE_HOME/docker-init"
}

docker_start() {
	dockerd_answers && return
	docker_init
	PATH=$PATH:/usr/sbin setsid /usr/sbin/dockerd --iptables=false --bridge=none --init-path "$ENGINE_HOME/docker-init" \
		--data-root "$ENGINE_HOME/docker" --exec-root "$ENGINE_RUN/docker" \
		-H "unix://$ENGINE_RUN/docker.sock" -p "$ENGINE_RUN/docker.pid" \
		>"$ENGINE_HOME/dockerd.log" 2>&1 </dev/null 3>&- 7>&- 8>&- &
	dockerd_guard "$!"
	wait_until 30 dockerd_answers && return
	tail "$ENGINE_HOME/dockerd.log" >&2
	return 1
}

# When nobody is left, what a run that was cut off has left behind goes too, and images that a later build of
# the same name has replaced. dockerd leaves a mount.
# shellcheck disable=SC2016 # $1, $2 and $3 are the guard's
dockerd_guard() {
	setsid bash -c '. "$3"; exec 8>>"$1"; flock -x 8
		docker container prune -f; docker image prune -f; podman image prune -f
		kill "$2" && tail --pid="$2" -f /dev/null
		umount "$ENGINE_RUN/docker/netns/default"; rm -rf --one-file-system "$ENGINE_RUN/docker"' \
		guard "$ENGINE_RUN/users" "$1" "${BASH_SOURCE[0]}" >/dev/null 2>&1 </dev/null 3>&- 7>&- 8>&- &
}

# runc for crun, which not every machine has; no limit raised, as that takes CAP_SYS_RESOURCE, and that of
# processes high, as it counts those of the same user in every container and outside; and no network unless a
# test asks, as podman's own takes iptables.
podman_start() {
	local processes
	# podman's database holds the folder's name: what was moved, or is seen from elsewhere, starts anew.
	if [ "$(cat "$ENGINE_HOME/podman-was-at" 2>/dev/null)" != "$ENGINE_HOME" ]; then
		rm -rf "$ENGINE_HOME/podman"
		echo "$ENGINE_HOME" >"$ENGINE_HOME/podman-was-at"
	fi
	processes=$(ulimit -Hu)
	[ "$processes" -lt 20000 ] 2>/dev/null || processes=20000 # podman's own limit is at most pid_max
	cat >"$CONTAINERS_CONF" <<-END
		[containers]
		default_ulimits = ["nofile=1024:1024", "nproc=$processes:$processes"]
		netns = "none"
		[engine]
		runtime = "runc"
		cgroup_manager = "cgroupfs"
		events_logger = "file"
	END
}

# wait_until SECONDS COMMAND...: until the command succeeds; says which did not.
wait_until() {
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		if [ "$SECONDS" -ge "$end" ]; then
			echo "gave up waiting for: $*" >&2
			return 1
		fi
		sleep 0.05
	done
}

# --- images --------------------------------------------------------------------------------------

image_ready() {
	case $2 in
	base) image_from_packages "$1" debian:bookworm ;;
	app)
		image_from_packages "$1" app "${app_packages[@]}" &&
			"$1" tag app python:3-slim && "$1" tag app nginx:1 && "$1" tag app redis:7
		;;
	servers) image_from_packages "$1" servers-installed "${server_packages[@]}" && image_servers "$1" ;;
	drop-init) image_drop_init "$1" ;;
	*) echo "image_ready: no image '$2'" >&2 && return 1 ;;
	esac
}

# image_from_packages docker|podman NAME [PACKAGE...]: Debian's smallest system and these packages. It is
# made anew only when the list, or the name of the release, changes.
image_from_packages() {
	local engine=$1 name=$2 key tar
	shift 2
	key=$(printf '%s\n' bookworm "${IMAGE_RECIPE:-1}" "$@" | cksum | cut -d' ' -f1)
	tar=$ENGINE_HOME/images/$key.tar
	[ "$("$engine" image inspect -f '{{.Config.Labels.recipe}}' "$name" 2>/dev/null)" != "$key" ] || return 0
	[ -f "$tar" ] || image_bootstrap "$tar" "$@" || return
	"$engine" import --change "LABEL recipe=$key" --change 'CMD ["bash"]' \
		--change 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' \
		"$tar" "$name" >/dev/null 2>"$ENGINE_HOME/import.log" || { cat "$ENGINE_HOME/import.log" >&2 && return 1; }
}

# The hooks give Debian's Python what the official image has: the name `python`, and a pip that works.
image_bootstrap() {
	local tar=$1 hooks=() packages
	shift
	packages=$(IFS=, && echo "$*")
	# shellcheck disable=SC2016 # $1 is mmdebstrap's, the new root
	case $packages in
	*python3-pip*) hooks=(--customize-hook='ln -s python3 "$1/usr/bin/python" && rm "$1"/usr/lib/python3*/EXTERNALLY-MANAGED') ;;
	esac
	if ! without_descriptors mmdebstrap --quiet --format=tar --variant=minbase \
		${packages:+--include="$packages"} "${hooks[@]}" \
		bookworm "$tar.new" >"$tar.log" 2>&1 </dev/null; then
		cat "$tar.log" >&2
		return 1
	fi
	mv "$tar.new" "$tar"
}

# mmdebstrap has a shell write to a descriptor of its own, and dash knows none above 9: that fails where nine
# others are open already, as they may be under bats.
without_descriptors() (
	for fd in /proc/"$BASHPID"/fd/*; do
		fd=${fd##*/}
		case $fd in 0 | 1 | 2 | 255) ;; *) eval "exec $fd>&-" ;; esac
	done
	exec "$@"
)

# The image that docker/Dockerfile makes, from what `make image` has built: its last stage.
image_drop_init() {
	sed -e '1,/^FROM scratch/{/^FROM scratch/!d}' -e 's:^COPY --from=build .*:COPY drop-init drop-seccomp /:' \
		"$ENGINE_ROOT/docker/Dockerfile" >"$ENGINE_HOME/Dockerfile"
	image_build "$1" drop-init -f "$ENGINE_HOME/Dockerfile" --build-arg VERSION="$(engine_version)" "$BUILD/image"
}

engine_version() { sed -n 's/^VERSION *:= *//p' "$ENGINE_ROOT/Makefile"; }

# Where a recipe's Dockerfile installs a package, it is there already: apt-get only looks whether that is so.
image_servers() {
	mkdir -p "$ENGINE_HOME/servers"
	cat >"$ENGINE_HOME/servers/apt-get" <<-'END'
		#!/bin/sh
		set -eu
		[ "$1" != update ] || exit 0
		[ "$1 $2 $3" = "install -y --no-install-recommends" ] && shift 3
		for package; do dpkg-query -W -f '${Status} ${Package}\n' "$package" | grep '^install ok installed '; done
	END
	chmod 755 "$ENGINE_HOME/servers/apt-get"
	printf '%s\n' 'FROM servers-installed' 'COPY apt-get /usr/local/sbin/' |
		image_build "$1" servers -f - "$ENGINE_HOME/servers"
}

# recipe_image docker|podman NAME RECIPE [DOCKERFILE]: docker/examples/RECIPE, its Dockerfile as it stands, but from
# `servers`, so that nothing is downloaded and eight recipes cost one installation.
recipe_image() {
	local folder=$ENGINE_ROOT/docker/examples/$3
	sed 's/^FROM debian:bookworm$/FROM servers/' "$folder/${4:-Dockerfile}" | image_build "$1" "$2" -f - "$folder"
}

# image_build docker|podman NAME ARGUMENT... CONTEXT: quiet, unless it fails. There is nothing to download.
image_build() {
	local output
	output=$("$1" build --network none -t "$2" "${@:3}" 2>&1) && return
	printf '%s\n' "$output" >&2
	return 1
}

# --- asking the kernel ---------------------------------------------------------------------------

# processes_of PID: this process and all that it started, by its control group. What has its parent outside of the group
# was put there by the engine: a health check, say, which is root until it has stepped down.
processes_of() {
	local path pids one
	path=$(awk -F: '$2 == "pids" { print "/pids" $3 }' "/proc/$1/cgroup")
	[ -n "$path" ] || path=$(awk -F: '$1 == 0 { print $3 }' "/proc/$1/cgroup")
	mapfile -t pids <"/sys/fs/cgroup$path/cgroup.procs"
	for one in "${pids[@]}"; do
		[ "$one" != "$1" ] && [[ " ${pids[*]} " != *" $(parent_of "$one") "* ]] || echo "$one"
	done
}

parent_of() {
	awk '/^PPid:/ { print $2 }' "/proc/$1/status" 2>/dev/null
}

# processes_dropped PID UID: each of them is UID in every way, can gain nothing, holds no capability and is
# under two filters, the engine's and drop-init's. Only PID 1 may hold a capability, CAP_NET_BIND_SERVICE,
# as it binds the command's ports. One that has ended meanwhile says nothing.
processes_dropped() {
	local one pids want broker is
	pids=$(processes_of "$1") && [ -n "$pids" ] || return
	broker="^Uid $2 $2 $2 $2 CapPrm 0000000000000[04]00 CapEff 0000000000000[04]00 CapAmb 0000000000000000 NoNewPrivs 1 "
	for one in $pids; do
		want="Uid $2 $2 $2 $2 CapPrm 0000000000000000 CapEff 0000000000000000 CapAmb 0000000000000000 NoNewPrivs 1 Seccomp_filters 2"
		is=$(status_line "$one" 2>/dev/null)
		[ "$is" = "$want" ] && continue
		[ "$(cat "/proc/$one/comm" 2>/dev/null)" = drop-init ] && [[ $is =~ $broker ]] && continue
		[ -e "/proc/$one" ] || continue
		printf 'process %s:  %s\nexpected: %s\n' "$(tr '\0' ' ' <"/proc/$one/cmdline")" "$is" "$want" >&2
		return 1
	done
	[ -e "/proc/$1" ]
}

status_line() {
	awk '/^(Uid|CapPrm|CapEff|CapAmb|NoNewPrivs|Seccomp_filters):/ { sub(":", ""); $1 = $1; printf "%s%s", space, $0; space = " " }' "/proc/$1/status"
}

# --- tools ---------------------------------------------------------------------------------------

# npm_ready: the two programs that Debian does not have, into ENGINE_HOME/npm. Later versions of the second
# want a newer Node than Debian 12 has.
npm_ready() {
	local wanted=(handlebars@4.7.10 @devcontainers/cli@0.80.0)
	exec 7>>"$ENGINE_RUN/preparing"
	flock -x 7
	if [ "$(cat "$ENGINE_HOME/npm/installed" 2>/dev/null)" != "${wanted[*]}" ]; then
		mkdir -p "$ENGINE_HOME/npm"
		npm install --prefix "$ENGINE_HOME/npm" --no-audit --no-fund --no-save --silent "${wanted[@]}" \
			>"$ENGINE_HOME/npm.log" 2>&1 3>&- 7>&- 8>&- || { cat "$ENGINE_HOME/npm.log" >&2 && return 1; }
		echo "${wanted[*]}" >"$ENGINE_HOME/npm/installed"
	fi
	exec 7>&-
}
