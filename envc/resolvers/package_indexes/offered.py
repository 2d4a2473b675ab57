"""What the one index of a name has of it, and what of that the target takes."""

from __future__ import annotations

from typing import NamedTuple

from envc.lock.resolution import Given
from envc.resolvers.package_indexes.page import NOTHING, File, Page
from envc.resolvers.package_indexes.selection import Sorted
from envc.resolvers.stand_in import file_name


class Offered(NamedTuple):
    """What the one index of a name has of it."""

    page: Page
    sorted: Sorted
    is_there: bool = True  # whether any index has a file of the name

    @property
    def choice(self) -> dict[str, File]:
        """The wheel that the target takes, by version."""
        return self.sorted.choice


#: What there is of a name that no index has.
NOT_OFFERED = Offered(NOTHING, Sorted({}, {}, {}), is_there=False)


def offered_by_nobody(known: Given) -> Offered:
    """Return what resolvers are told of a package that comes from no index: one version, and no file behind it.

    uv sees it as a page; pip-compile, which has a wheel of it in its folder, asks for the facts alone.
    """
    digest = "0" * 64
    file = File(file_name(known), "", digest, None, None, None, True)
    return Offered(NOTHING, Sorted({known.version: file}, {known.version: [digest]}, {}))
