# shellcheck shell=bash
# containerd, as a kubelet drives it: over its Container Runtime Interface. cri.py is the kubelet.
#
#     load cri
#     setup_file()    { cri_start; }       # CRI_UNAVAILABLE says why where it cannot run
#     teardown_file() { cri_stop; }
#     cri_run MANIFEST [PYTHON]            # sets "pod" and "container"; see cri.py
#     cri exec "$container" COMMAND...     # and state, stop, log, message, remove
#
# No registry and no network: the pause image and "shop" are made here, of nothing but a few links and files, and a pod
# sees this machine's /usr. A pod has a network namespace with lo alone, by a CNI plugin of ten lines.

CRI_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
BUILD=${BUILD:-$CRI_ROOT/build}
PATH=$PATH:/usr/sbin:/sbin

cri() { python3 "$CRI_ROOT/tests/sandboxes/cri.py" "$CRI/socket" "$CRI" "$@" 3>&-; }

cri_run() {
	local ids
	ids=$(cri run "$@") || return
	pod=${ids%%$'\n'*} container=${ids##*$'\n'}
	echo "$pod" >>"$CRI/pods"
}

cri_state() { [ "$(cri state "$container")" = "$1" ]; }

# --- the runtime -------------------------------------------------------------------------------------

cri_start() {
	[ -n "${CRI_PROTO:-}" ] || {
		export CRI_UNAVAILABLE="CRI_PROTO is not set: make check-sandboxes fetches it" CRI=
		return
	}
	# A socket's address has 107 characters at most.
	CRI=$(mktemp -d "${TMPDIR:-/tmp}/drop-init-cri.XXXXXX") CRI_UNAVAILABLE=
	export CRI CRI_UNAVAILABLE
	mkdir -p "$CRI"/{cni,plugins}
	chmod 755 "$CRI"
	cri_protocol
	cri_network
	cri_configure
	setsid containerd --config "$CRI/config.toml" >"$CRI/log" 2>&1 3>&- &
	echo $! >"$CRI/pid"
	cri_image pause
	cri_image shop
	for _ in {1..200}; do
		! cri_ctr version >/dev/null 2>&1 || break
		sleep 0.1
	done
	if ! cri_ctr images import "$CRI/pause.tar" >/dev/null || ! cri_ctr images import "$CRI/shop.tar" >/dev/null; then
		CRI_UNAVAILABLE="containerd cannot run here: $(tail -n 1 "$CRI/log")"
	elif ! cri_run "$CRI_ROOT/docker/kubernetes/restricted/deployment.yaml" 2>"$CRI/trial"; then
		CRI_UNAVAILABLE="containerd cannot start a pod here: $(tail -n 1 "$CRI/trial" "$CRI/log")"
	fi
}

cri_ctr() { ctr --address "$CRI/socket" --namespace k8s.io "$@"; }

cri_stop() {
	local pod
	[ -n "$CRI" ] || return 0
	[ ! -e "$CRI/pods" ] || while read -r pod; do cri remove "$pod" || true; done <"$CRI/pods"
	kill "$(<"$CRI/pid")" && tail --pid="$(<"$CRI/pid")" -f /dev/null
	rm -rf "$CRI"
}

# The API as Kubernetes publishes it, without what concerns Go alone.
cri_protocol() {
	sed -e '/gogoproto\/gogo.proto/d' \
		-e '/^option (gogoproto/d' -e 's/ *\[(gogoproto[^]]*\]//' "$CRI_PROTO" >"$CRI/api.proto"
	protoc --proto_path="$CRI" --python_out="$CRI" api.proto
}

cri_configure() {
	cat >"$CRI/config.toml" <<-END
		version = 2
		root = "$CRI/root"
		state = "$CRI/state"
		[grpc]
		  address = "$CRI/socket"
		[ttrpc]
		  address = "$CRI/socket.ttrpc"
		[plugins."io.containerd.grpc.v1.cri"]
		  sandbox_image = "localhost/pause:1"
		  disable_tcp_service = true
		  restrict_oom_score_adj = true # -998 takes SYS_RESOURCE, which not every machine of tests gives
		  [plugins."io.containerd.grpc.v1.cri".cni]
		    bin_dir = "$CRI/plugins"
		    conf_dir = "$CRI/cni"
		  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
		    runtime_type = "io.containerd.runc.v2"
	END
}

# Both of what a pod gets: lo, which goes up, and an eth0, which is only said to be there.
cri_network() {
	cat >"$CRI/plugins/loopback" <<-'END'
		#!/bin/sh
		cat >/dev/null
		case $CNI_COMMAND in
		ADD) nsenter --net="$CNI_NETNS" ip link set lo up ;;
		VERSION) echo '{"cniVersion": "0.4.0", "supportedVersions": ["0.3.1", "0.4.0"]}' && exit ;;
		*) exit ;;
		esac
		echo '{"cniVersion": "0.3.1", "interfaces": [{"name": "'"$CNI_IFNAME"'", "sandbox": "'"$CNI_NETNS"'"}],
			"ips": [{"version": "4", "address": "127.0.0.1/8", "interface": 0}]}'
	END
	chmod 755 "$CRI/plugins/loopback"
	cp "$CRI/plugins/loopback" "$CRI/plugins/nothing"
	echo '{"cniVersion": "0.3.1", "name": "nothing", "plugins": [{"type": "nothing"}]}' >"$CRI/cni/10-nothing.conflist"
}

# An archive as `docker save` writes it: links to /usr, which is mounted, users, and what is in /app.
cri_image() { # NAME
	local root=$CRI/$1.root
	mkdir -p "$root"/{app,data,dev,etc/alternatives,proc,sys,tmp,usr}
	chmod 1777 "$root/tmp"
	for name in bin sbin lib lib64; do ln -s "usr/$name" "$root/$name"; done
	printf '%s\n' root:x:0:0::/root:/bin/sh app:x:1000:1000::/app:/bin/sh >"$root/etc/passwd"
	printf '%s\n' root:x:0: app:x:1000: >"$root/etc/group"
	cp "$BUILD/drop-init" "$CRI_ROOT/tests/containers/kubernetes/shop.py" "$root/app"
	cp "$(command -v catatonit)" "$root/catatonit"
	tar -C "$root" -cf "$CRI/$1.layer" .
	python3 - "$CRI/$1" "$1" "$(dpkg --print-architecture)" <<-'END'
		import hashlib, io, json, sys, tarfile
		path, name, _ = sys.argv[1:]
		layer = open(path + ".layer", "rb").read()
		config = json.dumps({
		    "architecture": sys.argv[3], "os": "linux",
		    "rootfs": {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(layer).hexdigest()]},
		    "config": {"Entrypoint": ["/catatonit", "-P"], "WorkingDir": "/app",
		               "Env": ["PATH=/app:/usr/sbin:/usr/bin", "PYTHONDONTWRITEBYTECODE=1"]}}).encode()
		manifest = json.dumps([{
		    "Config": "config.json", "Layers": ["layer.tar"], "RepoTags": [f"localhost/{name}:1"]}]).encode()
		with tarfile.open(path + ".tar", "w") as archive:
		    for member, content in ("config.json", config), ("layer.tar", layer), ("manifest.json", manifest):
		        info = tarfile.TarInfo(member)
		        info.size = len(content)
		        archive.addfile(info, io.BytesIO(content))
	END
	rm -rf "$root" "$CRI/$1.layer"
}
