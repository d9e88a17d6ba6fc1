"""File systems of our own to measure on, so that no other disk's contents or speed comes in but its own."""

import os
import subprocess
import tempfile
from contextlib import ExitStack, contextmanager


def run(*command):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def warm(root):
    """Have everything below the root in the caches."""
    run("find", root, "-newermt", "2999-01-01")


class Tmpfs:
    """Has no cold, and nothing below that it could be copied from."""

    def __init__(self, folder, files):
        self.root = folder
        run("mount", "-t", "tmpfs", "-o", "size=90%,nr_inodes=0", "tmpfs", folder)

    def close(self):
        run("umount", self.root)


class Ext4:
    """In an image file that is read and written around the machine's own cache."""

    def __init__(self, folder, files):
        self.root, self.image = f"{folder}/root", f"{folder}/image"
        os.mkdir(self.root)
        with open(self.image, "xb") as image:
            image.truncate(files * 5120 + (1 << 30))
        run("mke2fs", "-q", "-F", "-t", "ext4", "-N", str(files * 11 // 10 + 20000), self.image)
        self.mount()

    def mount(self):
        device = subprocess.run(["losetup", "--find", "--show", "--direct-io=on", self.image], check=True,
                                stdout=subprocess.PIPE, text=True).stdout.strip()
        run("mount", device, self.root)
        run("losetup", "--detach", device)  # once it is unmounted

    def cool(self):
        run("umount", self.root)
        self.mount()

    def close(self):
        run("umount", self.root)


class Here:
    """Where there are no loop devices: the machine's own, of which nothing can be told but what is warm."""

    def __init__(self, folder, files):
        self.root = f"{folder}/here"
        os.mkdir(self.root)

    def close(self):
        pass


class Overlay:
    """As a container has it: an image's layer below, made at .source and then not written to, and one on top."""

    def __init__(self, folder, files):
        self.folder, self.files, self.mounted = folder, files, False
        self.root = f"{folder}/root"
        for name in ("root", "lower", "upper"):
            os.mkdir(f"{folder}/{name}")
        self.lower = Ext4(f"{folder}/lower", files)
        self.source = f"{self.lower.root}/tree"
        os.mkdir(self.source)
        self.upper = None

    def unmount(self):
        if self.upper:
            run("umount", self.root)
            self.upper.close()
            os.unlink(self.upper.image)
            os.rmdir(self.upper.root)
            self.upper = None

    def renew(self):
        """Nothing has been copied up."""
        self.unmount()
        self.upper = Ext4(f"{self.folder}/upper", self.files)
        for name in ("upper", "work"):
            os.mkdir(f"{self.upper.root}/{name}")
        owner = os.stat(self.source)
        os.chown(f"{self.upper.root}/upper", owner.st_uid, owner.st_gid)
        run("mount", "-t", "overlay", "-o", f"lowerdir={self.source},upperdir={self.upper.root}/upper,"
            f"workdir={self.upper.root}/work", "overlay", self.root)

    def cool(self):
        self.unmount()
        self.lower.cool()
        self.renew()

    def close(self):
        self.unmount()
        self.lower.close()


def has_loop_devices():
    return subprocess.run(["losetup", "--find"], stdout=subprocess.DEVNULL, check=False).returncode == 0


PLACES = {"tmpfs": Tmpfs, "ext4": Ext4, "overlayfs": Overlay}


@contextmanager
def place(name, files):
    with tempfile.TemporaryDirectory(prefix="drop-init-bench.") as folder, ExitStack() as stack:
        made = PLACES[name](folder, files) if has_loop_devices() or name == "tmpfs" else Here(folder, files)
        stack.callback(made.close)
        yield made
