"""What `set`, `arg` and `secret` share: each names a variable of the container, and a name is taken once."""

from __future__ import annotations

import re
from collections.abc import Iterator

from envc.diagnostics import Diagnostic, Fix, Span
from envc.diagnostics.diagnostic import wrong
from envc.language.environment import Environment
from envc.language.origin import Origin
from envc.language.taken import taken_before

#: Names that say their value is a secret.
_SECRET = re.compile(
    r"(?:^|_)(?:TOKEN|SECRET|PASSWORD|PASSWD|APIKEY|API_KEY|ACCESS_KEY|SECRET_KEY|PRIVATE_KEY|CREDENTIALS?)$",
    re.IGNORECASE,
)
_DERIVED = {
    "PATH": "envc puts the virtual environment in front of it",
    "VIRTUAL_ENV": "envc sets it",
    "ENVC_HASH": "envc sets it",
    "ENVC_ENVIRONMENT_HASH": "envc sets it",
    "PYTHONHOME": "the virtual environment stops working with it",
}


def refuse_open_value(
    name: str, origin: Origin, fixes: tuple[Fix, ...] = (), where: str = "image"
) -> Iterator[Diagnostic]:
    """Refuse a variable whose value would lie open in the image though it is a secret, or that envc sets itself.

    `fixes` say in another way what is meant by setting what envc sets.
    """
    place = origin.of("name")
    if _SECRET.search(name):
        yield Diagnostic(
            "secret-in-setting",
            f"the value of `{name}` would lie open in the {where}",
            (wrong(place, "the name of a secret"),),
            helps=(f"`secret {_secret_name(name)} as {name}` gives it to the container only while it runs",),
        )
    yield from refuse_derived_variable(name, place, fixes)


def refuse_derived_variable(name: str, place: Span, fixes: tuple[Fix, ...] = ()) -> Iterator[Diagnostic]:
    """Refuse a variable that envc sets itself, whatever would give it a value."""
    if name in _DERIVED:
        label = wrong(place, _DERIVED[name])
        yield Diagnostic("derived-setting", f"`{name}` is not to be set", (label,), fixes=fixes)


def refuse_taken_variable(name: str, place: Span, environment: Environment) -> Iterator[Diagnostic]:
    """Refuse a variable that an item before this place gives a value, too; or this one in a module used twice.

    The place is the one of the facet's name: `origin.of("name")`, which is the whole item where no field is called so.
    """
    labels = taken_before(environment, "variable", name, place)
    if labels:
        yield Diagnostic("repeated-name", f"`{name}` is set twice", labels)


def _secret_name(variable: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", variable.lower()).strip("-")
