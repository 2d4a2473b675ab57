"""Credentials for the builder's git: for each host of a source what this machine has, as secrets that no step sees.

BuildKit gives the secret `GIT_AUTH_HEADER.HOST` to its own git, for addresses of that host alone.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from envc.plan.program_parts import PlannedGitSource


@contextmanager
def source_credentials(
    sources: Iterable[PlannedGitSource], environ: Mapping[str, str]
) -> Iterator[tuple[tuple[str, Path], ...]]:
    """Yield a secret for each host that this machine has credentials for. The files are removed at the end."""
    from envc.resolvers.git.credentials import authorisation_of

    addresses = {urlsplit(one.address).netloc: one.address for one in sources}
    found = {host: value for host, address in addresses.items() if (value := authorisation_of(address, environ))}
    if not found:
        yield ()
        return
    folder = Path(tempfile.mkdtemp(prefix="envc-git-"))  # private: mode 0700
    try:
        secrets = []
        for number, (host, value) in enumerate(sorted(found.items())):
            file = folder / str(number)
            descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
                stream.write(value)
            secrets.append((f"GIT_AUTH_HEADER.{host}", file))
        yield tuple(secrets)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
