"""Architectures by number: what compilers know passes, what is newer is doubtful, the rest is none."""

from __future__ import annotations

import pytest

from envc.compile import understand
from envc.diagnostics import Report, Source
from envc.knowledge.capabilities import known_capabilities
from envc.knowledge.gpu_models import shipped_models
from envc.knowledge.gpus import plain


def said_of(architecture: str) -> list[tuple[str, str]]:
    """Return names and severities of what is said of an architecture."""
    source = Source("train.env", f"env train < python 3.12; gpu architectures {architecture} >")
    try:
        (environment,) = understand(source).environments
    except Report as report:
        return [(one.name, one.severity) for one in report.diagnostics]
    return [(one.name, one.severity) for one in environment.warnings]


@pytest.mark.parametrize(
    "architecture", ["3.5", "5.3", "8.7", "9.0a", "10.1", "11.0", "12.0f", "12.1", "8.6+PTX", "gfx943"]
)
def test_what_a_compiler_knows_passes(architecture: str) -> None:
    """With the letters and the ending that compilers take; AMD's targets are not numbered in a row."""
    assert said_of(architecture) == []


@pytest.mark.parametrize("architecture", ["12.2", "13.0", "16.9"])
def test_what_is_newer_is_doubtful(architecture: str) -> None:
    assert said_of(architecture) == [("unknown-gpu", "warning")]


@pytest.mark.parametrize("architecture", ["0.1", "1.0", "8.5", "9.1", "17.0", "99.0"])
def test_what_nothing_has_is_refused(architecture: str) -> None:
    assert said_of(architecture) == [("unknown-gpu", "error")]


def test_every_gpu_with_a_name_has_an_architecture_that_is_known() -> None:
    architectures = {plain(model.architecture) for model in shipped_models().models}
    assert {one for one in architectures if not one.startswith("gfx")} <= {*known_capabilities()}
