"""What a build fetches beside packages and images, and how it is named in a vendored folder. Pure."""

from __future__ import annotations

from fnmatch import fnmatch
from pathlib import PurePosixPath
from typing import NamedTuple

from envc.diagnostics import Diagnostic, Report
from envc.plan.conda_parts import PlannedCondaPackage
from envc.plan.plan import Plan
from envc.plan.program_parts import PlannedGitSource
from envc.plan.system_parts import PlannedSystemPackage


class RemoteFile(NamedTuple):
    """A file that a build takes from an address."""

    called: str  # in messages: `tool jq 1.7`
    address: str
    sha256: str


def file_of(sha256: str) -> str:
    """Return what a file from an address is called in the folder."""
    return f"files/{sha256}"


def deb_of(package: PlannedSystemPackage) -> str:
    """Return what the file of a system package is called in the folder."""
    return f"debs/{package.name}_{package.sha256[:16]}.deb"


def conda_of(sha256: str) -> str:
    """Return what the archive of a conda package is called in the folder."""
    return f"conda/{sha256}"


def source_of(source: PlannedGitSource) -> str:
    """Return what the archive of a source's files is called in the folder."""
    return f"sources/{source.tree}.tar"


def remote_files(plan: Plan) -> tuple[RemoteFile, ...]:
    """Return the files that a build takes from addresses: tools, wheels, data that are copied into the image."""
    tools = [
        RemoteFile(f"tool {one.name}", one.location, one.sha256) for one in (*plan.tools, *plan.stages.builder_tools)
    ]
    data = [
        RemoteFile(f"{one.kind} {one.name}", one.location, one.sha256 or "")
        for one in plan.data
        if one.delivery == "copied" and one.location and "://" in one.location
    ]
    wheels = [RemoteFile(f"wheel {one.file}", one.location, one.sha256) for one in plan.wheels if "://" in one.location]
    return (*tools, *data, *wheels)


def wanted_files(plan: Plan) -> dict[str, tuple[str, str]]:
    """Return what a folder must hold beside packages and images: by path, what it is called, and its SHA-256.

    That of a source's archive is empty: a step of the build checks the files in it.
    """
    wanted = {file_of(one.sha256): (one.called, one.sha256) for one in remote_files(plan)}
    wanted |= {source_of(one): (f"source {one.name}", "") for one in plan.repositories}
    archives = [(build.name, build.archive.sha256) for build in plan.built if build.archive]
    wanted |= {file_of(digest): (f"source archive of {name}", digest) for name, digest in archives}
    wanted |= {conda_of(one.sha256): (f"{one.name} {one.version}", one.sha256) for one in _conda(plan)}
    return wanted | {deb_of(one): (f"{one.name} {one.version}", one.sha256) for one in plan.apt.packages}


def _conda(plan: Plan) -> tuple[PlannedCondaPackage, ...]:
    return plan.conda.packages if plan.conda else ()


def refuse_unversioned(plan: Plan) -> None:
    """Refuse a lock that has only names of system packages. Raises a Report."""
    stages = {"builder": plan.apt.builder, "inference": plan.apt.inference}
    stages |= {one.stage: one.packages for one in plan.programs}
    names = [name for stage, names in stages.items() if not plan.apt.distribution_of(stage) for name in names]
    if names:
        raise Report(
            [
                Diagnostic(
                    "unvendorable-system-packages",
                    "this lock has no versions of its system packages, so their files are not known",
                    notes=(f"without a version: {', '.join(sorted(names))}",),
                    helps=("lock where an archive of the distribution answers: `envc lock --only apt`",),
                )
            ]
        )


def refuse_fetching(plan: Plan) -> None:
    """Refuse builds that fetch packages themselves: what those are stands in their sources. Raises a Report."""
    names = [one.name for one in plan.programs if one.fetches]
    if names:
        raise Report(
            [
                Diagnostic(
                    "unvendorable-build",
                    f"`build {names[0]}` fetches packages that the lock does not name",
                    notes=(f"with `fetches`: {', '.join(names)}",),
                    helps=("take a source that has its packages in it (`cargo vendor`, `go mod vendor`)",),
                )
            ]
        )


def refuse_copied(plan: Plan, folder: PurePosixPath, shown: str) -> None:
    """Refuse a folder, relative to the root, that would become part of the image's source. Raises a Report."""
    for copy in plan.sent:
        source = PurePosixPath(plan.placement.at_root(copy.source))
        ignored = any(fnmatch(part, pattern) for part in folder.parts for pattern in copy.ignored)
        if source in (folder, *folder.parents) and not ignored:
            raise Report(
                [
                    Diagnostic(
                        "copied-vendor-folder",
                        f"`{shown}` lies in what the program copies into the image",
                        notes=(f"`copy` takes all of `{copy.source}`",),
                        helps=("name a folder outside of it, or let the program `ignore` that one",),
                    )
                ]
            )
