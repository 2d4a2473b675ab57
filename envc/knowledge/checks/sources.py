"""Every fact names a source that its file introduces, and nothing is newer than the library."""

from __future__ import annotations

from collections.abc import Iterator

from envc.diagnostics import Diagnostic
from envc.knowledge.checks.contradiction import contradiction, repeated
from envc.knowledge.facts import Fact, SourceNote
from envc.knowledge.library import Library


def check(library: Library) -> Iterator[Diagnostic]:
    """Yield unknown and repeated sources, and sources read after the library's date."""
    for path in library.paths:
        page = library.page(path)
        notes = page.all(SourceNote)
        names = {note.name for note in notes}
        yield from repeated(notes, lambda note: note.name, "the source")
        for note in notes:
            if note.read > library.date:
                span = note.origin.of("read")
                yield contradiction(
                    f"the source `{note.name}` was read after the library's date {library.date}", span, "later"
                )
        for fact in page.all(Fact):
            for name in fact.source:
                if name not in names:
                    span = fact.origin.of("source")
                    yield contradiction(f"no source of this file is called `{name}`", span, "not introduced above")
