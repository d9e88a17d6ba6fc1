#!/usr/bin/python3
"""Checks Kubernetes manifests offline: every field against the API's own types, and the Pod Security level.

    kubectl kustomize FOLDER | check.py       prints `KIND/NAME LEVEL` for each that holds a pod

The types are those of Kubernetes' Python client, which is generated from the API. The levels follow the
Pod Security Standards, each control by the name that it has there; LEVEL is the strictest that admits the
pod, and the controls that keep it from the next one follow in brackets.
"""

import sys

import yaml
from kubernetes import client

BASELINE_CAPABILITIES = set(
    "AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID"
    " SYS_CHROOT".split()
)
BASELINE_SYSCTLS = set(
    "kernel.shm_rmid_forced net.ipv4.ip_local_port_range net.ipv4.ip_unprivileged_port_start"
    " net.ipv4.tcp_syncookies net.ipv4.ping_group_range net.ipv4.ip_local_reserved_ports"
    " net.ipv4.tcp_keepalive_time net.ipv4.tcp_fin_timeout net.ipv4.tcp_keepalive_intvl"
    " net.ipv4.tcp_keepalive_probes".split()
)
RESTRICTED_VOLUMES = set("configMap csi downwardAPI emptyDir ephemeral persistentVolumeClaim projected secret".split())
BASELINE_SELINUX = {"", None, "container_t", "container_init_t", "container_kvm_t", "container_engine_t"}


# --- types -----------------------------------------------------------------------------------------


def model_of(document):
    group, _, version = document["apiVersion"].rpartition("/")
    name = (group.split(".")[0].capitalize() if group in ("autoscaling", "batch") else "") + version.capitalize()
    return getattr(client, "V1" + document["kind"], None) or sys.exit(f"no type for {name}{document['kind']}")


def check_type(value, kind, path):
    """The value is of the API's type KIND, as the generated client writes it: str, list[V1Volume]..."""
    if kind.startswith("list["):
        expect(isinstance(value, list), path, "is not a list")
        for index, item in enumerate(value):
            check_type(item, kind[5:-1], f"{path}[{index}]")
    elif kind.startswith("dict("):
        expect(isinstance(value, dict), path, "is not a map")
        for key, item in value.items():
            check_type(item, kind[5:-1].split(", ")[1], f"{path}.{key}")
    elif hasattr(client, kind):
        check_fields(value, getattr(client, kind), path)
    elif kind == "object":
        expect(isinstance(value, (int, str)), path, "is neither a number nor a text")
    else:
        types = {"str": str, "int": int, "bool": bool, "float": float, "datetime": str}
        expect(type(value) is types[kind], path, f"is {value!r}, which is no {kind}")


def check_fields(value, model, path):
    expect(isinstance(value, dict), path, "is not a map")
    names = {external: internal for internal, external in model.attribute_map.items()}
    for key, item in value.items():
        expect(key in names, f"{path}.{key}", f"is no field of {model.__name__}")
        check_type(item, model.openapi_types[names[key]], f"{path}.{key}")
    # The client's own check: what is required is there.
    model(**{names[key]: item for key, item in value.items()})


def expect(true, path, what):
    if not true:
        sys.exit(f"{path}: {what}")


# --- Pod Security Standards ------------------------------------------------------------------------


def containers_of(pod):
    return [c for key in ("initContainers", "containers", "ephemeralContainers") for c in pod.get(key, [])]


def security_of(item):
    return item.get("securityContext", {})


def baseline_violations(pod):
    contexts = [security_of(pod)] + [security_of(c) for c in containers_of(pod)]
    for context in contexts:
        if context.get("windowsOptions", {}).get("hostProcess"):
            yield "HostProcess"
        if context.get("seccompProfile", {}).get("type") == "Unconfined":
            yield "Seccomp"
        if context.get("appArmorProfile", {}).get("type") == "Unconfined":
            yield "AppArmor"
        selinux = context.get("seLinuxOptions", {})
        if selinux.get("user") or selinux.get("role") or selinux.get("type") not in BASELINE_SELINUX:
            yield "SELinux"
    if any(pod.get(key) for key in ("hostNetwork", "hostPID", "hostIPC")):
        yield "Host Namespaces"
    if any("hostPath" in volume for volume in pod.get("volumes", [])):
        yield "HostPath Volumes"
    if any(sysctl["name"] not in BASELINE_SYSCTLS for sysctl in security_of(pod).get("sysctls", [])):
        yield "Sysctls"
    for container in containers_of(pod):
        context = security_of(container)
        if context.get("privileged"):
            yield "Privileged Containers"
        if set(context.get("capabilities", {}).get("add", [])) - BASELINE_CAPABILITIES:
            yield "Capabilities"
        if any(port.get("hostPort") for port in container.get("ports", [])):
            yield "Host Ports"
        if context.get("procMount", "Default") != "Default":
            yield "/proc Mount Type"


def restricted_violations(pod):
    for volume in pod.get("volumes", []):
        if not set(volume) - {"name"} <= RESTRICTED_VOLUMES:
            yield "Volume Types"
    shared = security_of(pod)
    if shared.get("runAsUser") == 0:
        yield "Running as Non-root user"
    for container in containers_of(pod):
        own = security_of(container)
        if own.get("allowPrivilegeEscalation") is not False:
            yield "Privilege Escalation"
        if own.get("runAsNonRoot", shared.get("runAsNonRoot")) is not True:
            yield "Running as Non-root"
        if own.get("runAsUser") == 0:
            yield "Running as Non-root user"
        profile = own.get("seccompProfile", shared.get("seccompProfile", {}))
        if profile.get("type") not in ("RuntimeDefault", "Localhost"):
            yield "Seccomp"
        capabilities = own.get("capabilities", {})
        if "ALL" not in capabilities.get("drop", []) or set(capabilities.get("add", [])) - {"NET_BIND_SERVICE"}:
            yield "Capabilities"


def level_of(pod):
    for level, violations in (
        ("privileged", baseline_violations(pod)),
        ("baseline", restricted_violations(pod)),
    ):
        found = sorted(set(violations))
        if found:
            return f"{level} [{', '.join(found)}]"
    return "restricted"


def main():
    for document in yaml.safe_load_all(sys.stdin):
        name = f"{document['kind']}/{document['metadata']['name']}"
        check_fields(document, model_of(document), name)
        pod = document["spec"] if document["kind"] == "Pod" else \
            document.get("spec", {}).get("template", {}).get("spec")
        if pod:
            print(name, level_of(pod))


main()
