"""A toolchain compiles in the builder, and the image that runs has nothing of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.engine.project import Project, empty_project
from tests.git_server import GitServer

if TYPE_CHECKING:
    from tests.engine.conftest import Lab

pytestmark = pytest.mark.engine

_BUILD = """\
const fs = require("fs");
fs.mkdirSync("/opt/page", { recursive: true });
fs.writeFileSync("/opt/page/index.html", `made by node ${process.versions.node.split(".")[0]}\\n`);
"""
_ASK = """\
import json, os, shutil
print(json.dumps([open("/opt/page/index.html").read(), shutil.which("node"), shutil.which("npm"),
    os.path.exists("/usr/local/lib/node_modules")]))
"""


@pytest.fixture
def project(lab: Lab, tmp_path: Path) -> Iterator[Project]:
    with empty_project(lab, tmp_path / "project", "train", XDG_CACHE_HOME=str(tmp_path / "cache")) as one:
        yield one


def test_node_makes_a_page_and_stays_behind(lab: Lab, project: Project, tmp_path: Path) -> None:
    """npm is there, too; from a vendored folder it is built without the registry and the repository."""
    with GitServer(tmp_path / "served") as server:
        commit = server.repository("page").commit_files({"build.js": _BUILD})
        project.program.write_text(f"""
env train <
  python 3.12
  labels session "{lab.session}"
  toolchain node 22
  source page from git "{server.address("page")}" commit {commit}
  build page from page < run "npm --version"; run "node build.js"; keeps "/opt/page/index.html" >
>
""")
        project.build("--lock")
        assert project.lock["toolchains"][0]["image"]["repository"] == "docker.io/library/node"
        asked = project.envc("run", "--", "python", "-c", _ASK)
        assert json.loads(asked.stdout) == ["made by node 22\n", None, None, False], asked.stderr
        vendored = project.envc("vendor", "--to", "../vendored")
        assert vendored.returncode == 0, vendored.stderr
    project.build("--from", "../vendored", "--no-cache")
    asked = project.envc("run", "--", "python", "-c", _ASK)
    assert json.loads(asked.stdout) == ["made by node 22\n", None, None, False], asked.stderr
