"""The word `arg`: a value chosen when the image is built."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated

from envc.diagnostics import Diagnostic
from envc.diagnostics.diagnostic import wrong
from envc.language.environment import Environment
from envc.language.facets import BuildArgument
from envc.language.fields import Keyword, Positional
from envc.language.open_addresses import refuse_password
from envc.language.origin import Origin
from envc.language.repetitions import repetitions
from envc.language.values import Text, Variable
from envc.language.variables import refuse_open_value, refuse_taken_variable
from envc.language.word import Declaration

#: Arguments that BuildKit sets or reads itself.
_BUILDERS_OWN = re.compile(
    r"(?:TARGET|BUILD)(?:PLATFORM|OS|ARCH|VARIANT)|SOURCE_DATE_EPOCH|BUILDKIT_\w+|(?:https?|ftp|no|all)_proxy",
    re.IGNORECASE,
)


class Arg(Declaration):
    """Declares a build argument with a default and, behind `of`, the values that it may have.

    `envc build --arg MODEL_ENV=production` chooses another; one that is not listed is refused. The container finds the
    value in the variable of the same name, and the reproducibility hash holds it.
    """

    repeatable = True
    examples = ("arg MODEL_ENV test of test staging production",)

    name: Annotated[Variable, Positional()]
    default: Annotated[Text, Positional()]
    values: Annotated[tuple[Text, ...], Keyword("of", many=True)] = ()

    def facets(self, origin: Origin) -> Iterator[BuildArgument]:
        """Return the argument."""
        yield BuildArgument(self.name, self.default, self.values, origin)

    def check(self, origin: Origin, environment: Environment) -> Iterator[Diagnostic]:
        """Refuse secrets, a variable that is taken, and a default that is not among the values."""
        if _BUILDERS_OWN.fullmatch(self.name):
            yield Diagnostic(
                "derived-setting",
                f"`{self.name}` is not to be an argument",
                (wrong(origin.of("name"), "builders give it a value of their own"),),
            )
        yield from refuse_open_value(self.name, origin)
        yield from repetitions(self.values, "values", origin)
        yield from refuse_password(self.default, origin.of("default"), self.name)
        for position, value in enumerate(self.values):
            yield from refuse_password(value, origin.of(f"values.{position}"), self.name)
        yield from refuse_taken_variable(self.name, origin.of("name"), environment)
        if self.values and self.default not in self.values:
            yield Diagnostic(
                "unknown-choice",
                f"`{self.default}` is none of {', '.join(self.values)}",
                (wrong(origin.of("default"), "not one of them"),),
            )
