"""Reads `--progress=rawjson` of BuildKit: a JSON object a line, each a part of a `SolveStatus`.

`vertexes` are steps, `statuses` what they move, `logs` what they print (base64). Other lines are the client's own talk.
Fields and their meaning: `client/graph.go` of moby/buildkit.
"""

from __future__ import annotations

import json
from base64 import b64decode
from collections import deque
from collections.abc import Iterator
from datetime import datetime
from itertools import count
from typing import Any, NamedTuple

from envc.engines.protocol import Event, Step, Transfer

#: How much of a step's log is kept for when it fails, for each of its two streams: they arrive apart, and the words of
#: one must not push out those of the other.
_KEPT_LINES = 20
_STREAMS = ("1", "2")
#: Steps that ended because another one failed.
_CANCELLED = "context canceled"


class Failure(NamedTuple):
    """The step that failed, why, and the end of what it printed."""

    step: str
    reason: str
    log: tuple[str, ...]


class Solve:
    """What is known of a build, line by line. Reads text, and touches nothing."""

    def __init__(self) -> None:
        self.steps: dict[str, Step] = {}
        self.talk: deque[str] = deque(maxlen=_KEPT_LINES)
        self._failed: tuple[str, str, str] | None = None  # digest, name, reason
        self._logs: dict[tuple[str, str], deque[tuple[int, str]]] = {}
        self._partial: dict[tuple[str, str], str] = {}
        self._count = count()
        self._hidden: set[str] = set()
        self._seconds: dict[str, float] = {}

    @property
    def failure(self) -> Failure | None:
        """The step that failed; the end of its log may arrive after the news of its failure."""
        if self._failed is None:
            return None
        digest, name, reason = self._failed
        return Failure(name, reason, self._end_of_log(digest))

    def read(self, line: str) -> Iterator[Event]:
        """Take a line and yield what changed by it."""
        status = _object(line)
        if status is None:
            if line.strip():
                self.talk.append(line.rstrip())
            return
        for log in _objects(status, "logs"):
            self._read_log(log)
        for vertex in _objects(status, "vertexes"):
            yield from self._read_vertex(vertex)
        for one in _objects(status, "statuses"):
            if str(one.get("vertex")) not in self._hidden:
                yield _transfer(one)

    def _read_vertex(self, vertex: dict[str, Any]) -> Iterator[Step]:
        digest, name = str(vertex.get("digest")), str(vertex.get("name", ""))
        found = vertex.get("progressGroup")
        group: dict[str, Any] = found if isinstance(found, dict) else {}
        error = str(vertex.get("error") or "")
        if error and self._failed is None and _CANCELLED not in error:
            self._failed = (digest, name, error)
        if group.get("weak"):  # the inner half of another step
            self._hidden.add(digest)
            return
        step = self._step(digest, str(group.get("name") or name), vertex)
        if step is not None and self.steps.get(digest) != step:
            self.steps[digest] = step
            yield step

    def _step(self, digest: str, name: str, vertex: dict[str, Any]) -> Step | None:
        started, completed = vertex.get("started"), vertex.get("completed")
        if not started and not vertex.get("cached"):
            return None
        if vertex.get("cached"):
            return Step(digest, name, "cached")
        if not completed:
            return Step(digest, name, "running", self._seconds.get(digest, 0.0))
        # a step may run several times: reading the context is asked for twice
        self._seconds[digest] = max(self._seconds.get(digest, 0.0), _seconds(str(started), str(completed)))
        return Step(digest, name, "failed" if vertex.get("error") else "done", self._seconds[digest])

    def _read_log(self, log: dict[str, Any]) -> None:
        key = (str(log.get("vertex")), str(log.get("stream")))
        try:
            text = b64decode(str(log.get("data", ""))).decode("utf-8", "replace")
        except ValueError:
            return
        *lines, partial = (self._partial.get(key, "") + text).split("\n")
        self._partial[key] = partial[-2000:]
        kept = self._logs.setdefault(key, deque(maxlen=_KEPT_LINES))
        kept.extend((next(self._count), shown) for line in lines if (shown := _shown(line)))

    def _end_of_log(self, digest: str) -> tuple[str, ...]:
        keys = [(digest, stream) for stream in _STREAMS]
        lines = sorted(line for key in keys for line in self._logs.get(key, ()))
        unfinished = [_shown(self._partial.get(key, "")) for key in keys]
        return (*(text for _, text in lines), *filter(None, unfinished))


def _shown(line: str) -> str:
    """Return what a terminal would show of a line: what follows its last carriage return."""
    return line.rstrip("\r").rpartition("\r")[2].rstrip()


def _transfer(status: dict[str, Any]) -> Transfer:
    current, total = status.get("current"), status.get("total")
    identity = str(status.get("id", ""))
    return Transfer(
        step=str(status.get("vertex")),
        id=identity,
        name=str(status.get("name") or identity),
        current=current if isinstance(current, int) else 0,
        total=total if isinstance(total, int) and total > 0 else None,
        done=bool(status.get("completed")),
    )


def _object(line: str) -> dict[str, Any] | None:
    if not line.startswith("{"):
        return None
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _objects(status: dict[str, Any], key: str) -> list[dict[str, Any]]:
    found = status.get(key)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _seconds(started: str, completed: str) -> float:
    """Return the time between two RFC 3339 times with up to nine digits of a second, `…:11.228Z`."""
    try:
        return max(0.0, _time(completed) - _time(started))
    except ValueError:
        return 0.0


def _time(text: str) -> float:
    whole, _, rest = text.removesuffix("Z").partition(".")
    return datetime.fromisoformat(f"{whole[:19]}+00:00").timestamp() + float(f"0.{rest or 0}")
