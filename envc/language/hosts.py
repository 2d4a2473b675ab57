"""What the name of a host says."""

from __future__ import annotations

from ipaddress import ip_address


def is_loopback(host: str) -> bool:
    """Return whether a host, without its port, is this machine: Docker speaks plain HTTP to it, too."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
