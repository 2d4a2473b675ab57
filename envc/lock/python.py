"""Says when a Python is near its end, or past it. Pure: the day is the library's, not the clock's."""

from __future__ import annotations

from envc.diagnostics import Diagnostic
from envc.diagnostics.diagnostic import wrong
from envc.knowledge.library import Library
from envc.language.environment import Environment
from envc.language.facets import Interpreter

#: Months before its end in which a Python is said to be near it.
_NEAR = 12


def end_of_python(environment: Environment, library: Library, *, near: int = _NEAR) -> tuple[Diagnostic, ...]:
    """Return a warning when the environment's Python gets no security fixes any more, or within so many months."""
    interpreter = environment.one(Interpreter)
    release = library.python(interpreter.version) if interpreter else None
    if interpreter is None or release is None:
        return ()
    left = _months(release.end_of_life) - _months(library.date)
    if left > near:
        return ()
    newest = library.pythons()[0].minor
    past = left < 0
    return (
        Diagnostic(
            "python-near-its-end",
            f"the last security fixes of Python {release.minor} {'came' if past else 'come'} in {release.end_of_life}",
            (wrong(interpreter.origin.of("version"), "past its end" if past else "near its end"),),
            notes=(f"what is known was read on {library.date}",),
            helps=(f"a newer one, up to {newest}, is maintained longer",),
            severity="warning",
        ),
    )


def _months(date: str) -> int:
    year, month = date.split("-")[:2]
    return int(year) * 12 + int(month)
