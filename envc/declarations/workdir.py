"""The word `workdir`: the folder that the command starts in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from envc.diagnostics import Diagnostic
from envc.diagnostics.diagnostic import wrong
from envc.language.environment import Environment
from envc.language.facets import WorkingDirectory
from envc.language.fields import Positional
from envc.language.image_places import HOME_OF_ROOT, OWN_FOLDER
from envc.language.origin import Origin
from envc.language.users import home_of
from envc.language.values import WorkingPath
from envc.language.word import Declaration


class Workdir(Declaration):
    """Names the folder that the command starts in; `/app` without it. The container's user may write there.

    With `user root` it may be `/root`, which nobody else may enter: it stays as the base has it.
    """

    examples = ('workdir "/workspace"',)

    path: Annotated[WorkingPath, Positional()]

    def facets(self, origin: Origin) -> Iterator[WorkingDirectory]:
        """Return the folder."""
        yield WorkingDirectory(self.path, origin)

    def check(self, origin: Origin, environment: Environment) -> Iterator[Diagnostic]:
        """Refuse the home of root, and what lies below it, to everybody else."""
        below = f"{self.path}/".startswith(f"{HOME_OF_ROOT}/")
        if below and home_of(environment) != HOME_OF_ROOT:
            place = origin.of("path")
            shown = f'"{self.path}"' if place.text.startswith("$") else place.text
            label = wrong(place, "the home of root, which nobody else may enter")
            helps = (OWN_FOLDER, "or have the container run as root: `user root`")
            yield Diagnostic("reserved-path", f"`workdir` cannot take `{shown}`", (label,), helps=helps)
