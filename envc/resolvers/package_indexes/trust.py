"""Whose certificates count when an index is asked."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ssl


def trust(bundle: str | None, environ: Mapping[str, str]) -> ssl.SSLContext:
    """Return what is trusted: the bundle of certificates that is set, else the machine's own and those of requests.

    Raises `OSError` for a bundle that cannot be read.
    """
    import ssl

    bundle = environ.get("REQUESTS_CA_BUNDLE") or environ.get("CURL_CA_BUNDLE") or bundle
    if bundle:
        is_folder = Path(bundle).is_dir()
        return ssl.create_default_context(cafile=None if is_folder else bundle, capath=bundle if is_folder else None)
    import requests

    context = ssl.create_default_context()
    context.load_verify_locations(requests.utils.DEFAULT_CA_BUNDLE_PATH)
    return context
