"""Open the indexes of a request, as this machine reaches them."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from envc.lock.resolution import Request
from envc.resolvers.credentials import with_logins
from envc.resolvers.package_indexes import FOLDER
from envc.resolvers.package_indexes.index import Indexes
from envc.resolvers.package_indexes.selection import Taker
from envc.resolvers.package_indexes.session import Session
from envc.resolvers.pip_tools.inside.rules import Rules
from envc.resolvers.requested import flat_of, overrides_of, routes_of
from envc.resolvers.settings import Settings


def indexes_for(request: Request, settings: Settings, cache: Path, progress: Callable[[str], None]) -> Indexes:
    """Return the indexes of a request, with the logins of this machine; those of the request have theirs already."""
    places, routes = with_logins(settings, os.environ).remote_indexes, routes_of(request)
    session = Session(settings, (*filter(None, places), *routes.values()), os.environ)
    indexes = Indexes(session, routes, places, Taker(request.target), cache / FOLDER, progress, request.known)
    indexes.flat = frozenset(flat_of(request))
    indexes.rules = Rules(overrides_of(request), request.bare)
    return indexes
