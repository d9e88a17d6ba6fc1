#!/usr/bin/env bats
# The Kubernetes manifests: built, checked against the API's types and the Pod Security levels, and run by
# podman as far as it reads them (not: seccompProfile, sysctls, fsGroup, probes).

# shellcheck disable=SC2154,SC2030,SC2031 # low_ports is engine.bash's; each test is a subshell
bats_require_minimum_version 1.5.0
load engine

manifests=$BATS_TEST_DIRNAME/../../docker/kubernetes
tests=$BATS_TEST_DIRNAME/kubernetes

setup_file() {
	engine_start podman app drop-init
	image_build podman shop -f "$tests/shop.Dockerfile" "$tests"
}

teardown_file() { engine_stop; }

setup() {
	kubectl_knows_components || skip "no kubectl of 1.21 or later, whose kustomize knows components"
}

teardown() {
	podman pod rm -f -t 0 --ignore shop-pod-0 files-pod-0 >/dev/null
	! podman volume exists shop-data || podman volume rm -f shop-data >/dev/null
}

kubectl_knows_components() {
	local minor
	minor=$(kubectl version --client -o json 2>/dev/null | sed -n 's/.*"minor": "\([0-9]*\).*/\1/p') &&
		[ "${minor:-0}" -ge 21 ]
}

# kustomize FOLDER: what the cluster would be given.
kustomize() {
	kubectl kustomize "$manifests/$1"
}

# --- offline -------------------------------------------------------------------------------------

@test "every manifest is of the API's types, and says the Pod Security level that admits it" {
	for folder in baseline restricted injected; do
		kustomize "$folder" >"$BATS_TEST_TMPDIR/$folder.yaml"
		run "$tests/check.py" <"$BATS_TEST_TMPDIR/$folder.yaml"
		echo "$output"
		[ "$status" = 0 ]
		case $folder in
		baseline) [ "$output" = "Deployment/shop baseline [Capabilities, Running as Non-root, Running as Non-root user]" ] ;;
		restricted) [ "$output" = "Deployment/shop restricted" ] ;;
		injected) [ "$output" = "Deployment/files restricted" ] ;;
		esac
		# What its own comment promises to who reads it.
		grep -q "Pod Security admission: ${folder/injected/restricted}\." "$manifests/$folder/deployment.yaml"
	done
}

@test "a namespace asks for the level that its deployment has" {
	for folder in baseline restricted; do
		grep -q "pod-security.kubernetes.io/enforce: $folder$" "$manifests/$folder/namespace.yaml"
	done
}

@test "the components change what they say, and only in what asks for it" {
	kustomize injected >"$BATS_TEST_TMPDIR/injected.yaml"
	/usr/bin/python3 - "$BATS_TEST_TMPDIR/injected.yaml" <<-'END'
		import sys, yaml
		pod = yaml.safe_load(open(sys.argv[1]))["spec"]["template"]["spec"]
		assert pod["securityContext"]["sysctls"] == [{"name": "net.ipv4.ip_unprivileged_port_start", "value": "80"}]
		assert [c["name"] for c in pod["initContainers"]] == ["drop-init"]
		app, = pod["containers"]
		assert app["command"] == ["/injected/drop-init", "--"] and app["args"][0] == "python3", app
		assert app["image"] == "python:3-slim"
	END
	mkdir "$BATS_TEST_TMPDIR/plain"
	sed -e '/drop-init: inject/d' -e '/low-port: /d' "$manifests/injected/deployment.yaml" \
		>"$BATS_TEST_TMPDIR/plain/deployment.yaml"
	cp -r "$manifests/inject" "$manifests/low-port" "$BATS_TEST_TMPDIR"
	cp "$manifests/injected/kustomization.yaml" "$BATS_TEST_TMPDIR/plain"
	manifests=$BATS_TEST_TMPDIR kustomize plain >"$BATS_TEST_TMPDIR/plain.yaml"
	run ! grep -E 'initContainers|sysctls|emptyDir' "$BATS_TEST_TMPDIR/plain.yaml"
}

# The checker is only worth something if it refuses.
@test "the checker refuses a field that the API does not have, a wrong type, and names what a level forbids" {
	kustomize restricted >"$BATS_TEST_TMPDIR/good.yaml"
	check_changed() {
		sed "$1" "$BATS_TEST_TMPDIR/good.yaml" >"$BATS_TEST_TMPDIR/bad.yaml"
		run "$tests/check.py" <"$BATS_TEST_TMPDIR/bad.yaml"
		echo "$output"
	}
	check_changed 's/fsGroupChangePolicy:/fsGroupPolicy:/'
	[ "$status" = 1 ] && [[ $output == *"fsGroupPolicy: is no field of V1PodSecurityContext" ]]
	check_changed 's/runAsUser: 1000/runAsUser: app/'
	[ "$status" = 1 ] && [[ $output == *"runAsUser: is 'app', which is no int" ]]
	check_changed 's/runAsNonRoot: true/runAsNonRoot: false/'
	[ "$output" = "Deployment/shop baseline [Running as Non-root]" ]
	check_changed 's/allowPrivilegeEscalation: false/allowPrivilegeEscalation: true/'
	[ "$output" = "Deployment/shop baseline [Privilege Escalation]" ]
	check_changed 's/type: RuntimeDefault/type: Unconfined/'
	[ "$output" = "Deployment/shop privileged [Seccomp]" ]
	check_changed 's/shareProcessNamespace: true/hostPID: true/'
	[ "$output" = "Deployment/shop privileged [Host Namespaces]" ]
	check_changed 's/name: net.ipv4.ip_unprivileged_port_start/name: kernel.msgmax/'
	[ "$output" = "Deployment/shop privileged [Sysctls]" ]
}

