"""What steps of a build do that the language says with a word of its own. Pure.

A step has no network and no archive of packages, and is root's already: what asks for any of them would fail minutes
later, or do what the lock does not know of.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import PurePosixPath

from envc.language.command_words import SHELLS, behind_options, pipes_of
from envc.language.refused import Refused, refuse_first

#: Managers of packages of other distributions, by what calls them.
OTHER_MANAGERS = frozenset(("apk", "brew", "dnf", "emerge", "microdnf", "pacman", "tdnf", "yum", "zypper"))
_READERS = SHELLS | {"perl", "python", "python3"}
#: What such a manager is told that asks an archive.
_CHANGES = frozenset(
    (
        *("-S", "-Sy", "-Syu", "add", "build-dep", "create", "dist-upgrade", "download", "full-upgrade"),
        *("groupinstall", "install", "localinstall", "update", "upgrade"),
    )
)
_UPGRADES = frozenset(("dist-upgrade", "full-upgrade", "upgrade"))
_UPDATES = _UPGRADES | {"-Sy", "-Syu", "update"}
_UPGRADE_OF_ALL = "leave it out: the lock decides versions, and `envc lock --upgrade` moves them"
_REMOTE = re.compile(r"[\"']?(?:git\+)?(?:https?|ftp|git|ssh)://(?!localhost\b|127\.|\[::1\])|[\"']?git@")
_REQUIREMENT = re.compile(r"[\"']?[A-Za-z0-9][\w.-]*(?:\[[\w,. -]*\])?\s*(?:[<>=!~].*)?[\"']?", re.DOTALL)
_OPEN = re.compile(r"[0246]?77[67]|[ugo]*[oa][ugoa]*[+=][rxX]*w[rwxXst]*")
_INSTALLED = re.compile(r"/(?:site|dist)-packages/")
_OF_PIP = frozenset(("install", "download", "wheel"))
#: pip's options that a value follows.
_WITH_VALUE = frozenset(
    (
        *("-C", "--config-settings", "--config-setting", "--global-option", "--build-option", "--python", "--proxy"),
        *("-c", "--constraint", "-d", "--dest", "-f", "--find-links", "-i", "--index-url", "--extra-index-url"),
        *("--cache-dir", "--cert", "--no-binary", "--only-binary", "--platform", "--python-version", "--abi"),
        *("--prefix", "--root", "--src", "-t", "--target", "--report", "--timeout", "--retries", "--log"),
        *("-w", "--wheel-dir", "--implementation", "--upgrade-strategy", "--progress-bar", "--group"),
    )
)
_EDITABLE = frozenset(("-e", "--editable"))

_MANAGER = Refused(
    "other-package-manager",
    "installs packages of another distribution",
    "`apt NAME` in the block of `build`; envc installs from Debian and Ubuntu",
)
_ARCHIVE = Refused(
    "network-in-build",
    "a step has no network, and no archive of packages",
    "`apt NAME` in the block of `build` installs before, as locked",
)
_INDEX = Refused(
    "network-in-build",
    "a step has no network, and no index of packages",
    "`pip NAME` beside `build` locks and installs packages of Python",
)
_UPGRADE = Refused(
    "network-in-build", "a step has no network", "leave it out: the lock decides versions, pip's among them"
)
_PIPED = Refused(
    "network-in-build",
    "a step has no network, and what it would run was checked by nobody",
    '`tool NAME VERSION from "https://…" sha256 …` brings a program, checked',
)
_FETCHED = Refused(
    "network-in-build",
    "a step has no network, and what it would fetch was checked by nobody",
    '`tool NAME VERSION from "https://…" sha256 …` brings a file, checked',
)
_CLONED = Refused(
    "network-in-build",
    "a step has no network",
    '`source NAME from git "https://…" commit …` brings it, and `submodules` what belongs to it',
)
_CHANNEL = Refused("network-in-build", "a step has no network, and no channel", "`conda NAME` beside `build`")
_ROOT = Refused("needless-rights", "a step is root's already", "leave `sudo` out")
_EVERYBODY = Refused(
    "needless-rights",
    "anybody in the container could change it",
    "leave it out: `user`, `workdir` and `cache` give folders that the container's user writes to",
)
_BREAKING = Refused("needless-rights", "there is nothing to break: packages lie in an environment", "leave it out")
_RESOLVED = Refused(
    "network-in-build",
    "fetches packages by itself, and a step has no network",
    "{}; what it needs lies in the folder that is compiled, or is a `tool` of `stage builder`, file by file",
)
_IN_PLACE = Refused(
    "changed-package",
    "changes an installed package behind the lock's back",
    '`patch PACKAGE "file"` makes a wheel with a checksum of its own',
)


def refuse_step(texts: tuple[str, ...]) -> None:
    """Refuse a step of a build, of one text or of several arguments, that does what has a word."""
    refuse_first(found for pipe in pipes_of(texts) if (found := _of_a_step(pipe)))


def _of_a_step(pipe: Sequence[list[str]]) -> Refused | None:
    for words in pipe:
        found = _of_a_command(words)
        if found is _FETCHED and any(PurePosixPath(other[0]).name in _READERS for other in pipe[1:]):
            return _PIPED
        if found:
            return found
    return None


def _of_a_command(words: list[str]) -> Refused | None:
    name, arguments = PurePosixPath(words[0]).name, words[1:]
    if "--break-system-packages" in arguments:
        return _BREAKING
    if re.fullmatch(r"(?:pip|python)[\d.]*|uv", name):
        return _of_pip(name, arguments)
    judge = _JUDGES.get(name)
    return judge(arguments) if judge else None


def _where(refused: Refused, test: Callable[[str], object]) -> Callable[[list[str]], Refused | None]:
    """Return what refuses a command with an argument that passes a test."""
    return lambda arguments: refused if any(map(test, arguments)) else None


def _of_git(arguments: list[str]) -> Refused | None:
    arguments = behind_options(arguments, frozenset(("-C", "-c")))
    clones = arguments[:1] == ["clone"] and any(map(_REMOTE.match, arguments))
    follows = arguments[:1] in (["fetch"], ["pull"]) or arguments[:2] == ["submodule", "update"]
    return _CLONED if clones or follows else None


def _of_pip(name: str, arguments: list[str]) -> Refused | None:
    if name == "uv":
        arguments = arguments[1:] if arguments[:1] == ["pip"] else []
    elif name.startswith("python"):
        module = next((place for place, one in enumerate(arguments) if not one.startswith("-") or one == "-m"), 0)
        arguments = arguments[module + 2 :] if arguments[module : module + 2] == ["-m", "pip"] else []
    arguments = behind_options(arguments, _WITH_VALUE)
    if not arguments or arguments[0] not in _OF_PIP or "--no-index" in arguments:
        return None
    named = list(_named(arguments[1:]))
    packages = [one for one in named if (_REQUIREMENT.fullmatch(one) and one != ".") or _REMOTE.match(one)]
    if {"-U", "--upgrade"} & set(arguments) and set(packages) <= {"pip", "setuptools", "wheel"} and packages:
        return _UPGRADE
    local = all(re.search(r"\.(?:whl|tar\.gz|zip)$", one) for one in packages)
    return _INDEX if packages and not local else None


def _named(arguments: list[str]) -> Iterator[str]:
    """Yield what pip is told to install, but folders behind `-e`, whatever they are called."""
    for place, one in enumerate(arguments):
        before = arguments[place - 1] if place else ""
        folder = before in _EDITABLE and not _REMOTE.match(one)
        if not one.startswith("-") and before not in _WITH_VALUE and not folder:
            yield one


def _of_manager(refused: Refused) -> Callable[[list[str]], Refused | None]:
    """Return what judges a manager of packages: one that only upgrades is left out."""
    upgrading = refused._replace(remedy=_UPGRADE_OF_ALL)

    def judge(arguments: list[str]) -> Refused | None:
        changes = _CHANGES.intersection(arguments)
        return (
            (upgrading if changes <= (_UPGRADES if refused is _ARCHIVE else _UPDATES) else refused) if changes else None
        )

    return judge


def _of_sed(arguments: list[str]) -> Refused | None:
    """Judge an editor of streams, which changes a file only where it is told to."""
    changes = any(re.match(r"-\w*i|--in-place", one) for one in arguments)
    return _IN_PLACE if changes and any(map(_INSTALLED.search, arguments)) else None


def _resolving(option: str, offline: frozenset[str]) -> Callable[[list[str]], Refused | None]:
    """Return what judges a program that fetches what it builds with, but where one of some options keeps it from that.

    One that is told options alone builds nothing.
    """
    refused = _RESOLVED._replace(remedy=_RESOLVED.remedy.format(option))

    def judge(arguments: list[str]) -> Refused | None:
        said = {one.partition("=")[0] for one in arguments}
        builds = any(not one.startswith("-") for one in arguments)
        return refused if builds and not said & (offline | _TOLD_ALONE) else None

    return judge


def _of_bazel(arguments: list[str]) -> Refused | None:
    """Judge a program of which most commands only say something."""
    command = next((one for one in arguments if not one.startswith("-")), "")
    return (
        _resolving("`--nofetch` or `--distdir` keeps it from that", _BAZEL_OFFLINE)(arguments)
        if command in _BAZEL
        else None
    )


_TOLD_ALONE = frozenset(("--help", "--version", "-h", "-help", "-v", "-version"))
_BAZEL = frozenset(("build", "coverage", "fetch", "run", "sync", "test", "vendor"))
_BAZEL_OFFLINE = frozenset(("--distdir", "--nofetch", "--repository_cache", "--vendor_dir"))
_of_gradle = _resolving("`--offline` keeps it from that", frozenset(("--offline",)))
_of_maven = _resolving("`mvn -o` keeps it from that", frozenset(("--offline", "-o")))

#: Judges of commands but pip's, by what calls them.
_JUDGES: Mapping[str, Callable[[list[str]], Refused | None]] = {
    "sudo": lambda _: _ROOT,
    "git": _of_git,
    "add-apt-repository": lambda _: _ARCHIVE,
    "chmod": _where(_EVERYBODY, _OPEN.fullmatch),
    **dict.fromkeys(OTHER_MANAGERS, _of_manager(_MANAGER)),
    **dict.fromkeys(("apt", "apt-get", "aptitude"), _of_manager(_ARCHIVE)),
    **dict.fromkeys(("conda", "mamba", "micromamba"), _where(_CHANNEL, _CHANGES.__contains__)),
    **dict.fromkeys(("aria2c", "axel", "curl", "wget"), _where(_FETCHED, _REMOTE.match)),
    **dict.fromkeys(("bazel", "bazelisk"), _of_bazel),
    **dict.fromkeys(("gradle", "gradlew"), _of_gradle),
    **dict.fromkeys(("mvn", "mvnw"), _of_maven),
    "patch": _where(_IN_PLACE, _INSTALLED.search),
    **dict.fromkeys(("perl", "sed"), _of_sed),
}
