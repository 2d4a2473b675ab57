"""What uv chose, read from its text, with the facts of the index pages and of the wheels, and checked."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Mapping
from typing import Any, cast

from envc.diagnostics.diagnostic import Report
from envc.diagnostics.source import Source
from envc.language.package_names import normalised
from envc.lock.requirements import BLOCK, Pin, parse
from envc.lock.resolution import Request, Resolution
from envc.resolvers.package_indexes.index import Facts
from envc.resolvers.package_indexes.metadata import Metadata
from envc.resolvers.pip_tools.answer import checked, indexes_of, lost_pins, unsafe
from envc.resolvers.pip_tools.inside.rules import NO_RULES, Rules
from envc.resolvers.stand_in import without_files
from envc.resolvers.uv.needs import needs_of


def answer_of(
    text: str,
    facts_of: Callable[[str, str], Facts],
    metadata_of: Callable[[str, str], Metadata],
    told: Mapping[str, Any],
    request: Request,
    rules: Rules = NO_RULES,
) -> Mapping[str, Any]:
    """Return uv's text as an answer that `pip_tools.answer` reads. Raises a `Report` named `unsafe-index-answer`.

    `told` holds the graph of who asks for what and the files of the pages.
    """
    facts: dict[str, Facts] = {}
    try:
        pins = parse(Source("uv's output", with_hashes(text, facts_of, facts)))
        needs = needs_of(request, ((pin.name, pin.version) for pin in pins), metadata_of, rules)
    except (Report, ValueError, LookupError) as error:
        raise unsafe(error) from error
    packages = {pin.name: {**facts[pin.name]._asdict(), **needs[pin.name]._asdict()} for pin in pins}
    return ChainMap({"pins": pins, "packages": packages}, cast("dict[str, Any]", told))


def resolution_of(answer: Mapping[str, Any], request: Request, version: str) -> Resolution:
    """Return the resolution that an answer states. Raises a `Report` named `unsafe-index-answer`."""
    indexes = indexes_of(request)
    pins: tuple[Pin, ...] = answer["pins"]
    packages = tuple(checked(pin, answer, indexes.get(pin.name), request) for pin in pins)
    return Resolution(f"uv {version}", without_files(packages, request), lost_pins(answer, packages, request))


def with_hashes(text: str, facts_of: Callable[[str, str], Facts], facts: dict[str, Facts]) -> str:
    """Return uv's text with the hashes of the pages below each pin, and fill in what the pages say of each."""
    lines = []
    for line in text.splitlines():
        lines.append(line)
        if match := BLOCK.fullmatch(line):
            name = normalised(match[1])
            facts[name] = facts_of(name, match[2])
            lines += [f"    --hash={digest}" for digest in facts[name].hashes]
    return "".join(f"{line}\n" for line in lines)
