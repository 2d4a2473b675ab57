"""Ranks that the image starts by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.engine.project import built

if TYPE_CHECKING:
    from tests.engine.conftest import Lab


def test_ranks_of_mpi_add_up_what_each_has(lab: Lab, request: pytest.FixtureRequest) -> None:
    """mpirun starts them, as a user who is not root, and mpi4py finds Debian's Open MPI."""
    finished = built(lab, "pi", request).envc("run")
    assert (finished.returncode, finished.stdout) == (0, "2 ranks: pi is 3.141593\n"), finished.stderr
