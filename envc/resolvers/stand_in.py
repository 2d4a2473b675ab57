"""Packages that come from no index, as a resolver is to see them: a version with metadata, and no file behind it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable

from envc.lock.resolution import Given, Package, Request, Resolution


def file_name(given: Given) -> str:
    """Return what its wheel would be called if it ran everywhere."""
    return f"{given.name.replace('-', '_')}-{given.version.replace('-', '_')}-py3-none-any.whl"


def metadata_of(given: Given) -> bytes:
    """Return the METADATA that says what it needs."""
    from packaging.requirements import Requirement

    extras = sorted({extra for text in given.requires for extra in _extras_in(str(Requirement(text).marker or ""))})
    lines = ["Metadata-Version: 2.1", f"Name: {given.name}", f"Version: {given.version}"]
    lines += [f"Requires-Dist: {text}" for text in given.requires] + [f"Provides-Extra: {extra}" for extra in extras]
    return ("\n".join(lines) + "\n").encode()


def _extras_in(marker: str) -> list[str]:
    import re

    return re.findall(r"""extra\s*==\s*["']([^"']+)["']""", marker)


def wheel_of(given: Given) -> bytes:
    """Return a wheel that holds nothing but its metadata."""
    folder = f"{given.name.replace('-', '_')}-{given.version.replace('-', '_')}.dist-info"
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as wheel:
        wheel.writestr(zipfile.ZipInfo(f"{folder}/METADATA"), metadata_of(given))
        wheel.writestr(zipfile.ZipInfo(f"{folder}/WHEEL"), "Wheel-Version: 1.0\nTag: py3-none-any\n")
        wheel.writestr(zipfile.ZipInfo(f"{folder}/RECORD"), "")
    return content.getvalue()


def without_provided(resolution: Resolution, request: Request) -> Resolution:
    """Return what is to be installed: all but what the base brings."""
    there = {one.name for one in request.provided}
    return resolution._replace(packages=tuple(one for one in resolution.packages if one.name not in there))


def without_files(packages: Iterable[Package], request: Request) -> tuple[Package, ...]:
    """Return what was chosen; of what was given there is no file."""
    names = {given.name for given in request.known}
    return tuple(
        package._replace(hashes=(), index_name=None, wheel=None, size=None, digest=None)
        if package.name in names
        else package
        for package in packages
    )
