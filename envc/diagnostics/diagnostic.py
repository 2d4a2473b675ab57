"""The one form in which envc says that something is wrong."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

from envc.diagnostics.source import Span

Severity = Literal["error", "warning", "note"]

#: Exit codes: the program or the lock is wrong; the world failed (network, engine, disk).
WRONG_INPUT = 1
WORLD_FAILED = 3


class Label(NamedTuple):
    """A stretch of text and what is to be seen there. The primary one is underlined with carets."""

    span: Span
    text: str = ""
    primary: bool = False


class Fix(NamedTuple):
    """An edit that would mend the mistake. `certain` ones may be applied without asking."""

    title: str
    span: Span
    replacement: str
    certain: bool = False


class Concern(NamedTuple):
    """What is to be seen at a thing of the program, by its name: for those who know names and no positions.

    `envc/lock/blame.py` makes a label of it. `part` is what may be wrong there: the name, or the version asked for; or
    nothing by itself, as with a package that only brings another one in.
    """

    subject: str  # the name of a package, as PEP 503 normalises it
    text: str
    part: Literal["name", "version", "nothing"] = "nothing"


class Diagnostic(NamedTuple):
    """What is wrong, where, and what to do.

    `name` is kebab-case and the only identity: it names the page in `diagnostics/explain/` and the test case.
    `message` is one line, lower case, without a period, and never the remedy. `notes` are facts; `helps` are things
    that the reader can do; `fixes` are helps with an edit (at most three, best first). `concerns` become labels
    where the program is known.
    """

    name: str
    message: str
    labels: tuple[Label, ...] = ()
    notes: tuple[str, ...] = ()
    helps: tuple[str, ...] = ()
    fixes: tuple[Fix, ...] = ()
    severity: Severity = "error"
    concerns: tuple[Concern, ...] = ()  # the most telling one first


class Report(Exception):  # noqa: N818  # it is a report of errors, not one
    """All mistakes that one stage found, raised once.

    `exit_code` is 1 when the program or the lock is wrong and 3 when the world failed.
    """

    def __init__(self, diagnostics: Iterable[Diagnostic], exit_code: int = WRONG_INPUT) -> None:
        self.diagnostics = tuple(diagnostics)
        self.exit_code = exit_code
        super().__init__("; ".join(f"{one.name}: {one.message}" for one in self.diagnostics))


def wrong(span: Span, text: str = "") -> Label:
    """Return the primary label at a span."""
    return Label(span, text, primary=True)


def world_failed(
    name: str,
    message: str,
    *,
    notes: Iterable[str] = (),
    helps: Iterable[str] = (),
    labels: Iterable[Label] = (),
    concerns: Iterable[Concern] = (),
) -> Report:
    """Return the report of a failure that is not in the program: network, engine, registry, disk."""
    diagnostic = Diagnostic(name, message, tuple(labels), tuple(notes), helps=tuple(helps), concerns=tuple(concerns))
    return Report([diagnostic], WORLD_FAILED)
