"""The word `stage`: items for one of the two stages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from envc.diagnostics import Diagnostic
from envc.language.environment import Environment
from envc.language.fields import Items, Positional
from envc.language.origin import Origin
from envc.language.repetitions import said_nothing
from envc.language.word import Declaration


class Stage(Declaration):
    """Says what holds in one of the two stages only: in the builder, where packages are installed, or in what runs.

    The stages are there without it, and envc knows what belongs where: `apt` sends compilers and `-dev` packages to the
    builder and all else to the image that runs. `stage` says otherwise, such as `stage inference < apt gcc >` for a
    program that compiles while it runs, as Triton does, and finds Python's headers then; or `stage builder < set CFLAGS
    "-O2" >` for a variable that only the builder's steps see. A `tool` of the builder, or what `copy` lays there, is
    there while packages and programs are built, and not in the image. In a stage stand `apt`, `copy`, `set` and `tool`,
    and modules that say no more than that.
    """

    repeatable = True
    examples = (
        'stage builder < apt git; set CFLAGS "-O2" >',
        "stage inference < apt gcc libc6-dev >",
        'stage builder < copy "cmake/toolchain.cmake" at "/build/toolchain.cmake" >',
        f'stage builder <\n  tool bazel 7.1 from "https://example.org/b" sha256 "{"0" * 64}" at "/usr/bin/bazel"\n>',
        'stage builder < copy "/protoc" from image "example.org/protoc:27" at "/usr/bin/protoc" >',
    )

    name: Annotated[Literal["builder", "inference"], Positional(kinds=frozenset({"word"}))]
    block: Annotated[tuple[()], Items("env")] = ()

    def check(self, origin: Origin, environment: Environment) -> Iterator[Diagnostic]:  # noqa: ARG002
        """Refuse one without a block, and warn of an empty one."""
        yield from said_nothing(origin)
