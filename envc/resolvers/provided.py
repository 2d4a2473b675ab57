"""Packages that a base brings, as resolvers see them: wheels without content, the only ones of their names."""

from __future__ import annotations

import base64
import hashlib
import re
import zipfile
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote

from envc.lock.resolution import PackageOfBase, Request, Resolution

_WHEEL = "Wheel-Version: 1.0\nGenerator: envc\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def metadata_of(package: PackageOfBase) -> str:
    """Return the METADATA of a package."""
    from packaging.requirements import Requirement

    lines = ["Metadata-Version: 2.1", f"Name: {package.name}", f"Version: {package.version}"]
    extras: set[str] = set()
    for text in package.requires:
        lines.append(f"Requires-Dist: {text}")
        extras.update(re.findall(r"""extra == ["']([^"']+)["']""", str(Requirement(text).marker or "")))
    lines += [f"Provides-Extra: {extra}" for extra in sorted(extras)]
    return "\n".join(lines) + "\n\n"


def wheel_of(package: PackageOfBase) -> str:
    """Return the name of a package's wheel."""
    return f"{package.name.replace('-', '_')}-{package.version}-py3-none-any.whl"


def write_index(packages: Iterable[PackageOfBase], folder: Path) -> dict[str, str]:
    """Write an index of wheels without content into a folder and return its address for each name."""
    for package in packages:
        place = folder / package.name
        place.mkdir(parents=True)
        wheel = place / wheel_of(package)
        _write_wheel(package, wheel)
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        page = f'<!DOCTYPE html><a href="{quote(wheel.name)}#sha256={digest}">{wheel.name}</a>\n'
        (place / "index.html").write_text(page, encoding="utf-8")
    return {package.name: folder.as_uri() for package in packages}


def _write_wheel(package: PackageOfBase, place: Path) -> None:
    folder = f"{package.name.replace('-', '_')}-{package.version}.dist-info"
    files = {f"{folder}/METADATA": metadata_of(package), f"{folder}/WHEEL": _WHEEL}
    record = "".join(f"{name},sha256={_digest(text)},{len(text.encode())}\n" for name, text in files.items())
    with zipfile.ZipFile(place, "w") as wheel:
        for name, text in {**files, f"{folder}/RECORD": f"{record}{folder}/RECORD,,\n"}.items():
            wheel.writestr(name, text)


def _digest(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")


def without_provided(resolution: Resolution, request: Request) -> Resolution:
    """Return what is to be installed: all but what is there already."""
    there = {one.name for one in request.provided}
    return resolution._replace(packages=tuple(one for one in resolution.packages if one.name not in there))
