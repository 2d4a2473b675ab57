"""Hardware that has no word, because nothing is known that a build could be chosen by: what is said instead."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from envc.diagnostics import Diagnostic
from envc.diagnostics.diagnostic import wrong
from envc.syntax.program import Item


class Hardware(NamedTuple):
    """What it is, and what serves without a word of its own."""

    name: str
    helps: tuple[str, ...]


_TPU = Hardware(
    "Google's TPUs",
    ("`pip jax[tpu]`, and no `gpu`, takes JAX with libtpu; the container is started as Google says",),
)
_GAUDI = Hardware(
    "Intel's Gaudi",
    ('`base "vault.habana.ai/…@sha256:…"`: the packages come in Intel\'s images alone, and its runtime starts them',),
)
_NEURON = Hardware(
    "AWS's Inferentia and Trainium",
    ('`index neuron "https://pip.repos.neuron.amazonaws.com" for torch-neuronx neuronx-cc` and `pip` take them',),
)
_XPU = Hardware(
    "Intel's GPUs",
    ('`index pytorch-xpu "https://download.pytorch.org/whl/xpu" for torch` and `pip torch` take PyTorch\'s build',),
)
#: By the words that people try.
OTHER_HARDWARE: Mapping[str, Hardware] = {
    "tpu": _TPU,
    "gaudi": _GAUDI,
    "hpu": _GAUDI,
    "neuron": _NEURON,
    "inferentia": _NEURON,
    "trainium": _NEURON,
    "xpu": _XPU,
}


def other_hardware(item: Item) -> Diagnostic | None:
    """Return what is said of an item that names such hardware, or None."""
    hardware = OTHER_HARDWARE.get(item.word.lower())
    if hardware is None:
        return None
    return Diagnostic(
        "unsupported-hardware",
        f"envc cannot choose builds for {hardware.name}",
        (wrong(item.word_span, "no word, for nothing is known of its builds and drivers"),),
        notes=("chosen by their hardware are builds for NVIDIA's GPUs (`gpu cuda`) and AMD's (`gpu rocm`)",),
        helps=hardware.helps,
    )
