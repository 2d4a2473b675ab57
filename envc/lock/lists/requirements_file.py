"""Requirements files as pip reads them: continued lines, comments, hashes, markers, and the lists that they name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from envc.diagnostics import Diagnostic, Report, Source, Span
from envc.lock.lists.addresses import name_of, named_otherwise, said_otherwise
from envc.lock.lists.entry import Entry, Folder, Include, entry_of, kind_of_address
from envc.lock.lists.mistakes import INDEXES, elsewhere, nameless, option, unreadable
from envc.lock.lists.named_indexes import HasIndex, no_index
from envc.lock.lists.wheel_entry import name_of_wheel

_COMMENT = re.compile(r"(?:^|\s+)#.*$")
_HASH = re.compile(r"\s--hash(?:=|\s+)([A-Za-z0-9]+:[0-9A-Fa-f]+)(?=\s|$)")
_OPTION = re.compile(r"(--[a-z][a-z-]*|-[a-zA-Z])(?:\s*=\s*|\s+|(?<=^-[a-zA-Z]))?(.*)")
_SHORT = {"-r": "--requirement", "-c": "--constraint", "-i": "--index-url", "-f": "--find-links", "-e": "--editable"}
_LOCAL = re.compile(r"(\.{0,2}/|\.$|\.\.$|[A-Za-z]:\\|.*\.(?:whl|zip|tar\.gz|tgz|tar\.bz2)(?:\s|;|$))")
_ADDRESS = re.compile(r"(?:(?:git|hg|svn|bzr)\+)?[a-z]+(?:\+[a-z]+)?:/")
#: `name @ address` (PEP 508).
_NAMED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*\s*(?:\[[^\]]*\]\s*)?@\s")
#: What parts an address from a marker, where no blank stands before it: people write none, and pip reads it so.
_MARKED = re.compile(r"(?<=\S);(?=\s)|(?<=\.whl);|(?<=sha256=[0-9A-Fa-f]{64});")
_FOLDER = re.compile(r"(?P<path>\.{1,2}(?:/[^\[\]#;]*)?)(?:\[(?P<extras>[^\]]*)\])?(?:#.*)?")
_FILE = re.compile(r"\.(?:whl|zip|tar\.gz|tgz|tar\.bz2)$")
_VARIABLE = re.compile(r"\$\{[A-Z0-9_]+\}")
#: Options that say what envc does anyway: wheels only, by hash.
_WITHOUT_EFFECT = {"--require-hashes", "--prefer-binary", "--only-binary"}
_BY_ADDRESS = {"--index-url", "--extra-index-url"}
#: What pip-compile writes for the index that pip has anyway.
_DEFAULT_INDEX = re.compile(r"https://pypi\.(?:org|python\.org)/simple/?")


class Line(NamedTuple):
    """A line without its comment, joined with those that continue it, and its first part's place."""

    text: str
    span: Span


def read(
    source: Source,
    *,
    wanted: bool = True,
    accelerated: bool = False,
    has_index: HasIndex = no_index,
) -> list[Entry | Include | Folder]:
    """Return what a requirements file says. Raises a Report with every line that must not stand there.

    With `wanted` false it is a file of constraints: it bounds packages and asks for none. `accelerated` is one that
    `ml` names. A line that names an index which `has_index` knows asks for nothing new.
    """
    found: list[Entry | Include | Folder] = []
    mistakes: list[Diagnostic] = []
    for line in lines_of(source):
        one = None
        try:
            one = _said(line, wanted=wanted, accelerated=accelerated, has_index=has_index)
        except Report as report:
            mistakes += report.diagnostics
        if one is not None:
            found.append(one)
    if mistakes:
        raise Report(mistakes)
    return found


def _said(line: Line, *, wanted: bool, accelerated: bool, has_index: HasIndex) -> Entry | Include | Folder | None:
    said = _OPTION.fullmatch(line.text) if line.text.startswith("-") else None
    name, value = (_SHORT.get(said[1], said[1]), said[2].strip()) if said else ("", "")
    if name in INDEXES and has_index(value.strip("\"'"), links=name == "--find-links"):
        return None
    if _VARIABLE.search(line.text):
        raise unreadable(line.span, "a variable of one machine's environment")
    if not line.text.startswith("-"):
        return _entry(line, wanted=wanted)
    if said is None:
        raise unreadable(line.span, "neither a package nor an option")
    return _option(line, name, value, wanted=wanted, accelerated=accelerated)


