"""The addresses that this machine gives channels of conda packages, as build arguments."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from envc.diagnostics import Diagnostic, Report
from envc.plan.conda_parts import CondaPart, channel_argument
from envc.resolvers.channels import variable_of


def channel_arguments(conda: CondaPart | None, environ: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return a build argument for each channel that has another address on this machine: `ENVC_CHANNEL_<NAME>`.

    Raises a Report for an address with credentials: the argument would be seen in the builder's history.
    """
    arguments, refused = [], []
    for channel in conda.channels if conda else ():
        variable = variable_of(channel.name)
        address = environ.get(variable)
        if not address or address == channel.address:
            continue
        parts = urlsplit(address)
        if parts.username or parts.password or parts.query:
            refused.append(
                Diagnostic(
                    "index-with-credentials",
                    f"the address that {variable} gives the channel `{channel.name}` holds credentials",
                    notes=("the address is a build argument, which the history of the builder's stage keeps",),
                    helps=("give the address without them; a mirror for builds must be readable without a login",),
                )
            )
        arguments.append((channel_argument(channel.name), address))
    if refused:
        raise Report(refused)
    return tuple(arguments)
