"""What a target is to Python and its packages: release, markers, platforms and tags of wheels."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from envc.lock import markers
from envc.lock.resolution import Target

if TYPE_CHECKING:
    from packaging.tags import Tag

#: The machine's name of each platform, and the glibc minor version (2.x) of its oldest manylinux tag.
MACHINES = {"linux/amd64": ("x86_64", 5), "linux/arm64": ("aarch64", 17)}

#: Older spellings of some manylinux tags, by glibc minor version (PEP 600).
ALIASES = {17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1"}


def release(version: str) -> tuple[str, str, str]:
    """Return the three numbers of a full version of Python; `3.14.0rc1` counts as 3.14.0."""
    match = re.fullmatch(r"(\d+)\.(\d+)\.(\d+)(?:(?:a|b|rc)\d+)?", version)
    if match is None:
        raise ValueError(f"not a full version of Python: {version!r}")
    return match[1], match[2], match[3]


def abi_of(target: Target) -> str:
    """Return the tag of CPython's binary interface, `cp312`; before 3.8 it ends with `m`."""
    major, minor, _ = release(target.python)
    return f"cp{major}{minor}" + ("m" if (int(major), int(minor)) < (3, 8) else "")


def platforms_of(target: Target) -> list[str]:
    """Return the wheel platforms that the target takes, in the order in which pip prefers them (PEP 600).

    Raises `ValueError` for a platform of which wheels are not known.
    """
    if target.platform not in MACHINES or target.glibc[0] != 2:
        raise ValueError(f"no wheels are known for {target.platform} with glibc {target.glibc}")
    machine, oldest = MACHINES[target.platform]
    tags = [f"linux_{machine}"]
    for minor in range(target.glibc[1], oldest - 1, -1):
        tags.append(f"manylinux_2_{minor}_{machine}")
        if minor in ALIASES:
            tags.append(f"{ALIASES[minor]}_{machine}")
    return tags


def markers_of(target: Target) -> dict[str, str]:
    """Return the values of the environment markers on the target (PEP 508). The kernel's are empty: it is not known."""
    values = markers.markers_of(target.python, target.platform)
    return {name: value for name, value in values.items() if name != "extra"}


def tags_of(target: Target) -> frozenset[Tag]:
    """Return the wheel tags that the target takes."""
    return frozenset(tags_in_order(target))


def tags_in_order(target: Target) -> list[Tag]:
    """Return the wheel tags that the target takes, in the order in which pip prefers them."""
    from packaging.tags import compatible_tags, cpython_tags

    major, minor, _ = release(target.python)
    version, platforms = (int(major), int(minor)), platforms_of(target)
    interpreter = f"cp{major}{minor}"
    return [*cpython_tags(version, [abi_of(target)], platforms), *compatible_tags(version, interpreter, platforms)]
