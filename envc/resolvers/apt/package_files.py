"""Files of system packages: fetched from their address, checked against the program's checksum, and read.

What a file says of itself stands at its beginning, and yet all of it is fetched: the lock is made of bytes that are
known to be those of the program. They are kept by their checksum.
"""

from __future__ import annotations

import io
import lzma
import os
import re
import subprocess
import tarfile
import tempfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from shutil import which
from threading import Event
from typing import IO
from urllib.parse import urlsplit

from envc.diagnostics import Diagnostic, Report
from envc.diagnostics.diagnostic import world_failed, wrong
from envc.language.facets import SystemPackage
from envc.language.system_files import FileFacts
from envc.lock.dpkg import fields_of
from envc.lock.resolution import Progress
from envc.lock.system_packages import PackageFile
from envc.resolvers.artifacts.http import authorisation_for
from envc.resolvers.artifacts.transfer.failures import AnswerError, TransferError
from envc.resolvers.artifacts.transfer.reading import Limits
from envc.resolvers.artifacts.transfer.web import Web
from envc.resolvers.disk import CACHE, room_in
from envc.resolvers.wheels.fetching import digest_of

#: What an archive of `ar` begins with, and how long the head of each of its members is.
_BEGINNING = b"!<arch>\n"
_HEAD = 60
#: Bytes; scripts of packages have some thousand.
_LARGEST = 16 * 2**20


def file_reader(cache: Path, progress: Progress) -> Callable[[SystemPackage, str], PackageFile]:
    """Return what reads the file of a package, for an architecture as the distribution names it.

    It raises a Report: `unusable-package-file`, or `file-not-fetched` (exit code 3).
    """

    def read(package: SystemPackage, architecture: str) -> PackageFile:
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
        if said.get("Architecture") not in {architecture, "all"}:
            helps = ("behind `on linux/arm64 < … >` another platform has its own",)
            message = f"is for {said.get('Architecture')}"
            raise unusable(package, message, "location", f"the image is for {architecture}", helps)
        return PackageFile(package.name, control, facts.sha256, path.stat().st_size)

    return read


def control_of(path: Path) -> str:
    """Return what a package's file says of the package. Raises ValueError and what archives raise for other files."""
    with path.open("rb") as file:
        if file.read(len(_BEGINNING)) != _BEGINNING:
            raise ValueError("it does not begin as one")
        while head := file.read(_HEAD):
            name, size = head[:16].decode("ascii").strip().rstrip("/"), int(head[48:58])
            if name.startswith("control.tar"):
                return _control_in(file.read(min(size, _LARGEST)), name, path)
            file.seek(size + size % 2, io.SEEK_CUR)
    raise ValueError("it has no control file")


def _control_in(packed: bytes, name: str, path: Path) -> str:
    if name.endswith(".zst"):
        return _control_by_dpkg(path)
    stream: IO[bytes] = io.BytesIO(packed)
    with tarfile.open(fileobj=stream) as archive:  # it sees by itself how it is packed
        member = next(one for one in archive if one.name.removeprefix("./") == "control")
        content = archive.extractfile(member) if member.size <= _LARGEST else None
        if content is None:
            raise ValueError("its control file is none")
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
    command = [program, "--field", str(path)]
    finished = subprocess.run(command, capture_output=True, check=False, text=True)  # noqa: S603  # envc's own
    if finished.returncode:
        raise ValueError("dpkg-deb cannot read it")
    return _one_paragraph(finished.stdout)


def _fetched(package: SystemPackage, facts: FileFacts, folder: Path, progress: Progress) -> Path:
    place = folder / facts.sha256
    if place.is_file() and digest_of(place) == facts.sha256:
        return place
    host = urlsplit(facts.address).hostname or ""
    progress(f"{package.name} from {host}")
    web = Web(Limits(), Event())
    try:
        with room_in(CACHE):
            folder.mkdir(parents=True, exist_ok=True)
            handle, new = tempfile.mkstemp(dir=folder)
            try:
                with os.fdopen(handle, "w+b") as file:
                    found = web.measure(facts.address, _judge, authorisation_for(facts.address), keep=file)
                if found.sha256 != facts.sha256:
                    helps = ("compare it with what its makers publish before you write this one down",)
                    notes = (f"the file has {found.sha256}",)
                    raise unusable(package, "has another sha256", "sha256", "not that of the file", helps, notes)
                Path(new).replace(place)
            finally:
                Path(new).unlink(missing_ok=True)
    except TransferError as error:
        raise world_failed(
            "file-not-fetched",
            f"the file of `{package.name}` cannot be fetched",
            labels=(wrong(package.origin.of("location"), "its address"),),
            notes=(f"{host}: {error}", f"wanted: sha256 {facts.sha256}"),
            helps=("try again where its address can be reached",),
        ) from error
    finally:
        web.close()
    return place


def _judge(status: int, headers: Mapping[str, str], said: bytes) -> str | None:  # noqa: ARG001  # as others judge
    if status not in {200, 206}:
        raise AnswerError(f"it answers {status}")
    return None


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
