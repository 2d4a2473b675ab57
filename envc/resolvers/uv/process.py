"""The process of uv: run in an empty folder, with a time limit, and never left behind."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from envc.lock.resolution import Progress
from envc.resolvers.running import Listened, running, wait
from envc.resolvers.uv.program import no_uv


class Ended(NamedTuple):
    """How uv ended."""

    status: int
    output: str  # what it said of errors


#: What other threads report: a name that is asked for, the facts of a failure, or the end of uv.
Mail = str | dict[str, Any] | Ended


def run(
    command: list[str],
    folder: Path,
    variables: Mapping[str, str],
    mail: queue.Queue[Mail],
    progress: Progress,
    time_limit: float,
    meanwhile: Callable[[], None] = lambda: None,
) -> Ended | dict[str, Any]:
    """Run uv and return how it ended, or the facts of the failure because of which it was stopped.

    `meanwhile` is called as soon as it has started.

    It has a session of its own, so that Ctrl-C on a terminal reaches only us; when this process dies without a chance
    to stop it, uv's index dies with us, and uv ends by itself.
    """
    import subprocess

    try:
        child = subprocess.Popen(  # noqa: S603 (the arguments are envc's own)
            command,
            cwd=folder,
            env=dict(variables),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
            text=True,
            encoding="utf-8",
            errors="replace",
        )
    except OSError as error:
        raise no_uv(f"the program `uv` does not start: {type(error).__name__}") from error

    def listen() -> None:
        _, output = child.communicate()
        mail.put(Ended(child.returncode, output))

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    with running(Listened(child.kill, listener.join)):
        meanwhile()
        end: Ended | dict[str, Any] = wait(mail, progress, time.monotonic() + time_limit)
        return end
