"""What of the gallery the lab can build and run: a job on a processor, from another tool's lock."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.engine.project import Project, built

if TYPE_CHECKING:
    from tests.engine.conftest import Lab

pytestmark = pytest.mark.engine

READ = "import pandas; table = pandas.read_parquet('/out/scores.parquet'); print(len(table), *table.columns)"


@pytest.fixture
def churn(lab: Lab, request: pytest.FixtureRequest) -> Project:
    """The job, built; building it has run its check."""
    return built(lab, "gallery/churn", request)


def test_a_job_scores_the_accounts_that_are_still_there(churn: Project) -> None:
    finished = churn.envc("run")
    assert finished.returncode == 0, finished.stderr
    assert finished.stdout.startswith("60 accounts, first a"), finished.stdout
    table = churn.envc("run", "--", "python", "-c", READ)
    assert (table.returncode, table.stdout.split()) == (0, ["60", "account", "chance"]), table.stderr


def test_what_is_inside_is_what_the_other_tools_lock_says(churn: Project) -> None:
    """Group and dependencies, and nothing of the group that was not asked for."""
    code = "import importlib.metadata as m; print(*sorted(d.name.lower() for d in m.distributions()))"
    finished = churn.envc("run", "--", "python", "-c", code)
    assert finished.returncode == 0, finished.stderr
    names = finished.stdout.split()
    assert {"pandas", "pyarrow", "scikit-learn"} <= set(names)
    assert "pytest" not in names
    assert set(names) == set(churn.lock["packages"])
