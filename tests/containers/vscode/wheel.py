"""wheel.py PACKAGE FOLDER: a wheel of an installed package, for pip to install without an index."""

import importlib.metadata
import pathlib
import sys
import zipfile

package, folder = sys.argv[1:]
version = importlib.metadata.version(package)
source = pathlib.Path("/usr/lib/python3/dist-packages")
info = f"{package}-{version}.dist-info"
pathlib.Path(folder).mkdir(parents=True, exist_ok=True)

with zipfile.ZipFile(f"{folder}/{package}-{version}-py3-none-any.whl", "w") as wheel:
    for path in (source / package).rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            wheel.write(path, path.relative_to(source))
    wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {package}\nVersion: {version}\n")
    wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: wheel.py\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
    wheel.writestr(f"{info}/RECORD", "")
