"""A line of a list that names a wheel by its address, or one of the project: `x @ https://…/x-1.0-py3-none-any.whl`."""

from __future__ import annotations

import re
from posixpath import basename
from urllib.parse import unquote, urlsplit

from envc.diagnostics import Diagnostic, Report, Span
from envc.diagnostics.diagnostic import wrong
from envc.language.package_source import PackageSource
from envc.language.packages import normalised
from envc.language.values import has_host

_ADDRESS = re.compile(r"https?://[^/?#@\s]+/[^\s?#]*\.whl(\?[^\s#]*)?(#\S*)?")
_PATH = re.compile(r"(?!/)[^:#?\\\s]+\.whl(#\S*)?")
_SHA256 = re.compile(r"[#&]sha256=([0-9a-fA-F]{64})(?:&|$)")


def wheel_source(address: str, hashes: tuple[str, ...], span: Span) -> PackageSource | None:
    """Return the wheel that an address or a relative path means, or None where it means something else.

    Raises a Report for an address without a checksum: what lies there may be other bytes tomorrow.
    """
    is_remote = _ADDRESS.fullmatch(address) is not None
    if is_remote and not has_host(address):
        return None
    if not is_remote and not _PATH.fullmatch(address):
        return None
    found = _SHA256.search(address)
    digests = {found[1].lower()} if found else set()
    digests |= {digest.removeprefix("sha256:") for digest in hashes}
    bare = address.partition("#")[0]
    if is_remote and len(digests) != 1:
        raise Report(
            [
                Diagnostic(
                    "no-checksum",
                    f"nothing says what the bytes of `{basename(bare)}` must be"
                    if not digests
                    else f"several checksums are said of `{basename(bare)}`",
                    (wrong(span, "downloaded without a checksum" if not digests else "one file has one"),),
                    helps=("write `#sha256=` and the checksum behind the address",),
                )
            ]
        )
    return PackageSource(kind="wheel", address=bare, sha256="".join(digests) if len(digests) == 1 else "")


def name_of_wheel(address: str) -> str | None:
    """Return the name of the package whose wheel an address names, as PEP 503 has it, or None where it names none."""
    file = basename(unquote(urlsplit(address).path))
    match = re.fullmatch(r"([A-Za-z0-9][A-Za-z0-9._]*)(-[^-]+){4,5}\.whl", file)
    return normalised(match[1]) if match else None