def lines_of(source: Source) -> Iterator[Line]:
    """Yield the logical lines that say something."""
    parts: list[str] = []
    first: Span | None = None
    offset = 0
    for physical in source.text.splitlines(keepends=True):
        start, text = offset, physical.rstrip("\r\n")
        offset += len(physical)
        comment = text.lstrip().startswith("#")
        continued = text.endswith("\\") and not comment
        said = "" if comment else text[:-1] if continued else text
        if first is None:
            visible = _COMMENT.sub("", said)
            begin = start + len(visible) - len(visible.lstrip())
            first = Span(source, begin, max(begin, start + len(visible.rstrip())))
        parts.append(said)
        if not continued:
            whole = _COMMENT.sub("", " ".join(parts)).strip()
            if whole:
                yield Line(whole, first)
            parts, first = [], None
    if parts and first is not None and (whole := _COMMENT.sub("", " ".join(parts)).strip()):
        yield Line(whole, first)


def _option(line: Line, name: str, value: str, *, wanted: bool, accelerated: bool) -> Entry | Include | Folder | None:
    if name in {"--requirement", "--constraint"}:
        if not value or _ADDRESS.match(value):
            raise unreadable(line.span, "no list of the project")
        return Include(value, wanted and name == "--requirement", line.span)
    if name in _WITHOUT_EFFECT or (name in _BY_ADDRESS and _DEFAULT_INDEX.fullmatch(value)):
        return None
    if name == "--editable" and wanted:  # it is installed as any other: an image is no working copy
        return _entry(line._replace(text=value), wanted=wanted)
    raise option(name, line.span, value, accelerated=accelerated)


def _entry(line: Line, *, wanted: bool) -> Entry | Folder:
    if "/" in line.text.partition(";")[0]:
        line = line._replace(text=_MARKED.sub(" ;", line.text, count=1))
    if (_ADDRESS.match(line.text) or _LOCAL.match(line.text)) and not _NAMED.match(line.text):
        address, *behind = line.text.split()
        if wanted and (wheel := name_of_wheel(address)) is not None:
            return _entry(line._replace(text=f"{wheel} @ {line.text}"), wanted=wanted)
        name, folder = name_of(address), _FOLDER.fullmatch(address)
        of_git = wanted and (not behind or behind[0].startswith(";")) and address.startswith("git+")
        if of_git and name:
            return entry_of(" ".join((name, "@", address, *behind)), line.span)
        if wanted and not behind and folder and not _FILE.search(folder["path"]):
            extras = tuple(one.strip() for one in (folder["extras"] or "").split(",") if one.strip())
            return Folder(folder["path"], extras, line.span)
        if of_git:
            raise nameless(line.span, named_otherwise(address))
        named = _name_in(address)
        raise elsewhere(named, line.span, kind_of_address(address), said_otherwise(named, address))
    text = line.text
    hashes = _HASH.findall(text)
    text = _HASH.sub("", text).strip()
    if left := re.search(r"\s(--?[A-Za-z][a-z-]*)", text):
        raise option(_SHORT.get(left[1], left[1]), line.span)
    entry = entry_of(text, line.span, hashes, wanted=wanted)
    return entry if wanted else entry._replace(extras=())


def _name_in(address: str) -> str:
    """Return what an address or path calls the package: `#egg=NAME`, or its last part. Never what stands before `@`."""
    egg = re.search(r"[#&]egg=([A-Za-z0-9._-]+)", address)
    if egg:
        return egg[1]
    path = re.sub(r"^.*://[^/]*/?", "", address)  # without the server, and so without a login
    archive = re.search(r"([^/]+)(?:/-)?/archive/", path)
    last = archive[1] if archive else re.split(r"[#?@;\[\s]", path)[0].rstrip("/").rpartition("/")[2]
    return last.removesuffix(".git") or "a package"
