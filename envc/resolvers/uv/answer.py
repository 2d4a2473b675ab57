"""What uv chose, read from its text, with the facts of the index pages, and checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from envc.diagnostics.diagnostic import Report
from envc.diagnostics.source import Source
from envc.lock.requirements import BLOCK, normalise, parse
from envc.lock.resolution import Request, Resolution
from envc.resolvers.pip_tools.answer import checked, indexes_of, lost_pins, unsafe
from envc.resolvers.pip_tools.specification import markers_of
from envc.resolvers.uv.causes import graph_of, requires_of, rows_of
from envc.resolvers.uv.index import Facts
from envc.resolvers.uv.metadata import Metadata
from envc.resolvers.uv.page import File

#: Of a package whose metadata uv did not need: it was asked for by nobody but a pin of its own.
NOTHING = Metadata((), None)


class Read(NamedTuple):
    """What was read of the indexes while uv chose."""

    facts: Callable[[str, str], Facts]  # of a name and a version
    metadata: Mapping[tuple[str, str], Metadata]
    files: Mapping[str, Sequence[File]]  # by name


def resolution_of(text: str, read: Read, request: Request, version: str) -> Resolution:
    """Return the resolution that uv's text states. Raises a `Report` named `unsafe-index-answer`."""
    facts: dict[str, Facts] = {}
    indexes = indexes_of(request)
    try:
        pins = parse(Source("uv's output", with_hashes(text, read.facts, facts)))
    except (Report, ValueError, LookupError) as error:
        raise unsafe(error) from error
    chosen = {pin.name: read.metadata.get((pin.name, pin.version), NOTHING) for pin in pins}
    requires = requires_of(chosen, request, markers_of(request.target))
    answer = {
        "packages": {name: {**found._asdict(), "requires": requires[name]} for name, found in facts.items()},
        "graph": graph_of(read.metadata, markers_of(request.target)),
        "offers": rows_of(read.files),
    }
    packages = tuple(checked(pin, answer, indexes.get(pin.name), request) for pin in pins)
    return Resolution(f"uv {version}", packages, lost_pins(answer, packages, request))


def with_hashes(text: str, facts_of: Callable[[str, str], Facts], facts: dict[str, Facts]) -> str:
    """Return uv's text with the hashes of the pages below each pin, and fill in what the pages say of each."""
    lines = []
    for line in text.splitlines():
        lines.append(line)
        if match := BLOCK.fullmatch(line):
            name = normalise(match[1])
            facts[name] = facts_of(name, match[2])
            lines += [f"    --hash={digest}" for digest in facts[name].hashes]
    return "".join(f"{line}\n" for line in lines)


def as_answer(resolution: Resolution, facts: Callable[[str, str], Facts]) -> dict[str, Any]:
    """Return an answer in the form from which `pip_tools.answer` reads its warnings."""
    return {"packages": {one.name: facts(one.name, one.version)._asdict() for one in resolution.packages}}
