"""The word `set`: an environment variable."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated

from envc.diagnostics import Diagnostic, Label
from envc.diagnostics.diagnostic import wrong
from envc.language.environment import Environment
from envc.language.facets import BuildArgument, Setting
from envc.language.fields import Positional
from envc.language.origin import Origin
from envc.language.values import Text, Variable
from envc.language.word import Declaration

#: Names that say their value is a secret.
SECRET_NAME = re.compile(
    r"(?:^|_)(?:TOKEN|SECRET|PASSWORD|PASSWD|APIKEY|API_KEY|ACCESS_KEY|SECRET_KEY|PRIVATE_KEY|CREDENTIALS?)$", re.IGNORECASE
)
_DERIVED = {
    "PATH": "envc puts the virtual environment in front of it",
    "VIRTUAL_ENV": "envc sets it",
    "ENVC_HASH": "envc sets it",
    "ENVC_ENVIRONMENT_HASH": "envc sets it",
    "PYTHONHOME": "the virtual environment stops working with it",
}
_UNREAD = {
    "PYTHONMEMORY": "Python does not read it; `limit memory` and `tune memory` are what there is",
    "PYTHONGC": "Python does not read it; the garbage collector is set with gc.set_threshold",
    "LD_LIBRARY_PATH": "wheels find their own libraries, and what it points to can hide them",
}
_CLUSTER = re.compile(r"(?:NCCL|FI|OMPI_MCA|UCX)_")


def secret_in_setting(name: str, origin: Origin) -> Diagnostic:
    """Return the refusal of a variable whose name says that its value is a secret."""
    return Diagnostic(
        "secret-in-setting",
        f"the value of `{name}` would lie open in the image",
        (wrong(origin.of("name"), "the name of a secret"),),
        helps=(f"`secret {name.lower().replace('_', '-')} as {name}` gives it to the container only while it runs",),
    )


class Set(Declaration):
    """Sets an environment variable of the container. The value is taken as it is: no `$` is resolved."""

    repeatable = True
    examples = ("set PYTHONHASHSEED 0", 'set GREETING "hello world"')

    name: Annotated[Variable, Positional()]
    value: Annotated[Text, Positional()]

    def facets(self, origin: Origin) -> Iterator[Setting]:
        """Return the variable."""
        yield Setting(self.name, self.value, origin)

    def check(self, origin: Origin, environment: Environment) -> Iterator[Diagnostic]:
        """Refuse secrets, what envc sets itself, and a variable set twice; warn of what has no effect."""
        name = origin.of("name")
        if SECRET_NAME.search(self.name):
            yield secret_in_setting(self.name, origin)
        if self.name in _DERIVED:
            yield Diagnostic("derived-setting", f"`{self.name}` is not to be set", (wrong(name, _DERIVED[self.name]),))
        if self.name in _UNREAD:
            yield Diagnostic(
                "setting-without-effect",
                f"`{self.name}` does not do what it seems to",
                (wrong(name, _UNREAD[self.name]),),
                severity="warning",
            )
        if _CLUSTER.match(self.name):
            yield Diagnostic(
                "setting-of-one-cluster",
                f"`{self.name}` describes the network of one cluster",
                (wrong(name, "the image will run on others too"),),
                helps=("set it where the container is started",),
                severity="warning",
            )
        for other in (*environment.every(Setting), *environment.every(BuildArgument)):
            if other.name == self.name and other.origin.span.start < origin.span.start:
                yield Diagnostic(
                    "repeated-name",
                    f"`{self.name}` is set twice",
                    (wrong(name, "again here"), Label(other.origin.of("name"), "first here")),
                )
