"""How long `envc check` and `envc compile` take beside a bare Python that only imports lark and pydantic, in one run.

usage: python benchmarks/start.py [ROUNDS]

The program is examples/train.env with its committed lock. `cold` does all the work (`ENVC_CACHE=off`), `warm` is the
second run of an unchanged project. All commands take turns in each round, so that what else the machine does meets
them alike; the medians of all rounds are printed, and their ratios to the bare import. Byte code is written to a
folder of its own in a first round that does not count. `interegular`, which only tests need, is hidden: where
lark finds it, it checks its own grammar anew at each start.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]
ROUNDS = 15
BARE = "import lark, pydantic"
#: What the figure leaves for everything else: the smallest use of pydantic beside the bare import.
MODEL = "one pydantic model"
DEFINE = "; from pydantic import BaseModel; M = type('M', (BaseModel,), {'__annotations__': {'a': int}})"
HIDE = "import sys; sys.modules['interegular'] = None; "


def commands() -> dict[str, list[str]]:
    """Return the command lines, by what they are called."""
    envc = ["-c", f"{HIDE}from envc.__main__ import main; sys.exit(main())"]
    return {
        "python": ["-c", "pass"],
        BARE: ["-c", HIDE + BARE],
        MODEL: ["-c", HIDE + BARE + DEFINE],
        "envc check, cold": [*envc, "check", "train.env"],
        "envc check, warm": [*envc, "check", "train.env"],
        "envc compile, cold": [*envc, "compile", "train.env"],
        "envc compile, warm": [*envc, "compile", "train.env"],
        "envc lock, nothing to do": [*envc, "lock", "train.env"],
    }


def environment_of(folder: Path) -> dict[str, str]:
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("ENVC_", "PYTHON"))}
    own = {"XDG_CACHE_HOME": str(folder / "cache"), "PYTHONPYCACHEPREFIX": str(folder / "bytecode")}
    return {**environ, **own, "PYTHONPATH": str(REPOSITORY)}


def seconds(name: str, arguments: list[str], project: Path, environ: dict[str, str]) -> float:
    cache = {"ENVC_CACHE": "off"} if name.endswith("cold") else {}
    start = time.perf_counter()
    subprocess.run([sys.executable, *arguments], cwd=project, env={**environ, **cache}, check=True, capture_output=True)
    return time.perf_counter() - start


def main() -> int:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        project = folder / "project"
        shutil.copytree(REPOSITORY / "lockfiles" / "examples" / "train", project / "lockfiles" / "train")
        shutil.copy(REPOSITORY / "examples" / "train.env", project)
        environ = environment_of(folder)
        for command, arguments in commands().items():
            seconds(command, arguments, project, environ)
        times: dict[str, list[float]] = {command: [] for command in commands()}
        for _ in range(rounds):
            for command, arguments in commands().items():
                times[command].append(seconds(command, arguments, project, environ))
    medians = {command: statistics.median(found) for command, found in times.items()}
    print(f"python {sys.version.split()[0]}, median of {rounds}")
    for command, median in medians.items():
        print(f"{command:<24} {median * 1000:7.0f} ms   {median / medians[BARE]:5.2f} x the bare import")
    return 0


if __name__ == "__main__":
    sys.exit(main())
