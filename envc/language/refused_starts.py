"""What a container must not start, and what other tools have that the language refuses with it. Pure.

Every program with a `run` loads this file: what reads scripts of a shell is loaded only for one.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import NamedTuple

from envc.language.values import refuse


class Refused(NamedTuple):
    """Why something is refused: the diagnostic's name, what its label says, what to write, and a word in its place."""

    name: str
    why: str
    remedy: str
    word: str = ""


SSH = Refused(
    "ssh-server",
    "a container needs no ssh",
    "`launch` starts the ranks of a job; `docker exec -it NAME bash` opens a shell in one that runs",
)
SERVICES = Refused(
    "several-services",
    "one environment is one process",
    "write an `env` for each; `target compose` and `target kubernetes` start them side by side",
)
#: Managers of packages of other distributions, by what calls them.
OTHER_MANAGERS = frozenset(("apk", "brew", "dnf", "emerge", "microdnf", "pacman", "tdnf", "yum", "zypper"))
SHELLS = frozenset(("ash", "bash", "dash", "sh", "zsh"))
_SUPERVISORS = frozenset(("monit", "runsvdir", "s6-svscan", "supervisord"))
_SERVICE = frozenset(("rc-service", "service", "systemctl"))
_DAEMONS = frozenset(("ssh", "sshd"))


def refuse_start(texts: tuple[str, ...]) -> None:
    """Refuse what a container starts, where that is an ssh server or a supervisor of several programs."""
    refuse_first(found for pipe in pipes_of(texts) for words in pipe if (found := _of_a_start(words)))


def refuse_first(found: Iterator[Refused]) -> None:
    """Refuse a value for the first of some reasons, if there is one."""
    refused = next(found, None)
    if refused:
        refuse(refused.name, refused.why, refused.remedy)


def pipes_of(texts: tuple[str, ...]) -> Iterator[list[list[str]]]:
    """Yield the pipes of a command of one text or of several arguments, each a list of commands in words."""
    script = _script(texts)
    if script is None:
        words = list(texts) if len(texts) != 1 else texts[0].split()
        if words:
            yield [words]
        return
    from envc.language.shell_text import pipes_in, without_texts, words_of

    for pipe in pipes_in(without_texts(script)):
        commands = [words for one in pipe if (words := words_of(one))]
        if commands:
            yield commands


def _script(texts: tuple[str, ...]) -> str | None:
    """Return what a shell reads: a text of several lines or commands, or what stands behind `sh -c`."""
    if len(texts) == 1:
        return texts[0] if any(mark in texts[0] for mark in "\n|&;") else None
    if texts and PurePosixPath(texts[0]).name in SHELLS:
        return next((texts[place + 1] for place, one in enumerate(texts[:-1]) if _says_command(one)), None)
    return None


def _says_command(text: str) -> bool:
    return text[:1] == "-" and text[1:].isalpha() and text[-1:] == "c"


def _of_a_start(words: list[str]) -> Refused | None:
    begin = next((place for place, one in enumerate(words) if one not in {"exec", "sudo"}), 0)
    path, arguments = PurePosixPath(words[begin]), words[begin + 1 :]
    serves = path.name == "sshd" or (path.name in _DAEMONS and path.parent.name == "init.d")
    if serves or (path.name in _SERVICE and not _DAEMONS.isdisjoint(arguments)):
        return SSH
    return SERVICES if path.name in _SUPERVISORS else None
