"""The word `user`: who the processes run as."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar

from envc.diagnostics import Diagnostic, Fix
from envc.diagnostics.diagnostic import wrong
from envc.language.environment import Environment
from envc.language.facets import SCRATCH, BaseImage
from envc.language.facets import User as UserFacet
from envc.language.fields import Keyword, Positional
from envc.language.origin import Origin
from envc.language.system_users import SYSTEM_USERS, owner_of
from envc.language.values import Name, UserId
from envc.language.word import Declaration

_NUMBER = re.compile(r"[0-9]+")
_GROUP = "leave it out: the group is 0, which has no rights by itself and may write what the user may"


class User(Declaration):
    """Names the user that the processes run as; `app` with id 1000 and group 0 without it.

    It is a user of the program's own: the names and ids that every image of Debian and Ubuntu has are refused there.
    Group 0 may write the working directory and the home folder, so any other id works too, as some clusters give one.
    `user any` is for those, OpenShift among them: the container does not know the id that it will get, so `USER` and
    `LOGNAME` name `app`, for programs that ask who they are and would find nobody under that id.
    """

    brought_along: ClassVar[Mapping[str, str]] = dict.fromkeys(("gid", "group", "groups"), _GROUP)
    examples = ("user trainer uid 1234", "user app", "user any")

    name: Annotated[Name, Positional()]
    uid: Annotated[UserId | None, Keyword()] = None

    def facets(self, origin: Origin) -> Iterator[UserFacet]:
        """Return the user."""
        if self.name == "any":
            yield UserFacet("app", 1000, origin, any_id=True)
            return
        default = 0 if self.name == "root" else 1000
        yield UserFacet(self.name, default if self.uid is None else self.uid, origin)

    def check(self, origin: Origin, environment: Environment) -> Iterator[Diagnostic]:
        """Warn of root, and refuse a user of the system, an id for whoever it will be, and one in place of a name."""
        base = environment.one(BaseImage)
        if base is None or base.reference != SCRATCH:  # which has nobody
            yield from self._of_the_system(origin, base)
        if _NUMBER.fullmatch(self.name):
            place, named = origin.of("name"), "root" if int(self.name) == 0 else f"app uid {int(self.name)}"
            fixes = () if self.uid is not None else (Fix("give it a name", place, named),)
            label = wrong(place, "a name stands here, and an id behind `uid`")
            yield Diagnostic("unusable-name", f"`{self.name}` is an id and no name", (label,), fixes=fixes)
        if self.name == "any" and self.uid is not None:
            yield Diagnostic(
                "contradiction",
                "`user any` has no id of its own",
                (wrong(origin.of("uid"), "the cluster gives one"),),
                helps=("a user with a fixed id has a name of its own, such as `user app uid 1234`",),
            )
        if self.name == "root" or self.uid == 0:
            yield Diagnostic(
                "runs-as-root",
                "the container runs as root",
                (wrong(origin.span, "asked for here"),),
                notes=("a process that breaks out of the container is then root on the machine",),
                severity="warning",
            )

    def _of_the_system(self, origin: Origin, base: BaseImage | None) -> Iterator[Diagnostic]:
        """Yield a name and an id that a user of the system has already: there would be two of them."""
        owner = owner_of(self.uid) if self.uid else None
        if self.name == "root" and self.uid:
            yield Diagnostic(
                "contradiction",
                "root has the id 0",
                (wrong(origin.of("uid"), "not root's"),),
                fixes=(Fix("take another name", origin.of("name"), "app"),),
            )
        elif self.name not in SYSTEM_USERS and not owner:
            return
        elif base is not None and not _is_of_debian(base.reference):
            return  # which users it has is not known
        elif self.name in SYSTEM_USERS:
            own = f"app uid {1000 + self.uid if self.uid and owner else 1234}"
            both = origin.of("name").to(origin.of("uid")) if owner else origin.of("name")
            yield Diagnostic(
                "unusable-name",
                f"`{self.name}` is a user of the system already",
                (wrong(origin.of("name"), "every image of Debian and Ubuntu has it"),),
                notes=("a second line of its name in /etc/passwd would not count",),
                helps=(f"take a name {'and an id ' if owner else ''}of your own, such as `user {own}`",),
                fixes=(Fix("take another", both, own) if owner else Fix("take another name", both, "app"),),
            )
        else:
            yield Diagnostic(
                "contradiction",
                f"the id {self.uid} is that of `{owner}`, a user of the system",
                (wrong(origin.of("uid"), "every image of Debian and Ubuntu has it"),),
                notes=(f"programs would be told that they run as `{owner}`",),
                helps=("take an id from 1000 on, which no user of the system has",),
                fixes=(Fix("take the first of them", origin.of("uid"), "1000"),),
            )


def _is_of_debian(reference: str) -> bool:
    from envc.knowledge.library import shipped_library
    from envc.knowledge.systems import is_of_debian

    return is_of_debian(shipped_library().systems(), reference)
