"""Write a first program, and the folder for its lock.

Nothing that is there is touched. Where a .gitignore leaves *.env files out, the program is called NAME.envc.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from envc.diagnostics import Diagnostic, Report

_PROGRAM = """\
envc 1

env {name} <
  python 3.12{gpu}
  ml numpy

  # copy "src" at "/app/src"
  # data v1 mounted at "/data"
  # health file "/app/train.log" every 30s
  run "python" "-c" "import numpy; print(numpy.__version__)"
>
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("name", nargs="?", default="train", help="the environment's name, and the program's")
    parser.add_argument("--gpu", metavar="CUDA", help="the CUDA that the machines' driver speaks, 12.6")


def run(options: argparse.Namespace) -> int:
    """Write the program."""
    from envc.compile import understand
    from envc.diagnostics import Source
    from envc.sources.writing import write_files

    here = Path.cwd()
    ignored = _leaves_out(here, f"{options.name}.env")
    name = f"{options.name}.envc" if ignored else f"{options.name}.env"
    if (here / name).exists():
        raise Report([Diagnostic("program-exists", f"there is a file `{name}` already", helps=("give another name",))])
    gpu = f"\n  gpu cuda {options.gpu}" if options.gpu else ""
    text = _PROGRAM.format(name=options.name, gpu=gpu)
    understand(Source(name, text))  # a name or a version that is none is refused before anything is written
    write_files(here, {name: text}, name)
    (here / "lockfiles").mkdir(exist_ok=True)
    if ignored:
        sys.stderr.write(f"a .gitignore here leaves {options.name}.env out, so the program is called {name}\n")
    sys.stderr.write(f"wrote {name}\nnext: envc lock {name}\n")
    return 0


def _leaves_out(folder: Path, name: str) -> bool:
    """Say whether a .gitignore at or above a folder leaves out a file of that name."""
    from fnmatch import fnmatchcase

    for place in (folder, *folder.parents):
        path = place / ".gitignore"
        if path.is_file():
            lines = [line.strip() for line in path.read_text(encoding="utf-8", errors="replace").splitlines()]
            verdict = False
            for line in lines:
                if line and not line.startswith("#") and fnmatchcase(name, line.lstrip("!").rsplit("/", 1)[-1]):
                    verdict = not line.startswith("!")
            if verdict:
                return True
        if (place / ".git").exists():
            return False
    return False
