"""What `data` and `weights` share: something big, versioned and checked, mounted, copied or fetched."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator

from envc.diagnostics import Diagnostic
from envc.diagnostics.diagnostic import wrong
from envc.language.environment import Environment
from envc.language.facets import Artifact, Delivery
from envc.language.fields import Choice, Flag, Keyword, Positional
from envc.language.hub_address import SCHEME as HUB
from envc.language.hub_address import read_hub_address
from envc.language.open_addresses import doubt_plain_http
from envc.language.origin import Origin
from envc.language.taken import taken_before
from envc.language.values import Name, OwnedPath, Sha256, Tag, Text, has_host, refuse, refuse_blank_ends
from envc.language.word import Declaration

#: Schemes of the addresses that a build, or the start of a container, reads by itself.
_READ_BY: dict[str, frozenset[str]] = {
    "copied": frozenset(("http", "https")),
    "fetched": frozenset(("http", "https", HUB)),
}
_ADDRESS = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]*)://(?P<authority>[^/?#\s]+)[^\s]*")


def is_address(location: str) -> bool:
    """Say whether a location is an address and not a path of the project."""
    return "://" in location


def _location(text: str) -> str:
    if not is_address(text):
        refuse_blank_ends(text)
        if text.startswith(("/", "~")):
            refuse("path-not-relative", "a path of the project is relative to the program's own file")
        return "/".join(part for part in text.replace("\\", "/").split("/") if part not in {"", "."}) or "."
    return readable_address(text)


def readable_address(text: str) -> str:
    """Return an address as it is. Raises the refusal of one that is none, or that holds credentials."""
    match = _ADDRESS.fullmatch(text)
    if not match:
        refuse("unreadable-address", "an address is like https://host/path or s3://bucket/path")
    if "@" in match["authority"]:
        refuse("secret-in-address", "an address holds no credentials; they come from a `secret`")
    if match["scheme"] in {"http", "https"} and not has_host(text):
        refuse("unreadable-address", "there can be no such host or port")
    if match["scheme"] == HUB and not read_hub_address(text):
        refuse("unreadable-address", "an address on the Hub is like hf://owner/name@revision or …/path behind it")
    return text


class ArtifactWord(Declaration):
    """A version, maybe a name and where it comes from, and how it gets into the container."""

    repeatable = True
    kind: ClassVar[Literal["data", "weights"]]

    version: Annotated[Tag, Positional()]
    of: Annotated[Name | None, Keyword()] = None
    location: Annotated[
        Text | None, AfterValidator(lambda text: None if text is None else _location(text)), Keyword("from")
    ] = None
    sha256: Annotated[Sha256 | None, Keyword()] = None
    delivery: Annotated[Delivery, Choice()]
    writable: Annotated[bool, Flag()] = False
    at: Annotated[OwnedPath | None, Keyword()] = None

    def facets(self, origin: Origin) -> Iterator[Artifact]:
        """Return the artifact."""
        path = self.at or (f"/{self.kind}/{self.of}" if self.of else f"/{self.kind}")
        name = self.of or self.kind
        yield Artifact(
            self.kind, name, self.version, self.location, self.sha256, self.delivery, path, self.writable, origin
        )

    def check(self, origin: Origin, environment: Environment) -> Iterator[Diagnostic]:
        """Refuse what cannot be delivered as asked."""
        name = self.of or self.kind
        if self.delivery != "mounted" and self.location is None:
            yield Diagnostic(
                "missing-argument",
                f"`{origin.item.word}` does not say where `{name}` comes from",
                (wrong(origin.of("delivery"), "from where"),),
                helps=('write `from "…"` with a path of the project or an address',),
            )
        if self.writable and self.delivery != "mounted":
            yield Diagnostic(
                "contradiction",
                f"what is {self.delivery} cannot be writable",
                (wrong(origin.of("writable"), "only a mount can be written to"),),
            )
        if self.delivery == "fetched" and self.location and not is_address(self.location):
            yield Diagnostic(
                "contradiction",
                "a path of the project cannot be fetched",
                (wrong(origin.of("location"), "no address"),),
                helps=("`mounted` or `copied` fits a path of the project",),
            )
        if self.delivery != "mounted" and self.location and is_address(self.location):
            scheme = self.location.partition("://")[0]
            if scheme not in _READ_BY[self.delivery]:
                yield _unfetchable(self.delivery, scheme, origin)
        if self.delivery != "mounted" and self.location and self.sha256 is None:
            yield from doubt_plain_http(self.location, origin.of("location"), f"the bytes of `{name}`")
        labels = taken_before(environment, "artifact", name, origin.of("of"))
        if labels:
            yield Diagnostic(
                "repeated-name",
                f"two data sets or models are called `{name}`",
                labels,
                helps=("give each a name with `of`",),
            )


def _unfetchable(delivery: str, scheme: str, origin: Origin) -> Diagnostic:
    who = "a build" if delivery == "copied" else "the start of a container"
    helps = ["give the https address of the same bytes, or have them `mounted`"]
    helps += ["`fetched` reads it when the container is started"] if scheme in _READ_BY["fetched"] else []
    return Diagnostic(
        "unfetchable-address",
        f"{who} reads nothing from `{scheme}://`",
        (wrong(origin.of("location"), f"none of {', '.join(sorted(_READ_BY[delivery]))}"),),
        helps=tuple(helps),
    )
