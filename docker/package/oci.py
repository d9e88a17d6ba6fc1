#!/usr/bin/env python3
"""The image that docker/Dockerfile describes, for each architecture, as an OCI image layout in a tar.

    oci.py OUT.tar VERSION COMMIT EPOCH ARCH=FOLDER...

FOLDER has the two programs. What an engine before OCI layouts reads (manifest.json: docker load up to 24) is in there
as well; there the architectures after the first have their name in the tag.
"""
import datetime
import gzip
import hashlib
import io
import json
import os
import sys
import tarfile

PROGRAMS = ("drop-init", "drop-seccomp")
ENTRYPOINT, USER = "/drop-init", "65532:65532" # docker/Dockerfile says why


def tar_of(files, epoch):
    """A tar of {name: (mode, bytes)} that depends on nothing else; a name that ends in / is a folder."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, (mode, data) in files.items():
            info = tarfile.TarInfo(name.rstrip("/"))
            info.type = tarfile.DIRTYPE if name.endswith("/") else tarfile.REGTYPE
            info.mode, info.size, info.mtime = mode, len(data), epoch
            tar.addfile(info, io.BytesIO(data))
    return out.getvalue()


class Layout:
    def __init__(self):
        self.files = {"oci-layout": (0o644, b'{"imageLayoutVersion":"1.0.0"}'), "blobs/": (0o755, b""),
                      "blobs/sha256/": (0o755, b"")}

    def add(self, data, kind, **more):
        digest = hashlib.sha256(data).hexdigest()
        self.files["blobs/sha256/" + digest] = (0o644, data)
        return {"mediaType": f"application/vnd.oci.image.{kind}", "digest": f"sha256:{digest}", "size": len(data),
                **more}

    def add_json(self, value, kind, **more):
        return self.add(json.dumps(value, separators=(",", ":"), sort_keys=True).encode(), kind, **more)


def image(layout, arch, folder, epoch, annotations):
    created = datetime.datetime.fromtimestamp(epoch, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    layer = tar_of({name: (0o755, open(os.path.join(folder, name), "rb").read()) for name in PROGRAMS}, epoch)
    blob = layout.add(gzip.compress(layer, 9, mtime=0), "layer.v1.tar+gzip")
    platform = {"architecture": arch, "os": "linux"}
    config = layout.add_json({
        **platform, "created": created,
        "config": {"User": USER, "Entrypoint": [ENTRYPOINT], "Labels": annotations},
        "rootfs": {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(layer).hexdigest()]},
        "history": [{"created": created, "created_by": "docker/package/oci.py"}]}, "config.v1+json")
    manifest = layout.add_json({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
                                "config": config, "layers": [blob], "annotations": annotations},
                               "manifest.v1+json", platform=platform)
    return manifest, config, blob


def path_of(descriptor):
    return descriptor["digest"].replace("sha256:", "blobs/sha256/")


def main():
    out, version, commit, epoch, *folders = sys.argv[1:]
    epoch = int(epoch)
    annotations = {"org.opencontainers.image." + key: value for key, value in {
        "title": "drop-init", "version": version, "revision": commit, "licenses": "MIT",
        "description": "A PID 1 for containers that drops root: ports, ownership, user, seccomp",
        "authors": "The drop-init maintainers"}.items()}
    layout, manifests, older = Layout(), [], []
    for argument in folders:
        arch, folder = argument.split("=", 1)
        manifest, config, layer = image(layout, arch, folder, epoch, annotations)
        tag = f"drop-init:{version}" + (f"-{arch}" if older else "")
        older.append({"Config": path_of(config), "RepoTags": [tag], "Layers": [path_of(layer)]})
        manifests.append(manifest)
    index = layout.add_json({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json",
                             "manifests": manifests, "annotations": annotations}, "index.v1+json",
                            annotations={"org.opencontainers.image.ref.name": version,
                                         "io.containerd.image.name": f"docker.io/library/drop-init:{version}"})
    layout.files["index.json"] = (0o644, json.dumps({"schemaVersion": 2, "manifests": [index]}).encode())
    layout.files["manifest.json"] = (0o644, json.dumps(older).encode())
    with open(out, "wb") as file:
        file.write(tar_of(layout.files, epoch))


main()
