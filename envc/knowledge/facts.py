"""How a file of the library is read: each item is bound to the model of its word and remembers where it stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, NamedTuple, TypeVar

from pydantic import BaseModel, ConfigDict, PrivateAttr

from envc.diagnostics import Diagnostic, Report, Source, Span
from envc.diagnostics.diagnostic import wrong
from envc.knowledge.values import Date
from envc.language.bind import bind
from envc.language.fields import Keyword, Positional
from envc.language.origin import Origin
from envc.language.values import Text
from envc.syntax.parse import parse

#: Returns the text of a file of the library by its path below `stdlib/`.
Reader = Callable[[str], str]


class Line(BaseModel):
    """One item of a file of the library."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    _origin: Origin = PrivateAttr()

    @property
    def origin(self) -> Origin:
        """Where in the library it stands."""
        return self._origin

    def stands_at(self, origin: Origin) -> None:
        """Remember where it stands."""
        self._origin = origin


class Fact(Line):
    """An item that was read somewhere."""

    source: Annotated[tuple[str, ...], Keyword(many=True)]


class SourceNote(Line):
    """Where facts were read, and when: `source pypi "what, where" read 2026-11-24`."""

    name: Annotated[str, Positional()]
    what: Annotated[Text, Positional(kinds=frozenset({"string"}))]
    read: Annotated[Date, Keyword()]


Some = TypeVar("Some", bound=Line)


class Page(NamedTuple):
    """A file of the library, understood."""

    text: Source
    lines: tuple[Line, ...]

    def all(self, kind: type[Some]) -> tuple[Some, ...]:
        """Return the lines of one kind, in the order of the text."""
        return tuple(line for line in self.lines if isinstance(line, kind))

    def one(self, kind: type[Some], what: str) -> Some:
        """Return the only line of a kind. Raises a Report when there is none, or a second."""
        found = self.all(kind)
        if len(found) == 1:
            return found[0]
        span = found[1].origin.span if found else Span(self.text, 0, 0)
        message = f"{what} is said twice" if found else f"{what} is not said"
        raise Report([Diagnostic("library-contradiction", message, (wrong(span),))])


def read_page(read: Reader, path: str, words: Mapping[str, type[Line]]) -> Page:
    """Read `ml/torch.env`. `words` are those the file may use, beside `source`. Raises a Report with all mistakes."""
    program = parse(Source(f"stdlib/{path}", read(path)))
    known: dict[str, type[Line]] = {"source": SourceNote, **words}
    lines: list[Line] = []
    mistakes: list[Diagnostic] = []
    for item in program.items:
        model = known.get(item.word)
        if model is None:
            notes = (f"a line of this file begins with one of: {' '.join(sorted(known))}",)
            label = wrong(item.word_span, "not known here")
            mistakes.append(Diagnostic("unknown-fact", f"no fact is called `{item.word}`", (label,), notes))
            continue
        bound = bind(item, model)
        mistakes.extend(bound.mistakes)
        if bound.model is not None:
            bound.model.stands_at(bound.origin)
            lines.append(bound.model)
    if mistakes:
        raise Report(mistakes)
    return Page(program.source, tuple(lines))
