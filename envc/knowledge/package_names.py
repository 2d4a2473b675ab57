"""Names of Python packages that people write, and the names that they mean. `stdlib/packages.env`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

from envc.knowledge.facts import Fact, Line
from envc.language.fields import Keyword, Positional

if TYPE_CHECKING:
    from envc.knowledge.library import Library

#: As many names are offered for one.
MOST_NAMES = 2

#: How much alike two names are that may be one misspelt; a name for two packages is worse than none.
ALIKE = 0.75


class OftenUsed(Fact):
    """Packages that many people install, by the name that installs them: `often numpy pandas source downloads`."""

    names: Annotated[tuple[str, ...], Positional(many=True)]


class Installs(Fact):
    """A name that is imported, or used in talk, and the package that brings it: `import PIL package pillow`."""

    name: Annotated[str, Positional()]
    package: Annotated[str, Keyword()]


WORDS: Mapping[str, type[Line]] = {"often": OftenUsed, "import": Installs}


def names_meant(name: str, library: Library, *, misspelt: bool = True) -> tuple[str, ...]:
    """Return the packages that someone may mean by a name that installs nothing, best first.

    With `misspelt=False` the name is one that there is, and only what is known to be called otherwise counts. No other
    names are offered than are known here: a likeness found on an index may be a trap laid for misspellers.
    """
    from difflib import get_close_matches

    page = library.page("packages.env")
    wanted = name.lower().replace("_", "-")
    brought = [one.package for one in page.all(Installs) if one.name.lower().replace("_", "-") == wanted]
    known = {package for one in page.all(OftenUsed) for package in one.names}
    alike = get_close_matches(wanted, sorted(known), n=MOST_NAMES, cutoff=ALIKE) if misspelt else []
    found = dict.fromkeys([*brought, *alike])
    return tuple(one for one in found if one != wanted)[:MOST_NAMES]
