"""Why a package is in a lock: the shortest chain from a clause of the program to it. Pure."""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

from envc.language.environment import Environment
from envc.language.facets import PythonPackage
from envc.language.package_names import normalised
from envc.lock.model import Lock


class Step(NamedTuple):
    """A package and what it needs of the next one."""

    name: str
    version: str
    needs: str  # `scipy>=1.8`


class Reason(NamedTuple):
    """A chain from what the program asks for to a package."""

    asked: PythonPackage
    steps: tuple[Step, ...]  # none when the program asks for the package itself


def why(lock: Lock, environment: Environment, name: str) -> tuple[Reason, ...]:
    """Return the shortest chain from every package that the program asks for and that leads to `name`, shortest first.

    Empty when the lock does not have the package.
    """
    packages = {package.name for package in (*lock.everything, *lock.provided)}
    wanted = normalised(name)
    if wanted not in packages:
        return ()
    asked = {package.name: package for package in environment.every(PythonPackage)}
    reasons = []
    before: dict[str, Step | None] = {wanted: None}  # the step from a package towards the wanted one
    queue = deque([wanted])
    needed_by = _needed_by(lock)
    while queue:
        current = queue.popleft()
        if current in asked:
            reasons.append(Reason(asked[current], _chain(current, before)))
        for step in needed_by.get(current, ()):
            if step.name not in before:
                before[step.name] = step
                queue.append(step.name)
    return tuple(reasons)


def _needed_by(lock: Lock) -> dict[str, list[Step]]:
    """Return for each package the steps that lead to it, sorted by name."""
    found: dict[str, list[Step]] = {}
    rows = [(package.name, package.version, package.requires) for package in (*lock.everything, *lock.seen)]
    for name, version, requires in sorted(rows):
        for text in requires:
            found.setdefault(needed_name(text), []).append(Step(name, version, text))
    return found


def _chain(start: str, before: dict[str, Step | None]) -> tuple[Step, ...]:
    steps = []
    step = before[start]
    while step is not None:
        steps.append(step)
        step = before[needed_name(step.needs)]
    return tuple(steps)


def needed_name(requirement: str) -> str:
    """Return the package that a locked requirement names, `uvicorn` of `uvicorn[standard]>=0.12`."""
    end = next((place for place, letter in enumerate(requirement) if letter in "[<>=!~ ("), len(requirement))
    return normalised(requirement[:end])
