"""Read the specification, run pip-compile, tell the answer."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from .candidates import Candidates, give
from .choice import PassedOver, follow, record, refuse_addresses
from .failures import explain
from .graph import Graph, watch
from .questions import Questions
from .rules import Overruled, Rules, rule
from .target import aim


def main() -> None:
    """Read the specification, run pip-compile, tell the answer."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what pip prints must not be mistaken for an answer
    specification: dict[str, Any] = json.loads(sys.stdin.buffer.readline())
    questions = Questions(out)
    questions.listen()
    graph: Graph = {}
    passed_over: PassedOver = {}
    try:
        answer = compile_requirements(specification, questions, graph, passed_over)
        questions.tell({"answer": {**answer, "graph": graph}})
    except (Exception, SystemExit) as error:  # noqa: BLE001 (whatever happened, envc is told)
        questions.tell({"failure": {**explain(error), "graph": graph, "passed_over": passed_over}})
    out.close()
    os._exit(0)  # the thread that waits for standard input would hold the process


def compile_requirements(
    specification: dict[str, Any], questions: Questions, graph: Graph, passed_over: PassedOver
) -> dict[str, Any]:
    """Change pip and pip-tools, run pip-compile in the current folder, and return what it wrote and chose."""
    from importlib.metadata import version

    from piptools.scripts.compile import cli

    chosen: dict[str, Any] = {}
    overruled: Overruled = {}
    candidates = Candidates(specification["known"], questions)
    aim(specification)
    give(candidates)
    refuse_addresses()
    rule(Rules(specification["overrides"], specification["bare"]), overruled)
    watch(graph)
    follow(passed_over)
    record(chosen, candidates, overruled)
    cli.main(args=specification["arguments"], prog_name="pip-compile", standalone_mode=False)
    with open("requirements.txt", encoding="utf-8") as file:  # noqa: PTH123 (the one file of this process)
        text = file.read()
    return {
        "text": text,
        "packages": chosen,
        "versions": {name: version(name) for name in ("pip-tools", "pip")},
    }


if __name__ == "__main__":
    main()
