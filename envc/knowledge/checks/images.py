"""A tag has one digest to take, which is usable, and an alias follows the newest patch."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from envc.diagnostics import Diagnostic
from envc.knowledge.checks.contradiction import contradiction, repeated
from envc.knowledge.images import KnownImage
from envc.knowledge.library import Library
from envc.knowledge.values import minor

#: `3.12-slim-bookworm` and `3.12.15-slim-bookworm`. Plain `-slim` has meant two distributions and is left out.
_PYTHON_TAG = re.compile(r"(\d+\.\d+)(?:\.(\d+))?-slim-([a-z]+)")


def check(library: Library) -> Iterator[Diagnostic]:
    """Yield what is wrong with the table of digests."""
    rows = library.images.rows
    yield from repeated(rows, lambda row: (row.repository, row.tag, row.digest), "the image")
    yield from _preferred(rows)
    yield from _kinds(rows)
    yield from _aliases(rows)
    for row in rows:
        if row.dated and row.dated > library.date[:7]:
            message = f"an image is of {row.dated}, later than the library's date {library.date}"
            yield contradiction(message, row.origin.of("dated"), "later")
        if row.confidence == "high" and row.seen < 2:
            yield contradiction("one project alone gives high confidence", row.origin.of("confidence"))
        match = _PYTHON_TAG.fullmatch(row.tag)
        if match and library.python(minor(match[1])) is None:
            yield contradiction(
                f"an image has Python {match[1]}, which the library does not know", row.origin.of("tag")
            )


def _preferred(rows: tuple[KnownImage, ...]) -> Iterator[Diagnostic]:
    chosen: dict[tuple[str, str], KnownImage] = {}
    for row in rows:
        if not row.preferred:
            continue
        if row.kind == "manifest":
            message = f"the image to take for `{row.tag}` is of one platform"
            yield contradiction(message, row.origin.of("kind"), "a manifest", (row.origin.of("preferred"), "to take"))
        before = chosen.setdefault((row.repository, row.tag), row)
        if before is not row:
            yield contradiction(
                f"there are two images to take for `{row.tag}`",
                row.origin.of("preferred"),
                "again here",
                (before.origin.of("preferred"), "first here"),
            )


def _kinds(rows: tuple[KnownImage, ...]) -> Iterator[Diagnostic]:
    """One digest is an index or a manifest, whatever the tag beside it."""
    said: dict[str, KnownImage] = {}
    for row in rows:
        if row.kind == "unknown":
            continue
        before = said.setdefault(row.digest, row)
        if before.kind != row.kind:
            yield contradiction(
                f"one digest is called {before.kind} and {row.kind}",
                row.origin.of("kind"),
                row.kind,
                (before.origin.of("kind"), before.kind),
            )


def _aliases(rows: tuple[KnownImage, ...]) -> Iterator[Diagnostic]:
    """Yield the aliases whose digest to take is known only as that of an older patch than the newest one."""
    patches: dict[tuple[str, str, str], dict[int, KnownImage]] = defaultdict(dict)
    known_as: dict[tuple[str, str], set[int]] = defaultdict(set)
    aliases: list[tuple[tuple[str, str, str], KnownImage]] = []
    for row in rows:
        match = _PYTHON_TAG.fullmatch(row.tag)
        if not match:
            continue
        line = (row.repository, match[1], match[3])
        if match[2] is None:
            if row.preferred:
                aliases.append((line, row))
            continue
        known_as[row.repository, row.digest].add(int(match[2]))
        if row.preferred:
            patches[line][int(match[2])] = row
    for line, alias in aliases:
        seen = known_as[alias.repository, alias.digest]
        newest = max(patches[line], default=None)
        if seen and newest is not None and max(seen) < newest:
            yield contradiction(
                f"the image to take for `{alias.tag}` has patch {max(seen)}, and there is {newest}",
                alias.origin.of("digest"),
                f"patch {max(seen)}",
                (patches[line][newest].origin.of("digest"), f"patch {newest}"),
            )
