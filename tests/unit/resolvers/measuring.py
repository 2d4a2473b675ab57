"""Measures what a one-line program names, as `envc lock` does, for the tests of fetchers."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from envc.diagnostics import Diagnostic, Report
from envc.language.facets import Artifact
from envc.lock.artifacts import MeasuredArtifact, RemoteArtifact
from envc.resolvers.artifacts import measure_remote
from envc.resolvers.artifacts.transfer.reading import Limits
from tests.unit.lock.world import environment

QUICK = Limits(connect=2.0, read=0.4, pause=0.01, longest_pause=1.0, attempts=3)


def artifact(address: str) -> Artifact:
    (found,) = environment(f'env train < python 3.12; data v1 of wine from "{address}" mounted >').every(Artifact)
    return found


def measured(
    address: str,
    known: MeasuredArtifact | None = None,
    environ: Mapping[str, str] | None = None,
    said: list[str] | None = None,
) -> MeasuredArtifact:
    wanted = RemoteArtifact(artifact(address), known)
    return measure_remote([wanted], environ or {}, (said if said is not None else []).append, QUICK)["wine"]


def refused(address: str, environ: Mapping[str, str] | None = None) -> tuple[Diagnostic, int]:
    """Return what is told of an address, and the exit code. The place is the address in the program."""
    with pytest.raises(Report) as caught:
        measured(address, environ=environ)
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.labels[0].span.text == f'"{address}"'
    return diagnostic, caught.value.exit_code


def name_and_reason(found: tuple[Diagnostic, int]) -> tuple[str, str, int]:
    diagnostic, exit_code = found
    return diagnostic.name, diagnostic.labels[0].text, exit_code
