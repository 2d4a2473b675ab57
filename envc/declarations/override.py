"""The word `override`: versions of a package that count in place of what other packages ask of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import AfterValidator

from envc.diagnostics import Diagnostic
from envc.language.environment import Environment
from envc.language.fields import Keyword, Positional
from envc.language.origin import Origin
from envc.language.package_rules import Override as OverrideFacet
from envc.language.packages import PackageName, Specifier
from envc.language.taken import taken_before
from envc.language.values import Text, refuse
from envc.language.word import Declaration


def _reason(text: str) -> str:
    return text.strip() or refuse("missing-argument", "the reason is empty")


class Override(Declaration):
    """Replaces what other packages ask of a package, where their makers bound it too narrowly or wrongly.

    Extras and markers of what they ask stay, only the versions are replaced. It asks for nothing by itself, and what
    the program asks of the package holds beside it. The reason stands in the lock, in the Dockerfile's comment, and
    `envc explain` shows it. Nobody has tested what their makers exclude: `check` what you need of it.

    On a `base` that provides packages it also replaces what the base brings: where its version is none of these, and
    the program (`pip pandas`) or a package that is installed asks for it. The environment's is found first, and the
    base's stays in its layers.
    """

    repeatable = True
    examples = (
        'override numpy <2 because "cv-bridge is compiled for numpy 1"',
        'override protobuf 4.25 because "onnx and grpcio-tools disagree, and both work with it"',
        'override pandas ==2.2.3 because "Spark 3.5 is tested with it, and the base has 1.5"',
    )

    name: Annotated[PackageName, Positional(kinds=frozenset({"word", "string"}))]
    version: Annotated[Specifier, Positional(kinds=frozenset({"number", "constraint"}))]
    because: Annotated[Text, AfterValidator(_reason), Keyword(kinds=frozenset({"string"}))]

    def facets(self, origin: Origin) -> Iterator[OverrideFacet]:
        """Return the versions."""
        yield OverrideFacet(self.name, self.version, self.because, origin)

    def check(self, origin: Origin, environment: Environment) -> Iterator[Diagnostic]:
        """Refuse two overrides of one package."""
        labels = taken_before(environment, "override", self.name, origin.of("name"))
        if labels:
            yield Diagnostic("repeated-package", f"the package `{self.name}` is overridden twice", labels)
