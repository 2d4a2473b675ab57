"""A package as words that take packages read it."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

from envc.language.fields import Flag, Positional
from envc.language.package_names import normalised, read_name, read_specifier
from envc.language.package_origins import Sourced
from envc.language.values import refuse
from envc.language.word import Entry

__all__ = ["PackageEntry", "PackageName", "normalised"]


def _read_bare_name(text: str) -> str:
    name = read_name(text)
    if "[" in name:
        refuse("unusable-package-name", "a package is there with what its extras need, or without: no extra is named")
    return name


#: The name of a package, without version and extras.
PackageName = Annotated[str, AfterValidator(_read_bare_name)]


class NamedPackage(Entry):
    """A package and its versions: `torch`, `torch 2.7`, `transformers[torch] >=4.46,<5`."""

    name: Annotated[str, AfterValidator(read_name), Positional(kinds=frozenset({"word", "string"}))]
    version: Annotated[str, BeforeValidator(read_specifier), Positional(kinds=frozenset({"number", "constraint"}))] = ""
    pinned: Annotated[bool, Flag()] = False

    @property
    def bare_name(self) -> str:
        """The name without extras."""
        return self.name.partition("[")[0]

    @property
    def extras(self) -> tuple[str, ...]:
        """The extras, sorted."""
        listed = self.name.partition("[")[2].rstrip("]")
        return tuple(listed.split(",")) if listed else ()


class PackageEntry(Sourced, NamedPackage):
    """A package, and maybe where it comes from: `crcmod 1.7 from source`."""
