"""Law 3: the same declaration and lock give the same bytes, whoever compiles where."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from tests.properties.compiling import compiled, program
from tests.properties.test_hashes import ITEMS

ROOT = Path(__file__).parents[2]
#: Compiles several programs in one process, some twice, and prints a checksum of all files.
SCRIPT = """
import json, os, sys, time
from hashlib import sha256
os.umask(int(sys.argv[1], 8))
from tests.properties.compiling import compiled, program
found = []
for items in json.loads(sys.argv[2]) * 2:
    found.append(sha256(json.dumps(list(compiled(program(*items)).files.items())).encode()).hexdigest())
print(json.dumps(found))
"""
PROGRAMS = [ITEMS, ITEMS[::-1], ITEMS[::2], ['labels e "漢字 🚀"', 'set A "\u017f \u0130 \u0131"'], []]


def digests(umask: str, cwd: Path, **variables: str) -> list[str]:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **variables}
    command = [sys.executable, "-X", "utf8=0", "-c", SCRIPT, umask, json.dumps(PROGRAMS)]
    finished = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=True)
    return [str(one) for one in json.loads(finished.stdout)]


@pytest.fixture(scope="module")
def expected() -> list[str]:
    files = [list(compiled(program(*items)).files.items()) for items in PROGRAMS * 2]
    return [sha256(json.dumps(one).encode()).hexdigest() for one in files]


@pytest.mark.parametrize(
    ("umask", "variables"),
    [
        ("000", {"PYTHONHASHSEED": "0", "LC_ALL": "C", "TZ": "UTC"}),
        ("077", {"PYTHONHASHSEED": "1", "LC_ALL": "tr_TR.UTF-8", "TZ": "Pacific/Kiritimati", "HOME": "/nonexistent"}),
        ("022", {"PYTHONHASHSEED": "4294967295", "LANG": "de_DE.ISO-8859-1", "TZ": "America/St_Johns", "USER": "x"}),
    ],
)
def test_the_same_bytes(umask: str, variables: dict[str, str], tmp_path: Path, expected: list[str]) -> None:
    """Under any hash seed, locale, time zone, umask, user and working directory; in each process more than once."""
    found = digests(umask, tmp_path, **variables)
    assert found == expected
    assert found[: len(PROGRAMS)] == found[len(PROGRAMS) :]
    assert len(set(found)) == len(PROGRAMS) - 1 + (found[0] != found[1])


def test_all_outputs_are_plain_text() -> None:
    """UTF-8, line feeds, one at the end, no time and no path of this machine."""
    for name, text in compiled(program(*ITEMS)).files.items():
        assert text.endswith("\n"), name
        assert "\r" not in text
        assert str(Path.home()) not in text or str(Path.home()) == "/"
        assert str(ROOT) not in text
        text.encode()
