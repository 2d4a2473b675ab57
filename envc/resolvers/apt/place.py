"""Where a private apt runs: a folder of this machine, and programs started in it."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import which
from typing import NamedTuple, Protocol

#: Seconds after which one call of apt is given up.
TIME_LIMIT = 600.0
#: The code of a program that was given up, as `timeout` has it.
TIMED_OUT = 124
#: What apt may see of the environment: where programs are, and how the machine reaches the network.
_VARIABLES = (
    "PATH",
    "HOME",
    "http_proxy",
    "https_proxy",
    "all_proxy",
    "no_proxy",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
)


class Finished(NamedTuple):
    """How a program ended, and what it printed."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        """All that it printed."""
        return f"{self.out}\n{self.err}"


class Place(Protocol):
    """A folder in which apt runs with a configuration of its own."""

    folder: str  # as apt sees it
    lists: str  # where its indexes lie

    def write(self, files: Mapping[str, bytes]) -> None:
        """Put files into the folder; their folders are made."""
        ...

    def run(self, arguments: Sequence[str]) -> Finished:
        """Run a program with the folder's `apt.conf`."""
        ...


class MachinePlace:
    """A folder of this machine, with this machine's apt. Indexes are kept for the next time where there is a place."""

    def __init__(self, folder: Path, lists: Path) -> None:
        self.folder = str(folder)
        self.lists = str(lists)
        self._variables = {name: os.environ[name] for name in _VARIABLES if name in os.environ}
        self._variables |= {"LC_ALL": "C", "APT_CONFIG": f"{folder}/apt.conf"}

    def write(self, files: Mapping[str, bytes]) -> None:
        """Put files into the folder, readable by nobody else."""
        for name, content in files.items():
            path = Path(self.folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            path.write_bytes(content)

    def run(self, arguments: Sequence[str]) -> Finished:
        """Run a program."""
        return run(arguments, self._variables, self.folder)


def apt_of_this_machine() -> bool:
    """Say whether this machine has apt."""
    return all(map(which, ("apt-get", "apt-cache", "dpkg")))


def run(
    arguments: Sequence[str],
    variables: Mapping[str, str],
    folder: str | None = None,
    given: bytes | None = None,
    limit: float = TIME_LIMIT,
) -> Finished:
    """Run a program to its end. Whatever interrupts the wait ends the program and all that it started."""
    with subprocess.Popen(  # noqa: S603  # the arguments are envc's own
        list(arguments),
        cwd=folder,
        env=dict(variables),
        stdin=subprocess.DEVNULL if given is None else subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as child:
        try:
            out, err = child.communicate(given, timeout=limit)
        except subprocess.TimeoutExpired:
            _end(child)
            return Finished(TIMED_OUT, "", f"E: {arguments[0]} timed out")
        except BaseException:
            _end(child)
            raise
    return Finished(child.returncode, out.decode(errors="replace"), err.decode(errors="replace"))


def _end(child: subprocess.Popen[bytes]) -> None:
    if os.name == "posix":
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
    else:
        child.kill()
    child.communicate()


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Hold a file's lock, waiting for another process that has it."""
    import fcntl

    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("wb") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
