"""Names and versions of Python packages: as words that take packages read them, and as they are compared."""

from __future__ import annotations

import re

from envc.language.other_requirements import said_of_address, written_out
from envc.language.values import refuse

_NAME = re.compile(r"([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)(?:\[([^\]]*)\])?")
_EXTRA = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_RELEASE = r"(?:[0-9]+!)?[0-9]+(?:\.[0-9]+)*"
_SUFFIX = (
    r"(?:[-_.]?(?:a|b|c|rc|alpha|beta|pre|preview)[-_.]?[0-9]*)?"
    r"(?:[-_.]?(?:post|rev|r)[-_.]?[0-9]*)?(?:[-_.]?dev[-_.]?[0-9]*)?"
)
_LOCAL = r"(?:\+[A-Za-z0-9]+(?:[._-][A-Za-z0-9]+)*)?"
_VERSION = re.compile(rf"{_RELEASE}{_SUFFIX}{_LOCAL}", re.IGNORECASE | re.ASCII)
#: What PEP 440 allows behind each comparator.
_COMPATIBLE = re.compile(rf"(?:[0-9]+!)?[0-9]+(?:\.[0-9]+)+{_SUFFIX}", re.IGNORECASE | re.ASCII)
_EQUAL = re.compile(rf"{_RELEASE}(?:\.\*|{_SUFFIX}{_LOCAL})", re.IGNORECASE | re.ASCII)
_ORDERED = re.compile(rf"{_RELEASE}{_SUFFIX}", re.IGNORECASE | re.ASCII)
_COMPARATORS = {"===": _VERSION, "==": _EQUAL, "!=": _EQUAL, "~=": _COMPATIBLE}
_CLAUSE = re.compile(r"(===|[=~!<>]=|[<>])(.+)")


def normalised(name: str) -> str:
    """Return a package's name as PEP 503 compares names: `Scikit_Learn` is `scikit-learn`."""
    return re.sub(r"[-_.]+", "-", name).lower()


def name_of(requirement: str) -> str:
    """Return the name in a PEP 508 requirement, normalised."""
    from packaging.requirements import Requirement

    return normalised(Requirement(requirement).name)


def read_name(text: str) -> str:
    """Return a name with its extras in their one form. Raises the refusal of what is none."""
    match = _NAME.fullmatch(text)
    if not match:
        message = "a package's name has letters, digits and - _ . only, and begins and ends with one"
        refuse("unusable-package-name", message, said_of_address(text), written_out(text))
    extras = [extra.strip() for extra in (match[2] or "").split(",") if extra.strip()]
    if not all(map(_EXTRA.fullmatch, extras)):
        refuse("unusable-package-name", "an extra has letters, digits and - _ . only")
    return normalised(match[1]) + (f"[{','.join(sorted(map(normalised, extras)))}]" if extras else "")


def read_bare_name(text: str) -> str:
    """Return a name that stands without extras in its one form. Raises the refusal of what is none."""
    match = _NAME.fullmatch(text)
    if not match or match[2] is not None:
        refuse("unusable-package-name", "the name of a package, without extras: letters, digits and - _ . only")
    return normalised(text)


def read_specifier(text: str) -> str:
    """Return PEP 440's form. A number alone is a version: with two parts all of its patches, with three exactly it."""
    if text[:1].isdigit():
        if not _VERSION.fullmatch(text):
            refuse("unreadable-version", "a version is like 2.7 or 2.7.1; a range is like >=2.1,<2.5")
        exact = not re.fullmatch(r"[0-9]+(\.[0-9]+)?", text)
        return f"=={text}" if exact else f"=={text}.*"
    clauses = []
    for clause in text.split(","):
        match = _CLAUSE.fullmatch(clause.strip())
        if not match or not _COMPARATORS.get(match[1], _ORDERED).fullmatch(match[2]):
            refuse("unreadable-version", "this is no PEP 440 specifier, such as >=2.1,<2.5 or ==2.1.*")
        clauses.append(match[1] + match[2])
    return ",".join(sorted(clauses))
