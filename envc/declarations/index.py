"""The word `index`: a package index of one's own, and the packages that come from it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated

from pydantic import AfterValidator

from envc.diagnostics import Diagnostic, Fix, Label
from envc.diagnostics.diagnostic import wrong
from envc.diagnostics.suggestions import similar
from envc.knowledge.library import Library, shipped_library
from envc.language.addresses import read_address
from envc.language.environment import Environment
from envc.language.facets import PackageIndex, Secret
from envc.language.fields import Flag, Keyword, Positional
from envc.language.open_addresses import doubt_plain_http
from envc.language.origin import Origin
from envc.language.packages import normalised
from envc.language.taken import accelerated_packages, taken_before
from envc.language.values import Name, Text, refuse
from envc.language.word import Declaration

_NAME = re.compile(r"(?=.{1,63}$)[a-z][a-z0-9]*(-[a-z0-9]+)*", re.ASCII)
_PACKAGE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_USER_NAME = re.compile(r"[^\s:\x00-\x1f\x7f]{1,128}")
#: The name that indexes take with a token.
_USER = "__token__"


def _index_name(text: str) -> str:
    if not _NAME.fullmatch(text):
        refuse("unusable-name", "an index's name has lower-case letters, digits and single - between them")
    return text


def _address(text: str) -> str:
    return read_address(text, "an index", "pip's own are used: netrc, keyring, or a `secret`")


def _user(text: str | None) -> str | None:
    if text is not None and not _USER_NAME.fullmatch(text):
        refuse("unusable-name", "the name of an account has no blank and no colon")
    return text


def _packages(texts: tuple[str, ...]) -> tuple[str, ...]:
    if not all(map(_PACKAGE.fullmatch, texts)):
        refuse("unusable-package-name", "behind `for` stand names of packages, without versions and extras")
    return tuple(map(normalised, texts))


class Index(Declaration):
    """Names a package index and the packages that come from it, and from it alone.

    What is named behind `for` is never looked for anywhere else, also where only another package asks for it; every
    other package is never looked for there. So nobody can put a higher version of a name into the wrong index. With
    `links`, the address is that of one page with links to wheels, as some projects have; where the page states no
    checksum, the wheel that is chosen is fetched and measured when it is locked. The lock
    holds the index's name; `ENVC_INDEX_<NAME>` gives a machine another address of it.

    Credentials come from where pip has them: netrc, keyring, pip's configuration. Or a `secret` of the program is the
    password, and `user` the name that goes with it, `__token__` otherwise. Locking uses them, the build gets them as a
    secret mount, and they are in no lock, layer, log or hash.
    """

    repeatable = True
    examples = (
        'index corp "https://packages.example.org/simple" for ranker ranker-models',
        'index openmmlab "https://download.example.org/mmcv/cu121/torch2.1/index.html" links for mmcv',
        'index corp "https://a.example.org/simple" secret token for ranker; secret token as TOKEN build',
    )

    name: Annotated[str, AfterValidator(_index_name), Positional()]
    address: Annotated[Text, AfterValidator(_address), Positional(kinds=frozenset({"string"}))]
    links: Annotated[bool, Flag()] = False
    secret: Annotated[Name | None, Keyword("secret")] = None
    user: Annotated[str | None, AfterValidator(_user), Keyword("user")] = None
    packages: Annotated[
        tuple[str, ...],
        AfterValidator(_packages),
        Keyword("for", many=True, kinds=frozenset({"word", "string"})),
    ]

    def facets(self, origin: Origin) -> Iterator[PackageIndex]:
        """Return the index."""
        yield PackageIndex(self.name, self.address, self.packages, origin, self.links, self.secret, self.user or _USER)

    def check(self, origin: Origin, environment: Environment) -> Iterator[Diagnostic]:
        """Refuse a name that envc's library has, a name that is taken, and a package that would have two indexes."""
        library = shipped_library()
        known = next((one for one in library.indexes if one.name == self.name), None)
        if known is not None:
            yield Diagnostic(
                "hidden-index",
                f"`{self.name}` is an index that envc knows",
                (wrong(origin.of("name"), "would hide it"),),
                notes=("envc takes what `ml` names from it, in the builds that fit",),
                helps=(
                    "give your index another name",
                    f"where `{self.name}` only has another address on your machine, set its ENVC_INDEX_ variable",
                ),
            )
        labels = taken_before(environment, "index", self.name, origin.of("name"))
        if labels:
            yield Diagnostic("repeated-name", f"two indexes are called `{self.name}`", labels)
        yield from doubt_plain_http(self.address, origin.of("address"), "what the index says of its packages")
        yield from self._twice_routed(origin, environment, library)
        yield from self._login(origin, environment)

    def _login(self, origin: Origin, environment: Environment) -> Iterator[Diagnostic]:
        if self.secret is None and self.user is not None:
            label = wrong(origin.of("user"), "without a password")
            help_text = "write `secret NAME` behind it, or leave both to pip's own logins"
            yield Diagnostic("missing-argument", "`user` needs a `secret`", (label,), helps=(help_text,))
        elif self.secret is not None and not environment.every_with(Secret, "name", self.secret):
            known = [one.name for one in environment.every(Secret)]
            near = similar(self.secret, known)
            place = origin.of("secret")
            yield Diagnostic(
                "unknown-secret",
                f"the program has no secret `{self.secret}`",
                (wrong(place, "not declared"),),
                notes=(f"it has: {', '.join(sorted(known)) or 'none'}",),
                helps=() if near else (f"declare it: secret {self.secret} as {_variable(self.secret)} build",),
                fixes=(Fix("a secret has a similar name", place, near),) if near else (),
            )

    def _twice_routed(self, origin: Origin, environment: Environment, library: Library) -> Iterator[Diagnostic]:
        accelerated = accelerated_packages(environment)
        for position, name in enumerate(self.packages):
            place = wrong(origin.of(f"packages.{position}"), f"from `{self.name}` here")
            family = library.family_of(name)
            members = (family.project, *family.companions) if family else ()
            taken = next((accelerated[member] for member in members if member in accelerated), None)
            before = taken_before(environment, "package behind `for`", name, place.span)
            if before:
                yield _two_indexes(name, (place, *before[1:]), "name it behind one `for` only")
            elif taken:
                other = Label(taken.origin.of("name"), "from the index with the builds for the accelerator")
                yield _two_indexes(
                    name, (place, other), "`pip` in place of `ml` takes packages from the index you name"
                )


def _variable(secret: str) -> str:
    name = re.sub(r"[^A-Z0-9]+", "_", secret.upper())
    return name if name[0].isalpha() else f"SECRET_{name}"


def _two_indexes(name: str, labels: tuple[Label, ...], remedy: str) -> Diagnostic:
    message = f"the package `{name}` comes from two indexes"
    return Diagnostic("package-with-two-indexes", message, labels, helps=(remedy,))
