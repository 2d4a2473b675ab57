"""Words whose meaning only a running container shows: each is asked for inside."""

from __future__ import annotations

import io
import json
import shlex
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.engine.project import Project, empty_project, errors
from tests.engine.serving import gateway, served
from tests.git_server import GitServer

if TYPE_CHECKING:
    from tests.engine.conftest import Lab

__all__ = ["gateway", "served"]

pytestmark = pytest.mark.engine


@pytest.fixture
def project(lab: Lab, tmp_path: Path) -> Iterator[Project]:
    """An empty project of its own; what it builds is removed."""
    with empty_project(lab, tmp_path / "project", "words") as one:
        yield one


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


_STAGES = """\
import json, os, shutil
print(json.dumps([shutil.which("make") is not None, shutil.which("unzip") is not None, os.environ.get("ONLY_THERE")]))
"""


def test_a_stage_says_where_packages_and_variables_are(lab: Lab, project: Project) -> None:
    """A build tool in the image that runs, another program in the builder alone, and with it a variable."""
    items = ("stage inference < apt make >", "stage builder < apt unzip; set ONLY_THERE 1 >")
    written(lab, project, *items).build("--lock")
    assert asked(project, _STAGES) == [True, False, None]
    stages = {one["name"]: one["stage"] for one in project.lock["system"] if one["asked"]}
    assert stages == {"make": "inference", "unzip": "builder"}


_STAMPED = {
    "pyproject.toml": """\
[build-system]
requires = ["setuptools>=77"]
build-backend = "setuptools.build_meta"

[project]
name = "stamped"
version = "1.0"

[tool.setuptools]
packages = ["stamped"]
""",
    "setup.py": """\
import pathlib, subprocess
from setuptools import setup
said = subprocess.check_output(["stamp"], text=True)
pathlib.Path("stamped/__init__.py").write_text(f"SAID = {said.split()!r}")
setup()
""",
    "stamped/__init__.py": "",
}
_SAID = """\
import json, os, shutil, stamped
left = [shutil.which("stamp"), *map(os.path.exists, ("/opt/one", "/opt/note", "/builder-tools"))]
print(json.dumps([stamped.SAID, left]))
"""


def test_tools_and_files_of_the_builder_are_there_while_a_package_is_built(
    lab: Lab, project: Project, served: tuple[Path, str], tmp_path: Path
) -> None:
    """A tool as a file, one out of an archive, a file of the project; nothing of them is in the image that runs."""
    folder, address = served
    (folder / "stamp").write_text("#!/bin/sh\ncat /opt/note\n/opt/one/hello\n")
    (folder / "hello").write_text("#!/bin/sh\necho hello\n")
    tar_of(folder / "hello", folder / "packed.tar.gz")
    (project.folder / "note.txt").write_text(f"{lab.session}\n")
    sums = {file.name: sha256(file.read_bytes()).hexdigest() for file in folder.iterdir()}
    packed = f'tool one 1 from "{address}/packed.tar.gz" sha256 "{sums["packed.tar.gz"]}"'
    with GitServer(tmp_path / "repositories") as server:
        commit = server.repository("stamped").commit_files(_STAMPED)
        items = [
            f'pip stamped from git "{server.address("stamped")}" commit {commit}',
            "stage builder <",
            f'tool stamp 1 from "{address}/stamp" sha256 "{sums["stamp"]}" at "/usr/local/bin/stamp"',
            f'{packed} at "/opt/one" unpacked inside "packed/bin"',
            'copy "note.txt" at "/opt/note"',
            ">",
        ]
        written(lab, project, *items).build("--lock")
    assert asked(project, _SAID) == [[lab.session, "hello"], [None, False, False, False]]


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


def layers(lab: Lab, image: str) -> list[str]:
    """Return the digests of what an image's layers hold, without those that hold nothing."""
    empty = "sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef"  # of a tar archive of nothing
    return [one for one in lab.docker.images.get(image).attrs["RootFS"]["Layers"] if one != empty]


_TRY = """\
python - <<EOF
import os, pathlib, socket
assert os.getuid() == 1000
assert os.environ["GREETING"] == "hello"
import code_of_ours
pathlib.Path("left").write_text("behind")
with socket.create_server(("127.0.0.1", 0)) as server:
    socket.create_connection(server.getsockname()).close()
try:
    socket.create_connection(("192.0.2.1", 80), timeout=1)
except OSError:
    pass
else:
    raise SystemExit("there is a network")
EOF
"""


