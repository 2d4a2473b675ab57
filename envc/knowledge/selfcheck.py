"""Whether what the library says can be true at once."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from envc.diagnostics import Diagnostic, Report
from envc.knowledge.checks import (
    archives,
    builds,
    channels,
    cuda,
    fabrics,
    fetchers,
    gpu_models,
    images,
    pythons,
    sources,
    toolchains,
)
from envc.knowledge.library import Library

_CHECKS = (
    sources.check,
    builds.check,
    cuda.check,
    pythons.check,
    images.check,
    archives.check,
    channels.check,
    fabrics.check,
    gpu_models.check,
    toolchains.check,
    fetchers.check,
)


def contradictions(library: Library) -> list[Diagnostic]:
    """Return every contradiction in the library; where a file cannot be understood, return why and look no further."""
    reads: list[Callable[[], object]] = [partial(library.page, path) for path in library.paths]
    reads += [library.families, lambda: library.date, lambda: library.distribution, lambda: library.cuda]
    unreadable = dict.fromkeys(mistake for read in reads for mistake in _mistakes(read))
    if unreadable:
        return list(unreadable)
    return [diagnostic for check in _CHECKS for diagnostic in check(library)]


def _mistakes(read: Callable[[], object]) -> tuple[Diagnostic, ...]:
    try:
        read()
    except Report as report:
        return report.diagnostics
    return ()
