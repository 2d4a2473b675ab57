"""The process that solves: started with nothing of ours, told where channels are, and never left behind."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from envc.diagnostics.diagnostic import Report, world_failed
from envc.lock.conda_packages import (
    ChannelFailure,
    CondaAnswer,
    CondaResult,
    CondaWish,
    NoCondaSolution,
    UnknownCondaNames,
)
from envc.lock.locked_conda import SUBDIRS, LockedCondaInstaller, LockedCondaPackage
from envc.lock.resolution import Progress
from envc.resolvers.disk import TEMPORARY, room_in
from envc.resolvers.pip_tools import environment
from envc.resolvers.running import running
from envc.resolvers.settings import Settings, clean_environment
from envc.resolvers.words import plain

PINS = Path(__file__).with_name("environment.txt")
#: Seconds after which solving is given up: the index of conda-forge is large, and is fetched once.
TIME_LIMIT = 900.0
_PIN = re.compile(r"^([a-z0-9-]+)==([0-9.]+)((?: --hash=sha256:[0-9a-f]{64})+)$", re.MULTILINE)
#: How the solver says which channel a package is from; its address is nobody's business.
_CHANNEL = re.compile(r'\s*\[channel="[^"]*"\]')
#: The lines of a solver's answer that are shown; the first ones name the packages of the program.
_MOST_LINES = 12


class Conda:
    """Solves with py-rattler, for any Linux target from any machine.

    `cache` is a folder for the environment and for what channels list, `settings` says how pip reaches its index,
    `addresses` where channels are, by name.
    """

    def __init__(
        self, cache: Path, settings: Settings, addresses: Mapping[str, str], time_limit: float = TIME_LIMIT
    ) -> None:
        self._cache = cache
        self._settings = settings
        self._addresses = addresses
        self._time_limit = time_limit

    def resolve(self, wish: CondaWish, progress: Progress) -> CondaResult:
        """Choose every version once. Raises a `Report` with exit code 3 where nobody can choose here."""
        variables = clean_environment(os.environ)
        if self._settings.cert:
            variables.setdefault("SSL_CERT_FILE", self._settings.cert)
        interpreter = environment.environment(self._cache, self._settings, variables, progress, pins=PINS, name="conda")
        progress(f"conda packages: {', '.join(one.name for one in wish.requirements)}")
        said = self._run(interpreter, self._task(wish), variables)
        if "packages" in said:
            return self._answer(said["packages"], wish)
        if "unknown" in said:
            return UnknownCondaNames(tuple((str(name), tuple(map(plain, near))) for name, near in said["unknown"]))
        if "conflict" in said:
            found = ((str(name), tuple(map(plain, versions))) for name, versions in said["versions"])
            return NoCondaSolution(reasons_of(str(said["conflict"])), tuple(found))
        return failure_of(str(said.get("failure", "")), {name: self._addresses[name] for name in wish.channels})

    def _task(self, wish: CondaWish) -> dict[str, Any]:
        return {
            "subdir": wish.subdir,
            "requirements": wish.requirements,
            "channels": [(name, self._addresses[name]) for name in wish.channels],
            "virtual": wish.virtual,
            "kept": [(one.name, one.sha256) for one in wish.kept],
            "cache": str(self._cache / "conda" / "channels"),
        }

    def _run(self, interpreter: Path, task: Mapping[str, Any], variables: Mapping[str, str]) -> dict[str, Any]:
        import subprocess
        import tempfile

        with room_in(TEMPORARY), tempfile.TemporaryDirectory(prefix="envc-") as folder:
            child = subprocess.Popen(  # noqa: S603 (the arguments are envc's own)
                [str(interpreter), "-I", str(Path(__file__).with_name("inside.py"))],
                cwd=folder,
                env={**variables, **dict.fromkeys(("TMPDIR", "TEMP", "TMP", "HOME"), folder)},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                text=True,
                encoding="utf-8",
            )
            with running(child):
                try:
                    output, _ = child.communicate(json.dumps(task), timeout=self._time_limit)
                except subprocess.TimeoutExpired:
                    raise _no_answer(f"it had no answer within {self._time_limit:.0f} seconds") from None
        try:
            said = dict(json.loads(output))
        except ValueError:
            raise _no_answer(f"it ended with {child.returncode} and without an answer") from None
        if "unexpected" in said:
            raise _no_answer(plain(str(said["unexpected"])))
        return said

    def _answer(self, packages: list[dict[str, Any]], wish: CondaWish) -> CondaAnswer | ChannelFailure:
        try:
            found = tuple(sorted((LockedCondaPackage(**one) for one in packages), key=lambda one: one.name))
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            field = ".".join(map(str, first["loc"]))
            return ChannelFailure("broken", wish.channels[0], f"a package's {field} must not stand in a lock")
        return CondaAnswer(found, installer(wish.subdir))


def installer(subdir: str) -> LockedCondaInstaller:
    """Return what installs packages in a builder: the program that resolves them."""
    match = _PIN.search(PINS.read_text(encoding="utf-8"))
    assert match is not None  # noqa: S101  # a file of ours
    hashes = re.findall(r"sha256:[0-9a-f]{64}", match[3])
    return LockedCondaInstaller(name=match[1], version=match[2], hashes=(hashes[[*SUBDIRS.values()].index(subdir)],))


def reasons_of(text: str) -> tuple[str, ...]:
    """Return the solver's words line by line, with their indentation and without addresses."""
    text = text.removeprefix("Cannot solve the request because of: ")
    lines = [line for line in text.splitlines() if line.strip()]
    shown = []
    for line in lines[:_MOST_LINES]:
        indent = line[: len(line) - len(line.lstrip())]
        shown.append(indent + plain(_CHANNEL.sub("", line.strip())))
    return (*shown, "…") if len(lines) > _MOST_LINES else tuple(shown)


def failure_of(text: str, addresses: Mapping[str, str]) -> ChannelFailure:
    """Return a failure in the terms of the lock: which channel, and why."""
    mentioned = [name for name, address in addresses.items() if address.rstrip("/") in text]
    name = max(mentioned, key=lambda name: len(addresses[name]), default=next(iter(addresses)))
    status = re.search(r"\((\d{3}) ", text)
    causes = [line.removeprefix("Caused by: ") for line in text.splitlines() if line.strip()]
    reason = plain(causes[-1]) if causes else "the resolver said nothing"
    if status and status[1] in {"401", "403", "407"}:
        return ChannelFailure("unauthorised", name, f"it answers {status[1]}")
    if status and status[1] == "404":
        return ChannelFailure("absent", name, f"it answers {status[1]}")
    if "error sending request" in text or (status and status[1][0] == "5"):
        return ChannelFailure("unreachable", name, f"it answers {status[1]}" if status else reason)
    return ChannelFailure("broken", name, reason)


def _no_answer(reason: str) -> Report:
    return world_failed(
        "conda-resolver-failed",
        "the resolver of conda packages gave no answer",
        notes=(reason,),
        helps=("name the versions that you know; when it stays so, report it with the program",),
    )
