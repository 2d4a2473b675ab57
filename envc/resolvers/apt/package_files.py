"""Files of system packages: fetched from their address, checked against the program's checksum, and read.

What a file says of itself stands at its beginning, and yet all of it is fetched: the lock is made of bytes that are
known to be those of the program. They are kept by their checksum.
"""

from __future__ import annotations

import io
import lzma
import os
import re
import tarfile
import zlib
from collections.abc import Callable
from pathlib import Path
from shutil import which
from typing import IO
from urllib.parse import urlsplit

from envc.diagnostics import Diagnostic, Report
from envc.diagnostics.diagnostic import world_failed, wrong
from envc.language.facets import SystemPackage
from envc.language.system_files import FileFacts
from envc.lock.dpkg import fields_of
from envc.lock.resolution import Progress
from envc.lock.system_packages import SystemFile
from envc.resolvers.apt.place import TIMED_OUT, run
from envc.resolvers.artifacts.transfer.failures import TransferError
from envc.resolvers.kept_files import OtherBytesError, fetch, kept

#: What an archive of `ar` begins with, and how long the head of each of its members is.
_BEGINNING = b"!<arch>\n"
_HEAD = 60
#: Bytes; scripts of packages have some thousand.
_LARGEST = 16 * 2**20
#: Seconds; dpkg-deb reads the control file alone.
DPKG_LIMIT = 60.0


def file_reader(cache: Path, progress: Progress) -> Callable[[SystemPackage, str], SystemFile]:
    """Return what reads the file of a package, for an architecture as the distribution names it.

    It raises a Report: `unusable-package-file`, or `file-not-fetched` (exit code 3).
    """

    def read(package: SystemPackage, architecture: str) -> SystemFile:
        facts = package.file
        assert facts is not None  # noqa: S101  # only packages with a file come here
        path = _fetched(package, facts, cache / "debs", progress)
        try:
            control = control_of(path)
            said = fields_of(control)
        except (ValueError, KeyError, OSError, EOFError, tarfile.TarError, lzma.LZMAError, zlib.error) as error:
            raise unusable(package, "is no Debian package", "location", str(error) or type(error).__name__) from None
        if said.get("Package") != package.name:
            name = said.get("Package") or "no name"
            raise unusable(package, f"is that of `{name}`", "name", "its name in the file is another")
        if not said.get("Version"):
            raise unusable(package, "says no version", "location", "there is no `Version` in its control file")
        if said.get("Architecture") not in {architecture, "all"}:
            helps = ("behind `on linux/arm64 < … >` another platform has its own",)
            message = f"is for {said.get('Architecture')}"
            raise unusable(package, message, "location", f"the image is for {architecture}", helps)
        return SystemFile(package.name, control, facts.sha256, path.stat().st_size)

    return read


def control_of(path: Path) -> str:
    """Return what a package's file says of the package. Raises ValueError and what archives raise for other files."""
    with path.open("rb") as file:
        if file.read(len(_BEGINNING)) != _BEGINNING:
            raise ValueError("it does not begin as one")
        while head := file.read(_HEAD):
            name, size = head[:16].decode("ascii").strip().rstrip("/"), int(head[48:58])
            if size < 0:
                raise ValueError("a member of it has less than no bytes")
            if name.startswith("control.tar"):
                return _control_in(file.read(min(size, _LARGEST)), name, path)
            file.seek(size + size % 2, io.SEEK_CUR)
    raise ValueError("it has no control file")


def _control_in(packed: bytes, name: str, path: Path) -> str:
    if name.endswith(".zst"):
        return _control_by_dpkg(path)
    stream: IO[bytes] = io.BytesIO(packed)
    with tarfile.open(fileobj=stream) as archive:  # it sees by itself how it is packed
        member = next((one for one in archive if one.name.removeprefix("./") == "control"), None)
        content = archive.extractfile(member) if member and member.size <= _LARGEST else None
        if content is None:
            raise ValueError("it has no control file of usual size")
        return _one_paragraph(content.read().decode("utf-8"))


def _one_paragraph(text: str) -> str:
    """Return a control file. Raises ValueError for another package behind the first: it would be in the index, too."""
    text = text.strip() + "\n"
    if re.search(r"\n[ \t\r]*\n", text):
        raise ValueError("its control file has several paragraphs")
    return text


def _control_by_dpkg(path: Path) -> str:
    program = which("dpkg-deb")
    if program is None:
        raise ValueError("it is packed with zstd, which only dpkg-deb reads: lock where that is installed")
    variables = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}
    finished = run((program, "--field", str(path)), variables, limit=DPKG_LIMIT)
    if finished.code == TIMED_OUT:
        raise ValueError("dpkg-deb timed out")
    if finished.code:
        raise ValueError("dpkg-deb cannot read it")
    return _one_paragraph(finished.out)


def _fetched(package: SystemPackage, facts: FileFacts, folder: Path, progress: Progress) -> Path:
    if place := kept(folder, facts.sha256):
        return place
    host = urlsplit(facts.address).hostname or ""
    progress(f"{package.name} from {host}")
    try:
        return fetch(facts.address, facts.sha256, folder)
    except OtherBytesError as error:
        helps = ("compare it with what its makers publish before you write this one down",)
        notes = (f"the file has {error.found}",)
        raise unusable(package, "has another sha256", "sha256", "not that of the file", helps, notes) from None
    except TransferError as error:
        raise world_failed(
            "file-not-fetched",
            f"the file of `{package.name}` cannot be fetched",
            labels=(wrong(package.origin.of("location"), "its address"),),
            notes=(f"{host}: {error}", f"wanted: sha256 {facts.sha256}"),
            helps=(*error.helps, "try again where its address can be reached"),
        ) from error


def unusable(  # what is said of a file
    package: SystemPackage,
    what: str,
    field: str,
    label: str,
    helps: tuple[str, ...] = (),
    notes: tuple[str, ...] = (),
) -> Report:
    """Return the report of a file that is not what the program says."""
    message = f"the file of `{package.name}` {what}"
    return Report(
        [Diagnostic("unusable-package-file", message, (wrong(package.origin.of(field), label),), notes, helps)]
    )
