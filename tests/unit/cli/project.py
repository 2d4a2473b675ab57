"""A project in a temporary folder, locked in memory, and its answers to command lines."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from envc.cli import compiling, loading
from envc.lock.files import write
from tests.unit.lock.world import PLATFORM, Packages, choose, world

#: What another process imports envc from: the same code as this one, wherever it is installed.
ROOT = Path(__file__).parents[3]
PROGRAM = """\
env train <
  python 3.12
  gpu cuda 11.3
  ml torch pinned
  copy "src"
  weights v1 of net from "net.pt" copied
  arg MODE test of test live
>
"""
PACKAGES = {"torch": ["2.7.1+cu118"], "numpy": ["2.2.1"]}


class Answer(NamedTuple):
    """What a command line gave."""

    exit_code: int
    stdout: str
    stderr: str


class Project:
    """A folder with `train.env`, its lock, and the files that it copies."""

    def __init__(self, root: Path, program: str = "train.env", text: str = PROGRAM) -> None:
        self.root = root
        self.program = root / program
        self.program.parent.mkdir(parents=True, exist_ok=True)
        (root / "lockfiles").mkdir(exist_ok=True)
        source = self.program.parent / "src"
        source.mkdir()
        (source / "a.py").write_text("a = 1\n")
        (source / "b.py").write_text("b = 1\n")
        (self.program.parent / "net.pt").write_text("weights")
        self.program.write_text(text)
        self.lock()

    def lock(self) -> None:
        """Lock the program as it is now."""
        loaded = loading.load_program(self.program, None, None)
        measured = compiling.measure_artifacts(loaded)
        locked = choose(loaded.environment, PLATFORM, world(Packages(PACKAGES), artifacts=measured))
        loaded.lock_folder.mkdir(parents=True, exist_ok=True)
        for name, text in write([locked]).items():
            (loaded.lock_folder / name).write_text(text)

    def files(self, folder: str = "build") -> dict[str, bytes]:
        """Return everything below a folder."""
        found = (path for path in (self.root / folder).rglob("*") if path.is_file())
        return {path.relative_to(self.root).as_posix(): path.read_bytes() for path in found}


def envc(*arguments: str, folder: Path, **variables: str) -> Answer:
    """Run envc as another process. A variable that is empty is not set."""
    environ = {name: value for name, value in {**os.environ, **variables}.items() if value}
    environ["PYTHONPATH"] = variables.get("PYTHONPATH") or str(ROOT)
    for name in ("PYTHONUNBUFFERED", "FORCE_COLOR"):
        if name not in variables:
            environ.pop(name, None)
    finished = subprocess.run(
        [sys.executable, "-m", "envc", *arguments],
        cwd=folder,
        env=environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return Answer(finished.returncode, finished.stdout, finished.stderr)
