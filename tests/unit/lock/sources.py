"""Sources of packages that lie in memory: what each of them says is laid down by a test."""

from __future__ import annotations

from collections.abc import Mapping

from envc.lock.package_sources import FoundPackageSource, PackageSourceWish
from envc.lock.resolution import Progress

TREE = "1b" * 32
COMMIT = "0a" * 20


class Sources:
    """Sources by the names of their packages."""

    def __init__(self, found: Mapping[str, FoundPackageSource]) -> None:
        self.found = found
        self.wishes: list[PackageSourceWish] = []

    def find(self, wish: PackageSourceWish, progress: Progress) -> FoundPackageSource:
        progress(wish.package.name)
        self.wishes.append(wish)
        return self.found[wish.package.name]


def archive(name: str, version: str, *build: str, compiled: bool = False) -> FoundPackageSource:
    build = build or ("setuptools>=40.8.0",)
    file = f"{name}-{version}.tar.gz"
    return FoundPackageSource(name, version, (), build, compiled, "its PKG-INFO", file, "2c" * 32, 1000)


def repository(name: str, version: str, *build: str, compiled: bool = False) -> FoundPackageSource:
    reason = "its pyproject.toml"
    return FoundPackageSource(name, version, (), build, compiled, reason, commit=COMMIT, tree=TREE, submodules=("lib",))
