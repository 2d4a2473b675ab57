"""What steps that run pip are given: its cache, and what the builder's machine has for it."""

from __future__ import annotations

from envc.plan.package_parts import netrc_secret
from envc.targets.dockerfile.instructions import Mount

_PIP_CACHE = Mount("cache", (("target", "/root/.cache/pip"), ("sharing", "locked")))
#: The builder's machine may give pip's configuration and certificates; without them the mounts are not there.
CERTIFICATES = Mount("secret", (("id", "envc-certificates"), ("target", "/etc/ssl/certs/ca-certificates.crt")))
_MACHINE = (
    Mount("secret", (("id", "envc-pip"), ("target", "/etc/pip.conf"))),
    CERTIFICATES,
)


def mounts_for(index: str | None = None) -> tuple[Mount, ...]:
    """Return the mounts of a step that runs pip: with the machine's logins, or those of an index that has its own."""
    return (_PIP_CACHE, Mount("secret", (("id", netrc_secret(index)), ("target", "/root/.netrc"))), *_MACHINE)
