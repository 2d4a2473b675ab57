"""What is hashed is what a builder is sent: real builds with the .dockerignore of a program, listed file by file."""

from __future__ import annotations

import random
import subprocess
from pathlib import Path

import pytest

from envc.plan.hash import hash_of
from envc.plan.places import places_of
from envc.plan.wanted import copied_paths, ignored_patterns
from envc.sources.tree import read_tree
from envc.targets.dockerignore import emit
from tests.engine.conftest import Lab
from tests.unit.lock.world import environment
from tests.unit.plan.planning import plan

NAMES = ("a.py", "b.txt", "notes", "x.log", "data1.csv", "datax.csv", "env", ".git", "raw", "é b", "a+b", "c.tmp.py")
PATTERNS = (
    "notes",
    "*.txt",
    "src/*.txt",
    "src/**/*.csv",
    "src/raw/**",
    "**/raw/notes",
    "data[0-9].csv",
    "data[^0-9].csv",
    "?.py",
    "a+b",
    "src/n*/b.txt",
    "src/*/*/raw",
    "./src/notes",
    "é*",
)


def lay(root: Path, generator: random.Random) -> None:
    """Write a tree of files three folders deep, some executable, and a link."""
    for _ in range(120):
        parts = [generator.choice(NAMES) for _ in range(generator.randint(1, 3))]
        file = root / "src" / "/".join(parts)
        if file.exists() or any(parent.is_file() for parent in file.parents):
            continue
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("/".join(parts))
        file.chmod(generator.choice([0o644, 0o755]))
    (root / "src" / "link").symlink_to("somewhere/else")


@pytest.mark.parametrize("seed", range(6))
def test_a_builder_is_sent_exactly_the_files_that_are_hashed(lab: Lab, tmp_path: Path, seed: int) -> None:
    print(f"seed {seed}")
    generator = random.Random(seed)
    root = tmp_path / "project"
    lay(root, generator)
    patterns = " ".join(f'"{pattern}"' for pattern in generator.sample(PATTERNS, 1 + seed))
    text = f'env train < python 3.12; copy "src"; ignore {patterns} >'
    program = places_of("train.env", "train")
    tree = read_tree(root, copied_paths(environment(text), program), ignored_patterns(environment(text), program))
    found = plan(text, tree)
    (root / "Dockerfile").write_text("FROM scratch\nCOPY src /src\n")
    (root / "Dockerfile.dockerignore").write_text(emit(found, hash_of(found))["Dockerfile.dockerignore"])
    out = tmp_path / "out"
    command = ["docker", "buildx", "build", "--quiet", "--output", f"type=local,dest={out}", "."]
    subprocess.run(command, cwd=root, env=dict(lab.environment), check=True, capture_output=True)
    sent = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_symlink() or path.is_file()}
    assert sent == {file.path for file in tree.files}
    assert len(sent) > 3
    for file in tree.files:
        path = out / file.path
        if file.link is None:
            assert bool(path.stat().st_mode & 0o111) == file.executable
        else:
            assert path.readlink() == Path(file.link)