# --- run -----------------------------------------------------------------------------------------

# play FOLDER NAME: runs what podman reads of it; sets $id and $pid of the container NAME, and $port_rule to
# what the pod's network has for ip_unprivileged_port_start.
play() {
	kustomize "$1" | "$tests/podman.py" >"$BATS_TEST_TMPDIR/$1.yaml"
	podman kube play --network none "$BATS_TEST_TMPDIR/$1.yaml"
	id=$2
	pid=$(podman inspect -f '{{.State.Pid}}' "$id")
}

page() {
	nsenter -t "$pid" -n curl -sf --max-time 10 http://127.0.0.1:80/
}

# podman does not read the pod's sysctls, so they are given to it in another way.
port_rule() {
	sed "/^netns/a default_sysctls = [\"net.ipv4.ip_unprivileged_port_start=$1\"]" "$CONTAINERS_CONF" >"$BATS_TEST_TMPDIR/containers.conf"
	export CONTAINERS_CONF=$BATS_TEST_TMPDIR/containers.conf
}

@test "baseline: a root start gives the volume away, binds port 80, and serves as 1000 with no capability" {
	port_rule 1024
	play baseline shop-pod-0-shop
	wait_until 30 page || { podman logs "$id" && return 1; }
	[ "$(page)" = "uid 1000" ]
	processes_dropped "$pid" 1000
	[ "$(stat -c %u "$(podman volume inspect -f '{{.Mountpoint}}' shop-data)")" = 1000 ]
}

@test "baseline: the second start finds a folder of 0700 that the user owns, and serves again" {
	port_rule 1024
	play baseline shop-pod-0-shop
	wait_until 30 page
	data=$(podman volume inspect -f '{{.Mountpoint}}' shop-data)
	mkdir -m 0700 "$data/private"
	touch "$data/private/file"
	chown 1000:1000 "$data/private"
	podman pod restart shop-pod-0
	pid=$(podman inspect -f '{{.State.Pid}}' "$id")
	wait_until 30 page || { podman logs "$id" && return 1; }
	[ "$(stat -c %u "$data/private/file")" = 1000 ]
}

@test "baseline: the liveness probe steps down too, and asks for the page" {
	port_rule 1024
	play baseline shop-pod-0-shop
	wait_until 30 page
	kustomize baseline | /usr/bin/python3 -c '
import sys, yaml
for document in yaml.safe_load_all(sys.stdin):
    if document["kind"] == "Deployment":
        container = document["spec"]["template"]["spec"]["containers"][0]
        print(*container["livenessProbe"]["exec"]["command"], sep="\n")' >"$BATS_TEST_TMPDIR/probe"
	mapfile -t probe <"$BATS_TEST_TMPDIR/probe"
	podman exec "$id" "${probe[@]}"
	[ "$(podman exec "$id" "${probe[@]:0:3}" id -u)" = 1000 ]
}

@test "baseline: after TERM it serves until --stop-delay is over, then ends by itself with status 0" {
	port_rule 1024
	play baseline shop-pod-0-shop
	wait_until 30 page
	podman kill --signal TERM "$id"
	started=$SECONDS
	[ "$(page)" = "uid 1000" ]
	[ "$(podman wait "$id")" = 0 ]
	# The delay is 5 seconds: the clock of whole seconds may lose one.
	[ $((SECONDS - started)) -ge 4 ]
	[ $((SECONDS - started)) -le 15 ]
}

@test "restricted: never root, one PID namespace for the pod, port 80 by the sysctl" {
	port_rule 80
	play restricted shop-pod-0-shop
	wait_until 30 page || { podman logs "$id" && return 1; }
	[ "$(page)" = "uid 1000" ]
	processes_dropped "$pid" 1000
	# Not PID 1, so it has to be the subreaper.
	[ "$(awk '/^NSpid:/ { print $NF }' "/proc/$pid/status")" -gt 1 ]
}

@test "restricted: without the sysctl the reason is in the log before the command starts" {
	port_rule 1024
	play restricted shop-pod-0-shop
	[ "$(podman wait "$id")" = 125 ]
	run podman logs "$id"
	echo "$output"
	[[ $output == "drop-init: --allow-port 80: CAP_NET_BIND_SERVICE is not among our capabilities"* ]]
}

@test "injected: an image that nobody rebuilt serves port 80 under a drop-init from an init container" {
	port_rule 80
	play injected files-pod-0-app
	wait_until 30 page || { podman logs "$id" && return 1; }
	processes_dropped "$pid" 1000
	podman exec "$id" /injected/drop-init --version
	run podman exec "$id" test -w /injected
	[ "$status" = 1 ]
}

@test "a start that fails leaves its reason in the termination message, and nothing else there" {
	mkdir "$BATS_TEST_TMPDIR/pod"
	: >"$BATS_TEST_TMPDIR/pod/log"
	chmod 666 "$BATS_TEST_TMPDIR/pod/log"
	run podman run --rm -v "$BATS_TEST_TMPDIR/pod/log:/dev/termination-log" shop \
		drop-init --user 1000:1000 --writable /etc -- true
	[ "$status" = 125 ]
	[ "$(cat "$BATS_TEST_TMPDIR/pod/log")" = "$(tr -d '\r' <<<"$output")" ]
	[[ $output == "drop-init: --writable /etc: "* ]]
	: >"$BATS_TEST_TMPDIR/pod/log"
	podman run --rm -v "$BATS_TEST_TMPDIR/pod/log:/dev/termination-log" shop drop-init --user 1000:1000 -- true
	[ ! -s "$BATS_TEST_TMPDIR/pod/log" ]
}
