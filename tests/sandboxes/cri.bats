#!/usr/bin/env bats
# What Kubernetes really asks for: containerd gets what a kubelet sends for the pods of docker/kubernetes. See cri.bash.

bats_require_minimum_version 1.5.0
load cri

manifests=$CRI_ROOT/docker/kubernetes

setup_file() { cri_start; }
teardown_file() { cri_stop; }

setup() {
	[ -z "$CRI_UNAVAILABLE" ] || skip "$CRI_UNAVAILABLE"
}

equal() { # FOUND EXPECTED
	[ "$1" = "$2" ] || { printf 'expected: %s\nfound:    %s\n' "$2" "$1" >&2 && return 1; }
}

until_is() { # SECONDS COMMAND...
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		[ "$SECONDS" -lt "$end" ] || { cri log "$container" stderr >&2; return 1; }
		sleep 0.1
	done
}

serves() {
	cri exec "$container" python3 -c 'import urllib.request
print(urllib.request.urlopen("http://127.0.0.1:80/").read().decode(), end="")' 2>/dev/null
}

# Of each thread of the container that runs PROGRAM, one line: its values of NAME... Equal ones are one.
# shellcheck disable=SC2016
status_of() { # PROGRAM NAME...
	cri exec "$container" sh -c 'program=$1; shift
		for p in /proc/[0-9]*/task/[0-9]*; do
			[ "$(cat $p/comm)" = "$program" ] || continue
			for name; do sed -n "s/^$name:[[:space:]]*//p" $p/status; done | tr "\t\n" "  "; echo
		done' sh "$@" | sed 's/ *$//' | sort -u
}

# Everything that the command may do is gone; the thread of PID 1 that is a broker keeps what that needs.
assert_dropped() { # ITS CAPABILITIES
	local sets=(Uid Gid CapInh CapPrm CapEff CapBnd CapAmb NoNewPrivs Seccomp)
	local ids='1000 1000 1000 1000 1000 1000 1000 1000' none=0000000000000000
	equal "$(status_of drop-init "${sets[@]}")" \
		"$(printf '%s\n' "$ids $none $none $none $none $none 1 2" "$ids $none $1 $1 $none $none 1 2" | sort -u)"
	equal "$(status_of gunicorn "${sets[@]}")" "$ids $none $none $none $none $none 1 2"
}

# What a pod was told it cannot have, in the words that `kubectl describe pod` shows.
assert_refused() { # MESSAGE
	until_is 20 cri_state 'EXITED 125'
	equal "$(cri message "$container")" "$1"
	equal "$(cri log "$container" stderr)" "$1"
}

@test "restricted: never root, port 80 by the pod's sysctl, and fsGroup lets it write" {
	cri_run "$manifests/restricted/deployment.yaml"
	until_is 30 serves >/dev/null
	equal "$(serves)" 'uid 1000'
	assert_dropped 0000000000000000
	equal "$(status_of drop-init Groups)" 1000
	equal "$(cri log "$container" stderr | grep drop-init || true)" ''
}

@test "a shared PID namespace: PID 1 is the pod's, and orphans are reaped by drop-init all the same" {
	cri_run "$manifests/restricted/deployment.yaml" 'container["args"] = ["sh", "-c",
		"for i in 1 2 3 4 5; do sh -c \"sleep 0.1 &\"; done; sleep 1; echo slept; exec sleep 600"]'
	has_slept() { cri log "$container" stdout | grep -q slept; }
	until_is 20 has_slept
	equal "$(cri exec "$container" cat /proc/1/comm)" catatonit
	equal "$(cri exec "$container" sh -c 'grep -l "^State:.Z" /proc/[0-9]*/status | wc -l' 2>/dev/null)" 0
	cri stop "$container" 20
}

@test "baseline: root for the steps, port 80 by the broker under RuntimeDefault, and the volume is the user's" {
	cri_run "$manifests/baseline/deployment.yaml" 'container["command"].insert(1, "-v")
spec["volumes"][0]["name"] = container["volumeMounts"][0]["name"] = "claim"'
	until_is 30 serves >/dev/null
	equal "$(serves)" 'uid 1000'
	assert_dropped 0000000000000400
	cri log "$container" stderr | grep -F 'drop-init: --allow-port: broker: PID 1 binds these ports for the command'
	equal "$(cri exec "$container" stat -c '%u:%g %U' /data)" '1000:1000 app'
	cri stop "$container" 20
}

