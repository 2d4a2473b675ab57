"""The program uv: where it is on this machine, and which version."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from concurrent.futures import Future
from pathlib import Path
from threading import Thread

from envc.diagnostics.diagnostic import Report, world_failed


def find_uv(environ: Mapping[str, str]) -> Path:
    """Return the uv beside envc's own Python, else the first on the PATH. Raises a `Report` named `no-uv`."""
    import shutil

    name = "uv.exe" if os.name == "nt" else "uv"
    beside = Path(sys.executable).parent / name
    if os.access(beside, os.X_OK):
        return beside
    found = shutil.which("uv", path=environ.get("PATH", ""))
    if found is None:
        raise no_uv("there is no program `uv` beside envc's Python nor on the PATH")
    return Path(found)


def asked_version(uv: Path) -> Future[str]:
    """Ask for the version of uv while other things go on."""
    answer: Future[str] = Future()

    def ask() -> None:
        try:
            answer.set_result(version_of(uv))
        except BaseException as error:  # noqa: BLE001 (whoever waits is told)
            answer.set_exception(error)

    Thread(target=ask, daemon=True).start()
    return answer


def version_of(uv: Path) -> str:
    """Return the version of uv, `0.13.9`. Raises a `Report` named `no-uv` for what does not answer as uv does."""
    import subprocess

    try:
        answer = subprocess.run(  # noqa: S603 (the program that was found)
            [str(uv), "--version"], capture_output=True, text=True, check=False, timeout=60, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise no_uv(f"the program `uv` does not start: {type(error).__name__}") from error
    match = re.match(r"uv (\d+(?:\.\d+)+)", answer.stdout)
    if match is None:
        raise no_uv("the program `uv` does not say which version it is")
    return match[1]


def no_uv(note: str) -> Report:
    """Return the report of a machine without uv, for who asked for it."""
    return world_failed(
        "no-uv",
        "uv is to choose the packages, and is not installed",
        notes=(note,),
        helps=("install it: pip install uv", "lock with the other resolver: envc lock --resolver pip-tools"),
    )
