"""Channels have one name each, and none of them is one that envc refuses."""

from __future__ import annotations

from collections.abc import Iterator

from envc.diagnostics import Diagnostic
from envc.knowledge.channels import Channel, LicensedChannels
from envc.knowledge.checks.contradiction import contradiction, repeated
from envc.knowledge.library import Library


def check(library: Library) -> Iterator[Diagnostic]:
    """Yield what is wrong with the channels."""
    page = library.page("channels.env")
    channels = page.all(Channel)
    yield from repeated(channels, lambda one: one.name, "the channel")
    for licensed in page.all(LicensedChannels):
        for one in channels:
            if one.name in licensed.names:
                text = f"the channel {one.name} is free and asks for a licence"
                yield contradiction(text, one.origin.of("name"), one.name, (licensed.origin.of("names"), one.name))
