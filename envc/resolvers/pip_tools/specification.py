"""What the child process is told: the target as pip sees it, and pip-compile's arguments."""

from __future__ import annotations

from typing import Any, NamedTuple

from envc.lock.resolution import Request
from envc.resolvers.python_target import abi_of, markers_of, platforms_of, release
from envc.resolvers.requested import bounds_of, lines_of, overrides_of
from envc.resolvers.stand_in import file_name, wheel_of

#: Nothing that a machine's configuration could add reaches the text, and `via` stands on one line.
ARGUMENTS = (
    *("--quiet", "--no-config", "--no-header", "--generate-hashes", "--allow-unsafe", "--strip-extras"),
    *("--no-emit-index-url", "--no-emit-find-links", "--no-emit-trusted-host", "--no-emit-options"),
    *("--annotation-style", "line", "--newline", "lf", "--output-file", "requirements.txt"),
    *("--pip-args", "--no-input --only-binary=:all:", "--cache-dir", "cache"),
)


#: Where there are bounds.
BOUNDED = ("--constraint", "constraints.txt")


class Task(NamedTuple):
    """Everything that the child gets."""

    specification: dict[str, Any]
    requirements: str  # the text of `requirements.in`
    pins: str  # the text of `requirements.txt` before, empty when there are none
    bounds: str = ""  # the text of `constraints.txt`, empty when there are none
    known: tuple[tuple[str, bytes], ...] = ()  # wheels that stand for packages of no index, by their names


def task_of(request: Request) -> Task:
    """Return what the child is told for a request. Raises `ValueError` for a requirement that envc must not pass on."""
    return Task(
        {
            "python": [int(part) for part in release(request.target.python)],
            "abi": abi_of(request.target),
            "platforms": platforms_of(request.target),
            "markers": markers_of(request.target),
            "known": {one.name: file_name(one) for one in request.known},
            "overrides": overrides_of(request),
            "bare": list(request.bare),
            "arguments": [*ARGUMENTS, *BOUNDED * bool(request.bounds), "requirements.in"],
        },
        "".join(f"{line}\n" for line in lines_of(request)),
        "".join(f"{pin}\n" for pin in sorted(request.pins)),
        "".join(f"{bound}\n" for bound in bounds_of(request)),
        tuple((file_name(one), wheel_of(one)) for one in request.known),
    )
