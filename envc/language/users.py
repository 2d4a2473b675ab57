"""Who the processes of a container run as, where the program says it and where it does not."""

from __future__ import annotations

from envc.language.environment import Environment
from envc.language.facets import User
from envc.language.image_places import HOME_OF_ROOT


def name_and_id(environment: Environment) -> tuple[str, int]:
    """Return the name and the numeric id of the user: `app` and 1000 where the program names none."""
    user = environment.one(User)
    return (user.name, user.uid) if user else ("app", 1000)


def home_of(environment: Environment) -> str:
    """Return the user's home folder in the container, an absolute path."""
    name, uid = name_and_id(environment)
    return HOME_OF_ROOT if uid == 0 else f"/home/{name}"