def test_checks_see_the_finished_image_and_leave_nothing(lab: Lab, project: Project) -> None:
    """With and without a check the layers are the same."""
    (project.folder / "code_of_ours.py").write_text("")
    items = ["set GREETING hello", 'copy "code_of_ours.py"', 'run "python" "-c" "print(1)"']
    written(lab, project, *items).build("--lock")
    without = layers(lab, project.image)
    written(lab, project, *items, 'check < run "python -V"; run """\n' + _TRY + '""" >').build()
    assert layers(lab, project.image) == without
    assert asked(project, "import os; print(int(os.path.exists('left')))") == 0


def test_a_check_that_fails_fails_the_build(lab: Lab, project: Project) -> None:
    written(lab, project, 'check run "python" "-c" "raise SystemExit(\'the model is bad\')"')
    assert project.envc("lock").returncode == 0
    finished = project.envc("build")
    assert finished.returncode != 0
    assert errors(finished) == ["build-failed"]
    assert "the model is bad" in finished.stderr


def test_tools_are_there_and_have_been_checked(lab: Lab, project: Project, served: tuple[Path, str]) -> None:
    """One as a file, one out of a tar archive, one out of a zip archive; other bytes stop the build."""
    folder, address = served
    (folder / "hello").write_text("#!/bin/sh\necho hello from $0\n")
    for kind, pack in {"tar.gz": tar_of, "zip": zip_of}.items():
        pack(folder / "hello", folder / f"packed.{kind}")
    checksums = {file.name: sha256(file.read_bytes()).hexdigest() for file in folder.iterdir()}
    zipped = f'tool two 1 from "{address}/packed.zip" sha256 "{checksums["packed.zip"]}" at "/opt/two" unpacked'
    items = [
        f'tool hello 1 from "{address}/hello" sha256 "{checksums["hello"]}" at "/usr/local/bin/hello"',
        f'tool one 1 from "{address}/packed.tar.gz" sha256 "{checksums["packed.tar.gz"]}" at "/opt/one" unpacked',
        f'{zipped} inside "packed/bin"',
    ]
    written(lab, project, *items).build("--lock")
    command = "hello; /opt/one/packed/bin/hello; /opt/two/hello; ls -a /opt/two; ls /tools"
    seen = project.envc("run", "--", "sh", "-c", command)
    places = ("/usr/local/bin/hello", "/opt/one/packed/bin/hello", "/opt/two/hello")
    assert seen.stdout.split("\n")[:3] == [f"hello from {place}" for place in places], seen.stderr
    assert seen.stdout.split()[9:] == [".", "..", "hello"]
    (folder / "other").write_text("#!/bin/sh\necho something else\n")
    written(lab, project, items[0].replace('/hello" sha256', '/other" sha256'))
    finished = project.envc("build")
    assert errors(finished) == ["build-failed"]


def tar_of(program: Path, archive: Path) -> None:
    with tarfile.open(archive, "w:gz") as packed:
        member = packed.gettarinfo(program, "packed/bin/hello")
        member.mode = 0o700
        with program.open("rb") as content:
            packed.addfile(member, content)


def zip_of(program: Path, archive: Path) -> None:
    with zipfile.ZipFile(archive, "w") as packed:
        member = zipfile.ZipInfo("packed/bin/hello")
        member.external_attr = 0o100755 << 16
        packed.writestr(member, program.read_bytes())


def test_a_file_of_another_image_is_there_by_digest(lab: Lab, project: Project) -> None:
    """The tag may move: the lock holds what was copied."""
    base = project_base(lab, project)
    repository = lab.repository("tools")
    for content in ("first", "second"):
        image = lab.docker.images.build(
            fileobj=io.BytesIO(f"FROM {base}\nUSER 0\nRUN echo {content} > '/a file'\n".encode()),
            tag=f"{repository}:1",
            rm=True,
        )[0]
        lab.docker.images.push(repository, "1")
        lab.docker.images.remove(str(image.id), force=True)
        if content == "first":
            written(lab, project, f'copy "/a file" from image "{repository}:1" at "/opt/from there"')
            assert project.envc("lock").returncode == 0
    project.build()
    assert asked(project, "import json; print(json.dumps(open('/opt/from there').read()))") == "first\n"
    assert project.envc("lock", "--upgrade").returncode == 0
    project.build()
    assert asked(project, "import json; print(json.dumps(open('/opt/from there').read()))") == "second\n"


