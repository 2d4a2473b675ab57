"""What may move when a lock is made again. Pure.

Without a wish every choice of the older lock stays while it fits. `--upgrade` lets all move but packages that the
program calls `pinned`; `--only NAME …` lets just those move, pinned or not: packages by name, or one of `KINDS`.
"""

from __future__ import annotations

from typing import NamedTuple

from envc.diagnostics import Diagnostic, Report
from envc.diagnostics.suggestions import similar
from envc.language.environment import Environment
from envc.language.facets import Interpreter, PythonPackage
from envc.language.package_names import normalised
from envc.lock.files import LockedFiles

#: What `--only` takes beside names of packages.
KINDS = ("base", "python", "packages", "apt", "data", "sources", "conda")


class Wishes(NamedTuple):
    """What may move."""

    everything: bool = False  # --upgrade
    only: frozenset[str] = frozenset()  # --only, names normalised

    @property
    def any(self) -> bool:
        """Say whether something may move at all."""
        return self.everything or bool(self.only)

    def images(self) -> bool:
        """Say whether the base image, and Python's patch with it, may move."""
        return self.everything or not self.only.isdisjoint({"base", "python"})

    def kind(self, kind: str) -> bool:
        """Say whether everything of a kind may move."""
        return self.everything or kind in self.only

    def packages(self) -> bool:
        """Say whether any package may move."""
        return self.everything or not self.only <= {*KINDS} - {"packages"}

    def kept(self, environment: Environment, old: LockedFiles | None) -> tuple[str, ...]:
        """Return the pins of an older lock that are to stay, `name==version`."""
        if old is None:
            return ()
        pinned = {package.name for package in environment.every(PythonPackage) if package.pinned}
        free = self.kind("packages")
        return tuple(
            f"{package.name}=={package.version}"
            for package in old.lock.packages
            if package.name not in self.only and (not free or package.name in pinned)
        )


def wishes_of(upgrade: bool, only: tuple[str, ...]) -> Wishes:
    """Return the wishes of a command line."""
    return Wishes(upgrade, frozenset(name if name in KINDS else normalised(name) for name in only))


def refuse_unknown(wishes: Wishes, environment: Environment, old: LockedFiles | None) -> None:
    """Refuse names that are neither a kind nor a package here. Raises a Report."""
    known = {package.name for package in environment.every(PythonPackage)}
    known |= {package.name for package in old.lock.packages} if old else set()
    mistakes = []
    for name in sorted(wishes.only - known - {*KINDS}):
        near = similar(name, sorted({*known, *KINDS}))
        mistakes.append(
            Diagnostic(
                "nothing-to-move",
                f"`--only {name}` names nothing that `{environment.name}` has",
                notes=(f"beside its packages there are: {', '.join(KINDS)}",),
                helps=(f"one has a similar name: {near}",) if near else (),
            )
        )
    interpreter = environment.one(Interpreter)
    if "python" in wishes.only and interpreter is not None and interpreter.version.count(".") == 2:
        mistakes.append(
            Diagnostic(
                "nothing-to-move",
                "`--only python` cannot move a Python that the program gives to the patch",
                helps=(f"write `python {interpreter.minor}`, and the lock holds the patch",),
            )
        )
    if mistakes:
        raise Report(mistakes)
