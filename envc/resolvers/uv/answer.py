"""What uv chose, read from its text, with the facts of the index pages, and checked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from envc.diagnostics.diagnostic import Report
from envc.diagnostics.source import Source
from envc.lock.requirements import BLOCK, normalise, parse
from envc.lock.resolution import Request, Resolution
from envc.resolvers.pip_tools.answer import indexes_of, package_of, unsafe
from envc.resolvers.uv.index import Facts


def resolution_of(text: str, facts_of: Callable[[str, str], Facts], request: Request, version: str) -> Resolution:
    """Return the resolution that uv's text states. Raises a `Report` named `unsafe-index-answer`."""
    facts: dict[str, Facts] = {}
    indexes = indexes_of(request)
    try:
        pins = parse(Source("uv's output", with_hashes(text, facts_of, facts)))
        packages = tuple(package_of(pin, facts[pin.name]._asdict(), indexes.get(pin.name)) for pin in pins)
    except (Report, ValueError, LookupError) as error:
        raise unsafe(error) from error
    return Resolution(f"uv {version}", packages)


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
