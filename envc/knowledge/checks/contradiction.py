"""The one form of a contradiction, and the check that most subjects share."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import TypeVar

from envc.diagnostics import Diagnostic, Label, Span
from envc.diagnostics.diagnostic import wrong
from envc.knowledge.facts import Line

Some = TypeVar("Some", bound=Line)


def contradiction(message: str, span: Span, text: str = "", *others: tuple[Span, str]) -> Diagnostic:
    """Return the diagnostic: the line that is wrong, and those that say otherwise."""
    labels = tuple(Label(other, said) for other, said in others)
    return Diagnostic("library-contradiction", message, (wrong(span, text), *labels))


def repeated(lines: Iterable[Some], key: Callable[[Some], Hashable], what: str) -> Iterator[Diagnostic]:
    """Yield a diagnostic for each line whose key a line before it has. `what` is `the toolkit`."""
    first: dict[Hashable, Some] = {}
    for line in lines:
        before = first.setdefault(key(line), line)
        if before is not line:
            shown = key(line)
            name = " ".join(map(str, shown)) if isinstance(shown, tuple) else shown
            yield contradiction(
                f"{what} `{name}` has two lines", line.origin.span, "again here", (before.origin.span, "first here")
            )
