"""Architectures that a program names by number, against those that compilers know. `stdlib/gpus.env`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from envc.diagnostics import Diagnostic, Span
from envc.diagnostics.diagnostic import wrong
from envc.knowledge.gpus import Compiler, numbers, plain

#: Of how many generations behind the newest one a number may be meant.
_AHEAD = 4


@lru_cache(maxsize=1)
def known_capabilities() -> tuple[str, ...]:
    """Return every compute capability that a compiler of NVIDIA's knows or knew, in their order."""
    from envc.knowledge.library import shipped_library

    compilers = shipped_library().page("gpus.env").all(Compiler)
    return tuple(sorted({one for compiler in compilers for one in compiler.capabilities}, key=numbers))


def unknown_capabilities(architectures: Sequence[str], places: Sequence[Span]) -> Iterator[Diagnostic]:
    """Yield what is said of compute capabilities that nobody knows: newer ones are doubtful, others are none."""
    for architecture, place in zip(architectures, places, strict=True):
        if architecture.startswith("gfx") or plain(architecture) in known_capabilities():
            continue
        newest = known_capabilities()[-1]
        newer = numbers(newest) < numbers(architecture) < (numbers(newest)[0] + _AHEAD + 1, 0)
        yield Diagnostic(
            "unknown-gpu",
            f"no GPU of the architecture {plain(architecture)} is known",
            (wrong(place, f"newer than {newest}, the newest that this envc knows" if newer else "none has it"),),
            notes=(f"compilers know {' '.join(known_capabilities())}",),
            helps=("`nvidia-smi --query-gpu=compute_cap --format=csv` prints that of a machine",),
            severity="warning" if newer else "error",
        )
