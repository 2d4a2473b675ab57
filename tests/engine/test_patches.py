"""A patch of a package in a real build: its lines are in the image, its RECORD is right; what does not fit fails."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.engine.project import Project, empty_project, errors

if TYPE_CHECKING:
    from tests.engine.conftest import Lab

pytestmark = pytest.mark.engine

PATCH = """\
diff --git a/idna/package_data.py b/idna/package_data.py
--- a/idna/package_data.py
+++ b/idna/package_data.py
@@ -1 +1,2 @@
 __version__ = "3.10"
+of_ours = True
diff --git a/idna/ours.py b/idna/ours.py
new file mode 100644
--- /dev/null
+++ b/idna/ours.py
@@ -0,0 +1 @@
+answer = 42
"""
_SEEN = """\
import base64, hashlib, importlib.metadata, idna.ours, idna.package_data, json
files = importlib.metadata.files("idna")
def right(file):
    digest = base64.urlsafe_b64encode(hashlib.sha256(file.read_binary()).digest()).rstrip(b"=").decode()
    return file.hash is None or (file.hash.value, file.size) == (digest, len(file.read_binary()))
print(json.dumps([
    idna.ours.answer, idna.package_data.of_ours, idna.package_data.__cached__ is not None,
    all(map(right, files)), sum(str(file) in {"idna/ours.py", "idna/package_data.py"} for file in files),
]))
"""


@pytest.fixture
def project(lab: Lab, tmp_path: Path) -> Iterator[Project]:
    with empty_project(lab, tmp_path / "project", "patched", PYTHONPATH=str(Path(__file__).parents[2])) as one:
        (one.folder / "it's a patch.diff").write_text(PATCH)
        one.program.write_text(
            f'env patched <\n  python 3.12\n  labels session "{lab.session}"\n  pip idna 3.10.0\n'
            '  patch idna "it\'s a patch.diff"\n>\n'
        )
        yield one


def test_the_image_has_the_changed_files(project: Project) -> None:
    project.build("--lock")
    seen = project.envc("run", "--", "python", "-c", _SEEN)
    assert seen.returncode == 0, seen.stderr
    assert json.loads(seen.stdout) == [42, True, True, True, 2]
    before = project.manifest["hashes"]["reproducibility"]
    (project.folder / "it's a patch.diff").write_text(PATCH.replace("42", "43"))
    assert errors(project.envc("build")) == ["stale-lock"]
    project.build("--lock")
    assert project.manifest["hashes"]["reproducibility"] != before
    assert project.envc("run", "--", "python", "-c", "import idna.ours as o; print(o.answer)").stdout == "43\n"


def test_a_patch_that_does_not_fit_fails_the_build(project: Project) -> None:
    (project.folder / "it's a patch.diff").write_text(PATCH.replace('"3.10"', '"3.9"'))
    assert project.envc("lock").returncode == 0
    finished = project.envc("build")
    assert errors(finished) == ["build-failed"]
    assert "cannot be applied: idna/package_data.py is not as the patch says at line 1" in finished.stderr
    assert '__version__ = "3.10"' in finished.stderr


def test_a_vendored_build_applies_it_too(project: Project) -> None:
    assert project.envc("lock").returncode == 0
    vendored = project.envc("vendor", "--to", "vendored")
    assert vendored.returncode == 0, vendored.stderr
    project.build("--from", "vendored")
    assert project.envc("run", "--", "python", "-c", "import idna.ours as o; print(o.answer)").stdout == "42\n"


def test_linters_find_nothing(project: Project) -> None:
    assert project.envc("lock").returncode == 0
    assert project.envc("compile").returncode == 0
    file = project.folder / "build" / "patched" / "Dockerfile"
    hadolint = shutil.which("hadolint", path=str(Path(sys.executable).parent)) or "hadolint"
    for command in (["docker", "build", "--check", "-f", str(file), str(project.folder)], [hadolint, str(file)]):
        environment = dict(project.environment)
        finished = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert finished.returncode == 0, finished.stdout + finished.stderr
