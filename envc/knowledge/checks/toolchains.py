"""A toolchain has one line, absolute paths, and pairs where pairs belong."""

from __future__ import annotations

import re
from collections.abc import Iterator

from envc.diagnostics import Diagnostic
from envc.knowledge.checks.contradiction import contradiction, repeated
from envc.knowledge.library import Library

_FORMS = {
    "paths": re.compile(r"(/[A-Za-z0-9_.-]+)+"),
    "programs": re.compile(r"(/[A-Za-z0-9_.-]+)+"),
    "variables": re.compile(r"[A-Z_]+=[A-Za-z0-9_./:-]+"),
    "links": re.compile(r"(/[A-Za-z0-9_.-]+)+=[A-Za-z0-9_./-]+"),
}


def check(library: Library) -> Iterator[Diagnostic]:
    """Yield what is wrong with the toolchains."""
    yield from repeated(library.toolchains(), lambda one: one.name, "the toolchain")
    for one in library.toolchains():
        for field, form in _FORMS.items():
            for text in getattr(one, field):
                if not form.fullmatch(text):
                    yield contradiction(f"{text} cannot be one of the {field} of a toolchain", one.origin.of(field))
