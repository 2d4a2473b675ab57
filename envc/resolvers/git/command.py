"""One call of `git`: without questions, and without settings of the machine that change what comes out.

Credentials, proxies and certificates are those that the machine's git has.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

from envc.lock.repositories import SCHEMES
from envc.resolvers.running import running

#: Seconds after which one call is given up.
TIME_LIMIT = 600.0

#: Settings that go before the machine's: nothing but git itself runs, and no file is changed on its way to the disk.
_SETTINGS = (
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.autocrlf=false",
    "core.eol=lf",
    "core.safecrlf=false",
    "core.symlinks=true",
    "core.fileMode=true",
    "core.attributesFile=/dev/null",
    "core.sharedRepository=umask",
    "core.alternateRefsCommand=",
    "fetch.recurseSubmodules=false",
    "fetch.writeCommitGraph=false",
    "gc.auto=0",
    "maintenance.auto=false",
    "http.lowSpeedLimit=1000",
    "http.lowSpeedTime=30",
    "protocol.version=2",
)
#: Variables that would lead git to another repository or other objects, or have it ask in a window.
_TAKEN_AWAY = ("SSH_ASKPASS", "SSH_ASKPASS_REQUIRE")
_KEPT = ("GIT_ASKPASS", "GIT_SSH", "GIT_SSH_COMMAND", "GIT_SSL_CAINFO", "GIT_SSL_CAPATH", "GIT_SSL_NO_VERIFY",
         "GIT_PROXY_COMMAND", "GIT_PROXY_SSL_CAINFO", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM",
         "GIT_EXEC_PATH")  # fmt: skip


class Finished(NamedTuple):
    """How a call ended."""

    code: int
    out: bytes
    err: str


def variables_of(environ: Mapping[str, str], *, bare_of_settings: bool = False) -> dict[str, str]:
    """Return the variables that git gets. `bare_of_settings` leaves out the machine's own, where nobody is asked."""
    found = {
        name: value
        for name, value in environ.items()
        if name not in _TAKEN_AWAY and (not name.startswith("GIT_") or name in _KEPT)
    }
    found |= {
        "LC_ALL": "C",
        "GIT_TERMINAL_PROMPT": "0",
        "GCM_INTERACTIVE": "never",
        "GIT_ALLOW_PROTOCOL": ":".join(SCHEMES),
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_LFS_SKIP_SMUDGE": "1",
    }
    found.setdefault("GIT_SSH_COMMAND", "ssh -oBatchMode=yes")
    if bare_of_settings:
        found |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    return found


def run(arguments: Sequence[str], variables: Mapping[str, str], folder: str, given: bytes | None = None) -> Finished:
    """Run git to its end in a folder. Whatever interrupts the wait ends it and all that it started.

    Raises FileNotFoundError where there is no git.
    """
    settings = [word for setting in _SETTINGS for word in ("-c", setting)]
    with (
        subprocess.Popen(  # noqa: S603  # the arguments are envc's own
            ["git", *settings, *arguments],  # noqa: S607  # the one on the PATH, as a user has it
            cwd=folder,
            env=dict(variables),
            stdin=subprocess.DEVNULL if given is None else subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        ) as child,
        running(child),
    ):
        try:
            out, err = child.communicate(given, timeout=TIME_LIMIT)
        except subprocess.TimeoutExpired:
            _end(child)
            return Finished(124, b"", "fatal: git timed out")
        except BaseException:
            _end(child)
            raise
    return Finished(child.returncode, out, err.decode(errors="replace"))


def _end(child: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.communicate()
