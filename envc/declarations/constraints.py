"""The word `constraints`: versions that are allowed, if somebody asks for the package."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from envc.diagnostics import Diagnostic
from envc.diagnostics.diagnostic import wrong
from envc.language.facets import PackageFile
from envc.language.fields import Positional
from envc.language.origin import Origin
from envc.language.values import ProgramPath
from envc.language.word import Declaration
from envc.syntax.program import Item


class Constraints(Declaration):
    """Bounds the versions of packages by a requirements file, as pip's `--constraint` does.

    The file asks for nothing: it counts for a package that the program or another package asks for. Markers in it are
    judged for the target.
    """

    repeatable = True
    examples = ('constraints "constraints.txt"',)

    listed: Annotated[ProgramPath, Positional(kinds=frozenset({"string"}))]

    @classmethod
    def misread(cls, item: Item) -> Iterator[Diagnostic]:
        """Return a mistake for a package and its versions, which no list holds."""
        first, *others = item.arguments or (None,)
        if first and first.kind == "word" and first.given is None and any(one.kind == "constraint" for one in others):
            said = " ".join(one.span.text for one in item.arguments)
            helps = (
                'write it in a requirements file: constraints "constraints.txt"',
                f"or ask for the package in these versions: `pip {said}`",
            )
            label = wrong(first.span, "a package, where the path of a file belongs")
            yield Diagnostic("wrong-kind", "`constraints` takes no packages", (label,), helps=helps)

    def facets(self, origin: Origin) -> Iterator[PackageFile]:
        """Return the file."""
        yield PackageFile(self.listed, (), (), constraints=True, pinned=False, accelerated=False, origin=origin)
