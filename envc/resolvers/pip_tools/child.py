"""The process that runs pip-compile: started with nothing of ours, listened to line by line, and never left behind."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from envc.lock.resolution import Progress
from envc.resolvers.pip_tools.disk import TEMPORARY, room_in
from envc.resolvers.pip_tools.specification import Task
from envc.resolvers.running import running

#: Runs the package `inside`, found last of all; with `-I`, Python looks nowhere else but in the child's environment.
START = "import runpy, sys; sys.path.append(sys.argv[1]); runpy.run_module('inside', run_name='__main__')"

#: What `run` returns besides what `inside` says: a failure in the form of its failures.
TOO_SLOW = {"failure": {"kind": "time-limit"}}
SILENT = {"failure": {"kind": "unexpected", "type": "process ended", "detail": "without an answer"}}


def run(
    interpreter: Path, task: Task, variables: Mapping[str, str], progress: Progress, time_limit: float
) -> dict[str, Any]:
    """Run pip-compile in an empty folder and return its last word: `{"answer": …}` or `{"failure": …}`.

    The child is killed after `time_limit` seconds and when anything interrupts the wait (Ctrl-C among it). When this
    process dies without a chance to do that, the child sees its standard input close and ends by itself. It has a
    session of its own, so that Ctrl-C on a terminal reaches only us.
    """
    import subprocess
    import tempfile
    import threading

    with room_in(TEMPORARY), tempfile.TemporaryDirectory(prefix="envc-") as folder:
        Path(folder, "requirements.in").write_text(task.requirements, encoding="utf-8")
        if task.bounds:
            Path(folder, "constraints.txt").write_text(task.bounds, encoding="utf-8")
        if task.pins:
            Path(folder, "requirements.txt").write_text(task.pins, encoding="utf-8")
        for name, content in task.given:
            Path(folder, name).write_bytes(content)
        child = subprocess.Popen(  # noqa: S603 (the arguments are envc's own)
            [str(interpreter), "-I", "-c", START, str(Path(__file__).parent)],
            cwd=folder,
            env={
                **variables,
                **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), folder),
            },  # what it leaves goes with the folder
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            text=True,
            encoding="utf-8",
        )
        expired = threading.Event()

        def give_up() -> None:
            expired.set()
            child.kill()

        timer = threading.Timer(time_limit, give_up)
        timer.start()
        names: list[str] = []

        def heard(name: str) -> None:
            names.append(name)
            progress(name)

        try:
            with running(child):
                last = listen(child, task, heard)
        finally:
            timer.cancel()
        if expired.is_set() and last is SILENT:
            return {"failure": {**TOO_SLOW["failure"], "package": names[-1] if names else None}}
        return last


def listen(child: Any, task: Task, progress: Progress) -> dict[str, Any]:
    """Tell the child its task, pass its progress on, and return its last word."""
    try:
        child.stdin.write(json.dumps(task.specification) + "\n")
        child.stdin.flush()
    except BrokenPipeError:
        return SILENT
    for line in child.stdout:
        message: dict[str, Any] = json.loads(line)
        if "progress" not in message:
            return message
        progress(message["progress"])
    return SILENT
