"""Reading BuildKit's rawjson: lines as BuildKit 0.29 wrote them, and lines that are none."""

from __future__ import annotations

import json
from base64 import b64encode

from hypothesis import given
from hypothesis import strategies as st

from envc.engines.docker.progress import Solve
from envc.engines.protocol import Event, Step, Transfer

STARTED = "2026-11-25T00:32:11.25Z"
COMPLETED = "2026-11-25T00:32:13.500000001Z"


def vertex(name: str, digest: str = "sha256:1", **fields: object) -> str:
    return json.dumps({"vertexes": [{"digest": digest, "name": name, **fields}]})


def log(text: str, digest: str = "sha256:1", stream: int = 1) -> str:
    return json.dumps({"logs": [{"vertex": digest, "stream": stream, "data": b64encode(text.encode()).decode()}]})


def read(*lines: str) -> tuple[Solve, list[Event]]:
    solve = Solve()
    return solve, [event for line in lines for event in solve.read(line)]


def test_a_step_that_was_announced_runs_and_is_done() -> None:
    _, events = read(
        vertex("[2/2] RUN true"),
        vertex("[2/2] RUN true", started=STARTED),
        vertex("[2/2] RUN true", started=STARTED, completed=COMPLETED),
    )
    assert [(event.state, round(event.seconds, 3)) for event in events if isinstance(event, Step)] == [
        ("running", 0.0),
        ("done", 2.25),
    ]


def test_the_same_line_twice_is_one_event() -> None:
    _, events = read(*[vertex("[2/2] RUN true", started=STARTED)] * 2)
    assert len(events) == 1


def test_a_cached_step_is_said_to_be_cached() -> None:
    solve, _ = read(vertex("[2/2] RUN true", started=STARTED, completed=STARTED, cached=True))
    assert [step.state for step in solve.steps.values()] == ["cached"]


def test_the_inner_half_of_a_linked_copy_is_hidden_and_the_outer_has_its_name() -> None:
    group = {"id": "g", "name": "[2/2] COPY --link a b"}
    solve, _ = read(
        vertex("[2/2] COPY --link a b", "sha256:1", started=STARTED, progressGroup={**group, "weak": True}),
        vertex("[2/2] LINK COPY --link a b", "sha256:2", started=STARTED, progressGroup=group),
        json.dumps({"statuses": [{"id": "x", "vertex": "sha256:1", "current": 1, "total": 2}]}),
    )
    assert [step.name for step in solve.steps.values()] == ["[2/2] COPY --link a b"]


def test_the_step_that_failed_keeps_the_end_of_its_log_as_a_terminal_shows_it() -> None:
    solve, _ = read(
        vertex("[2/2] RUN make", started=STARTED),
        log("one\ntw"),
        log("o\n 10%\r 90%\rall\nlast"),
        vertex("[3/3] RUN other", "sha256:2", started=STARTED, completed=COMPLETED, error="context canceled"),
        vertex("[2/2] RUN make", started=STARTED, completed=COMPLETED, error="exit code: 7"),
        log(" words, late\n"),
    )
    assert solve.failure is not None
    assert solve.failure.step == "[2/2] RUN make"
    assert solve.failure.log == ("one", "two", "all", "last words, late")
    assert solve.steps["sha256:1"].state == "failed"


def test_a_long_log_keeps_only_its_end() -> None:
    solve, _ = read(
        vertex("[2/2] RUN make", started=STARTED),
        *(log(f"{number}\n") for number in range(1000)),
        vertex("[2/2] RUN make", started=STARTED, completed=COMPLETED, error="exit code: 7"),
    )
    assert solve.failure is not None
    assert solve.failure.log[-1] == "999"
    assert len(solve.failure.log) == 20


def test_much_on_one_stream_does_not_push_out_the_other() -> None:
    solve, _ = read(
        log("an error", stream=2),
        *(log(f"{number}\n") for number in range(1000)),
        log(" in two parts\n", stream=2),
        vertex("[2/2] RUN make", started=STARTED, completed=COMPLETED, error="exit code: 7"),
    )
    assert solve.failure is not None
    assert solve.failure.log[-2:] == ("999", "an error in two parts")


def test_a_transfer_knows_its_total_or_none() -> None:
    lines = [
        {"id": "sha256:9", "vertex": "v", "name": "downloading", "current": 5, "total": total} for total in (10, 0)
    ]
    _, events = read(json.dumps({"statuses": lines}))
    assert [event.total for event in events if isinstance(event, Transfer)] == [10, None]


def test_lines_that_are_no_status_are_the_clients_talk() -> None:
    solve, events = read("ERROR: failed to build: failed to solve: nowhere:1: not found", "", "{broken", "[1]")
    assert events == []
    assert list(solve.talk) == ["ERROR: failed to build: failed to solve: nowhere:1: not found", "{broken", "[1]"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.sampled_from(["digest", "name", "id", "vertex"]) | st.text(), inner)
    ),
    max_leaves=6,
)


FIELDS: tuple[str, ...] = ("digest", "name", "started", "completed", "cached", "error", "progressGroup")
FIELDS += ("id", "vertex", "current", "total", "data", "stream")


@given(st.dictionaries(st.sampled_from(["vertexes", "statuses", "logs", "warnings"]), JSON))
def test_no_status_of_another_shape_stops_a_build(status: dict[str, object]) -> None:
    read(json.dumps(status))


@given(
    st.sampled_from(["vertexes", "statuses", "logs"]),
    st.fixed_dictionaries(
        {},
        optional=dict.fromkeys(FIELDS, JSON),
    ),
)
def test_no_field_of_another_type_stops_a_build(kind: str, one: dict[str, object]) -> None:
    read(json.dumps({kind: [one]}))