def project_base(lab: Lab, project: Project) -> str:
    written(lab, project).build("--lock")
    return project.image


def test_linters_find_nothing(lab: Lab, project: Project, served: tuple[Path, str]) -> None:
    """BuildKit's own checks and hadolint, where every word of this file stands in one program."""
    folder, address = served
    (folder / "hello").write_text("hello")
    tool = f'from "{address}/hello" sha256 "{sha256(b"hello").hexdigest()}"'
    items = [
        "user any",
        f'tool one 1 {tool} at "/opt/one"',
        f'tool two 1 {tool} at "/opt/two" unpacked',
        f'stage builder < tool three 1 {tool} at "/opt/three" unpacked >',
        'copy "/usr/local/bin/python3.12" from image "python:3.12-slim-bookworm" at "/opt/python"',
        'check < run "python -V"; run "python" "-c" "import ssl" >',
    ]
    written(lab, project, *items)
    assert project.envc("lock").returncode == 0
    assert project.envc("compile").returncode == 0
    file = project.folder / "build" / "words" / "Dockerfile"
    hadolint = shutil.which("hadolint", path=str(Path(sys.executable).parent)) or "hadolint"
    for command in (["docker", "build", "--check", "-f", str(file), str(project.folder)], [hadolint, str(file)]):
        finished = subprocess.run(command, env=dict(lab.environment), capture_output=True, text=True, check=False)
        assert finished.returncode == 0, finished.stdout + finished.stderr


_COMPILES = """\
import json, subprocess, sysconfig
source = "#include <Python.h>\\nint version(void) { return PY_MINOR_VERSION; }\\n"
command = ["gcc", "-shared", "-fPIC", "-x", "c", "-", "-o", "/tmp/a.so", "-I", sysconfig.get_paths()["include"]]
print(json.dumps(subprocess.run(command, input=source, text=True).returncode))
"""


def test_what_compiles_while_it_runs_finds_the_headers_of_python(lab: Lab, project: Project) -> None:
    """As Triton does it for torch.compile and vLLM."""
    written(lab, project, "stage inference < apt gcc libc6-dev >").build("--lock")
    assert asked(project, _COMPILES) == 0


def test_a_limit_beyond_the_machine_is_all_that_it_has(lab: Lab, project: Project) -> None:
    """A limit is no demand; the engine refuses one that nothing can reach."""
    written(lab, project, "limit cpu 4096").build("--lock")
    finished = project.envc("run", "--", "python", "-c", "print(1)")
    assert (finished.returncode, finished.stdout) == (0, "1\n"), finished.stderr
    assert "fewer than `limit cpu`: the container may use all of them" in finished.stderr


_LISTENS = """
import signal, sys, time
for one in (signal.SIGINT, signal.SIGTERM):
    signal.signal(one, lambda number, _: (print(signal.Signals(number).name, flush=True), sys.exit(0)))
print("ready", flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize(("stop", "heard"), [(" stop SIGINT", "SIGINT"), ("", "SIGTERM")])
def test_a_container_that_is_stopped_hears_the_signal_that_the_program_says(
    lab: Lab, project: Project, stop: str, heard: str
) -> None:
    (project.folder / "listen.py").write_text(_LISTENS)
    written(lab, project, 'copy "listen.py"', f'run "python listen.py"{stop}')
    project.build("--lock")
    assert lab.docker.images.get(project.image).attrs["Config"].get("StopSignal") == (heard if stop else None)
    finished = project.envc("run", "--detach")
    assert finished.returncode == 0, finished.stderr
    container = lab.docker.containers.get(finished.stdout.strip())
    said = container.logs(stream=True, follow=True)  # it is removed when it has ended
    first = next(said)
    container.stop(timeout=20)
    assert b"".join((first, *said)).decode().split() == ["ready", heard]
