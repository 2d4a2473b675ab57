"""Every Python that envc supports and that this machine has gives the same bytes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.index

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
PROGRAMS = sorted(path.parent for path in EXAMPLES.rglob("expected/*/Dockerfile"))
#: Runs one command line after the other, since starting Python takes longer than compiling.
RUN = """
import json, sys
from envc.__main__ import main
for words in json.load(sys.stdin):
    sys.argv[1:] = words
    if main() != 0:
        sys.exit(f"failed: {words}")
"""


def pythons() -> dict[str, Path]:
    """Find interpreters on PATH and among pyenv's, newest patch last."""
    found: dict[str, Path] = {}
    versions = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    for minor in ("3.10", "3.11", "3.12", "3.13", "3.14"):
        candidates = sorted(versions.glob(f"{minor}.*/bin/python"))
        on_path = shutil.which(f"python{minor}")
        if candidates:
            found[minor] = candidates[-1]
        elif on_path:
            found[minor] = Path(on_path)
    return found


FOUND = pythons()


def test_there_is_a_python() -> None:
    """Nothing below passes because it found nothing."""
    assert FOUND


@pytest.mark.parametrize("minor", sorted(FOUND))
def test_the_examples_compile_to_the_same_bytes(minor: str, tmp_path: Path) -> None:
    """Installed as a user would, in an environment of its own."""
    subprocess.run([FOUND[minor], "-m", "venv", tmp_path / "venv"], check=True)
    python = tmp_path / "venv" / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "-qq", "--disable-pip-version-check", ROOT], check=True)
    outputs, lines = {}, []
    for expected in PROGRAMS:
        folder = expected.parent.parent
        named = folder / f"{expected.name}.env"  # else the folder's program has several environments
        program = named if named.is_file() else folder / f"{folder.name}.env"
        outputs[expected] = tmp_path / folder.relative_to(ROOT) / expected.name
        lines.append(["compile", str(program), expected.name, "--output", str(outputs[expected])])
    environment = {**os.environ, "ENVC_CACHE": "off"}
    finished = subprocess.run(
        [python, "-c", RUN],
        input=json.dumps(lines),
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    for expected, output in outputs.items():
        files = {path.name: path.read_bytes() for path in output.iterdir()}
        assert files == {path.name: path.read_bytes() for path in expected.iterdir()}, expected
