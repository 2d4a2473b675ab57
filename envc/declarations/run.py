"""The word `run`: what the container does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, BeforeValidator, ValidationInfo

from envc.diagnostics import Diagnostic, Fix
from envc.diagnostics.diagnostic import wrong
from envc.language.commands import read_arguments, read_command, with_arguments
from envc.language.environment import Environment
from envc.language.facets import SCRATCH, Accelerator, BaseImage, Command, StopSignal
from envc.language.fields import Keyword, Positional
from envc.language.no_entrypoint import no_entrypoint
from envc.language.origin import Origin
from envc.language.refused_starts import refuse_start
from envc.language.values import refuse
from envc.language.word import Declaration
from envc.syntax.program import Item


def _command(texts: tuple[str, ...]) -> tuple[str, ...]:
    if not texts:
        return ()
    refuse_start(texts)
    return read_command(texts)


def _arguments(texts: tuple[str, ...] | None, information: ValidationInfo) -> tuple[str, ...] | None:
    if texts is None:
        return None
    arguments = read_arguments(texts)
    if "command" in information.data:  # what a shell is told stands here as well as behind it
        refuse_start(with_arguments(information.data["command"], arguments))
    return arguments


def _of_base(text: str | None) -> str | None:
    if text in {None, "base"}:
        return text
    own = (
        'a program of your own is the command, and what it gets by itself its arguments: run "/start.sh" arguments "…"'
    )
    return refuse("unknown-choice", "not `base`, whose ENTRYPOINT alone is meant", own)


class Run(Declaration):
    """Says what the container does when it starts: `run "python -m ranker.train --epochs 3"`.

    The command is executed without a shell, so that signals reach it. Where a shell is wanted, write a script in triple
    quotes. Several strings are the arguments, one by one. It starts one program: an ssh server and a
    supervisor of several are refused.

    `arguments` are those that the program gets where no others are given: whoever starts the container may write others
    in their place, behind the image's name, and the program stays. `arguments ""` are none; one string is split as a
    command is, and several are taken as they are. A script gets them as `"$@"`. Without the word, what is given
    replaces the whole command.

    The ENTRYPOINT and CMD of a base do not count, and without `run` the container starts `python`. With
    `entrypoint base` the base's ENTRYPOINT starts the command, as NVIDIA's images prepare the libraries of CUDA before
    it; `run entrypoint base` starts what the base itself does. The lock holds what that is, so a base without one is
    refused when it is locked.

    `stop` is the signal that ends it, for programs that finish their work on another one than `SIGTERM`. Docker,
    Compose and Kubernetes send it when the container is stopped; Slurm sends it a minute before the job's time is over,
    and `SIGTERM` as ever to a job that is cancelled.
    """

    brought_along: ClassVar[Mapping[str, str]] = dict.fromkeys(
        ("a block", "cmd", "command", "default"),
        'what the program gets stands behind it: `run "python -m tool" arguments "--help"`',
    )
    examples = (
        'run "python -m ranker.train --epochs 3"',
        'run "python" "-c" "print(1)"',
        'run "python -m ranker.convert" arguments "--help"',
        'run "python -m ranker.train" stop SIGINT',
        'base "nvcr.io/nvidia/pytorch:25.04-py3"\nrun "python -m ranker.train" entrypoint base',
    )

    command: Annotated[
        tuple[str, ...], AfterValidator(_command), Positional(many=True, kinds=frozenset({"string", "script"}))
    ] = ()

    arguments: Annotated[
        tuple[str, ...] | None, AfterValidator(_arguments), Keyword(many=True, kinds=frozenset({"string"}))
    ] = None
    entrypoint: Annotated[Literal["base"] | None, BeforeValidator(_of_base), Keyword()] = None
    stop: Annotated[StopSignal | None, Keyword()] = None

    @classmethod
    def misread(cls, item: Item) -> Iterator[Diagnostic]:
        """Return a mistake for `run base`."""
        for before, one in pairwise((None, *item.arguments)):
            named = one is not None and one.kind == "word" and one.given is None and one.value == "base"
            if one is not None and named and (before is None or before.value != "entrypoint"):
                fix = Fix("what the base starts", one.span, "entrypoint base")
                label = wrong(one.span, "`entrypoint` is missing before it")
                yield Diagnostic("unexpected-argument", "`run` takes no `base`", (label,), fixes=(fix,))

    def facets(self, origin: Origin) -> Iterator[Command]:
        """Return the command."""
        by_base = self.entrypoint is not None
        if self.arguments is None:
            yield Command(self.command, self.stop, origin, by_base=by_base)
        else:
            words = with_arguments(self.command, self.arguments) if self.command else self.arguments
            yield Command(words, self.stop, origin, len(self.arguments), by_base)

    def check(self, origin: Origin, environment: Environment) -> Iterator[Diagnostic]:
        """Refuse one that starts nothing, and the ENTRYPOINT of an image that is known to have none."""
        if not self.command and self.entrypoint is None:
            label = wrong(origin.span, "the command is missing")
            helps = ('in quotes: run "python -m train"', "`run entrypoint base` starts what the base does")
            yield Diagnostic("missing-argument", "`run` starts nothing", (label,), helps=helps)
        base, command = environment.one(BaseImage), environment.one(Command)
        if command is None or not command.by_base:
            return
        if base and base.reference == SCRATCH:
            yield no_entrypoint(command, SCRATCH)
        elif base is None and environment.one(Accelerator) is None:
            yield no_entrypoint(command, "python")
