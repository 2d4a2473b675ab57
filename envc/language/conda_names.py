"""Names and versions of conda packages, and names of channels, as words read them."""

from __future__ import annotations

import re

from envc.language.values import refuse

#: Where conda packages lie in the container.
PREFIX = "/opt/conda"

_NAME = re.compile(r"_?[a-z0-9][a-z0-9_.-]*", re.ASCII)
_CHANNEL = re.compile(r"[a-z0-9][a-z0-9_-]*(/[a-z0-9_-]+)*", re.ASCII)
_VERSION = re.compile(r"(?:[0-9]+!)?[0-9][0-9A-Za-z._]*(?:\+[0-9A-Za-z._]+)?", re.ASCII)
_CLAUSE = re.compile(r"([=~!<>]=|[<>])(.+)")
#: Comparators behind which the beginning of a version may stand: `==3.4.*`.
_WITH_STAR = ("==", "!=")
_FILE = re.compile(r"\.(?:ya?ml|txt|lock|json|out|export|env)$")
_LISTS = "conda takes no list: write its programs behind `conda`, and what Python imports behind `ml` and `pip`"
_NO_RANGE = "this is no range of versions, such as >=1.2,<2 or ==3.4.*"


def read_conda_name(text: str) -> str:
    """Return a package's name. Raises the refusal of what is none."""
    if not _NAME.fullmatch(text):
        refuse("unusable-package-name", "a conda package's name has lower-case letters, digits and - _ . only")
    return text


def read_channels(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return names of channels. Raises the refusal of what is none."""
    for name in names:
        if "://" in name:
            refuse("unusable-name", "a channel is named, and envc knows its address; ENVC_CHANNEL_ gives a mirror's")
        if _FILE.search(name):
            refuse("unusable-name", "a file, and here a channel is named", _LISTS)
        if not _CHANNEL.fullmatch(name):
            refuse("unusable-name", "a channel is like conda-forge or bioconda")
    return names


def read_conda_specifier(text: str) -> str:
    """Return conda's form. A number alone is a version: with two parts all of its patches, with three exactly it."""
    if text[:1].isdigit():
        if not _VERSION.fullmatch(text):
            refuse("unreadable-version", "a version is like 3.4 or 3.4.1; a range is like >=1.2,<2")
        return f"{text}.*" if re.fullmatch(r"[0-9]+(\.[0-9]+)?", text) else f"=={text}"
    clauses = []
    for clause in text.split(","):
        match = _CLAUSE.fullmatch(clause.strip())
        if not match:
            refuse("unreadable-version", _NO_RANGE)
        star = match[1] in _WITH_STAR and match[2].endswith(".*")
        if not _VERSION.fullmatch(match[2].removesuffix(".*") if star else match[2]):
            refuse("unreadable-version", _NO_RANGE)
        clauses.append(match[2] if star and match[1] == "==" else match[0])
    return ",".join(sorted(clauses))
