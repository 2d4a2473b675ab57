r"""Requirements files with hashes: read what pip-compile wrote, write the one form in which a lock holds it.

The form: two comment lines, then one block a package, sorted by name, with LF and a final newline::

    # joblib
    joblib==1.5.2 \
        --hash=sha256:4e1f… \
        --hash=sha256:a97c…
        # via scikit-learn

The line above a block keeps git from seeing one change where two branches change neighbours. `via` names the packages
that ask for it; a block without that line is asked for by the program alone. There is no option, marker, address or
path in it, so the same file serves every machine and `pip install --no-deps --require-hashes -r FILE` takes it as it
is. `parse(write(pins)) == pins` for sorted pins.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from envc.diagnostics.diagnostic import Diagnostic, Report, wrong
from envc.diagnostics.source import Source, Span
from envc.language.package_names import normalised
from envc.lock.resolution import Package

HEADER = """\
# Made by envc: change the program and lock again, not this file.
# It works without envc, too: pip install --no-deps --require-hashes -r FILE
"""

NAME = r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?"
VERSION = r"[A-Za-z0-9][A-Za-z0-9.!+_-]*"
BLOCK = re.compile(rf"({NAME})(?:\[[^\]]*\])?==({VERSION})(?: ?;[^\\]*?)?(?: \\)?")
HASH = re.compile(r"    --hash=(sha256:[0-9a-f]{64})(?: \\)?")
VIA = re.compile(r"    # via ?(.*)")
VIA_MORE = re.compile(r"    #   (.*)")
OPTION = re.compile(r"-[rc] .*")


class Pin(NamedTuple):
    """One package of a requirements file."""

    name: str  # normalised as PEP 503 does
    version: str
    hashes: tuple[str, ...]  # `sha256:…`, sorted, at least one
    required_by: tuple[str, ...] = ()  # names of packages, normalised, sorted


def pin_of(package: Package) -> Pin:
    """Return what a requirements file holds of a chosen package."""
    return Pin(package.name, package.version, package.hashes, package.required_by)


def write(pins: Iterable[Pin]) -> str:
    """Return the text of a requirements file. Raises `ValueError` for what must never stand in one.

    A pin without a hash is refused, for pip would refuse the whole file.
    """
    blocks = [block(pin) for pin in sorted(pins)]
    return HEADER + "".join(blocks)


def block(pin: Pin) -> str:
    """Return the lines of one package."""
    requirement = f"{pin.name}=={pin.version}"
    if pin.name != normalised(pin.name) or not re.fullmatch(f"{NAME}=={VERSION}", requirement):
        raise ValueError(f"not a pin: {requirement!r}")
    hashes = [f"    --hash={digest}" for digest in sorted(set(pin.hashes))]
    if not hashes or not all(map(HASH.fullmatch, hashes)):
        raise ValueError(f"not the hashes of a pin: {pin.hashes!r}")
    if not all(re.fullmatch(NAME, name) for name in pin.required_by):
        raise ValueError(f"not names of packages: {pin.required_by!r}")
    via = [f"    # via {', '.join(sorted(set(pin.required_by)))}"] if pin.required_by else []
    return "\n".join([f"# {pin.name}", " \\\n".join([requirement, *hashes]), *via]) + "\n"


def parse(source: Source) -> tuple[Pin, ...]:
    """Return the pins of a requirements file, sorted by name.

    Takes envc's form and what pip-compile writes with `--generate-hashes`, in both of its styles of annotation. A
    marker behind a version is dropped: the file is for one target, for which the line holds. Raises a `Report` for
    any other line (an option, an address, a path), for a pin without hashes and for a name that comes twice.
    """
    blocks: dict[str, _Block] = {}
    block: _Block | None = None
    for number, text in enumerate(source.text.splitlines()):
        if block and (match := HASH.fullmatch(text)):
            block.hashes.append(match[1])
        elif not text or text[0] == "#":
            continue
        elif match := BLOCK.fullmatch(text):
            if block and not block.hashes:
                raise malformed(_span(source, number), f"{block.name} has no hash")
            name = normalised(match[1])
            if name in blocks:
                raise malformed(_span(source, number), f"{name} is pinned twice")
            block = blocks[name] = _Block(name, match[2], [], set())
        elif block and (match := VIA.fullmatch(text) or VIA_MORE.fullmatch(text)):
            block.required_by.update(names_of(match[1], source, number))
        else:
            raise malformed(_span(source, number), "neither a pin, a hash nor a comment")
    if block and not block.hashes:
        raise malformed(Span(source, len(source.text), len(source.text)), f"{block.name} has no hash")
    return tuple(
        Pin(one.name, one.version, tuple(sorted(set(one.hashes))), tuple(sorted(one.required_by)))
        for _, one in sorted(blocks.items())
    )


def _span(source: Source, number: int) -> Span:
    """Return where a line stands, without its end."""
    lines = source.text.splitlines(keepends=True)
    start = sum(map(len, lines[:number]))
    return Span(source, start, start + len(lines[number].rstrip("\r\n")))


class _Block(NamedTuple):
    """One package of a file that is being read."""

    name: str
    version: str
    hashes: list[str]
    required_by: set[str]


def names_of(annotation: str, source: Source, number: int) -> set[str]:
    """Return the packages named behind `via`; files that ask for the package (`-r requirements.in`) are left out."""
    items = {item.strip() for item in annotation.split(",")} - {""}
    names = {item for item in items if not OPTION.fullmatch(item)}
    if not all(re.fullmatch(NAME, name) for name in names):
        raise malformed(_span(source, number), "`via` names something that is no package")
    return {normalised(name) for name in names}


def malformed(span: Span, why: str) -> Report:
    """Return the report of a line that must not stand in a requirements file."""
    return Report(
        [
            Diagnostic(
                "malformed-requirements",
                f"`{span.source.path}` is not a requirements file of pinned, hashed packages",
                (wrong(span, why),),
                helps=("lock again, or take the file back from version control",),
            )
        ]
    )
