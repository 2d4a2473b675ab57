"""What dpkg's status file says is there, and the list of packages that an image has in the end. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from typing import NamedTuple

#: The form of a line of the list, as `dpkg-query --show --showformat` takes it.
LINE_FORMAT = r"${Package} ${Architecture} ${Version} ${db:Status-Status}\n"


class Installed(NamedTuple):
    """A package that dpkg knows."""

    name: str
    architecture: str
    version: str
    state: str = "installed"  # or `config-files` of a package that was removed


def read_status(text: str) -> tuple[Installed, ...]:
    """Return the packages of a status file, without those that are not there at all."""
    packages = []
    for stanza in text.split("\n\n"):
        fields = fields_of(stanza)
        state = fields.get("Status", "").rpartition(" ")[2]
        if state and state != "not-installed":
            packages.append(Installed(fields["Package"], fields["Architecture"], fields["Version"], state))
    return tuple(packages)


def fields_of(stanza: str) -> dict[str, str]:
    """Return the fields of one paragraph, each with its first line."""
    return {
        name: value.strip()
        for line in stanza.splitlines()
        if line[:1].strip()  # a line that goes on begins with a blank
        for name, _, value in [line.partition(":")]
    }


def listing_digest(before: Iterable[Installed], added: Iterable[Installed]) -> str:
    """Return the SHA-256 of what dpkg lists when packages were added to others, or took the place of older ones.

    A package of the machine's own architecture and one for all of them take each other's place; packages of foreign
    architectures are in no base that envc knows.
    """
    after = {one.name: one for one in (*before, *added)}
    lines = sorted((one.name.encode(), f"{' '.join(one)}\n".encode()) for one in after.values())
    return sha256(b"".join(line for _, line in lines)).hexdigest()
