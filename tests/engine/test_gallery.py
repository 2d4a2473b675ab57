"""What of the gallery the lab builds and runs in little time: a job on a processor, a workbench in the browser."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import requests

from tests.engine.project import Project, built, copied, remove_images, until
from tests.engine.running import health, running
from tests.engine.serving import gateway
from tests.index_server import Index

if TYPE_CHECKING:
    from tests.engine.conftest import Lab

__all__ = ["gateway"]

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


MAKE = """
import datetime, polars
days = [datetime.datetime(2026, 1, day) for day in (1, 1, 2)]
polars.DataFrame({"time": days, "user": [1, 2, 1]}).write_parquet("/made/clicks.parquet")
"""
LOOK = """
import os, subprocess, clicks, graphviz, importlib.metadata, matplotlib.pyplot as plot
assert clicks.__file__.startswith("/workspace/clicks/"), clicks.__file__
table = clicks.daily(clicks.read())
plot.plot(table["day"], table["clicks"])
plot.savefig("/tmp/a.png")
drawn = graphviz.Source("digraph { a -> b }").pipe(format="svg")
lfs = subprocess.run(["git", "lfs", "version"], capture_output=True, text=True, check=True).stdout
print(os.getuid(), table.rows(), b"</svg>" in drawn, lfs.startswith("git-lfs/"), importlib.metadata.version("torch"))
"""


@pytest.fixture
def workbench(lab: Lab, tmp_path: Path, gateway: str) -> Iterator[Project]:
    """The workbench, built. All in it is real but torch, which is four gigabytes: that has a name and no content."""
    with Index(address=gateway) as index:
        index.add("torch", "2.8.0+cu128")
        where = {"ENVC_INDEX_PYTORCH_CU128": index.url, "PIP_TRUSTED_HOST": gateway}
        project = copied(lab, "gallery/lab", tmp_path / "lab", **where)
        project.patience = 1200
        project.build("--lock")
    (tmp_path / "data").mkdir()
    (tmp_path / "cache").mkdir()
    for folder in ("data", "cache"):
        (tmp_path / folder).chmod(0o777)
    yield project
    remove_images(project)


def test_a_workbench_opens_to_who_has_the_token_as_whoever_that_is(
    lab: Lab, workbench: Project, tmp_path: Path
) -> None:
    """Its notebooks have the team's package, the data, and the programs that packages call."""
    data, cache = tmp_path / "data", tmp_path / "cache"
    lab.run(workbench.image, ["python", "-c", MAKE], volumes={str(data): {"bind": "/made", "mode": "rw"}})
    mounts = ("--mount", f"clickstream={data}", "--mount", f"matplotlib={cache}", "--user", "54321:0")
    token = secrets.token_hex(16)
    seen = workbench.envc("run", *mounts, "--", "python", "-c", LOOK, JUPYTER_TOKEN=token)
    assert seen.returncode == 0, seen.stderr
    rows = "[(datetime.date(2026, 1, 1), 2, 2), (datetime.date(2026, 1, 2), 1, 1)]"
    assert seen.stdout == f"54321 {rows} True True 2.8.0+cu128\n"
    with running(lab, workbench, 8888, *mounts, JUPYTER_TOKEN=token) as (container, address):
        until(lambda: health(container) == "healthy", "healthy", 90)
        assert requests.get(f"{address}/api/contents", timeout=10).status_code == 403
        login = {"Authorization": f"token {token}"}
        made = requests.post(f"{address}/api/contents", json={"type": "notebook"}, headers=login, timeout=10)
        assert (made.status_code, made.json()["path"]) == (201, "Untitled.ipynb")
        kernel = requests.post(f"{address}/api/kernels", json={}, headers=login, timeout=60)
        assert kernel.status_code == 201
