"""An index of PyTorch's builds on loopback: real wheels, from where pip of this machine finds them."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import zipfile
from pathlib import Path

_PLATFORM = "manylinux_2_28_x86_64"


def downloaded(folder: Path, name: str, version: str, python: str) -> Path:
    """Download the wheel of a package with pip and this machine's settings."""
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary", ":all:", "-d", str(folder)]
    command += ["--platform", _PLATFORM, "--python-version", python, f"{name}=={version}"]
    environment = {**os.environ, "PIP_CONSTRAINT": os.devnull}
    finished = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr
    (wheel,) = folder.glob(f"{name}-*.whl")
    return wheel


def publish(folder: Path, wheel: Path) -> None:
    """Put a wheel into the index below `folder`: `simple/NAME/`, with its metadata beside it."""
    name, version = wheel.name.split("-")[:2]
    place = folder / "simple" / name.replace("_", "-")
    place.mkdir(parents=True)
    with zipfile.ZipFile(wheel) as archive:
        metadata = archive.read(f"{name}-{version}.dist-info/METADATA")
    (place / f"{wheel.name}.metadata").write_bytes(metadata)
    digest = hashlib.sha256()
    with wheel.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    wheel.rename(place / wheel.name)
    address = f"{wheel.name.replace('+', '%2B')}#sha256={digest.hexdigest()}"
    beside = f'data-core-metadata="sha256={hashlib.sha256(metadata).hexdigest()}"'
    page = f'<!DOCTYPE html><html><body><a href="{address}" {beside}>{wheel.name}</a></body></html>\n'
    (place / "index.html").write_text(page)
