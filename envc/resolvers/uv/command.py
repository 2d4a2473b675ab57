"""What uv is told: the target, what is wanted, and nothing of the user's."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from envc.lock.resolution import Target
from envc.resolvers.pip_tools.specification import BOUNDED
from envc.resolvers.python_target import MACHINES

#: Variables of the machine that a program needs to start. None of them says where packages come from.
PASSED_ON = (*("HOME", "PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT", "USERPROFILE"),)

#: Only pins and who asks for them reach the text; nothing is built, nothing of uv's settings counts.
ARGUMENTS = (
    *("--quiet", "--no-config", "--no-build", "--no-sources", "--no-header"),
    *("--annotation-style", "split", "--strip-extras", "--index-strategy", "first-index"),
    *("--no-python-downloads", "--color", "never", "--output-file", "requirements.txt"),
)


def own_cache(folder: Path) -> Path | None:
    """Return a folder in which uv keeps what it has learnt of the interpreter; None where none can be made.

    Nothing of an index comes there: `server` says of each page and file that it is not to be stored.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return folder if os.access(folder, os.W_OK) else None


def command_for(uv: Path, python: Path, target: Target, *, bounded: bool = False, cached: bool = False) -> list[str]:
    """Return the command, for a folder that holds `requirements.in`, and `constraints.txt` when bounded.

    `python` is any interpreter of this machine: uv wants one and takes nothing from it that the target says. The
    platform is told for its markers alone: `server` shows only wheels that the target takes, the glibc of its base
    image included.
    """
    machine, _ = MACHINES[target.platform]
    told = ["--python", str(python), "--python-version", target.python]
    told += ["--python-platform", f"{machine}-unknown-linux-gnu"]
    return [
        str(uv),
        "pip",
        "compile",
        *ARGUMENTS,
        *told,
        *BOUNDED * bounded,
        *("--no-cache",) * (not cached),
        "requirements.in",
    ]


def variables_for(environ: Mapping[str, str], index: str, folder: str, cache: Path | None = None) -> dict[str, str]:
    """Return the environment of uv. The index, which holds a secret word, goes here and not into the arguments.

    uv talks to this machine alone, so it gets no proxy, no certificate and no password.
    """
    return {
        **{name: environ[name] for name in PASSED_ON if environ.get(name)},
        **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), folder),
        **({"UV_CACHE_DIR": str(cache)} if cache else {}),
        "UV_DEFAULT_INDEX": index,
        "UV_HTTP_RETRIES": "0",
        "UV_HTTP_TIMEOUT": "86400",  # seconds; how long an index may take is ours to say
        "UV_KEYRING_PROVIDER": "disabled",
        "NETRC": os.devnull,
        "NO_PROXY": "127.0.0.1",
        "LC_ALL": "C.UTF-8",
    }
