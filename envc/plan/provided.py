"""What the base brings, as the plan has it."""

from __future__ import annotations

from envc.lock.model import Lock
from envc.plan.package_parts import PlannedBasePython, PlannedProvidedPackage
from envc.plan.plan import PythonPart

#: Where the environment lies on a base that has one of its own at the usual place.
BESIDE = "/opt/venv-beside"


def python_of(lock: Lock) -> PythonPart:
    """Return the interpreter, and where its environment lies: beside that of a base which has one of its own."""
    own = lock.base_python
    return PythonPart(version=lock.python.version, **({"environment": BESIDE} if own and own.occupied else {}))


def base_python_of(lock: Lock) -> PlannedBasePython | None:
    """Return the Python of a base whose packages are part of the environment."""
    python = lock.base_python
    if python is None:
        return None
    return PlannedBasePython(
        program=python.program,
        whole=python.whole,
        folders=python.folders,
        variables=python.variables,
        unprivileged=python.unprivileged,
    )


def provided_of(lock: Lock) -> tuple[PlannedProvidedPackage, ...]:
    """Return the packages that the base brings."""
    return tuple(PlannedProvidedPackage(name=one.name, version=one.version) for one in lock.provided)
