"""What a container must not start: an ssh server, and a supervisor of several programs. Pure."""

from __future__ import annotations

from pathlib import PurePosixPath

from envc.language.command_words import pipes_of
from envc.language.refused import Refused, refuse_first

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
_SUPERVISORS = frozenset(("monit", "runsvdir", "s6-svscan", "supervisord"))
_SERVICE = frozenset(("rc-service", "service", "systemctl"))
_DAEMONS = frozenset(("ssh", "sshd"))


def refuse_start(texts: tuple[str, ...]) -> None:
    """Refuse what a container starts, where that is an ssh server or a supervisor of several programs."""
    refuse_first(found for pipe in pipes_of(texts) for words in pipe if (found := _of_a_start(words)))


def _of_a_start(words: list[str]) -> Refused | None:
    begin = next((place for place, one in enumerate(words) if one not in {"exec", "sudo"}), 0)
    path, arguments = PurePosixPath(words[begin]), words[begin + 1 :]
    serves = path.name == "sshd" or (path.name in _DAEMONS and path.parent.name == "init.d")
    if serves or (path.name in _SERVICE and not _DAEMONS.isdisjoint(arguments)):
        return SSH
    return SERVICES if path.name in _SUPERVISORS else None
