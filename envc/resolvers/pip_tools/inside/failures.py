"""What is known about a failure, in the form that `failure.py` reads."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from typing import Any

#: What a full disk, or a full share of one, says.
FULL = {errno.ENOSPC, errno.EDQUOT}


class UnansweredError(Exception):
    """envc has no answer, and knows by a number why."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class AddressRefusalError(Exception):
    """A package depends on a file at an address instead of a package of an index."""

    def __init__(self, name: str, parent: str | None) -> None:
        super().__init__(name)
        self.name, self.parent = name, parent


def explain(error: BaseException) -> dict[str, Any]:
    """Return the kind of a failure and its facts."""
    from pip._internal.exceptions import DistributionNotFound, UnsupportedPythonVersion

    if isinstance(error, AddressRefusalError):
        return {"kind": "address", "name": error.name, "parent": error.parent}
    chain = list(chain_of(error))
    if any(isinstance(one, OSError) and one.errno in FULL for one in chain):
        return {"kind": "disk-full"}
    if numbers := [one.number for one in chain if isinstance(one, UnansweredError)]:
        return {"kind": "unanswered", "number": numbers[0]}
    stated = getattr(error.__cause__, "causes", None)
    if isinstance(error, (DistributionNotFound, UnsupportedPythonVersion)) and stated:
        causes = [
            {
                "name": str(cause.requirement.project_name),
                "requirement": cause.requirement.format_for_error(),
                "specifier": specifier_of(cause.requirement),
                "parent": cause.parent and f"{cause.parent.project_name} {cause.parent.version}",
            }
            for cause in stated
        ]
        return {"kind": "conflict", "causes": causes}
    return {"kind": "unexpected", "type": type(error).__name__, "detail": str(error)}


def specifier_of(requirement: Any) -> str:
    """Return the versions that a requirement of the resolver takes, of a package or of Python."""
    ireq = getattr(requirement, "_ireq", None)
    return str(ireq.specifier if ireq is not None else getattr(requirement, "specifier", ""))


def chain_of(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an exception and what it came from."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
