"""Channels of conda packages. `stdlib/channels.env`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from envc.knowledge.facts import Fact, Line
from envc.knowledge.values import Address
from envc.language.fields import Keyword, Positional


class Channel(Fact):
    """A channel that everybody may take packages from."""

    name: Annotated[str, Positional()]
    address: Annotated[Address, Positional(kinds=frozenset({"string"}))]


class LicensedChannels(Fact):
    """Names of channels whose owner's terms ask organisations for a licence."""

    names: Annotated[tuple[str, ...], Positional(many=True, kinds=frozenset({"word"}))]
    owner: Annotated[str, Keyword()]


WORDS: Mapping[str, type[Line]] = {"channel": Channel, "licensed": LicensedChannels}
