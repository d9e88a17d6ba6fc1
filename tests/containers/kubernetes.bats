#!/usr/bin/env bats
# The Kubernetes manifests: built, checked against the API's types and the Pod Security levels, and run by
# podman as far as it reads them (not: seccompProfile, sysctls, fsGroup, probes).

# shellcheck disable=SC2154,SC2034 # low_ports is engine.bash's, page for page.bash
# shellcheck disable=SC2030,SC2031 # each test is a subshell
bats_require_minimum_version 1.5.0
load engine
load page

page=$BATS_TEST_DIRNAME/../../docker/kubernetes/README.md
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
	grep -q "pod-security.kubernetes.io/enforce: restricted$" "$manifests/injected/namespace.yaml"
}

# namespaces FOLDER: those that its documents lie in, and those that it makes.
namespaces() {
	kustomize "$1" | /usr/bin/python3 -c '
import sys, yaml
documents = list(yaml.safe_load_all(sys.stdin))
print(*sorted({d["metadata"]["namespace"] for d in documents if d["kind"] != "Namespace"}))
print(*sorted(d["metadata"]["name"] for d in documents if d["kind"] == "Namespace"))'
}

@test "each folder makes the namespace that it is applied to" {
	for folder in baseline restricted injected; do
		run -0 namespaces "$folder"
		[ "${lines[0]}" = "${lines[1]}" ]
	done
}

@test "the components change what they say, and only in what asks for it" {
	kustomize injected >"$BATS_TEST_TMPDIR/injected.yaml"
	/usr/bin/python3 - "$BATS_TEST_TMPDIR/injected.yaml" <<-'END'
		import sys, yaml
		pod, = [d["spec"]["template"]["spec"] for d in yaml.safe_load_all(open(sys.argv[1])) if d["kind"] == "Deployment"]
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
	cp "$manifests"/injected/{kustomization,namespace}.yaml "$BATS_TEST_TMPDIR/plain"
	manifests=$BATS_TEST_TMPDIR kustomize plain >"$BATS_TEST_TMPDIR/plain.yaml"
	run ! grep -E 'initContainers|sysctls|emptyDir' "$BATS_TEST_TMPDIR/plain.yaml"
}

# variant KIND COMPONENT NAME: the example as another kind, with its container called NAME.
variant() {
	local folder=$BATS_TEST_TMPDIR/$1-$2-$3
	mkdir -p "$folder/pod"
	cp -r "$manifests/$2" "$folder"
	[ "$3" = app ] || sed -i "s/name: app$/name: $3/" "$folder/$2/kustomization.yaml"
	sed -e "s/^kind: Deployment/kind: $1/" -e "s/name: app$/name: $3/" \
		"$manifests/injected/deployment.yaml" >"$folder/pod/pod.yaml"
	printf 'resources: [pod.yaml]\ncomponents: [../%s]\n' "$2" >"$folder/pod/kustomization.yaml"
	kubectl kustomize "$folder/pod" | /usr/bin/python3 -c '
import sys, yaml
document = yaml.safe_load(sys.stdin)
pod = document["spec"]["template"]["spec"]
container, = pod["containers"]
volume, = pod["volumes"]
print(document["kind"], container["name"], *container["command"], volume["name"], *sorted(set(volume) - {"name"}),
      container["image"], *(c["name"] for c in pod.get("initContainers", [])))'
}

@test "inject and image-volume take StatefulSets, DaemonSets and Jobs, and with one word changed a container of another name" {
	for kind in Deployment StatefulSet DaemonSet Job; do
		for name in app web; do
			[ "$(variant "$kind" inject "$name")" = "$kind $name /injected/drop-init -- drop-init emptyDir python:3-slim drop-init" ]
			[ "$(variant "$kind" image-volume "$name")" = "$kind $name /injected/drop-init -- drop-init image python:3-slim" ]
		done
	done
}

@test "the page's overlay gives the images the names that they have in a registry" {
	mkdir "$BATS_TEST_TMPDIR/overlay"
	cp -r "$manifests"/{injected,inject,low-port} "$BATS_TEST_TMPDIR"
	snippet images >"$BATS_TEST_TMPDIR/overlay/kustomization.yaml"
	snippet push | grep -q ' registry.example/drop-init:1$'
	kubectl kustomize "$BATS_TEST_TMPDIR/overlay" >"$BATS_TEST_TMPDIR/named.yaml"
	grep -q 'image: registry.example/drop-init:1$' "$BATS_TEST_TMPDIR/named.yaml"
	grep -q 'image: python:3-slim$' "$BATS_TEST_TMPDIR/named.yaml"
}

# What no engine here has is at least YAML, and says of itself that it is untried.
@test "the page's other fragments are YAML, and each is called untried" {
	for name in stop-signal job restart-rules; do
		snippet "$name" | /usr/bin/python3 -c 'import sys, yaml; assert yaml.safe_load(sys.stdin)["spec"]'
	done
	[ "$(grep -ci untried "$page")" -ge 4 ]
	grep -qi untried "$manifests/image-volume/kustomization.yaml"
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

@test "image-volume: podman mounts the image, and the command starts by what is in it" {
	run -0 podman run --rm --mount type=image,source=drop-init,destination=/injected --user 1000:1000 --cap-drop ALL \
		--read-only -e DROP_INIT_USER=1000:1000 python:3-slim /injected/drop-init -- id -u
	[ "$output" = 1000 ]
	run ! podman run --rm --mount type=image,source=drop-init,destination=/injected python:3-slim touch /injected/new
}

@test "hostUsers false: in a user namespace of podman's --chown gives the volume away as the pod sees it" {
	mkdir "$BATS_TEST_TMPDIR/data"
	chown 100000:100000 "$BATS_TEST_TMPDIR/data"
	run -0 podman run --rm --uidmap 0:100000:65536 --gidmap 0:100000:65536 -v "$BATS_TEST_TMPDIR/data:/data" \
		--cap-drop ALL --cap-add CHOWN --cap-add FOWNER --cap-add DAC_OVERRIDE \
		--cap-add SETUID --cap-add SETGID --cap-add SETPCAP \
		shop drop-init --user 1000:1000 --chown /data --writable /data -- sh -c 'id -u; touch /data/file'
	[ "$output" = 1000 ]
	[ "$(stat -c %u "$BATS_TEST_TMPDIR/data/file")" = 101000 ]
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
