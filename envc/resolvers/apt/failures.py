"""What went wrong with apt: its own words sorted into kinds, and reports for the reader. No text holds an address."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from envc.diagnostics import Report
from envc.diagnostics.diagnostic import world_failed

#: `silent`: nobody answers. `absent`: the archive does not have the release.
Kind = Literal["untrusted", "silent", "absent", "failed"]

#: The first kind of which a line speaks counts: an index that was refused is also called unsigned.
_KINDS: tuple[tuple[Kind, tuple[str, ...]], ...] = (
    ("failed", ("Hash Sum mismatch", "unexpected size", "is expired", "not valid yet", r"\b(401|403|407|5\d\d) ")),
    (
        "untrusted",
        ("NO_PUBKEY", "BADSIG", "EXPKEYSIG", "REVKEYSIG", "NODATA", "NOSPLIT", "signatures were invalid"),
    ),
    ("absent", (r"\b404\b", "does not have a Release file")),
    (
        "silent",
        (
            "Could not (resolve|connect)",
            "Temporary failure resolving",
            "Unable to connect",
            "Connection (timed out|failed|refused|reset)",
            "Network is unreachable",
            "No route to host",
            "timed out",
        ),
    ),
)


class Failure(NamedTuple):
    """How an update failed."""

    kind: Kind
    reasons: tuple[str, ...]


def failure_of(said: str) -> Failure:
    """Return the kind of a failed `apt-get update` by what it said."""
    lines = tuple(dict.fromkeys(without_addresses(line) for line in said.splitlines() if line[:2] in {"E:", "W:"}))
    for kind, patterns in _KINDS:
        telling = tuple(line for line in lines if re.search("|".join(patterns), line))
        if telling:
            return Failure(kind, telling[:2])
    return Failure("failed", lines[:2] or ("apt-get says nothing",))


def without_addresses(line: str) -> str:
    """Return what apt says without its mark and without addresses, which may be a mirror's and hold credentials."""
    text = re.sub(r"^[EWN]: ", "", line.strip())
    text = re.sub(r"\S*://\S+", "…", re.sub(r" *\[IP: [^]]*\]", "", text))
    text = re.sub(r"'[\w.-]+\.[a-z]+(:\d+)?'|\b[\w.-]+:\d+ \([0-9a-f.:]+\)\.?|\(?\d+(\.\d+){3}\)?", "…", text)
    return " ".join(text.split()).rstrip(".")


def report_of(failure: Failure, where: str) -> Report:
    """Return the report of archives that answer, and not as they should."""
    if failure.kind == "untrusted":
        return world_failed(
            "untrusted-archive",
            f"the indexes of {where} are not signed as they must be",
            notes=failure.reasons,
            helps=(
                "a proxy or mirror on the way may change what it hands on: lock without it",
                "keys of a release that is new or at its end are in newer base images: `envc lock --upgrade`",
            ),
        )
    return world_failed(
        "archive-failed",
        f"the archive of {where} gives no usable index",
        notes=failure.reasons,
        helps=("`apt-get update` on this machine shows whether its own archives answer",),
    )