@test "baseline's exec probe steps down, and fails where nobody listens" {
	probe=$(python3 -c 'import sys, yaml
container = yaml.safe_load(open(sys.argv[1]))["spec"]["template"]["spec"]["containers"][0]
print("\n".join(container["livenessProbe"]["exec"]["command"]))' "$manifests/baseline/deployment.yaml")
	mapfile -t probe <<<"$probe"
	cri_run "$manifests/baseline/deployment.yaml"
	until_is 30 serves >/dev/null
	cri exec "$container" "${probe[@]}"
	equal "$(cri exec "$container" drop-init --user=1000:1000 -- id -u)" 1000
	run -1 cri exec "$container" "${probe[@]/:80/:81}"
	[[ $output == *"Connection refused"* ]]
	cri stop "$container" 0
}

@test "a stop holds TERM for --stop-delay, ends within the grace period, and the status is the command's" {
	cri_run "$manifests/restricted/deployment.yaml"
	until_is 30 serves >/dev/null
	begun=$SECONDS
	cri stop "$container" 40
	[ $((SECONDS - begun)) -ge 4 ] && [ $((SECONDS - begun)) -lt 30 ]
	cri_state 'EXITED 0'
	cri log "$container" stderr | grep -F 'Handling signal: term'
}

@test "what ignores TERM is killed when the grace period is over" {
	cri_run "$manifests/baseline/deployment.yaml" \
		'container["args"] = ["sh", "-c", "trap \"\" TERM; echo ready; while :; do sleep 1; done"]'
	ready_said() { cri log "$container" stdout | grep -q ready; }
	until_is 20 ready_said
	cri stop "$container" 1
	cri_state 'EXITED 137'
}

@test "supplementalGroups and fsGroup stay with --groups keep, root's group does not" {
	cri_run "$manifests/baseline/deployment.yaml" 'spec["securityContext"].update(supplementalGroups=[3000], fsGroup=4000)
container["command"].insert(1, "--groups=keep")'
	until_is 30 serves >/dev/null
	equal "$(status_of drop-init Gid Groups)" '1000 1000 1000 1000 3000 4000'
	cri stop "$container" 0
}

@test "a volume that the user cannot write to: the pod's status says so" {
	cri_run "$manifests/baseline/deployment.yaml" 'container["command"].remove("--chown=/data,mkdir")
spec["volumes"][0]["name"] = container["volumeMounts"][0]["name"] = "root-s"'
	assert_refused "drop-init: --writable /data: '/data' belongs to 0:0 with mode 0755, so user 1000 may not write there (add --chown /data)"
}

@test "another user than --user: the pod's status names both" {
	cri_run "$manifests/restricted/deployment.yaml" 'spec["securityContext"]["runAsUser"] = 1001'
	assert_refused 'drop-init: --user 1000:1000: started as user 1001, which cannot become app (1000:1000) (start as root, or as that user)'
}

@test "without the pod's sysctl, port 80 of a pod that is never root is refused with what is missing" {
	cri_run "$manifests/restricted/deployment.yaml" 'del spec["securityContext"]["sysctls"]'
	until_is 20 cri_state 'EXITED 125'
	cri message "$container" | grep -F 'drop-init: --allow-port 80: CAP_NET_BIND_SERVICE is not among our capabilities'
}

@test "root with every capability dropped: the pod's status says which are missing" {
	cri_run "$manifests/baseline/deployment.yaml" 'del container["securityContext"]["capabilities"]["add"]
container["command"] = ["drop-init", "--user=1000:1000", "--"]'
	assert_refused 'drop-init: --user 1000:1000: root without CAP_SETUID and CAP_SETGID cannot become app (1000:1000) (add SETUID and SETGID, or start as the user)'
}

@test "seccomp Localhost: a node's own profile stays in force below drop-init's" {
	cat >"$CRI/node.json" <<-'END'
		{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
			{"names": ["unshare", "clone3", "keyctl"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38}]}
	END
	cri_run "$manifests/restricted/deployment.yaml" \
		'spec["securityContext"]["seccompProfile"] = {"type": "Localhost", "localhostProfile": "node.json"}'
	until_is 30 serves >/dev/null
	assert_dropped 0000000000000000
	# An exec gets the node's filter alone.
	run -1 cri exec "$container" unshare --user true
	[[ $output == *"Function not implemented"* ]]
	cri stop "$container" 0
}

@test "a read-only root file system stays as it was, and a failure to start is still told" {
	cri_run "$manifests/restricted/deployment.yaml" 'container["args"] = ["/app/shop.py"]'
	until_is 20 cri_state 'EXITED 126'
	cri message "$container" | grep -F '/app/shop.py'
	cri_run "$manifests/restricted/deployment.yaml" 'container["args"] = ["nothing"]'
	until_is 20 cri_state 'EXITED 127'
	cri message "$container" | grep -F 'nothing'
}
