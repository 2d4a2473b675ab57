"""What a build gets from this machine: how pip reaches its indexes here, and which certificates it trusts.

Both come into the steps that install packages as secret mounts; no layer, history or file holds them.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from envc.diagnostics import Diagnostic, Report
from envc.plan.package_parts import index_argument
from envc.resolvers.indexes import variable_of
from envc.resolvers.settings import Settings, is_remote

#: Where the builder's Debian keeps certificates; `envc-certificates` is mounted there.
CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
#: Variables that name a bundle of certificates, the first that is set wins. pip's own configuration wins over all.
_BUNDLES = ("PIP_CERT", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")


@contextmanager
def secrets_of(settings: Settings, environ: Mapping[str, str]) -> Iterator[tuple[tuple[str, Path], ...]]:
    """Yield the files of `envc-pip` and `envc-certificates`, as far as this machine has something to say.

    The configuration is a private file, removed at the end.
    """
    bundle = certificates_of(settings, environ)
    text = configuration_of(settings, with_certificates=bundle is not None)
    secrets = () if bundle is None else (("envc-certificates", bundle),)
    if text is None:
        yield secrets
        return
    folder = Path(tempfile.mkdtemp(prefix="envc-pip-"))  # private: mode 0700
    try:
        file = folder / "pip.conf"
        file.touch(mode=0o600)
        file.write_text(text, encoding="utf-8")
        yield (("envc-pip", file), *secrets)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def configuration_of(settings: Settings, *, with_certificates: bool) -> str | None:
    """Return pip's configuration for the builder, or None when pip's defaults serve as well.

    Only what the builder can use is in it: no folders of this machine, no key files, no keyring.
    """
    remote = settings.main_index if settings.main_index and is_remote(settings.main_index) else None
    usable = Settings(
        main_index=remote,
        extra_indexes=tuple(filter(is_remote, settings.extra_indexes)),
        trusted_hosts=settings.trusted_hosts,
        cert=CERTIFICATES if with_certificates else None,  # a pip older than 24.2 does not look there by itself
        proxy=settings.proxy,
        timeout=settings.timeout,
        retries=settings.retries,
    )
    return None if usable == Settings() else usable.configuration


def certificates_of(settings: Settings, environ: Mapping[str, str]) -> Path | None:
    """Return the bundle of certificates that this machine is configured with, or None."""
    named = (settings.cert, *(environ.get(name) for name in _BUNDLES))
    paths = (Path(name).expanduser() for name in named if name)
    return next((path.absolute() for path in paths if path.is_file()), None)


def index_arguments(indexes: Mapping[str, str | None], environ: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return a build argument for each named index that has another address on this machine: `ENVC_INDEX_<NAME>`.

    `indexes` maps names to public addresses. Raises a Report for an address with credentials: the argument would be
    seen in the list of processes and in the builder's history.
    """
    arguments, refused = [], []
    for name in sorted(indexes):
        variable = variable_of(name)
        address = environ.get(variable)
        if not address or address == indexes[name]:
            continue
        parts = urlsplit(address)
        if parts.username or parts.password or parts.query:
            refused.append(_with_credentials(name, variable))
        arguments.append((index_argument(name), address))
    if refused:
        raise Report(refused)
    return tuple(arguments)


def _with_credentials(name: str, variable: str) -> Diagnostic:
    return Diagnostic(
        "index-with-credentials",
        f"the address that {variable} gives the index `{name}` holds credentials",
        notes=("the address is a build argument, which the history of the builder's stage keeps",),
        helps=("give the address without them, and put them into netrc: the build gets that as a secret",),
    )
