# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # "namespace" and results are shared with namespace.bash
# Run a command as PID 1 of a gVisor sandbox, and ask that kernel what became of it.
#
#     load gvisor                         # in a bats file; namespace.bash and its assertions come with it
#
# RUNSC is the program, RUNSC_PLATFORM how it catches system calls: tests/sandboxes/run sets both. The root is this
# machine's, read-only, with /etc/passwd and /etc/group from $namespace/etc; /mnt, /run and /dev are empty and
# writable. The start is root's with the capabilities of Docker. The network is the sandbox's own, with lo alone.
#
#   sandbox_prepare 'SHELL'       run this inside, as PID 1 and root, before it becomes COMMAND
#   sandbox_set 'PYTHON'          change the OCI configuration, which is in "spec"
#   sandbox_start COMMAND...      in the background; the results are namespace_wait's
#   sandbox_run COMMAND...        sandbox_start and namespace_wait
#   sandbox_signal SIGNAL         to PID 1, from outside
#   sandbox_exec COMMAND...       inside, as root, as docker exec does
#   sandbox_status                /proc/PID/status of everything inside but of who asks

load ../namespace
NAMESPACE_TIMEOUT=${SANDBOX_TIMEOUT:-60}

sandbox_runsc() { "$RUNSC" --root "$namespace_folder/runsc" --network=none --ignore-cgroups "$@" 3>&-; }

# Whether runsc can run here at all is for the machine to say: a container often forbids it.
sandbox_available() {
	[ -n "${RUNSC:-}" ] || { echo "RUNSC is not set: make check-sandboxes fetches it" && return; }
	namespace_select trial
	sandbox_run true
	[ "$status" = 0 ] || echo "runsc cannot run here: $(tail -n 1 "$namespace/stderr")"
}

sandbox_prepare() { namespace_prepare "$1"; }
sandbox_set() { printf '%s\n' "$1" >>"$namespace/settings"; }

sandbox_bundle() {
	touch "$namespace/settings"
	python3 - "$namespace" "$PATH" "$@" >"$namespace/config.json" <<-'END'
		import json, sys
		folder, path, *command = sys.argv[1:]
		capabilities = ["CAP_" + name for name in (
		    "CHOWN DAC_OVERRIDE FSETID FOWNER MKNOD NET_RAW SETGID SETUID SETFCAP SETPCAP NET_BIND_SERVICE "
		    "SYS_CHROOT KILL AUDIT_WRITE").split()]
		prepare = open(folder + "/prepare").read() + '\nexec "$@"'
		def mount(to, kind, source, *options):
		    return {"destination": to, "type": kind, "source": source, "options": list(options)}
		spec = {
		    "ociVersion": "1.0.2",
		    "hostname": "sandbox",
		    "root": {"path": "/", "readonly": True},
		    "process": {
		        "user": {"uid": 0, "gid": 0}, "cwd": "/", "args": ["sh", "-euc", prepare, "sh", *command],
		        "env": ["PATH=" + path, "LC_ALL=C.UTF-8"],
		        "capabilities": {name: capabilities for name in ("bounding", "effective", "permitted")}},
		    "mounts": [mount("/proc", "proc", "proc"), mount("/dev", "tmpfs", "tmpfs")] + [
		        mount(to, "tmpfs", "tmpfs") for to in ("/mnt", "/run")] + [
		        mount("/etc/" + name, "bind", f"{folder}/etc/{name}", "bind", "ro") for name in ("passwd", "group")],
		    "linux": {"namespaces": [{"type": name} for name in ("pid", "mount", "ipc", "uts", "network")]}}
		exec(open(folder + "/settings").read())
		json.dump(spec, sys.stdout)
	END
}

sandbox_start() {
	local flags=("--platform=$RUNSC_PLATFORM")
	sandbox_bundle "$@"
	rm -f "$namespace"/{status,stdout,stderr}
	: >"$namespace/readers" # of pipes: there are none
	NAMESPACE_PID='' status='' signal='' stdout='' stderr='' elapsed='' namespace_signalled=''
	sandbox=${namespace##*/}$RANDOM
	# The newer one would keep what is written in files of the machine's root.
	! "$RUNSC" flags 2>&1 | grep -q -- overlay2 || flags+=(--overlay2=none)
	(
		code=0
		sandbox_runsc "${flags[@]}" run --bundle "$namespace" "$sandbox" <"$NAMESPACE_STDIN" \
			>>"$namespace/stdout" 2>>"$namespace/stderr" || code=$?
		echo $((code << 8)) >"$namespace/status"
	) 3>&- &
	namespace_started+=($!)
}

sandbox_run() {
	sandbox_start "$@"
	namespace_wait
}

sandbox_signal() {
	namespace_signalled=${EPOCHREALTIME/./}
	sandbox_runsc kill "$sandbox" "$1"
}

sandbox_exec() { sandbox_runsc exec "$sandbox" "$@" </dev/null; }

# shellcheck disable=SC2016
sandbox_status() {
	sandbox_exec sh -c 'for p in /proc/[0-9]*; do [ "$p" = /proc/$$ ] || cat "$p/status"; done'
}

teardown() {
	[ -z "${sandbox:-}" ] || sandbox_runsc delete --force "$sandbox" >/dev/null 2>&1 || true
	namespace_cleanup
}
