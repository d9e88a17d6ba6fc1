#!/usr/bin/env python3
"""What a kubelet asks of containerd, over the Container Runtime Interface, for a pod of one container.

    cri.py SOCKET FOLDER run MANIFEST [PYTHON]      the Deployment's pod; prints the pod's and the container's id
    cri.py SOCKET FOLDER exec CONTAINER COMMAND...  as an exec probe does; ends as it does
    cri.py SOCKET FOLDER stop CONTAINER SECONDS     with this grace period
    cri.py SOCKET FOLDER state CONTAINER            RUNNING, or EXITED and the status
    cri.py SOCKET FOLDER log CONTAINER stdout|stderr
    cri.py SOCKET FOLDER message CONTAINER          its termination message
    cri.py SOCKET FOLDER remove POD

PYTHON changes "spec", the pod's, and "container", its first one, before they are asked for. FOLDER has api_pb2.py,
made by protoc, and keeps volumes, logs and termination messages. What becomes of each field is as in kubelet's
kuberuntime: kuberuntime_container.go, security_context.go, convert.go.
"""
import os
import sys

import grpc
import yaml

SOCKET, FOLDER = sys.argv[1:3]
sys.path.insert(0, FOLDER)
import api_pb2 as api  # noqa: E402

RUNTIME = "/runtime.v1.RuntimeService/"
MASKED = ["/proc/asound", "/proc/acpi", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list",
          "/proc/timer_stats", "/proc/sched_debug", "/proc/scsi", "/sys/firmware"]
READ_ONLY = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]


def call(method, **fields):
    request = getattr(api, method + "Request")(**fields)
    answer = getattr(api, method + "Response")
    with grpc.insecure_channel("unix:" + SOCKET) as channel:
        stub = channel.unary_unary(RUNTIME + method, type(request).SerializeToString, answer.FromString)
        return stub(request, timeout=90)


def profile(given):
    kinds = {"RuntimeDefault": api.SecurityProfile.RuntimeDefault, "Localhost": api.SecurityProfile.Localhost}
    if not given or given["type"] == "Unconfined":
        return api.SecurityProfile(profile_type=api.SecurityProfile.Unconfined)
    # Relative to kubelet's folder of profiles; what the runtime gets is the whole path.
    return api.SecurityProfile(profile_type=kinds[given["type"]],
                               localhost_ref=os.path.join(FOLDER, given.get("localhostProfile", ""))
                               if given["type"] == "Localhost" else "")


def number(value):
    return None if value is None else api.Int64Value(value=value)


def volume_make(volume, group):
    """An emptyDir, or a claim's: new, as the driver leaves it; kubelet gives it to fsGroup."""
    path = os.path.join(FOLDER, "volumes", volume["name"])
    if not os.path.isdir(path):
        os.makedirs(path)
        os.chmod(path, 0o777 if "emptyDir" in volume else 0o755)
        if group is not None:
            os.chown(path, -1, group)
            os.chmod(path, 0o2775 if "emptyDir" not in volume else 0o2777)
    return path


def file_make(*parts):
    path = os.path.join(FOLDER, *parts)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w"):
        pass
    os.chmod(path, 0o666)
    return path


def mounts(spec, container, name):
    volumes = {volume["name"]: volume for volume in spec.get("volumes", [])}
    group = spec.get("securityContext", {}).get("fsGroup")
    found = [api.Mount(container_path=mount["mountPath"], readonly=mount.get("readOnly", False),
                       host_path=volume_make(volumes[mount["name"]], group))
             for mount in container.get("volumeMounts", [])]
    found.append(api.Mount(container_path=container.get("terminationMessagePath", "/dev/termination-log"),
                           host_path=file_make("messages", name)))
    # In place of what an image holds: this machine's programs.
    return found + [api.Mount(container_path=path, host_path=path, readonly=True)
                    for path in ("/usr", "/etc/alternatives")]


def namespaces(spec):
    shared = spec.get("shareProcessNamespace")
    return api.NamespaceOption(network=api.POD, ipc=api.POD, pid=api.POD if shared else api.CONTAINER)


