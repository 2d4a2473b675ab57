"""The word `limit`: what the container may use."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from envc.diagnostics import Diagnostic
from envc.diagnostics.diagnostic import wrong
from envc.language.environment import Environment
from envc.language.facets import ResourceLimit
from envc.language.fields import Keyword
from envc.language.origin import Origin
from envc.language.values import Cpu, Size
from envc.language.word import Declaration


class Limit(Declaration):
    """Limits memory and processors, in every way the container is started. Thread pools are sized by it."""

    examples = ("limit memory 32GiB cpu 8", "limit cpu 0.5")

    memory: Annotated[Size | None, Keyword()] = None
    cpu: Annotated[Cpu | None, Keyword()] = None

    def facets(self, origin: Origin) -> Iterator[ResourceLimit]:
        """Return the limit."""
        yield ResourceLimit(self.memory, self.cpu, origin)

    def check(self, origin: Origin, environment: Environment) -> Iterator[Diagnostic]:  # noqa: ARG002
        """Refuse a limit of nothing, and of less memory than a container can start with."""
        if self.memory is None and self.cpu is None:
            yield Diagnostic(
                "missing-argument", "`limit` limits nothing", (wrong(origin.span, "`memory` or `cpu` is missing"),)
            )
        if self.memory is not None and self.memory < 6 * 2**20:
            yield Diagnostic(
                "unreadable-size",
                "no container starts with so little memory",
                (wrong(origin.of("memory"), "6MiB is the least that engines take"),),
            )
