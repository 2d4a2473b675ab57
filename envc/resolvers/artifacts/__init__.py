"""Measures data and weights that lie somewhere else. A file of this folder is a fetcher; the folder is walked.

A fetcher has `SCHEMES`, the schemes of the addresses that it reads, and a function `measure(address, known, reading)`.
`known` is what an older lock knows of the same address, or None: when the server says by itself that it still holds the
same bytes, `known` is the answer, and nothing is read. It keeps no bytes, and raises a `TransferError`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from threading import Event

from envc.diagnostics import Diagnostic, Report
from envc.diagnostics.diagnostic import WORLD_FAILED, WRONG_INPUT
from envc.lock.artifacts import MeasuredArtifact, RemoteArtifact
from envc.resolvers.artifacts.transfer.failures import OF_THE_PROGRAM, TransferError, diagnostic_of
from envc.resolvers.artifacts.transfer.reading import Limits, Reading
from envc.resolvers.artifacts.transfer.side_by_side import side_by_side

_FOLDER = Path(__file__).parent
_AT_ONCE = 4
_LIMITS = Limits()

Fetcher = Callable[[str, MeasuredArtifact | None, Reading], MeasuredArtifact]


@lru_cache
def fetchers() -> Mapping[str, Fetcher]:
    """Return the fetcher of every scheme."""
    modules = (import_module(f"{__name__}.{file.stem}") for file in sorted(_FOLDER.glob("[a-z]*.py")))
    return {scheme: module.measure for module in modules for scheme in module.SCHEMES}


def measure_remote(
    wanted: Iterable[RemoteArtifact], environ: Mapping[str, str], say: Callable[[str], None], limits: Limits = _LIMITS
) -> dict[str, MeasuredArtifact]:
    """Measure remote data side by side, by name, but for what nothing here reads. Raises a Report of every failure."""
    readable = [one for one in wanted if one.scheme in fetchers()]
    if not readable:
        return {}
    failures: list[tuple[Diagnostic, bool]] = []
    running: list[Event] = []

    def measure(one: RemoteArtifact) -> MeasuredArtifact | None:
        name = one.facet.name

        def say_of(text: str) -> None:
            say(f"{name}: {text}")

        say_of("measuring what lies at its address")
        reading = Reading(environ, say_of, Event(), limits)
        running.append(reading.stop)
        try:
            return fetchers()[one.scheme](one.facet.location or "", one.known, reading)
        except TransferError as error:
            failures.append((diagnostic_of(error, one.facet), isinstance(error, OF_THE_PROGRAM)))
            return None

    try:
        found = side_by_side(measure, readable, _AT_ONCE, Event())
    except BaseException:  # Ctrl-C: whoever still reads is to stop
        for stop in running:
            stop.set()
        raise
    if failures:
        failures.sort(key=lambda pair: pair[0].labels[0].span.start)
        of_the_program = all(program for _, program in failures)
        raise Report((one for one, _ in failures), WRONG_INPUT if of_the_program else WORLD_FAILED)
    return {one.facet.name: measured for one, measured in zip(readable, found, strict=True) if measured}
