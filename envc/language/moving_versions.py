"""`latest` and `nightly` in the place of a package's version: what there is to write instead. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from envc.diagnostics import Diagnostic, Fix, Span
from envc.diagnostics.diagnostic import wrong
from envc.syntax.program import Argument, Item

_DAY = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})")
#: Where the builds of a night are, and what their versions look like.
_NIGHTLIES = {
    name: ("https://download.pytorch.org/whl/nightly/cu128", version)
    for name, version in (("torch", "2.11.0"), ("torchaudio", "2.11.0"), ("torchvision", "0.26.0"))
}


def moving_versions(item: Item) -> list[Diagnostic]:
    """Return a mistake for each such word behind a package's name, in a list or in the item's block."""
    entries = [(Argument("word", one.word, one.word_span), *one.arguments) for one in item.block or ()]
    return [found for arguments in (item.arguments, *entries) for found in _found(arguments)]


def _found(arguments: Sequence[Argument]) -> Iterator[Diagnostic]:
    behind = [*arguments[2:], None]
    for (package, word), day in zip(pairwise(arguments), behind, strict=True) if len(arguments) > 1 else ():
        if package.kind not in {"word", "string"} or word.kind != "word" or word.given is not None:
            continue
        if word.value == "latest":
            yield _latest(package, word)
        elif word.value == "nightly":
            yield _nightly(package.value, word, day)


def _latest(package: Argument, word: Argument) -> Diagnostic:
    rest = Span(word.span.source, package.span.end, word.span.end)
    return Diagnostic(
        "unreadable-version",
        f"`latest` is no version of `{package.value}`",
        (wrong(word.span, "another one tomorrow"),),
        notes=("`envc lock` takes the newest version that fits, and `envc lock --upgrade` takes it again",),
        fixes=(Fix("no version means the newest when it is locked", rest, ""),),
    )


def _nightly(package: str, word: Argument, day: Argument | None) -> Diagnostic:
    match = _DAY.fullmatch(day.value) if day else None
    address, version = _NIGHTLIES.get(package, ("https://…", "1.0.0"))
    date = "".join(match.groups()) if match else "20261120"
    return Diagnostic(
        "unreadable-version",
        f"`nightly` is no version of `{package}`",
        (wrong(word.span.to(day.span) if day and match else word.span, "a build of a night has a version of its own"),),
        notes=("indexes remove such builds after some weeks: `envc vendor` keeps the files that a lock names",),
        helps=(
            f'name the index of such builds: `index nightly "{address}" for {package}`',
            f"and name one of them, with `pip`: `pip {package} {version}.dev{date}`, for example",
        ),
    )
