"""Where the resolver's environment lies, what it holds, and that a start of envc does not load it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from envc.resolvers.pip_tools.environment import PINS, interpreter_in, place_of, put, user_cache


def test_the_cache_is_where_the_user_wants_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/bob")
    assert user_cache({"XDG_CACHE_HOME": "/var/cache/bob"}) == Path("/var/cache/bob/envc")
    assert user_cache({"XDG_CACHE_HOME": "relative"}) == user_cache({}) == Path("/home/bob/.cache/envc")


def test_every_file_of_the_environment_is_pinned_by_one_hash() -> None:
    lines = [line for line in PINS.read_text().splitlines() if line and not line.startswith("#")]
    assert all(re.fullmatch(r"[a-z-]+==[0-9.]+( ; [^;]+)? --hash=sha256:[0-9a-f]{64}", line) for line in lines)
    assert {"pip", "pip-tools"} <= {line.partition("==")[0] for line in lines}
    names = [line.partition("==")[0] for line in lines]
    assert names == sorted(set(names))


def test_another_python_has_another_place(tmp_path: Path) -> None:
    one, other, link = (tmp_path / name for name in ("python3.12", "python3.13", "python"))
    one.touch()
    other.touch()
    link.symlink_to(one)
    assert place_of(tmp_path, one) == place_of(tmp_path, link) != place_of(tmp_path, other)
    assert place_of(tmp_path, one).parent == tmp_path / "pip-tools"


def made(folder: Path, content: str) -> Path:
    interpreter_in(folder).parent.mkdir(parents=True)
    interpreter_in(folder).write_text(content)
    return folder


def test_the_second_of_two_leaves_the_place_to_the_first(tmp_path: Path) -> None:
    place = tmp_path / "place"
    put(made(tmp_path / "first", "first"), place)
    put(made(tmp_path / "second", "second"), place)
    assert interpreter_in(place).read_text() == "first"


def test_a_place_that_is_taken_by_something_else_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "place" / "other").mkdir(parents=True)
    with pytest.raises(OSError, match="place"):
        put(made(tmp_path / "new", "new"), tmp_path / "place")


def test_importing_the_resolver_loads_nothing_heavy() -> None:
    question = (
        "import sys; import envc.resolvers.pip_tools;"
        "print([name for name in ('subprocess', 'packaging', 'pip', 'piptools', 'requests') if name in sys.modules])"
    )
    assert subprocess.check_output([sys.executable, "-c", question], text=True).strip() == "[]"
