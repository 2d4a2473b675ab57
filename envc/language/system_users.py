"""The users that images of Debian and Ubuntu have by themselves, from their package base-passwd. Pure."""

from __future__ import annotations

#: Their ids; some are kept for a name that newer images no longer have.
SYSTEM_USERS = {
    "daemon": 1,
    "bin": 2,
    "sys": 3,
    "sync": 4,
    "games": 5,
    "man": 6,
    "lp": 7,
    "mail": 8,
    "news": 9,
    "uucp": 10,
    "proxy": 13,
    "www-data": 33,
    "backup": 34,
    "list": 38,
    "irc": 39,
    "gnats": 41,
    "nobody": 65534,
}


def owner_of(uid: int) -> str | None:
    """Return which user of the system has an id; that of `nobody` may be anybody's."""
    return next((name for name, one in SYSTEM_USERS.items() if one == uid and name != "nobody"), None)
