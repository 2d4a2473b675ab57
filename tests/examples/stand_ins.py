"""What the gallery's programs are locked and compiled to where some of what they name is out of reach.

Servers of the tests stood in for it when the lock was made. Such a lock names bytes that no user has, so it lies in
`tests/data/gallery` and not in `lockfiles/`, with what is compiled of it. Tests that make these locks anew are
`tests/index/test_gallery_locks.py` and `tests/engine/test_gallery_pretrain.py`.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from envc.cli import loading

ROOT = Path(__file__).parents[2]
_STORE = "tests/data/gallery"
#: What repeats every hash of the lock; of these their own checksum is kept.
_LONG = ("plan.json", "requirements.txt")
#: What a lock is not made anew for: the base's digest and Python's patch are those of the library's day.
_STAYS = ("accelerator", "base", "python")


def expected_of(program: Path, environment: str) -> Path:
    """Return the folder of what an environment compiles to."""
    return ROOT / _STORE / program.stem / "expected" / environment


def with_lock(loaded: loading.Loaded) -> loading.Loaded:
    """Return an environment that has its lock in the store."""
    lock = f"{_STORE}/{loaded.source.path.rpartition('/')[2].removesuffix('.env')}/lock/{loaded.environment.name}"
    return loaded._replace(places=loaded.places._replace(lock=lock))


def shortened(files: Mapping[str, str]) -> dict[str, str]:
    """Return outputs with checksums in place of those that are long."""
    sums = "".join(f"{sha256(files[name].encode()).hexdigest()}  {name}\n" for name in _LONG)
    return {**{name: text for name, text in files.items() if name not in _LONG}, "SHA256SUMS": sums}


def stored_lock(program: Path, environment: str) -> dict[str, str]:
    """Return the files of an environment's lock."""
    return texts_in(with_lock(loading.load_program(program, environment, None)).lock_folder)


def texts_in(folder: Path) -> dict[str, str]:
    """Return the files of a folder by name; none where there is no folder."""
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()} if folder.is_dir() else {}


def relocked(
    folder: Path,
    program: Path,
    environments: Sequence[str],
    variables: Mapping[str, str],
    stays: Sequence[str] = _STAYS,
    resolver: str = "pip-tools",
) -> dict[str, dict[str, str]]:
    """Lock environments by `envc lock` in a project below a folder, and return the files of each lock.

    The project has the stored locks as they would be if the program had asked otherwise for all but `stays`: everything
    is asked for again, and a version that a lock has is kept where it can be had.
    """
    place = folder / program.parent.relative_to(ROOT)
    shutil.copytree(program.parent, place, ignore=shutil.ignore_patterns("expected"))
    (folder / "lockfiles").mkdir()
    locks = {}
    for name in environments:
        loaded = loading.load_program(program, name, None)
        locks[name] = folder / loaded.places.lock
        if (stored := with_lock(loaded).lock_folder).is_dir():
            shutil.copytree(stored, locks[name])
            make_stale(locks[name] / "lock.json", stays)
    words = [str(program.relative_to(ROOT)), *environments, "--resolver", resolver]
    command = [sys.executable, "-m", "envc", "lock", *words]
    environment = {**variables, "PYTHONPATH": str(ROOT)}
    finished = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr
    return {name: texts_in(lock) for name, lock in locks.items()}


def make_stale(lock: Path, stays: Sequence[str]) -> None:
    """Write into a lock that it was made for other wishes."""
    content = json.loads(lock.read_text(encoding="utf-8"))
    for platform in content["platforms"].values():
        for kind, wishes in platform["inputs"].items():
            if kind not in stays:
                wishes.update({subject: [f"before: {text}"] for subject, [text] in wishes.items()})
    lock.write_text(json.dumps(content), encoding="utf-8")


def store(program: Path, locks: Mapping[str, Mapping[str, str]]) -> None:
    """Write locks into the store."""
    for name, files in locks.items():
        folder = with_lock(loading.load_program(program, name, None)).lock_folder
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for file, text in files.items():
            (folder / file).write_text(text, encoding="utf-8")


def check(
    program: Path, locks: Mapping[str, Mapping[str, str]], without: Callable[[dict[str, Any]], None] = lambda _: None
) -> dict[str, dict[str, Any]]:
    """Compare locks with the stored ones, and return what they say on their platform.

    They are the same byte for byte but for which tools made them, for files that somebody has added to a version since,
    and for what is taken from both by `without`.
    """
    said = {}
    for name, files in locks.items():
        stored = stored_lock(program, name)
        assert files.keys() == stored.keys()
        found, known = (json.loads(one["lock.json"])["platforms"]["linux/amd64"] for one in (files, stored))
        said[name] = json.loads(json.dumps(found))
        for one in (found, known):
            for tool in ("envc", "library", "resolver"):
                one.pop(tool)
            without(one)
        assert found == known
        for file in files.keys() - {"lock.json"}:
            (lines, hashes), (known_lines, known_hashes) = (_parts(one[file]) for one in (files, stored))
            assert lines == known_lines
            assert hashes >= known_hashes
    return said


def _parts(requirements: str) -> tuple[list[str], set[str]]:
    """Return the lines of a file of requirements without its hashes, and these."""
    lines = [line.removesuffix(" \\") for line in requirements.splitlines()]
    hashes = {line for line in lines if line.startswith("    --hash=")}
    return [line for line in lines if line not in hashes], hashes
