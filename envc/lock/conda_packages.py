"""What is asked about conda packages, and what is answered. Only values; `envc/resolvers/conda` asks py-rattler."""

from __future__ import annotations

from typing import Literal, NamedTuple, Protocol

from envc.lock.locked_conda import LockedCondaInstaller, LockedCondaPackage
from envc.lock.resolution import Progress


class CondaRequirement(NamedTuple):
    """One package that the program asks for."""

    name: str
    specifier: str  # as conda writes it; empty: any
    channels: tuple[str, ...]  # names; it comes from the first of them that has it


class CondaWish(NamedTuple):
    """Packages that are wanted together."""

    subdir: str  # `linux-64`
    requirements: tuple[CondaRequirement, ...]  # sorted
    channels: tuple[str, ...]  # names, best first, that what is needed comes from
    virtual: tuple[tuple[str, str], ...]  # what the machines have: `__glibc`, `2.36`
    kept: tuple[LockedCondaPackage, ...] = ()  # of an earlier lock, taken where they still fit


class CondaAnswer(NamedTuple):
    """All packages, sorted by name."""

    packages: tuple[LockedCondaPackage, ...]
    installer: LockedCondaInstaller


class UnknownCondaNames(NamedTuple):
    """Names that no channel has that they may come from, and for each those that may be meant, best first."""

    names: tuple[tuple[str, tuple[str, ...]], ...]


class NoCondaSolution(NamedTuple):
    """The packages cannot be installed together, or not on these machines."""

    reasons: tuple[str, ...]  # the solver's own words, one line each
    versions: tuple[tuple[str, tuple[str, ...]], ...] = ()  # of names without the version that is asked for


class ChannelFailure(NamedTuple):
    """Why a channel gave no answer."""

    kind: Literal["unreachable", "unauthorised", "absent", "broken"]
    channel: str  # its name
    reason: str  # without addresses


CondaResult = CondaAnswer | UnknownCondaNames | NoCondaSolution | ChannelFailure


class CondaResolver(Protocol):
    """Chooses versions of conda packages. Raises a `Report` with exit code 3 when nobody can choose here."""

    def resolve(self, wish: CondaWish, progress: Progress) -> CondaResult:
        """Choose every version once."""
        ...
