"""Secrets of a container: where their values come from, and the files that bring them in.

A secret that is not there is left out with a note, and not an error: many programs have a secret only somewhere (a
tracker's key, a token in production), and one that cannot do without says so itself. An empty value that was given is
given to the program; it is no missing one.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from envc.diagnostics import Diagnostic, Report
from envc.engines.container import Mount

#: Memory that is never written to a disk, on Linux.
_MEMORY = Path("/dev/shm")  # noqa: S108  # the folder made in it is new and private


class Secret(NamedTuple):
    """A secret and its value. The value is for the container alone."""

    name: str
    path: str
    variable: str | None
    value: bytes

    def __repr__(self) -> str:
        """Return its name, never its value."""
        return f"Secret({self.name!r})"

    @property
    def text(self) -> str:
        """The value as a variable holds it; a final newline, as editors leave it, is no part of it."""
        value = self.value.removesuffix(b"\n").removesuffix(b"\r")
        if b"\0" in value:
            message = f"the secret `{self.name}` holds a NUL byte, which no variable can hold"
            raise Report([Diagnostic("unreadable-secret", message)])
        return os.fsdecode(value)


class Secrets(NamedTuple):
    """The secrets that are there, and notes about those that are not."""

    found: tuple[Secret, ...]
    notes: tuple[Diagnostic, ...]

    @property
    def variables(self) -> dict[str, str]:
        """The values that go into variables."""
        return {one.variable: one.text for one in self.found if one.variable}


def find_secrets(
    planned: Iterable[Mapping[str, Any]], given: Mapping[str, Path], environ: Mapping[str, str]
) -> Secrets:
    """Return the secrets of a manifest, from files that were given by name or else from the caller's variables.

    Raises a Report for a name that the program does not have, and for a file that cannot be read.
    """
    known = {one["name"]: one for one in planned}
    unknown = [name for name in given if name not in known]
    if unknown:
        notes = (f"it has: {', '.join(sorted(known)) or 'none'}",)
        raise Report(
            Diagnostic("unknown-secret", f"the program has no secret `{name}`", notes=notes) for name in unknown
        )
    found, missing = [], []
    for name, one in known.items():
        variable = one["variable"]
        if name in given:
            found.append(Secret(name, one["path"], variable, _read(name, given[name])))
        elif variable and variable in environ:
            found.append(Secret(name, one["path"], variable, os.fsencode(environ[variable])))
        else:
            missing.append(_missing(name, variable))
    return Secrets(tuple(found), tuple(missing))


def _read(name: str, path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        reason = (error.strerror or "unknown error").lower()
        message = f"the secret `{name}` cannot be read from `{path}`: {reason}"
        raise Report([Diagnostic("unreadable-secret", message)]) from None


def _missing(name: str, variable: str | None) -> Diagnostic:
    helps = [f"`--secret {name}=FILE` gives it"]
    helps += [f"so does the variable {variable}"] if variable else []
    message = f"the container starts without the secret `{name}`"
    return Diagnostic("missing-secret", message, helps=tuple(helps), severity="note")


@contextmanager
def delivered(secrets: Iterable[Secret]) -> Iterator[tuple[Mount, ...]]:
    """Yield mounts of files with the secrets, which are removed at the end.

    The files are readable by all, because the container may run as anybody, and lie in a new folder that only the
    caller can enter; on Linux that folder is in memory.
    """
    wanted = tuple(secrets)
    if not wanted:
        yield ()
        return
    memory = _MEMORY if _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK | os.X_OK) else None
    folder = Path(tempfile.mkdtemp(prefix="envc-secrets-", dir=memory))
    try:
        mounts = []
        for number, secret in enumerate(wanted):
            file = folder / str(number)
            file.write_bytes(secret.value)
            file.chmod(0o444)
            mounts.append(Mount(secret.name, "bind", str(file), secret.path, readonly=True))
        yield tuple(mounts)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
