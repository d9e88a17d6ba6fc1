#!/usr/bin/python3
"""Leaves of a stream of manifests what `podman kube play` 4.3 can take; no registry, no systemd.

A namespace and a service are not podman's; probes would need systemd's timers (the tests run them), and
ports a bridge; one of each does, and what has ended is to stay so; an image that is there is not to be
looked for elsewhere; an init container stays, as podman fails to remove one.
"""

import sys

import yaml

documents = []
for document in yaml.safe_load_all(sys.stdin):
    if document["kind"] not in ("Deployment", "PersistentVolumeClaim"):
        continue
    document["metadata"].pop("namespace", None)
    if document["kind"] == "Deployment":
        template = document["spec"]["template"]
        template["metadata"].setdefault("annotations", {})["io.podman.annotations.init.container.type"] = "always"
        pod = template["spec"]
        pod["restartPolicy"] = "Never"
        document["spec"]["replicas"] = 1
        for container in pod.get("initContainers", []) + pod["containers"]:
            container["imagePullPolicy"] = "Never"
            for key in ("startupProbe", "readinessProbe", "livenessProbe", "ports"):
                container.pop(key, None)
    documents.append(document)
yaml.safe_dump_all(documents, sys.stdout)
