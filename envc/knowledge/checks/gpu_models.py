"""GPUs have one line each, however their names are written, and architectures are known from one CUDA on."""

from __future__ import annotations

from collections.abc import Iterator

from envc.diagnostics import Diagnostic
from envc.knowledge.checks.contradiction import contradiction, repeated
from envc.knowledge.gpu_models import Known, Model, bare
from envc.knowledge.library import Library


def check(library: Library) -> Iterator[Diagnostic]:
    """Yield what is wrong with GPUs and architectures."""
    page = library.page("gpu-models.env")
    yield from repeated(page.all(Known), lambda one: one.architecture, "the architecture")
    first: dict[str, Model] = {}
    for model in page.all(Model):
        for name in model.names:
            before = first.setdefault(bare(name), model)
            if before is not model:
                span = model.origin.span
                message = f"the GPU `{name}` has two lines"
                yield contradiction(message, span, "again here", (before.origin.span, "first here"))
        if len({*model.memory}) != len(model.memory):
            yield contradiction(f"the GPU `{model.name}` has one memory twice", model.origin.of("memory"))
