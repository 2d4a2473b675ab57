"""Programs that are compiled from a source: they run in the image, and what compiled them is not there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.engine.project import Project, errors, remove_images
from tests.engine.serving import gateway
from tests.git_server import GitServer

if TYPE_CHECKING:
    from tests.engine.conftest import Lab

__all__ = ["gateway"]

pytestmark = pytest.mark.engine

_MAKEFILE = """\
PREFIX = /usr/local
hello: main.c libgreet.so
\tgcc $(MORE) -o $@ main.c -L. -lgreet
libgreet.so: third/greet/greet.c
\tgcc $(MORE) -shared -fPIC -o $@ $^
install: hello
\tinstall -D hello $(PREFIX)/bin/hello
\tinstall -D libgreet.so $(PREFIX)/lib/libgreet.so
\tinstall -D -m 600 main.c $(PREFIX)/include/hello.h
"""
_FILES: dict[str, str | bytes] = {
    "main.c": "void greet(void);\nint main(void) { greet(); return 0; }\n",
    "Makefile": _MAKEFILE,
}
_GREET = """\
#include <stdio.h>
#ifdef _OPENMP
#include <omp.h>
#endif
void greet(void) {
#ifdef _OPENMP
  omp_get_max_threads();
#endif
  puts("hello from a submodule");
}
"""
_ASK = """\
import json, os, shutil, stat
paths = ["/usr/local/bin/hello", "/usr/local/lib/libgreet.so"]
print(json.dumps({
    "found": [name for name in ("gcc", "cc", "make", "git", "ld") if shutil.which(name)],
    "modes": [oct(stat.S_IMODE(os.stat(one).st_mode)) for one in paths],
    "owners": sorted({os.stat(one).st_uid for one in paths}),
    "header": os.path.exists("/usr/local/include/hello.h"), "source": os.path.exists("/source"),
    "pip": os.path.exists("/usr/local/bin/pip"), "kept": os.path.exists("/kept"), "mnt": os.listdir("/mnt"),
}))
"""


@pytest.fixture
def server(gateway: str, tmp_path: Path) -> Iterator[GitServer]:
    """It stands where containers reach it, if they have a network."""
    with GitServer(tmp_path / "served", gateway) as server:
        greet = server.repository("greet").commit_files({"greet.c": _GREET})
        hello = server.repository("hello")
        hello.commit_files(_FILES)
        hello.add_submodule("third/greet", "../greet.git", greet)
        hello.git("tag", "v1")
        yield server


@pytest.fixture
def project(lab: Lab, tmp_path: Path) -> Iterator[Project]:
    one = Project(tmp_path / "project", "train", {**lab.environment, "XDG_CACHE_HOME": str(tmp_path / "cache")})
    (one.folder / "lockfiles").mkdir(parents=True)
    yield one
    remove_images(one)


def write(lab: Lab, project: Project, server: GitServer, make: str = "make", more: str = "") -> None:
    project.program.write_text(f"""
env train <
  python 3.12
  labels session "{lab.session}"
  {more}
  source hello from git "{server.address("hello")}" tag v1 submodules
  build hello from hello <
    apt gcc libc6-dev make
    jobs 2
    run "{make}"
    run "make install"
    keeps "/usr/local"
  >
  run "hello"
>
""")


def test_it_runs_and_no_compiler_is_there(lab: Lab, project: Project, server: GitServer) -> None:
    """Its library is found, its modes are those of programs, and it is root's; headers and sources stay behind."""
    write(lab, project, server)
    project.build("--lock")
    ran = project.envc("run")
    assert (ran.returncode, ran.stdout) == (0, "hello from a submodule\n"), ran.stderr
    asked = project.envc("run", "--", "python", "-c", _ASK)
    assert json.loads(asked.stdout) == {
        "found": [],
        "modes": ["0o755", "0o755"],
        "owners": [0],
        "header": False,
        "source": False,
        "pip": False,
        "kept": False,
        "mnt": [],
    }
    stages = {one["stage"] for one in project.lock["system"]}
    assert stages == {"build-hello"}


def test_a_library_that_the_image_lacks_is_named(lab: Lab, project: Project, server: GitServer) -> None:
    """And installed for the environment it is there."""
    write(lab, project, server, "make MORE=-fopenmp")
    assert project.envc("lock").returncode == 0
    refused = project.envc("build", "--engine", "docker")
    assert (refused.returncode, errors(refused)) == (1, ["missing-library"]), refused.stderr
    assert "/usr/local/lib/libgreet.so needs libgomp.so.1" in refused.stderr
    write(lab, project, server, "make MORE=-fopenmp", "apt libgomp1")
    project.build("--lock")
    assert project.envc("run").stdout == "hello from a submodule\n"


def test_a_step_that_fails_fails_the_build(lab: Lab, project: Project, server: GitServer, gateway: str) -> None:
    """As does one that reaches for a server, for there is no network."""
    reach = f"import socket, sys; sys.exit(socket.socket().connect_ex(('{gateway}', {server.port})))"
    for command in ("make nothing-of-the-kind", f'python -c \\"{reach}\\"'):
        write(lab, project, server, command)
        assert project.envc("lock").returncode == 0
        failed = project.envc("build", "--engine", "docker")
        assert (failed.returncode, errors(failed)) == (3, ["build-failed"]), failed.stderr
        assert "[build-hello" in failed.stderr


def test_a_script_with_pipefail_stops_where_a_command_before_its_pipe_fails(
    lab: Lab, project: Project, server: GitServer
) -> None:
    """bash reads it, for Debian's sh knows no pipefail."""
    write(lab, project, server)
    script = '"""\n    set -o pipefail\n    make 2>&1 | tee log\n    """'
    project.program.write_text(project.program.read_text().replace('run "make"', f"run {script}"))
    project.build("--lock")
    assert project.envc("run").stdout == "hello from a submodule\n"
    project.program.write_text(project.program.read_text().replace("make 2>&1", "make nothing-of-the-kind 2>&1"))
    assert project.envc("lock").returncode == 0
    failed = project.envc("build", "--engine", "docker")
    assert (failed.returncode, errors(failed)) == (3, ["build-failed"]), failed.stderr
