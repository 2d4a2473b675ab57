"""Where a build gets system packages from on this machine.

Snapshots of archives by `ENVC_SNAPSHOTS_DEBIAN`, else from the public services; repositories by `ENVC_ARCHIVE_OSRF`,
else from the addresses in the program.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from envc.diagnostics import Diagnostic, Report
from envc.plan.system_parts import AptPart, repository_argument, snapshots_argument


def snapshot_arguments(apt: AptPart, environ: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return a build argument for each archive and repository that has another address on this machine.

    Raises a Report for an address with credentials: the history of the image would keep it.
    """
    arguments = []
    archives = {archive.name for one in apt.distributions for archive in one.archives}
    repositories = {repository.name for one in apt.distributions for repository in one.repositories}
    wanted = [(name, "SNAPSHOTS", snapshots_argument(name)) for name in sorted(archives)]
    wanted += [(name, "ARCHIVE", repository_argument(name)) for name in sorted(repositories)]
    for name, kind, argument in wanted:
        variable = f"ENVC_{kind}_{argument.rpartition('_')[0]}"
        address = environ.get(variable)
        if not address:
            continue
        parts = urlsplit(address)
        if parts.username or parts.password or parts.query:
            raise Report([_with_credentials(name, variable)])
        arguments.append((argument, address))
    return tuple(arguments)


def _with_credentials(name: str, variable: str) -> Diagnostic:
    return Diagnostic(
        "index-with-credentials",
        f"the address that {variable} gives `{name}` holds credentials",
        notes=("the address is a build argument, which the history of the image keeps",),
        helps=("give an address without credentials: a mirror or proxy on this machine can add them",),
    )
