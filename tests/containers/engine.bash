# shellcheck shell=bash
# A private Docker engine and a private podman for the container tests, and images for both.
#
#     load engine                        # or: load ../containers/engine
#     setup_file()    { engine_start docker app; }     # engine, then the images that are needed
#     teardown_file() { engine_stop; }
#     docker run --rm --network none app id            # the private engine, by the usual name
#
# Everything lives in build/containers (ENGINE_HOME); the socket lives in a short folder beside the
# system's temporary files, as a socket's address has 107 characters at most. An engine that already
# runs there is used and left running; one that engine_start started, engine_stop stops, by its pid.
#
# There is no registry: `debian:bookworm` and `app` are made from Debian's packages, once, and kept.
# With no bridge there are three networks: `--network none` (ports inside are the container's own, and
# Docker sets ip_unprivileged_port_start to 0 there: pass "${low_ports[@]}" to test a low port),
# `--network host`, and `--network container:NAME`.

ENGINE_ROOT=${ENGINE_ROOT:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}
ENGINE_HOME=${ENGINE_HOME:-$ENGINE_ROOT/build/containers}
ENGINE_RUN=${ENGINE_RUN:-/tmp/drop-init-containers-$(printf %s "$ENGINE_HOME" | cksum | cut -d' ' -f1)}
export ENGINE_ROOT ENGINE_HOME ENGINE_RUN
export CONTAINERS_CONF=$ENGINE_HOME/containers.conf
export BUILDAH_FORMAT=docker # keeps HEALTHCHECK and SHELL, which the OCI format has no place for

# Without this a container of its own network lets anybody bind port 80, and a test of it says nothing.
# shellcheck disable=SC2034 # for the tests
low_ports=(--sysctl net.ipv4.ip_unprivileged_port_start=1024)

# What `app` holds, as an official image of each would: also tagged python:3-slim, nginx and redis.
app_packages=(python3 python3-pip python3-flask python3-django python3-fastapi uvicorn python3-uvicorn
	gunicorn python3-debugpy uwsgi-core uwsgi-plugin-python3 nginx-light redis-server
	procps curl iproute2 libcap2-bin)

docker() {
	/usr/bin/docker -H "unix://$ENGINE_RUN/docker.sock" "$@" 3>&-
}

podman() {
	command podman --root "$ENGINE_HOME/podman" --runroot "$ENGINE_RUN/podman" "$@" 3>&-
}

# engine_start docker|podman|both [IMAGE...]: IMAGE is base, app or drop-init.
engine_start() {
	local engine=$1 image
	shift
	mkdir -p "$ENGINE_HOME/images" "$ENGINE_RUN"
	case $engine in
	docker) dockerd_start ;;
	podman) podman_configure ;;
	both) dockerd_start && podman_configure ;;
	*) echo "engine_start: '$engine' is not docker, podman or both" >&2 && return 1 ;;
	esac || return
	for image in "$@"; do
		[ "$engine" = podman ] || image_ready docker "$image" || return
		[ "$engine" = docker ] || image_ready podman "$image" || return
	done
}

# Removes the containers and volumes that are left, and stops the engine if this file started it.
engine_stop() {
	local engine
	for engine in docker podman; do
		engine_is_used "$engine" || continue
		containers_remove "$engine"
		"$engine" volume prune -f >/dev/null
		"$engine" image prune -f >/dev/null
	done
	[ -z "${ENGINE_STARTED:-}" ] || process_stop "$ENGINE_STARTED"
	unset ENGINE_STARTED
}

engine_is_used() {
	case $1 in
	docker) [ -S "$ENGINE_RUN/docker.sock" ] && dockerd_answers ;;
	podman) [ -e "$CONTAINERS_CONF" ] ;;
	esac
}

containers_remove() {
	local ids now=()
	[ "$1" = docker ] || now=(-t 0) # podman would wait ten seconds for a command that ignores TERM
	ids=$("$1" ps -aq) || return
	# shellcheck disable=SC2086 # a list of ids
	[ -z "$ids" ] || "$1" rm -f -v "${now[@]}" $ids >/dev/null
}

# process_stop PID: ends a process that we started, and waits until it is gone.
process_stop() {
	kill "$1" 2>/dev/null || return 0
	timeout 20 tail --pid="$1" -f /dev/null || kill -KILL "$1"
}

dockerd_answers() {
	docker version >/dev/null 2>&1
}

# The parent-death signal ends the engine even when the test run itself is killed.
dockerd_start() {
	dockerd_answers && return
	PATH=$PATH:/usr/sbin setpriv --pdeathsig TERM /usr/sbin/dockerd --iptables=false --bridge=none \
		--data-root "$ENGINE_HOME/docker" --exec-root "$ENGINE_RUN/docker" \
		-H "unix://$ENGINE_RUN/docker.sock" -p "$ENGINE_RUN/docker.pid" \
		>"$ENGINE_HOME/dockerd.log" 2>&1 </dev/null 3>&- &
	export ENGINE_STARTED=$!
	wait_until 30 dockerd_answers && return
	tail "$ENGINE_HOME/dockerd.log" >&2
	return 1
}

# runc for crun, which not every machine has; no limit raised, as that takes CAP_SYS_RESOURCE; and no
# network unless a test asks, as podman's own takes iptables.
podman_configure() {
	cat >"$CONTAINERS_CONF" <<-'END'
		[containers]
		default_ulimits = ["nofile=1024:1024", "nproc=1000:1000"]
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
	if ! mmdebstrap --quiet --format=tar --variant=minbase ${packages:+--include="$packages"} "${hooks[@]}" \
		bookworm "$tar.new" >"$tar.log" 2>&1 </dev/null; then
		cat "$tar.log" >&2
		return 1
	fi
	mv "$tar.new" "$tar"
}

# The image that docker/Dockerfile makes from what `make` has built.
image_drop_init() {
	"$1" build --quiet --network none -t drop-init -f "$ENGINE_ROOT/docker/Dockerfile" \
		"$ENGINE_ROOT/${BUILD:-build}" >"$ENGINE_HOME/drop-init-image.log" 2>&1 ||
		{ cat "$ENGINE_HOME/drop-init-image.log" >&2 && return 1; }
}
