"""The word `tool`: a program by its address."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated

from pydantic import AfterValidator

from envc.diagnostics import Diagnostic, Fix, Label, Span
from envc.diagnostics.diagnostic import wrong
from envc.language.artifact_words import is_address, readable_address
from envc.language.environment import Environment
from envc.language.fields import Flag, Keyword, Positional
from envc.language.image_places import FOLDERS
from envc.language.origin import Origin
from envc.language.outside_facets import Tool as ToolFacet
from envc.language.taken import taken_before
from envc.language.values import FilesPath, Name, ProgramPath, Sha256, Tag, Text, refuse
from envc.language.word import Declaration


def _downloadable(text: str) -> str:
    if not is_address(text):
        refuse("unreadable-address", "an address is like https://host/path")
    if text.partition("://")[0] not in {"http", "https"}:
        refuse("unfetchable-address", "neither http nor https")
    return readable_address(text)


_ARCHIVES = "take it as tar, maybe with gzip, bzip2 or xz, or as zip; a program by itself is not `unpacked`"
_DEB = 'a system package is `apt NAME from "https://….deb" sha256 "…"`'
#: Endings of files that neither `tarfile` nor `zipfile` opens, and what such a file is.
_NO_ARCHIVES = {
    **dict.fromkeys((".tzst", ".zst"), "compressed with zstd"),
    **dict.fromkeys((".lz", ".lz4", ".lzma", ".z", ".br"), "compressed in another way"),
    **dict.fromkeys((".7z", ".cab", ".dmg", ".iso", ".rar"), "an archive of another kind"),
    **dict.fromkeys((".deb", ".rpm"), "a package of a distribution"),
    **dict.fromkeys((".appimage", ".run", ".sh"), "a program"),
}


def _no_archive(address: str) -> str | None:
    """Return what a file is, by its name, that cannot be unpacked; None where it may be an archive."""
    name = re.split(r"[?#]", address)[0].rpartition("/")[2].lower()
    return next((what for ending, what in _NO_ARCHIVES.items() if name.endswith(ending)), None)


_OPENED = re.compile(r".*\.(?:tar|tar\.(?:gz|bz2|xz)|tgz|tbz2?|txz|zip)", re.DOTALL)


def _is_archive(address: str) -> bool:
    """Say whether a file is an archive by its name, one that `unpacked` opens."""
    return bool(_OPENED.fullmatch(re.split(r"[?#]", address)[0].lower()))


_EXTENSION = re.compile(r".*\.([a-z][a-z0-9_]*)", re.DOTALL)
_OF_PROGRAMS = frozenset(("appimage", "bin", "exe", "jar", "pl", "py", "run", "sh"))


def _is_read_whole(place: str) -> bool:
    """Say whether what lies at a place is an archive to whoever reads it: `model.nemo` says its kind."""
    found = _EXTENSION.fullmatch(place.rpartition("/")[2].lower())
    return _is_archive(place) or bool(found and found[1] not in _OF_PROGRAMS)


class Tool(Declaration):
    """Brings a program that no index and no distribution has: downloaded when the image is built, and checked.

    One file becomes a program that everybody may run. With `unpacked` the file is an archive (tar, maybe compressed
    with gzip, bzip2 or xz, or zip), and `at` is the folder that its content goes to; `inside` takes a folder or a
    file of it alone. What has another checksum than the program says stops the build.
    """

    repeatable = True
    in_stages = True
    examples = (
        f'tool pget 0.8.2 from "https://example.org/pget" sha256 "{"0" * 64}" at "/usr/local/bin/pget"',
        f'tool ffmpeg 7.1 from "https://example.org/x.tar.xz" sha256 "{"0" * 64}" at "/opt/x" unpacked inside "x/bin"',
    )

    name: Annotated[Name, Positional()]
    version: Annotated[Tag, Positional()]
    location: Annotated[Text, AfterValidator(_downloadable), Keyword("from")]
    sha256: Annotated[Sha256 | None, Keyword()] = None
    at: Annotated[FilesPath, Keyword()]
    unpacked: Annotated[bool, Flag()] = False
    inside: Annotated[ProgramPath | None, Keyword()] = None

    def facets(self, origin: Origin) -> Iterator[ToolFacet]:
        """Return the tool."""
        inside = "" if self.inside in {None, "."} else str(self.inside)
        yield ToolFacet(
            self.name, self.version, self.location, self.sha256 or "", self.at, self.unpacked, inside, origin
        )

    def check(self, origin: Origin, environment: Environment) -> Iterator[Diagnostic]:
        """Refuse bytes that nobody checks, two tools of one name, and what cannot be unpacked."""
        if self.sha256 is None:
            yield Diagnostic(
                "no-checksum",
                f"nothing says what the bytes of `{self.name}` must be",
                (wrong(origin.of("location"), "downloaded without a checksum"),),
                helps=("write `sha256` and the checksum behind it",),
            )
        other = _no_archive(self.location) if self.unpacked else None
        if other:
            yield Diagnostic(
                "contradiction",
                f"the file of `{self.name}` cannot be unpacked",
                (wrong(origin.of("location"), other), Label(origin.of("unpacked"), "as if it were an archive")),
                helps=(_ARCHIVES, *((_DEB,) if other.startswith("a package") else ())),
            )
        if self.inside is not None and not self.unpacked:
            yield Diagnostic(
                "contradiction",
                "only an archive has something inside",
                (wrong(origin.of("inside"), "the file is not `unpacked`"),),
            )
        if self.inside is not None and ".." in self.inside.split("/"):
            yield Diagnostic(
                "path-leaves-folder",
                "a path in an archive has no `..`",
                (wrong(origin.of("inside"), "leads out of it"),),
            )
        if not self.unpacked:
            yield from self._as_it_comes(origin)
        labels = taken_before(environment, "tool", self.name, origin.of("name"))
        if labels:
            yield Diagnostic("repeated-name", f"two tools are called `{self.name}`", labels)

    def _as_it_comes(self, origin: Origin) -> Iterator[Diagnostic]:
        """Yield what is wrong with the place of a file that is not unpacked."""
        place = origin.of("at")
        unpack = Fix("unpack it", Span(place.source, place.end, place.end), " unpacked")
        archive = _is_archive(self.location)
        if self.at in FOLDERS:
            into = Fix("lay it into that folder", place, f'"{self.at}/{self.name}"')
            yield Diagnostic(
                "reserved-path",
                f"`{self.name}` is a file, and cannot lie at {self.at}",
                (wrong(place, "a folder of the system"),),
                fixes=(unpack if archive else into,),
            )
        elif archive and not _is_read_whole(self.at) and self.inside is None:
            yield Diagnostic(
                "setting-without-effect",
                f"the archive of `{self.name}` lies at its place as it is, and nothing opens it",
                (wrong(place, "no program"), Label(origin.of("location"), "an archive by its name")),
                helps=("`unpacked` lays its content into the folder of `at`",),
                fixes=(unpack,),
                severity="warning",
            )
