"""A package as words that take packages read it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator

from envc.language.fields import Flag, Keyword, Positional
from envc.language.package_names import normalised, read_bare_name, read_name, read_specifier
from envc.language.package_origins import Sourced
from envc.language.word import Entry

__all__ = ["PackageEntry", "PackageName", "Specifier", "normalised"]


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

    without: Annotated[Literal["deps"] | None, Keyword()] = None


#: A package's name without extras, as PEP 503 normalises it.
PackageName = Annotated[str, AfterValidator(read_bare_name)]
#: PEP 440's specifier, of a version too: `==2.7.*` from `2.7`.
Specifier = Annotated[str, BeforeValidator(read_specifier)]
