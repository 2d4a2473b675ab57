"""Steps that have a program fetch packages, where `fetches` brings them before, or nothing does. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import PurePosixPath

from envc.diagnostics import Diagnostic
from envc.diagnostics.diagnostic import wrong
from envc.language.command_words import pipes_of
from envc.language.origin import Origin
from envc.language.refused import Refused, refuse_first
from envc.language.refused_values import cannot_take
from envc.language.script_lines import first_line, line_of

_WHY = "fetches packages, and a step has no network"
_LOCKED = "`fetches {}` in the block of `build` brings what the lock of the source names, before the steps"
_NAMED = "what is named here is a `source` and a `build` of its own that `fetches {}`, or a `tool`"
_OTHERS = "what it needs lies in the folder that is compiled, or is a `tool` of `stage builder`, file by file"
_ABOUT = frozenset(("--help", "--version", "-h", "-v", "-V"))
#: Options that keep a program from fetching, and variables that do; all that is fetched from this machine is there.
_OFFLINE = frozenset(("--frozen", "--immutable-cache", "--local", "--offline", "--prefer-offline", "-l"))
_FROM_HERE = re.compile(r"(?:--[\w-]+=)?(?:net\.offline=true|https?://(?:localhost|127\.0\.0\.1|\[::1\])(?:[:/].*)?)")
_OF_NODE = re.compile(r"\bnpm_config_offline=[\"']?true\b", re.IGNORECASE)
_SAID_BEFORE: Mapping[str, re.Pattern[str]] = {
    "cargo": re.compile(r"\bCARGO_NET_OFFLINE=[\"']?true\b"),
    "go": re.compile(r"\bGOPROXY=[\"']?(?:off\b|file:)|\bGOFLAGS=[\"']?(?:-\S+ +)*-mod=vendor\b"),
    **dict.fromkeys(("npm", "pnpm", "yarn"), _OF_NODE),
}
#: Options that a value follows, by their programs.
_WITH_VALUE: Mapping[str, frozenset[str]] = {
    name: frozenset(options.split())
    for name, options in {
        "cargo": "-C -F -Z -j --bin --branch --color --config --features --git --index --jobs --manifest-path --path "
        "--profile --registry --rev --root --tag --target --target-dir",
        "go": "-C -asmflags -exec -gcflags -ldflags -mod -modfile -o -overlay -p -pkgdir -tags -toolexec",
        "npm": "-C -w --before --cache --cpu --fetch-retries --fetch-timeout --include --install-strategy --libc "
        "--loglevel --maxsockets --omit --os --prefix --registry --script-shell --tag --userconfig --workspace",
        "yarn": "--cache-folder --cwd --modules-folder --mutex --network-concurrency --network-timeout --registry",
        "pnpm": "-C -F --dir --filter --loglevel --network-concurrency --prefix --registry --reporter --store-dir",
        "gem": "-P -i -n -s --bindir --build-root --config-file --document --install-dir --platform --source "
        "--trust-policy",
        "bundle": "-j --gemfile --jobs --path --retry --with --without",
    }.items()
}
_REDIRECTED = re.compile(r"(?:[0-9]*|&)[<>]+&?(.*)")
#: What lies in the project, and no index: a folder of it, and a file.
_OWN = re.compile(r"(?:file:|~?/|\.{1,2}(?:/|$)).*|.*\.(?:gem|tgz|tar\.gz)")


def fetching_step(texts: tuple[str, ...], fetches: Collection[str] = ()) -> Refused | None:
    """Return why a step is refused that has a program fetch packages, unless it is one that they were fetched for."""
    for pipe in pipes_of(texts):
        for program, *arguments in pipe:
            name = PurePosixPath(program).name
            judge = _JUDGES.get(name) if name not in fetches and not _is_offline(name, arguments, texts) else None
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


def _is_offline(name: str, arguments: list[str], texts: tuple[str, ...]) -> bool:
    """Say whether a program takes nothing from elsewhere, as its options or a variable before it say."""
    before = _SAID_BEFORE.get(name)
    if _OFFLINE.intersection(arguments) or (before and before.search(" ".join(texts))):
        return True
    return any(_FROM_HERE.fullmatch(one.strip("\"'")) for one in arguments)


def _words(name: str, arguments: list[str]) -> tuple[str, list[str]]:
    """Return a program's command, the empty one where none is said, and what it is for: no options, no redirections."""
    found: list[str] = []
    place = 0
    while place < len(arguments):
        word = arguments[place].strip("\"'")
        redirected = _REDIRECTED.fullmatch(word)
        if word in _WITH_VALUE[name] or (redirected and not redirected[1]):
            place += 1
        elif not redirected and not word.startswith("-"):
            found.append(word)
        place += 1
    return (found[0], found[1:]) if found else ("", [])


def _of_cargo(arguments: list[str]) -> str:
    toolchain = next(iter(arguments), "").startswith("+")
    command, named = _words("cargo", arguments[toolchain:])
    options = {one.partition("=")[0] for one in arguments}
    elsewhere = (named or "--git" in options) and options.isdisjoint({"--list", "--path"})
    return _LOCKED if command in {"fetch", "vendor"} else _NAMED if command == "install" and elsewhere else ""


def _of_go(arguments: list[str]) -> str:
    command, named = _words("go", arguments)
    if command in {"install", "run"}:  # what stands behind the package may be for the program
        return _NAMED if any(re.search(r"\w@\w", one) for one in named[:1]) else ""
    return _LOCKED if command == "get" or (command, *named[:1]) == ("mod", "download") else ""


def _of_npm(arguments: list[str]) -> str:
    command, named = _words("npm", arguments)
    if command not in {"add", "ci", "clean-install", "i", "install"} or _are_own(named):
        return ""
    return _NAMED if named else _LOCKED


def _by_others(name: str, *commands: str) -> Callable[[list[str]], str]:
    """Return what judges a program by its command, which is the empty one where none is said."""

    def judge(arguments: list[str]) -> str:
        command, named = _words(name, arguments)
        return _OTHERS if command in commands and not _are_own(named) else ""

    return judge


def _are_own(named: list[str]) -> bool:
    return bool(named) and all(_OWN.fullmatch(one) for one in named)


_JUDGES: Mapping[str, Callable[[list[str]], str]] = {
    "cargo": _of_cargo,
    "go": _of_go,
    "npm": _of_npm,
    "yarn": _by_others("yarn", "", "add", "install"),
    "pnpm": _by_others("pnpm", "add", "fetch", "i", "install"),
    "gem": _by_others("gem", "fetch", "i", "install"),
    "bundle": _by_others("bundle", "", "install", "update"),
}
