"""Where a build gets snapshots of archives from on this machine: `ENVC_SNAPSHOTS_DEBIAN`, else the public services."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from envc.diagnostics import Diagnostic, Report
from envc.plan.system_parts import AptPart, snapshots_argument


def snapshot_arguments(apt: AptPart, environ: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return a build argument for each archive whose snapshots have another address on this machine.

    Raises a Report for an address with credentials: the history of the image would keep it.
    """
    arguments = []
    for name in sorted({archive.name for one in apt.distributions for archive in one.archives}):
        argument = snapshots_argument(name)
        variable = f"ENVC_SNAPSHOTS_{argument.removesuffix('_SNAPSHOTS')}"
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
        f"the address that {variable} gives the snapshots of `{name}` holds credentials",
        notes=("the address is a build argument, which the history of the image keeps",),
        helps=("give an address without credentials: a mirror or proxy on this machine can add them",),
    )
