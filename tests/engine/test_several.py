"""`envc build` of several environments: what they share is made once, and one that fails stops no other."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.engine.project import Project, empty_project

if TYPE_CHECKING:
    from tests.engine.conftest import Lab

pytestmark = pytest.mark.engine

PROGRAM = """\
env base <
  python 3.12
  pip six
  labels session "{session}"
>
env broken from base < check run "python -c 'raise SystemExit(9)'" >
env train from base < run "python -c 'print(\\"trained\\")'" >
env serve from base < pip idna; run "python -c 'print(\\"served\\")'" >
group together < broken; train; serve >
"""


@pytest.fixture
def project(lab: Lab, tmp_path: Path) -> Iterator[Project]:
    with empty_project(lab, tmp_path / "project", "core") as one:
        one.program.write_text(PROGRAM.format(session=lab.session))
        yield one


def steps(image: dict[str, Any], state: str) -> list[str]:
    return [step["name"] for step in image["steps"] if step["state"] == state and "] RUN " in step["name"]]


def test_what_they_share_is_built_once_and_one_that_fails_stops_no_other(project: Project) -> None:
    """The packages of a group are the same file, so the second environment's builder finds them made."""
    finished = project.envc("build", "broken", "train", "serve", "--lock", "--engine", "docker", "--json")
    found = {one["name"]: one for one in json.loads(finished.stdout)["environments"]}
    project.images.update(one["image"]["name"] for one in found.values() if "image" in one)
    assert finished.returncode == 3
    assert found["broken"] == {"name": "broken", "failed": ["build-failed"]}
    assert "broken, 1 of 3\n" in finished.stderr
    assert "1 of 3 environments failed: broken\n" in finished.stderr
    cached = steps(found["train"]["image"], "cached")
    assert any("pip --python" in name for name in cached), "what `broken` made before it failed is there"
    assert found["serve"]["image"]["name"].startswith("serve:"), "and the next one is built, too"


def test_the_table_shows_each(project: Project) -> None:
    finished = project.envc("build", "--all", "--lock", "--engine", "docker")
    assert finished.returncode == 3
    rows = dict(re.findall(r"^(base|broken|train|serve) +(\S.*\S) *$", finished.stderr, re.MULTILINE))
    assert rows["broken"] == "failed: build-failed"
    for name in ("base", "train", "serve"):
        image, *rest = rows[name].split()
        project.images.add(image)
        assert image.startswith(f"{name}:")
        assert rest[1] == "MB"
        assert rest[3] == "s"
        assert rest[-1] == "cached"
    assert int(rows["train"].split()[-2]) >= 4, "what base made is there for train"
    ran = subprocess.run(
        ["docker", "run", "--rm", rows["serve"].split()[0]],
        env=dict(project.environment),
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout == "served\n"
