"""Steps that have a program fetch packages, where `fetches` brings them before, or nothing does. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import PurePosixPath

from envc.diagnostics import Diagnostic
from envc.diagnostics.diagnostic import wrong
from envc.language.command_words import behind_options, pipes_of
from envc.language.origin import Origin
from envc.language.refused import Refused, refuse_first
from envc.language.refused_values import cannot_take
from envc.language.script_lines import first_line, line_of

_WHY = "fetches packages, and a step has no network"
_LOCKED = "`fetches {}` in the block of `build` brings what the lock of the source names, before the steps"
_NAMED = "what is named here is a `source` and a `build` of its own that `fetches {}`, or a `tool`"
_OTHERS = "what it needs lies in the folder that is compiled, or is a `tool` of `stage builder`, file by file"
_ABOUT = frozenset(("--help", "--version", "-h", "-v", "-V"))
#: Options that keep a program from fetching.
_OFFLINE = frozenset(("--frozen", "--local", "--offline", "--prefer-offline", "-l"))
#: Options before a command that a value follows.
_WITH_VALUE = frozenset(
    ("-C", "--color", "--config", "--cwd", "--dir", "--filter", "--prefix", "-w", "--workspace", "-Z")
)


def fetching_step(texts: tuple[str, ...], fetches: Collection[str] = ()) -> Refused | None:
    """Return why a step is refused that has a program fetch packages, unless it is one that they were fetched for."""
    for pipe in pipes_of(texts):
        for program, *arguments in pipe:
            name = PurePosixPath(program).name
            judge = _JUDGES.get(name) if name not in fetches else None
            remedy = judge(arguments) if judge and not _ABOUT & set(arguments) else ""
            if remedy:
                return Refused("network-in-build", _WHY, remedy.format(name))
    return None


def refuse_fetching(texts: tuple[str, ...]) -> None:
    """Refuse a check that has a program fetch packages: nothing brings them for one."""
    refuse_first(one for one in (fetching_step(texts),) if one)


def refuse_fetching_steps(
    steps: Mapping[int, tuple[str, ...]], fetches: Collection[str], origin: Origin
) -> Iterator[Diagnostic]:
    """Yield a mistake for each step of a build, by its place in it, that fetches what `fetches` did not bring."""
    for position, arguments in steps.items():
        refused = fetching_step(arguments, fetches)
        if refused is None:
            continue
        place = origin.of(f"entries.{position}.values")
        if "\n" in arguments[-1]:
            script = arguments[-1]
            place = line_of(place, first_line(script, lambda one: fetching_step((one,), fetches) is not None))
        message = cannot_take("run", place.text)
        yield Diagnostic(refused.name, message, (wrong(place, refused.why),), helps=(refused.remedy,))


def _of_cargo(arguments: list[str]) -> str:
    toolchain = next(iter(arguments), "").startswith("+")
    command, *named = behind_options(arguments[toolchain:], _WITH_VALUE) or [""]
    if _OFFLINE.intersection(arguments):
        return ""
    here = any(one.partition("=")[0] == "--path" for one in named)
    return _LOCKED if command in {"fetch", "vendor"} else _NAMED if command == "install" and named and not here else ""


def _of_go(arguments: list[str]) -> str:
    command, *named = behind_options(arguments, _WITH_VALUE) or [""]
    if command in {"install", "run"}:
        return _NAMED if any(re.search(r"\w@\w", one) for one in named) else ""
    return _LOCKED if command == "get" or (command, *named[:1]) == ("mod", "download") else ""


def _of_npm(arguments: list[str]) -> str:
    command, *named = behind_options(arguments, _WITH_VALUE) or [""]
    if command not in {"add", "ci", "clean-install", "i", "install"} or _OFFLINE.intersection(arguments):
        return ""
    packages = [one for one in named if not one.startswith("-")]
    if packages and all(one.endswith(".tgz") for one in packages):
        return ""
    return _NAMED if packages else _LOCKED


def _by_others(*commands: str) -> Callable[[list[str]], str]:
    """Return what judges a program by its command, which is the empty one where none is said."""

    def judge(arguments: list[str]) -> str:
        command, *named = behind_options(arguments, _WITH_VALUE) or [""]
        packages = [one for one in named if not one.startswith("-")]
        files = bool(packages) and all(one.endswith((".gem", ".tgz")) for one in packages)
        return _OTHERS if command in commands and not files and not _OFFLINE.intersection(arguments) else ""

    return judge


_JUDGES: Mapping[str, Callable[[list[str]], str]] = {
    "cargo": _of_cargo,
    "go": _of_go,
    "npm": _of_npm,
    "yarn": _by_others("", "add", "install"),
    "pnpm": _by_others("add", "fetch", "i", "install"),
    "gem": _by_others("fetch", "i", "install"),
    "bundle": _by_others("", "install", "update"),
}
