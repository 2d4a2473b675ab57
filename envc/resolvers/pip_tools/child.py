"""The process that runs pip-compile: started with nothing of ours, answered line by line, and never left behind."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from envc.lock.resolution import Progress
from envc.resolvers.disk import TEMPORARY, room_in
from envc.resolvers.pip_tools.specification import Task
from envc.resolvers.running import TOO_SLOW, Listened, running, wait

if TYPE_CHECKING:
    from queue import Queue

#: What other threads report: a name that is asked for, or the child's last word.
Mail = str | dict[str, Any]

#: Runs the package `inside`, found last of all; with `-I`, Python looks nowhere else but in the child's environment.
START = "import runpy, sys; sys.path.append(sys.argv[1]); runpy.run_module('inside', run_name='__main__')"

#: What is heard of a child that ends without a last word, in the form of its failures.
SILENT = {"failure": {"kind": "unexpected", "type": "process ended", "detail": "without an answer"}}

#: Seconds that a thread may take to end when its child is gone: an index may keep it waiting.
PARTING = 0.5

#: Answers a question about some words.
Reply = Callable[[str, Iterable[str]], dict[str, Any]]


def run(
    interpreter: Path,
    task: Task,
    variables: Mapping[str, str],
    reply: Reply,
    mail: Queue[Mail],
    progress: Progress,
    time_limit: float,
) -> dict[str, Any]:
    """Run pip-compile in an empty folder and return its last word: `{"answer": …}` or `{"failure": …}`.

    What it asks is answered by `reply`, in a thread; `mail` is for what that has to tell of progress. The child is
    killed after `time_limit` seconds and when anything interrupts the wait (Ctrl-C among it). When this process dies
    without a chance to do that, the child sees its standard input close and ends by itself. It has a session of its
    own, so that Ctrl-C on a terminal reaches only us.
    """
    import subprocess
    import tempfile

    with room_in(TEMPORARY), tempfile.TemporaryDirectory(prefix="envc-") as folder:
        Path(folder, "requirements.in").write_text(task.requirements, encoding="utf-8")
        if task.bounds:
            Path(folder, "constraints.txt").write_text(task.bounds, encoding="utf-8")
        if task.pins:
            Path(folder, "requirements.txt").write_text(task.pins, encoding="utf-8")
        for name, content in task.known:
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
        listener = threading.Thread(target=lambda: mail.put(last_word(child, task, reply)), daemon=True)
        listener.start()

        def part() -> None:
            child.wait()
            listener.join(PARTING)

        with running(Listened(child.kill, part)):
            last: dict[str, Any] = wait(mail, progress, time.monotonic() + time_limit)
        return {"failure": last} if last.get("kind") == TOO_SLOW["kind"] else last


def last_word(child: Any, task: Task, reply: Reply) -> dict[str, Any]:
    """Return the child's last word; there is one, whatever happens."""
    try:
        return converse(child, task, reply)
    except Exception as error:  # noqa: BLE001 (a mistake of ours must end the run, not hang it)
        return {"failure": unexpected(error)}


def converse(child: Any, task: Task, reply: Reply) -> dict[str, Any]:
    """Tell the child its task, answer what it asks, and return its last word."""

    def say(value: object) -> None:
        child.stdin.write(json.dumps(value) + "\n")
        child.stdin.flush()

    # it may be killed at any time: a pipe breaks then, or a line is cut off
    with suppress(OSError, json.JSONDecodeError), child.stdout, child.stdin:
        say(task.specification)
        for line in child.stdout:
            message = json.loads(line)
            if not isinstance(message, dict):
                raise TypeError("what the child says is no object")
            if "ask" not in message:
                return message
            say(reply(message["ask"], message["about"]))
    return SILENT


def unexpected(error: Exception) -> dict[str, Any]:
    """Return the facts of a mistake of ours, as `failure` reads them."""
    return {"kind": "unexpected", "type": type(error).__name__, "detail": str(error)}
