"""How envc and the process that runs pip-compile speak: there is always a last word, and no address in any."""

from __future__ import annotations

import json
import queue
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from envc.lock.resolution import Request
from envc.resolvers.package_indexes.ahead import Ahead
from envc.resolvers.package_indexes.opening import indexes_for
from envc.resolvers.pip_tools import Settings
from envc.resolvers.pip_tools.child import run
from envc.resolvers.pip_tools.inside.candidates import Candidates
from envc.resolvers.pip_tools.replies import Replies
from envc.resolvers.pip_tools.specification import Task
from envc.resolvers.python_target import markers_of
from tests.index_server import Fault, Index
from tests.index_server.asking import AMD64

#: Seconds; nothing of this takes as long.
LONG = 8.0


def heard(folder: Path, said: str, reply: Callable[..., Any]) -> dict[str, Any]:
    """Return the last word of a process that says one line and then waits to be answered."""
    program = folder / "python"
    program.write_text(f"#!{sys.executable}\nimport sys\nprint({said!r}, flush=True)\nsys.stdin.read()\n")
    program.chmod(0o700)
    start = time.monotonic()
    last = run(program, Task({}, "", ""), {}, reply, queue.Queue(), lambda _: None, LONG)
    assert time.monotonic() - start < LONG / 2
    return last["failure"]  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ('{"ask": "wheels"}', "KeyError"),
        ('{"ask": "wheels", "about": 1}', "TypeError"),
        ("3", "TypeError"),
        ('"a word"', "TypeError"),
        ("[]", "TypeError"),
    ],
)
def test_a_question_that_is_none_ends_the_wait(tmp_path: Path, said: str, kind: str) -> None:
    failure = heard(tmp_path, said, lambda _, about: {"answer": list(about)})
    assert (failure["kind"], failure["type"]) == ("unexpected", kind)


def test_an_answer_that_cannot_be_written_ends_the_wait(tmp_path: Path) -> None:
    failure = heard(tmp_path, '{"ask": "wheels", "about": ["a"]}', lambda *_: {"answer": {1, 2}})
    assert (failure["kind"], failure["type"]) == ("unexpected", "TypeError")


def test_a_line_that_is_cut_off_is_the_end_of_the_process(tmp_path: Path) -> None:
    assert heard(tmp_path, '{"ask": "whe', lambda *_: {})["type"] == "process ended"


class Forgetful:
    """Fails the first time and answers the second."""

    def __init__(self) -> None:
        self.asked = 0

    def ask(self, *_: str) -> list[list[str | None]]:
        self.asked += 1
        if self.asked == 1:
            raise ConnectionError
        return [["1", "a-1-py3-none-any.whl", None]]


def test_wheels_that_could_not_be_asked_for_are_asked_for_again() -> None:
    candidates = Candidates({}, Forgetful())  # type: ignore[arg-type]
    with pytest.raises(ConnectionError):
        candidates.of("a")
    assert [link.filename for link in candidates.of("a")] == ["a-1-py3-none-any.whl"]


@pytest.fixture
def index() -> Iterator[Index]:
    with Index() as one:
        yield one


def test_the_process_is_told_no_address_of_an_index_that_fails(index: Index, tmp_path: Path) -> None:
    """Where it is stays with envc, which adds it to the last word."""
    index.faults["a"] = Fault(500)
    settings = Settings(index.url, timeout="5", retries="0")
    indexes = indexes_for(Request(AMD64, ()), settings, tmp_path, lambda _: None)
    replies = Replies(indexes, Ahead(indexes, markers_of(AMD64), {}, ()))
    told = [replies.reply("wheels", ["b"]), replies.reply("wheels", ["a"]), replies.reply("metadata", ["b", "1"])]
    indexes.close()
    assert index.host not in json.dumps(told)
    assert told[0] == {"answer": []}
    last = {"kind": "unanswered", "number": told[1]["failure"], "graph": {"x": {}}}
    failure = replies.complete({"failure": last}, ())["failure"]
    assert (failure["kind"], failure["status"], failure["package"]) == ("status", 500, "a")
    assert failure["address"].startswith(f"http://{index.host}")
    assert failure["graph"] == {"x": {}}
    last = {"kind": "unanswered", "number": told[2]["failure"]}
    assert replies.complete({"failure": last}, ())["failure"]["type"] == "KeyError"
