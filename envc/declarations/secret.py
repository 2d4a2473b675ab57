"""The word `secret`: something that no image may hold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from envc.diagnostics import Diagnostic
from envc.language.environment import Environment
from envc.language.facets import Secret as SecretFacet
from envc.language.fields import Flag, Keyword, Positional
from envc.language.origin import Origin
from envc.language.taken import taken_before
from envc.language.values import Name, Variable
from envc.language.variables import refuse_derived_variable, refuse_taken_variable
from envc.language.word import Declaration


class Secret(Declaration):
    """Gives the container a secret while it runs, as the file `/run/secrets/NAME`.

    With `as VARIABLE` its value is also in that variable. The value comes from the same variable of whoever starts the
    container, or from a file; it is in no image, layer, history, manifest, log or hash.

    A secret can be the password of an `index`, for whoever locks and builds. With `build` it is for that alone, and the
    container does not get it.
    """

    repeatable = True
    examples = ("secret wandb-key as WANDB_API_KEY", "secret corp-token as CORP_TOKEN build")

    name: Annotated[Name, Positional()]
    variable: Annotated[Variable | None, Keyword("as")] = None
    build: Annotated[bool, Flag()] = False

    def facets(self, origin: Origin) -> Iterator[SecretFacet]:
        """Return the secret."""
        yield SecretFacet(self.name, self.variable, origin, self.build)

    def check(self, origin: Origin, environment: Environment) -> Iterator[Diagnostic]:
        """Refuse a name or a variable that is taken."""
        labels = taken_before(environment, "secret", self.name, origin.of("name"))
        if labels:
            yield Diagnostic("repeated-name", f"two secrets are called `{self.name}`", labels)
        if self.variable and not self.build:
            yield from refuse_taken_variable(self.variable, origin.of("variable"), environment)
            yield from refuse_derived_variable(self.variable, origin.of("variable"))
