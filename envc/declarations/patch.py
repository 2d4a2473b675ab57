"""The word `patch`: a change of a package's installed files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from envc.diagnostics import Diagnostic, Label
from envc.diagnostics.diagnostic import wrong
from envc.language.environment import Environment
from envc.language.fields import Positional
from envc.language.origin import Origin
from envc.language.package_rules import Patch as PatchFacet
from envc.language.packages import PackageName
from envc.language.values import ProgramPath
from envc.language.word import Declaration


class Patch(Declaration):
    """Changes the files of a package after its installation, by a unified diff that lies in the project.

    The diff names files as they lie in site-packages, with or without git's `a/` and `b/`: `gradio/routes.py`. It
    applies exactly, at the lines that it says, or the build fails; the lock holds its checksum. Several patches of one
    package apply in the order of the program.
    """

    repeatable = True
    examples = ('patch gradio "patches/gradio-queue.patch"',)

    package: Annotated[PackageName, Positional(kinds=frozenset({"word", "string"}))]
    path: Annotated[ProgramPath, Positional(kinds=frozenset({"string"}))]

    def facets(self, origin: Origin) -> Iterator[PatchFacet]:
        """Return the patch."""
        yield PatchFacet(self.package, self.path, origin)

    def check(self, origin: Origin, environment: Environment) -> Iterator[Diagnostic]:
        """Refuse a patch that is applied twice."""
        same = environment.every_with(PatchFacet, "path", self.path)
        first = same[0].origin.of("path") if same else origin.of("path")
        if first != origin.of("path"):
            labels = (wrong(origin.of("path"), "again here"), Label(first, "first here"))
            yield Diagnostic("repeated-name", f"the patch `{self.path}` is applied twice", labels)
