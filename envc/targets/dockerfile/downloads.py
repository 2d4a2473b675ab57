"""What steps that run pip are given: its cache, and what the builder's machine has for it."""

from __future__ import annotations

from envc.targets.dockerfile.instructions import Mount

PIP_CACHE = Mount("cache", (("target", "/root/.cache/pip"), ("sharing", "locked")))
#: The builder's machine may give pip's configuration, certificates and logins; without them the mounts are not there.
CERTIFICATES = Mount("secret", (("id", "envc-certificates"), ("target", "/etc/ssl/certs/ca-certificates.crt")))
MACHINE = (
    Mount("secret", (("id", "envc-netrc"), ("target", "/root/.netrc"))),
    Mount("secret", (("id", "envc-pip"), ("target", "/etc/pip.conf"))),
    CERTIFICATES,
)