def pod_config(spec, name):
    context = spec.get("securityContext", {})
    return api.PodSandboxConfig(
        metadata=api.PodSandboxMetadata(name=name, namespace="test", uid=name),
        hostname=name, log_directory=os.path.join(FOLDER, "logs"),
        linux=api.LinuxPodSandboxConfig(
            sysctls={each["name"]: each["value"] for each in context.get("sysctls", [])},
            security_context=api.LinuxSandboxSecurityContext(
                namespace_options=namespaces(spec), seccomp=profile({"type": "RuntimeDefault"}))))


def container_security(spec, container):
    pod, own = spec.get("securityContext", {}), container.get("securityContext", {})
    both = {**pod, **own}
    groups = list(pod.get("supplementalGroups", []))
    if pod.get("fsGroup") is not None:
        groups.append(pod["fsGroup"])
    capabilities = own.get("capabilities", {})
    return api.LinuxContainerSecurityContext(
        capabilities=api.Capability(add_capabilities=capabilities.get("add", []),
                                    drop_capabilities=capabilities.get("drop", [])),
        namespace_options=namespaces(spec), run_as_user=number(both.get("runAsUser")),
        run_as_group=number(both.get("runAsGroup")), supplemental_groups=groups,
        readonly_rootfs=own.get("readOnlyRootFilesystem", False),
        no_new_privs=not own.get("allowPrivilegeEscalation", True), seccomp=profile(both.get("seccompProfile")),
        masked_paths=MASKED, readonly_paths=READ_ONLY)


def container_config(spec, container, name):
    return api.ContainerConfig(
        metadata=api.ContainerMetadata(name=container["name"]), image=api.ImageSpec(image="localhost/shop:1"),
        command=container.get("command", []), args=container.get("args", []),
        envs=[api.KeyValue(key=each["name"], value=each["value"]) for each in container.get("env", [])],
        mounts=mounts(spec, container, name), log_path=name + ".log",
        linux=api.LinuxContainerConfig(security_context=container_security(spec, container)))


def run(manifest, change=""):
    with open(manifest) as file:
        spec = yaml.safe_load(file)["spec"]["template"]["spec"]
    container = spec["containers"][0]
    exec(change, {"spec": spec, "container": container})
    name = "pod-" + os.urandom(4).hex()
    file_make("logs", name + ".log")
    pod = pod_config(spec, name)
    pod_id = call("RunPodSandbox", config=pod).pod_sandbox_id
    print(pod_id, flush=True)
    config = container_config(spec, container, name)
    container_id = call("CreateContainer", pod_sandbox_id=pod_id, config=config, sandbox_config=pod).container_id
    call("StartContainer", container_id=container_id)
    print(container_id)


def status(container):
    return call("ContainerStatus", container_id=container).status


def state(container):
    found = status(container)
    name = api.ContainerState.Name(found.state).replace("CONTAINER_", "")
    print(name if name != "EXITED" else f"{name} {found.exit_code}")


def execute(container, *command):
    answer = call("ExecSync", container_id=container, cmd=command, timeout=30)
    sys.stdout.buffer.write(answer.stdout)
    sys.stderr.buffer.write(answer.stderr)
    return answer.exit_code


def log(container, stream):
    with open(status(container).log_path) as file:
        for line in file:
            _, where, _, text = line.rstrip("\n").split(" ", 3)  # time, stream, whole or part, text
            if where == stream:
                print(text)


def message(container):
    name = os.path.basename(status(container).log_path).replace(".log", "")
    with open(os.path.join(FOLDER, "messages", name)) as file:
        sys.stdout.write(file.read())


def remove(pod):
    call("StopPodSandbox", pod_sandbox_id=pod)
    call("RemovePodSandbox", pod_sandbox_id=pod)


def stop(container, seconds):
    call("StopContainer", container_id=container, timeout=int(seconds))


COMMANDS = {"run": run, "exec": execute, "stop": stop, "state": state, "log": log, "message": message, "remove": remove}
sys.exit(COMMANDS[sys.argv[3]](*sys.argv[4:]))
