"""What the child process is told: the target as pip sees it, and pip-compile's arguments."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from envc.language.package_names import name_of, normalised
from envc.lock import markers
from envc.lock.resolution import Request, Target
from envc.resolvers.stand_in import file_name, wheel_of

#: The machine's name of each platform, and the glibc minor version (2.x) of its oldest manylinux tag.
MACHINES = {"linux/amd64": ("x86_64", 5), "linux/arm64": ("aarch64", 17)}

#: Older spellings of some manylinux tags, by glibc minor version (PEP 600).
ALIASES = {17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1"}

#: Nothing that a machine's configuration could add reaches the text, and `via` stands on one line.
ARGUMENTS = (
    *("--quiet", "--no-config", "--no-header", "--generate-hashes", "--allow-unsafe", "--strip-extras"),
    *("--no-emit-index-url", "--no-emit-find-links", "--no-emit-trusted-host", "--no-emit-options"),
    *("--annotation-style", "line", "--newline", "lf", "--output-file", "requirements.txt"),
    *("--pip-args", "--no-input --only-binary=:all:", "--cache-dir", "cache"),
)


#: Where there are bounds.
BOUNDED = ("--constraint", "constraints.txt")


class Task(NamedTuple):
    """Everything that the child gets."""

    specification: dict[str, Any]
    requirements: str  # the text of `requirements.in`
    pins: str  # the text of `requirements.txt` before, empty when there are none
    bounds: str = ""  # the text of `constraints.txt`, empty when there are none
    known: tuple[tuple[str, bytes], ...] = ()  # wheels that stand for packages of no index, by their names


def task_of(request: Request) -> Task:
    """Return what the child is told for a request. Raises `ValueError` for a requirement that envc must not pass on."""
    return Task(
        {
            "python": [int(part) for part in release(request.target.python)],
            "abi": abi_of(request.target),
            "platforms": platforms_of(request.target),
            "markers": markers_of(request.target),
            "known": {one.name: file_name(one) for one in request.known},
            "overrides": overrides_of(request),
            "bare": list(request.bare),
            "arguments": [*ARGUMENTS, *BOUNDED * bool(request.bounds), "requirements.in"],
        },
        "".join(f"{line}\n" for line in lines_of(request)),
        "".join(f"{pin}\n" for pin in sorted(request.pins)),
        "".join(f"{bound}\n" for bound in bounds_of(request)),
        tuple((file_name(one), wheel_of(one)) for one in request.known),
    )


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


def routes_of(request: Request) -> dict[str, str]:
    """Return the address of the only index of each name that has one."""
    addresses = dict(request.indexes)
    routes: dict[str, str] = {}
    for wanted in request.requirements:
        if wanted.index_name is not None:
            name = name_of(wanted.text)
            if routes.setdefault(name, addresses[wanted.index_name]) != addresses[wanted.index_name]:
                raise ValueError(f"{name} is to come from two indexes")
    for name, index in request.routes:
        if routes.setdefault(name, addresses[index]) != addresses[index]:
            raise ValueError(f"{name} is to come from two indexes")
    return routes


def flat_of(request: Request) -> set[str]:
    """Return the names whose only index is one page of links to wheels."""
    pages = set(request.pages)
    asked = {name_of(one.text) for one in request.requirements if one.index_name in pages}
    return asked | {name for name, index in request.routes if index in pages}


def lines_of(request: Request) -> list[str]:
    """Return the lines of `requirements.in`: each is parsed and written again, so that none can be an option.

    Raises `ValueError` (packaging's `InvalidRequirement` is one) for anything but a name with versions and extras.
    """
    from packaging.requirements import Requirement

    lines = set()
    for wanted in request.requirements:
        requirement = Requirement(wanted.text)
        if requirement.url is not None:
            raise ValueError(f"{requirement.name} has an address of its own, which the resolver does not take")
        lines.add(str(requirement))
    return sorted(lines)


def overrides_of(request: Request) -> dict[str, str]:
    """Return the versions that count in place of what packages ask. Raises `ValueError` for what is no specifier."""
    from packaging.specifiers import SpecifierSet

    return {normalised(name): str(SpecifierSet(specifier)) for name, specifier in request.overrides}


def bounds_of(request: Request) -> list[str]:
    """Return the lines of `constraints.txt`, each parsed and written again. Raises `ValueError` for an address."""
    from packaging.requirements import Requirement

    bounds = [Requirement(bound) for bound in request.bounds]
    if any(bound.url is not None or bound.extras for bound in bounds):
        raise ValueError("a bound is a name with versions")
    return sorted(str(bound) for bound in bounds)
