"""The names behind `gpu`, and what is said of those that no GPU has. A name may be several words: `a100 80GB`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from envc.diagnostics import Diagnostic, Fix
from envc.diagnostics.diagnostic import wrong
from envc.diagnostics.suggestions import similar
from envc.knowledge.gpu_models import Gpu, shipped_models
from envc.language.origin import Origin

#: Words of the longest name, `rtx pro 6000 blackwell`.
_LONGEST = 4


class NamedGpu(NamedTuple):
    """A GPU, and the first of the arguments that name it."""

    first: int
    name: str
    architecture: str
    memory: int | None
    first_cuda: str | None  # the first CUDA that knows its architecture


def named(names: Sequence[str]) -> tuple[NamedGpu, ...]:
    """Return the GPUs that are known, in the order of the text."""
    return tuple(_named(position, gpu) for position, _, gpu in _read(names) if gpu is not None)


def _named(position: int, gpu: Gpu) -> NamedGpu:
    known = shipped_models().first_cuda(gpu.architecture)
    return NamedGpu(position, gpu.name, gpu.architecture, gpu.memory, known.cuda if known else None)


def _read(names: Sequence[str]) -> Iterator[tuple[int, str, Gpu | None]]:
    """Yield each name, the longest that is known: its position, its text, and what it means."""
    position = 0
    while position < len(names):
        for length in range(min(_LONGEST, len(names) - position), 0, -1):
            text = " ".join(names[position : position + length])
            gpu = shipped_models().find(text)
            if gpu is not None or length == 1:
                yield position, text, gpu
                position += length
                break


def unknown_names(names: Sequence[str], origin: Origin, words: Sequence[str]) -> Iterator[Diagnostic]:
    """Yield what is wrong with names that no GPU has. `words` may stand behind `gpu`; a name may be one misspelt."""
    value = False  # of a misspelt word
    for position, text, gpu in _read(names):
        span = origin.of(f"names.{position}")
        if gpu is not None or value:
            value = False
            continue
        near = similar(text, words)
        near = near if near in words else None
        if near is not None:
            value = near not in {"base", "devel", "exact", "optional", "runtime"}
            yield Diagnostic(
                "unexpected-argument",
                f"`gpu` takes no `{text}`",
                (wrong(span, "not known here"),),
                notes=(f"behind `gpu` may stand: {' '.join(words)}",),
                fixes=(Fix("an argument has a similar name", span, near),),
            )
            continue
        yield _unknown(text, position, origin)


def _unknown(text: str, position: int, origin: Origin) -> Diagnostic:
    span = origin.of(f"names.{position}")
    major, dot, minor = text.partition(".")
    if dot and major.isdigit() and minor.replace(".", "").isdigit():
        fix = Fix("a CUDA version stands behind its name", span, f"cuda {text}")
        return Diagnostic("unknown-gpu", f"no GPU is called `{text}`", (wrong(span, "a version"),), fixes=(fix,))
    nearest = shipped_models().nearest(text)
    fixes = tuple(Fix(f"{name} is known", span, _written(name)) for name in nearest[:3])
    return Diagnostic(
        "unknown-gpu",
        f"no GPU is called `{text}`",
        (wrong(span, "not known"),),
        notes=(f"architecture and memory of {len(shipped_models().models)} GPUs are known by name",),
        helps=() if fixes else ("`architectures` takes what `nvidia-smi --query-gpu=compute_cap --format=csv` says",),
        fixes=fixes,
    )


def _written(name: str) -> str:
    return f'"{name}"' if " " in name else name.lower()
