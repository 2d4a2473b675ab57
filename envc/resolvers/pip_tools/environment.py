"""The virtual environment in which pip-compile runs: pip and pip-tools of exactly the versions that `inside` knows.

It lies in the user's cache folder and is made once for each Python and each change of `environment.txt`. It is made
beside its place and renamed into it, so it is there wholly or not at all; when two processes make it at once, the
second throws its own away.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from envc.diagnostics.diagnostic import Report, world_failed
from envc.lock.resolution import Progress
from envc.resolvers.disk import CACHE, WORDS, disk_full, room_in
from envc.resolvers.settings import Settings
from envc.resolvers.words import plain

PINS = Path(__file__).with_name("environment.txt")

#: Seconds after which making the environment is given up.
TIME_LIMIT = 600.0


def user_cache(environ: Mapping[str, str]) -> Path:
    """Return the folder for what envc can make again, by the XDG base directory specification."""
    base = environ.get("XDG_CACHE_HOME", "")
    return (Path(base) if Path(base).is_absolute() else Path.home() / ".cache") / "envc"


def interpreter_in(folder: Path) -> Path:
    """Return the path of the interpreter of a virtual environment."""
    return folder / "Scripts" / "python.exe" if os.name == "nt" else folder / "bin" / "python"


def place_of(cache: Path, python: Path, pins: Path = PINS, name: str = "pip-tools") -> Path:
    """Return where the environment of one Python lies. A change of Python or of the pins gives another place."""
    import hashlib

    identity = b"\0".join([os.fsencode(python.resolve()), pins.read_bytes()])
    return cache / name / hashlib.sha256(identity).hexdigest()[:16]


def environment(  # what it is made of, and for whom
    cache: Path,
    settings: Settings,
    variables: Mapping[str, str],
    progress: Progress,
    python: Path | None = None,
    *,
    pins: Path = PINS,
    name: str = "pip-tools",
) -> Path:
    """Return the interpreter of the environment, making it if it is not there.

    `python` is the interpreter that it is made from, envc's own when None; `pins` is the file with what is in it, and
    `name` the folder of the cache. Takes a few seconds and a package index the first time. Raises a `Report` named
    `resolver-environment` when it cannot be made.
    """
    import shutil
    import tempfile

    base = python or Path(sys.executable)
    place = place_of(cache, base, pins, name)
    if interpreter_in(place).exists():
        return interpreter_in(place)
    progress("making the environment of the resolver")
    with room_in(CACHE):
        place.parent.mkdir(parents=True, exist_ok=True)
        new = Path(tempfile.mkdtemp(prefix=f".{place.name}-", dir=place.parent))
        try:
            fill(new, base, settings, variables, pins)
            put(new, place)
        finally:
            shutil.rmtree(new, ignore_errors=True)
    return interpreter_in(place)


def fill(new: Path, base: Path, settings: Settings, variables: Mapping[str, str], pins: Path = PINS) -> None:
    """Make the environment in an empty folder. What pip must know of addresses is in a file that only we can read."""
    import tempfile

    with tempfile.TemporaryDirectory(prefix="envc-") as private:
        configuration = Path(private, "pip.conf")
        configuration.touch(mode=0o600)
        configuration.write_text(settings.configuration, encoding="utf-8")
        variables = {
            **variables,
            **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), private),
        }  # what is left goes with the folder
        run([str(base), "-m", "venv", "--without-pip", str(new)], private, variables)
        pip = [sys.executable, "-m", "pip", "--python", str(interpreter_in(new)), "install", "--quiet"]
        options = ["--no-deps", "--require-hashes", "--only-binary=:all:", "-r", str(pins)]
        run([*pip, *options], private, {**variables, "PIP_CONFIG_FILE": str(configuration)})


def put(new: Path, place: Path) -> None:
    """Move a finished environment to its place, unless another process was first."""
    try:
        new.rename(place)
    except OSError:
        if not interpreter_in(place).exists():
            raise


def run(command: list[str], folder: str, variables: Mapping[str, str]) -> None:
    """Run a step in a folder without a Python file, so that none can be imported from it. Raises a `Report`."""
    import subprocess

    try:
        status, output = run_whole(command, folder, variables)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise cannot_make(type(error).__name__) from error
    if status != 0:
        lines = [line for line in output.splitlines() if line.strip()]
        if any(word in line for line in lines for word in WORDS):
            raise disk_full(CACHE)
        errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR: ")]
        raise cannot_make(*(errors or lines)[-2:])


def run_whole(command: list[str], folder: str, variables: Mapping[str, str]) -> tuple[int, str]:
    """Run a command and return its exit code and what it printed.

    pip starts another pip, so both get a session of their own, and when anything interrupts the wait both are killed.
    """
    import signal
    import subprocess

    with subprocess.Popen(  # noqa: S603 (the arguments are envc's own)
        command,
        cwd=folder,
        env=dict(variables),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as step:
        try:
            output, _ = step.communicate(timeout=TIME_LIMIT)
        except BaseException:
            if os.name == "posix":
                os.killpg(step.pid, signal.SIGKILL)
            step.kill()
            raise
    return step.returncode, output


def cannot_make(*reasons: str) -> Report:
    """Return the report of an environment that cannot be made."""
    return world_failed(
        "resolver-environment",
        "the environment of the package resolver cannot be made",
        notes=map(plain, reasons),
        helps=("`python -m pip download pip-tools` shows whether pip reaches a package index on this machine",),
    )
