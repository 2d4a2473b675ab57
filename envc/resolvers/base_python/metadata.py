"""What a package says of itself: its name, its version, and what it requires. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from envc.language.package_names import normalised
from envc.lock.requirements import NAME, VERSION
from envc.lock.resolution import Given

_HEADER = re.compile(r"^(Name|Version|Requires-Dist): *(.*)$", re.IGNORECASE)
_SECTION = re.compile(r"\[([^:\]]*)(?::(.*))?\]")


def headers_of(text: str) -> str:
    """Return the lines of METADATA that matter, without the description behind its first empty line."""
    head = re.split(r"\r?\n\r?\n", text, maxsplit=1)[0]
    lines = (line.strip() for line in head.splitlines())
    return "\n".join(line for line in lines if _HEADER.match(line))


def package_of(headers: str, listed: str = "") -> Given | None:
    """Return the package of some METADATA or PKG-INFO and, with that, of setuptools' `requires.txt`.

    None for what has no name or no version that any requirement could be compared with.
    """
    from packaging.version import InvalidVersion, Version

    found: dict[str, list[str]] = {}
    for line in headers.splitlines():
        if match := _HEADER.match(line):
            found.setdefault(match[1].lower(), []).append(match[2].strip())
    try:
        name, version = found["name"][0], found["version"][0]
        Version(version)
    except (LookupError, InvalidVersion):
        return None
    if not re.fullmatch(NAME, name) or not re.fullmatch(VERSION, version):
        return None
    requires = {*map(_canonical, [*found.get("requires-dist", ()), *_listed(listed)])} - {""}
    return Given(normalised(name), version, tuple(sorted(requires)))


def _canonical(text: str) -> str:
    """Return a requirement in one form; empty for what nobody can read, or what comes from an address."""
    from packaging.requirements import InvalidRequirement, Requirement

    try:
        requirement = Requirement(text)
    except InvalidRequirement:
        return ""
    return "" if requirement.url or "://" in text else str(requirement)  # no address has a place in a lock


def _listed(text: str) -> Iterator[str]:
    """Yield the requirements of a `requires.txt`: lines below `[extra]`, `[:marker]` or `[extra:marker]`."""
    extra = marker = ""
    for line in (line.strip() for line in text.splitlines()):
        if match := _SECTION.fullmatch(line):
            extra, marker = match[1], match[2] or ""
        elif line and not line.startswith("#"):
            conditions = [f"({marker})"] if marker else []
            conditions += [f'extra == "{extra}"'] if extra else []
            yield f"{line} ; {' and '.join(conditions)}" if conditions else line
