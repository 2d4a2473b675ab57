"""The word `check`: what must work before there is an image."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator

from envc.diagnostics import Diagnostic
from envc.diagnostics.diagnostic import wrong
from envc.language.commands import read_command
from envc.language.environment import Environment
from envc.language.fetching_steps import refuse_fetching
from envc.language.fields import Entries, Positional
from envc.language.origin import Origin
from envc.language.outside_facets import BuildCheck
from envc.language.refused_steps import refuse_step
from envc.language.script_lines import judged
from envc.language.swallowed_errors import refuse_swallowed_check
from envc.language.word import Declaration, Entry


def _command(texts: tuple[str, ...]) -> tuple[str, ...]:
    judged(texts, refuse_step)
    judged(texts, refuse_fetching)
    judged(texts, refuse_swallowed_check)
    return read_command(texts)


class CheckEntry(Entry):
    """A command, as `run` takes it."""

    kind: Annotated[Literal["run"], Positional()]
    command: Annotated[
        tuple[str, ...], AfterValidator(_command), Positional(many=True, kinds=frozenset({"string", "script"}))
    ]


class Check(Declaration):
    """Runs commands in the finished image while it is built; one that fails fails the build.

    A command runs as the container's user, with the variables and files that the container will have, without network,
    GPU, mounted data and secrets. What it writes is thrown away: the image is the same with and without it. What hides
    that a command failed is refused, as in a `build`: `pytest || true` would check nothing.
    """

    repeatable = True
    examples = (
        'check < run "python -m churn.selftest" >',
        'check < run "python" "-c" "import torch"; run "ffmpeg -version" >',
    )

    checks: Annotated[tuple[CheckEntry, ...], Entries(CheckEntry)] = ()

    def facets(self, origin: Origin) -> Iterator[BuildCheck]:
        """Return the commands."""
        for one in self.checks:
            yield BuildCheck(one.command, origin)

    def check(self, origin: Origin, environment: Environment) -> Iterator[Diagnostic]:  # noqa: ARG002
        """Refuse a check of nothing."""
        if not self.checks:
            label = wrong(origin.span, "no `run` follows")
            yield Diagnostic("missing-argument", "`check` checks nothing", (label,))
