"""GPUs have one line each, however their names are written; compilers know their architectures, from one CUDA on."""

from __future__ import annotations

from collections.abc import Iterator

from envc.diagnostics import Diagnostic
from envc.knowledge.checks.contradiction import contradiction, repeated
from envc.knowledge.gpu_models import Known, Model, bare
from envc.knowledge.gpus import Compiler, plain
from envc.knowledge.library import Library


def check(library: Library) -> Iterator[Diagnostic]:
    """Yield what is wrong with GPUs and architectures."""
    page = library.page("gpu-models.env")
    yield from repeated(page.all(Known), lambda one: one.architecture, "the architecture")
    compiled = {name for one in library.page("gpus.env").all(Compiler) for name in one.capabilities}
    first: dict[str, Model] = {}
    for model in page.all(Model):
        for name in model.names:
            before = first.setdefault(bare(name), model)
            if before is not model:
                span = model.origin.span
                message = f"the GPU `{name}` has two lines"
                yield contradiction(message, span, "again here", (before.origin.span, "first here"))
        if not model.architecture.startswith("gfx") and plain(model.architecture) not in compiled:
            message = f"the GPU `{model.name}` has an architecture that no compiler knows"
            yield contradiction(message, model.origin.of("architecture"))
        if len({*model.memory}) != len(model.memory):
            yield contradiction(f"the GPU `{model.name}` has one memory twice", model.origin.of("memory"))
