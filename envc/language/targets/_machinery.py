"""What a `target` is of. It imports nothing of the language, so that a compilation that is remembered stays quick."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from envc.diagnostics import Diagnostic
    from envc.language.cluster_facets import Target
    from envc.language.environment import Environment


class Machinery:
    """A machinery that runs containers: what it is told by `target`, and what it cannot do."""

    #: The file that is written for it.
    manifest: ClassVar[str]
    #: What a program may become there, as `as` names it.
    forms: ClassVar[tuple[str, ...]] = ()
    #: What is said of `as` where there is nothing to choose.
    without_forms: ClassVar[str] = "there is nothing to choose"
    #: The one form that a field of the word belongs to, where it is of one alone.
    field_forms: ClassVar[Mapping[str, str]] = {}
    #: What it takes of the word's fields; what is not here is refused where any other machinery names it.
    takes: ClassVar[frozenset[str]] = frozenset()
    #: What starts the image where the program does not say it.
    container: ClassVar[str | None] = None
    #: The characters that no path of a mount may have there, and how a message shows them.
    unmountable: ClassVar[tuple[str, str]] = ("", "")
    #: Whether it mounts paths of the project itself.
    mounts_the_project: ClassVar[bool] = False

    def form(self, target: Target, environment: Environment) -> str:
        """Return what a program becomes that does not say it."""
        raise NotImplementedError

    def mistakes(self, target: Target, environment: Environment) -> Iterable[Diagnostic]:  # noqa: ARG002
        """Return what cannot be started there, or lacks a name that only this machinery wants."""
        return ()


def serves(environment: Environment) -> bool:
    """Say whether a program serves: who exposes a port does, and who launches ranks works to an end."""
    from envc.language.cluster_facets import Launch
    from envc.language.facets import ExposedPort

    return environment.one(ExposedPort) is not None and environment.one(Launch) is None
