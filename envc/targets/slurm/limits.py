"""Limits of processes, as bash sets them. Slurm hands the soft ones on to the tasks; the hard ones are the node's."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from envc.plan.run_parts import PlannedUlimit

#: The option of `ulimit`, and what it counts in.
_OPTIONS = {
    "core": ("c", 1024),
    "cpu": ("t", 1),
    "data": ("d", 1024),
    "fsize": ("f", 1024),
    "locks": ("x", 1),
    "memlock": ("l", 1024),
    "msgqueue": ("q", 1),
    "nice": ("e", 1),
    "nofile": ("n", 1),
    "nproc": ("u", 1),
    "rss": ("m", 1024),
    "rtprio": ("r", 1),
    "sigpending": ("i", 1),
    "stack": ("s", 1024),
}
_HANDED_ON = frozenset(("core", "cpu", "data", "fsize", "memlock", "nofile", "nproc", "rss", "stack"))


def limit_lines(limits: tuple[PlannedUlimit, ...]) -> list[str]:
    """Return a line for each limit."""
    lines: list[str] = []
    for one in limits:
        option, unit = _OPTIONS[one.name]
        lines.append(f"ulimit -S -{option} {_value(one.soft, unit)}")
    return lines


def handed_on(limits: tuple[PlannedUlimit, ...]) -> tuple[str, ...]:
    """Return the option by which Slurm hands the limits on."""
    names = [one.name.upper() for one in limits if one.name in _HANDED_ON]
    return (f"--propagate={','.join(names)}",) if names else ()


def _value(value: int | None, unit: int) -> str:
    return "unlimited" if value is None else str(-(-value // unit))
