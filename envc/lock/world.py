"""What choices are made from: the protocols of `resolution.py`, filled in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from envc.knowledge.library import Library
from envc.language.facets import SystemPackage
from envc.language.system_repositories import SystemRepository
from envc.lock.artifacts import MeasuredArtifact
from envc.lock.base_python import BasePythonReader
from envc.lock.conda_packages import CondaResolver
from envc.lock.moved_pins import MovedPin
from envc.lock.package_sources import PackageSources
from envc.lock.repositories import GitResolver
from envc.lock.resolution import ImageSource, Progress, Resolver
from envc.lock.system_packages import SystemFile, SystemResolver
from envc.lock.wheels import WheelFiles


def forget(_: MovedPin) -> None:
    """Take a moved pin and do nothing with it."""


def no_key(_: SystemRepository) -> bytes:
    """Have no key."""
    raise LookupError


def no_file(_: SystemPackage, __: str) -> SystemFile:
    """Have no file."""
    raise LookupError


class World(NamedTuple):
    """What choices are made from."""

    library: Library
    resolver: Resolver
    images: ImageSource
    artifacts: Mapping[str, MeasuredArtifact]
    index_addresses: Mapping[str, str]
    progress: Progress
    system: SystemResolver | None = None  # None leaves system packages without versions
    bases: BasePythonReader | None = None  # None reads no base, which only some programs need
    key_of: Callable[[SystemRepository], bytes] = no_key  # gives the key of a repository; raises a Report
    file_of: Callable[[SystemPackage, str], SystemFile] = no_file  # reads a package's file; raises a Report
    moved: Callable[[MovedPin], None] = forget  # is told of each pin of the older lock that could not stay
    sources: PackageSources | None = None  # None: no source may be asked for
    git: GitResolver | None = None  # None where no repository may be asked
    wheels: WheelFiles | None = None  # None: no wheel of no index may be read
    conda: CondaResolver | None = None  # None: no channel may be asked
