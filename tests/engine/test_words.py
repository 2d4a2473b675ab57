"""Words whose meaning only a running container shows: each is asked for inside."""

from __future__ import annotations

import json
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.engine.project import Project, remove_images

if TYPE_CHECKING:
    from tests.engine.conftest import Lab

pytestmark = pytest.mark.engine


@pytest.fixture
def project(lab: Lab, tmp_path: Path) -> Iterator[Project]:
    """An empty project of its own; what it builds is removed."""
    one = Project(tmp_path / "project", "words", lab.environment)
    (one.folder / "lockfiles").mkdir(parents=True)
    yield one
    remove_images(one)


def written(lab: Lab, project: Project, *items: str) -> Project:
    """Write the program; its label keeps its image apart from every other session's."""
    lines = ["python 3.12", f'labels session "{lab.session}"', *items]
    project.program.write_text("env words <\n" + "".join(f"  {line}\n" for line in lines) + ">\n")
    return project


def asked(project: Project, code: str, *options: str) -> Any:
    """Run Python in the container and return what it says as JSON."""
    finished = project.envc("run", *options, "--", "python", "-c", code)
    assert finished.returncode == 0, finished.stderr
    return json.loads(finished.stdout)


def asked_with_docker(project: Project, code: str) -> Any:
    """The same with the line for people without envc."""
    command = [*shlex.split(project.manifest["docker_run"]), "python", "-c", code]
    finished = subprocess.run(
        command, cwd=project.folder, env=dict(project.environment), capture_output=True, text=True, check=False
    )
    assert finished.returncode == 0, finished.stderr
    return json.loads(finished.stdout)


_KERNEL = """\
import json, os, resource
status = dict(line.split(":\\t", 1) for line in open("/proc/self/status") if ":\\t" in line)
print(json.dumps({
    "files": resource.getrlimit(resource.RLIMIT_NOFILE), "stack": resource.getrlimit(resource.RLIMIT_STACK),
    "time": resource.getrlimit(resource.RLIMIT_CPU), "ipc": os.readlink("/proc/self/ns/ipc"),
    "nice": bool(int(status["CapBnd"], 16) >> 23 & 1), "lock": bool(int(status["CapBnd"], 16) >> 14 & 1),
}))
"""


def namespace_of_the_machine(lab: Lab, project: Project) -> str:
    return lab.run(project.image, ["readlink", "/proc/self/ns/ipc"], ipc_mode="host").strip()


def test_the_kernel_holds_the_container_to_what_the_program_says(lab: Lab, project: Project) -> None:
    """Limits, the namespace of shared memory, and a capability; with envc and with the line for people without it."""
    written(lab, project, "ulimit nofile 512:1024 stack 16MiB cpu 1h", "ipc host", "capability SYS_NICE").build(
        "--lock"
    )
    machine = namespace_of_the_machine(lab, project)
    expected = {
        "files": [512, 1024],
        "stack": [16 * 2**20] * 2,
        "time": [3600, 3600],
        "ipc": machine,
        "nice": True,
        "lock": False,
    }
    assert asked(project, _KERNEL) == expected
    assert asked_with_docker(project, _KERNEL) == expected


def test_a_private_namespace_is_not_the_machines(lab: Lab, project: Project) -> None:
    written(lab, project, "ipc private").build("--lock")
    assert asked(project, _KERNEL)["ipc"] != namespace_of_the_machine(lab, project)


_WHO = """\
import getpass, json, os, pathlib
here, home = pathlib.Path("file"), pathlib.Path.home() / ".cache"
here.write_text("x")
home.mkdir()
try:
    os.rename("/app/code.py", "/app/other.py")
    moved = True
except OSError:
    moved = False
print(json.dumps([os.getuid(), os.getgid(), getpass.getuser(), here.is_file(), home.is_dir(), moved]))
"""


def test_any_user_works_and_code_stays_roots(lab: Lab, project: Project) -> None:
    """As on OpenShift: an id that the image does not know, group 0, a name for those who ask, folders to write to."""
    (project.folder / "code.py").write_text("")
    written(lab, project, "user any", 'copy "code.py"').build("--lock")
    assert asked(project, _WHO, "--user", "12345:0") == [12345, 0, "app", True, True, False]
    assert asked(project, _WHO) == [1000, 0, "app", True, True, False]
