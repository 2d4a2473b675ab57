"""Whether every example compiles to the same bytes, whoever compiles it where.

usage: python benchmarks/same_bytes.py [COUNT] [PYTHON ...]

Compiles all programs of `examples/` COUNT times (1000), each time in a new process and a new folder, under one of the
given Pythons in turn (this one), and a random hash seed, locale, time zone, umask, home and name of the folder. Locks
are those of `lockfiles/`; environments that have none there take the one that stand-ins made, of `tests/data/gallery`.
Each Python must be able to import envc. Prints how many distinct outputs each program had, and ends with 1 when one had
more than one.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).parent.parent
STAND_INS = ROOT / "tests" / "data" / "gallery"
LOCALES = ("C", "POSIX", "C.UTF-8", "tr_TR.UTF-8", "de_DE.ISO-8859-1", "ja_JP.EUC-JP", "")
ZONES = ("UTC", "Pacific/Kiritimati", "America/St_Johns", "Asia/Kathmandu", "Etc/GMT+12")
UMASKS = ("000", "022", "027", "077")
FOLDERS = ("examples", "with a blank", "Überprüfung", "漢字", "a'b\"c", "x" * 200, "-dash", "$HOME")

#: Compiles the programs below `examples/` in the current folder and prints for each a checksum of what was made.
COMPILE = """
import contextlib, hashlib, io, json, os, pathlib, sys
os.umask(int(sys.argv[1], 8))
from envc.cli.main import run
found = {}
for program in sorted(pathlib.Path("examples").rglob("*.env")):
    place = pathlib.Path("lockfiles", program.parent)
    folders = [place / program.stem, *place.glob(program.stem + ".*")]
    names = sorted(folder.name.removeprefix(program.stem + ".") for folder in folders if folder.is_dir())
    if not names:
        sys.exit(f"{program} has no lock")
    made = pathlib.Path(sys.argv[2], *program.with_suffix("").parts)
    told = io.StringIO()
    with contextlib.redirect_stdout(told), contextlib.redirect_stderr(told):
        code = run(["compile", str(program), *names, "--output", str(made)])
    if code:
        sys.exit(f"{program}: {told.getvalue()}")
    files = sorted((file.relative_to(made).as_posix(), file.read_bytes()) for file in made.rglob("*") if file.is_file())
    found[program.as_posix()] = hashlib.sha256(repr(files).encode()).hexdigest()
print(json.dumps(found))
"""


def compile_once(python: str, seed: int) -> dict[str, str]:
    """Compile the examples in a new folder and process, and return a checksum of each. Raises RuntimeError."""
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as temporary:
        project = Path(temporary, chance.choice(FOLDERS))
        for part in ("examples", "lockfiles"):
            shutil.copytree(ROOT / part, project / part, ignore=shutil.ignore_patterns("expected"))
        for lock in STAND_INS.glob("*/lock/*"):
            program = lock.parts[-3]
            name = program if lock.name == program else f"{program}.{lock.name}"
            shutil.copytree(lock, project / "lockfiles" / "examples" / "gallery" / program / name)
        environment = {
            "PATH": os.defpath,
            "ENVC_CACHE": "off",
            "PYTHONPATH": str(ROOT),
            "PYTHONHASHSEED": str(chance.randrange(2**32)),
            "LC_ALL": chance.choice(LOCALES),
            "TZ": chance.choice(ZONES),
            "HOME": chance.choice((temporary, "/nonexistent")),
            "SOURCE_DATE_EPOCH": str(chance.randrange(2**31)),
        }
        command = [
            python,
            "-X",
            f"utf8={chance.randrange(2)}",
            "-c",
            COMPILE,
            chance.choice(UMASKS),
            f"{temporary}/made",
        ]
        finished = subprocess.run(command, cwd=project, env=environment, capture_output=True, check=False)
    if finished.returncode:
        told = finished.stderr.decode(errors="replace")
        raise RuntimeError(f"{python} with {environment} in {project.name!r}:\n{told}")
    found: dict[str, str] = json.loads(finished.stdout)
    return found


def outputs(count: int, pythons: Sequence[str]) -> dict[str, Counter[str]]:
    """Return for each program how often each output was seen in so many compilations."""
    seen: dict[str, Counter[str]] = defaultdict(Counter)
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        for found in pool.map(lambda seed: compile_once(pythons[seed % len(pythons)], seed), range(count)):
            for program, digest in found.items():
                seen[program][digest] += 1
    return dict(seen)


def main() -> int:
    """Print what was seen."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    pythons = sys.argv[2:] or [sys.executable]
    for python in pythons:
        version = subprocess.run([python, "--version"], capture_output=True, text=True, check=True)
        print(version.stdout.strip())
    seen = outputs(count, pythons)
    for program, digests in sorted(seen.items()):
        print(f"{program}: {digests.total()} compilations, {len(digests)} distinct")
    return int(any(len(digests) > 1 for digests in seen.values()))


if __name__ == "__main__":
    sys.exit(main())
