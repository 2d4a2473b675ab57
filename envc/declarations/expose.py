"""The word `expose`: ports that the container listens on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from envc.diagnostics import Diagnostic
from envc.language.environment import Environment
from envc.language.facets import ExposedPort
from envc.language.fields import Positional
from envc.language.origin import Origin
from envc.language.repetitions import repetitions
from envc.language.values import Port
from envc.language.word import Declaration


class Expose(Declaration):
    """Names the ports that the container listens on. `envc run` publishes them on this machine's loopback address."""

    repeatable = True
    examples = ("expose 8080", "expose 8080 9090/udp")

    ports: Annotated[tuple[Port, ...], Positional(many=True)]

    def facets(self, origin: Origin) -> Iterator[ExposedPort]:
        """Return the ports."""
        for port in self.ports:
            yield ExposedPort(port, origin)

    def check(self, origin: Origin, environment: Environment) -> Iterator[Diagnostic]:  # noqa: ARG002
        """Warn of a port that stands twice."""
        yield from repetitions(self.ports, "ports", origin)
