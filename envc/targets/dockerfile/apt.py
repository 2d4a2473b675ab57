"""How system packages are installed: one layer, no lists, no logs, no caches."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from envc.lock.dpkg import LINE_FORMAT
from envc.plan.plan import Plan
from envc.plan.system_parts import PlannedArchive, PlannedDistribution, PlannedSystemPackage, snapshots_argument
from envc.targets.dockerfile.instructions import Argument, Comment, Instruction, Run
from envc.targets.dockerfile.package_files import asked_for, mounts_of
from envc.targets.dockerfile.repositories import with_repositories

#: What apt and dpkg leave behind, with times in it.
_LEAVINGS = (
    "/var/lib/apt/lists/*",
    "/var/cache/apt/*.bin",
    "/var/cache/ldconfig/aux-cache",
    "/var/cache/debconf/*-old",
    "/var/lib/dpkg/*-old",
    "/var/log/apt",
    "/var/log/dpkg.log",
    "/var/log/alternatives.log",
)
#: Where the archives of a snapshot and the list of packages lie for a moment.
_SNAPSHOT = "/etc/apt/snapshot.list"
_LISTING = "/var/cache/packages-as-locked"
#: Packages that link manuals when they are installed, and fail where the folder is left out, as in all slim images.
_LINKING = re.compile(r"(openjdk-\d|default-j(re|dk)|postgresql-client)")
_MANUALS = ("mkdir", "-p", "/usr/share/man/man1", "/usr/share/man/man7")
_INSTALL = ("install", "-qq", "--yes", "--no-install-recommends")
_QUIET = "DEBIAN_FRONTEND=noninteractive"


def install(plan: Plan, stage: str) -> list[Instruction]:
    """Return the steps that install a stage's packages without their recommended ones."""
    distribution = plan.apt.distribution_of(stage)
    compiled = {one.stage: one.packages for one in plan.programs}
    names = {"builder": plan.apt.builder, "inference": plan.apt.inference, **compiled}[stage]
    if distribution:
        return _by_version(plan.apt.packages_of(stage), distribution, plan.placement.output)
    return _by_name(names)


def _by_name(packages: tuple[str, ...]) -> list[Instruction]:
    reason = Comment(
        (
            "The base's digest fixes the release of the distribution; this lock holds no versions of its packages.",
            "hadolint ignore=DL3008",
        )
    )
    step = Run(
        (
            *_folders(packages),
            ("apt-get", "update", "-qq"),
            (_QUIET, "apt-get", *_INSTALL, *packages),
            ("rm", "-rf", *_LEAVINGS),
        ),
        raw=frozenset(_LEAVINGS),
    )
    return [reason, step]


def _by_version(
    packages: tuple[PlannedSystemPackage, ...], distribution: PlannedDistribution, output: str
) -> list[Instruction]:
    """Return the steps for exact versions: apt checks files by the signed indexes, the list is checked at the end."""
    if not packages:
        return [Comment(("The base has them.",))]
    count = "1 package" if len(packages) == 1 else f"{len(packages)} packages"
    when = f"as it was at {distribution.snapshot}" if distribution.snapshot else "as the lock names them"
    names = ", ".join((f"{distribution.name} {distribution.release}", *(one.name for one in distribution.repositories)))
    reason = Comment((f"{count} of {names}, {when}; nothing else may come along.",))
    exact = tuple(map(asked_for, packages))
    options, arguments, commands = _snapshot(distribution)
    leavings = (*_LEAVINGS, f"{_LISTING}*", *([_SNAPSHOT] if commands else []))
    beside = with_repositories(distribution, output)
    install: tuple[tuple[str, ...], ...] = ((_QUIET, "apt-get", *options, *_INSTALL, *exact),)
    if beside:
        arguments, commands = [*arguments, *beside.arguments], [*commands, *beside.commands]
        leavings = (*leavings, *beside.leavings)
        install = (("apt-get", *options, *_INSTALL, "--download-only", *exact), beside.check, *install)
    step = Run(
        (
            *_folders(one.name for one in packages),
            *commands,
            ("apt-get", *options, "update", "-qq", "-o", "APT::Update::Error-Mode=any"),
            *install,
            *_checked(distribution),
            ("rm", "-rf", *leavings),
        ),
        (*(beside.mounts if beside else ()), *mounts_of(packages)),
        raw=frozenset({">", *leavings, *(word for command in commands for word in command if word[:1] in {'"', ">"})}),
    )
    return [reason, *arguments, step]


def install_files(plan: Plan, stage: str, folder: str, name_of: Callable[[PlannedSystemPackage], str]) -> list[Run]:
    """Return the step that installs a stage's packages from files in a folder of the mounts that the caller adds."""
    distribution, packages = plan.apt.distribution_of(stage), plan.apt.packages_of(stage)
    if not (distribution and packages):
        return []
    leavings = (*_LEAVINGS, f"{_LISTING}*")
    nowhere = ("-o", "Dir::Etc::SourceList=/dev/null", "-o", "Dir::Etc::SourceParts=/dev/null")
    files = tuple(f"{folder}/{name_of(one)}" for one in packages)
    commands = (
        *_folders(one.name for one in packages),
        (_QUIET, "apt-get", *nowhere, *_INSTALL, *files),
        *_checked(distribution),
        ("rm", "-rf", *leavings),
    )
    return [Run(commands, raw=frozenset({">", *leavings}))]


def _folders(packages: Iterable[str]) -> list[tuple[str, ...]]:
    """Return the command that makes what some packages take for granted, where one of them is installed."""
    return [_MANUALS] if any(map(_LINKING.match, packages)) else []


def _checked(distribution: PlannedDistribution) -> tuple[tuple[str, ...], ...]:
    """Return the commands that compare dpkg's list with the lock's."""
    return (
        ("dpkg-query", "--show", f"--showformat={LINE_FORMAT}", ">", _LISTING),
        ("echo", f"{distribution.listing}  {_LISTING}", ">", f"{_LISTING}.sha256"),
        ("sha256sum", "--check", "--quiet", f"{_LISTING}.sha256"),
    )


def _snapshot(
    distribution: PlannedDistribution,
) -> tuple[tuple[str, ...], list[Instruction], list[tuple[str, ...]]]:
    """Return apt's options, the build arguments and the commands with which the archives of a snapshot are used."""
    if not distribution.snapshot:
        return (), [], []
    arguments: list[Instruction] = []
    commands: list[tuple[str, ...]] = []
    for archive in distribution.archives:
        arguments.append(Argument(snapshots_argument(archive.name), archive.address or ""))
        for suite in archive.suites:
            commands.append(("echo", _source(archive, suite, distribution), ">>" if commands else ">", _SNAPSHOT))
    options = ("-o", f"Dir::Etc::SourceList={_SNAPSHOT}", "-o", "Dir::Etc::SourceParts=/dev/null")
    return options, arguments, commands


def _source(archive: PlannedArchive, suite: str, distribution: PlannedDistribution) -> str:
    """Return a line of sources.list in double quotes, in which the shell resolves the build argument."""
    address = f"${{{snapshots_argument(archive.name)}}}/{distribution.snapshot}"
    options = f"[check-valid-until=no signed-by={distribution.keyring}]"
    components = " ".join(archive.components)
    return f'"deb {options} {address} {suite} {components}"'
