"""How long it takes to see that 1,000 locked environments of one project are fresh, beside the bare import.

usage: python benchmarks/freshness.py [ENVIRONMENTS] [ROUNDS]

Two layouts: one program with all environments (`envc lock train.env --all --frozen`), and one program each
(`envc lock --frozen`). Every environment has the packages of examples/train.env and a lock of its own. `cold` does all
the work (`ENVC_CACHE=off`). The median of all rounds and the largest memory of the process are printed.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]
LOCK = REPOSITORY / "lockfiles" / "examples" / "train"
PROGRAM = (REPOSITORY / "examples" / "train.env").read_text(encoding="utf-8")
HIDE = "import sys; sys.modules['interegular'] = None; "
ENVC = f"{HIDE}from envc.__main__ import main; sys.exit(main())"


def lay(folder: Path, name: str) -> None:
    """Put the lock of train.env there for an environment of another name."""
    folder.mkdir(parents=True)
    for file in LOCK.iterdir():
        text = file.read_text(encoding="utf-8")
        if file.suffix == ".json":
            text = json.dumps({**json.loads(text), "environment": name}, indent=1, sort_keys=True) + "\n"
        (folder / file.name).write_text(text, encoding="utf-8")


def one_program(project: Path, count: int) -> list[str]:
    names = ["train", *(f"train{number}" for number in range(1, count))]
    (project / "train.env").write_text("".join(PROGRAM.replace("env train", f"env {name}") for name in names))
    for name in names:
        lay(project / "lockfiles" / ("train" if name == "train" else f"train.{name}"), name)
    return ["lock", "train.env", "--all", "--frozen"]


def many_programs(project: Path, count: int) -> list[str]:
    for number in range(count):
        name = f"train{number}"
        (project / f"{name}.env").write_text(PROGRAM.replace("env train", f"env {name}"))
        lay(project / "lockfiles" / name, name)
    return ["lock", "--frozen"]


def seconds(arguments: list[str], project: Path, environ: dict[str, str]) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, *arguments], cwd=project, env=environ, check=True, capture_output=True)
    return time.perf_counter() - start


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    for layout in (one_program, many_programs):
        with tempfile.TemporaryDirectory() as name:
            project = Path(name)
            (project / "lockfiles").mkdir()
            command = ["-c", ENVC, *layout(project, count)]
            own = {"XDG_CACHE_HOME": name, "PYTHONPYCACHEPREFIX": f"{name}/bytecode", "PYTHONPATH": str(REPOSITORY)}
            environ = {**os.environ, **own, "ENVC_CACHE": "off"}
            seconds(command, project, environ)
            bare = statistics.median(
                seconds(["-c", f"{HIDE}import lark, pydantic"], project, environ) for _ in range(rounds)
            )
            took = statistics.median(seconds(command, project, environ) for _ in range(rounds))
            memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
            layout_name = layout.__name__.replace("_", " ")
            print(f"{count} environments, {layout_name}: {took:.2f} s, {took / bare:.1f} x bare, {memory:.0f} MiB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
