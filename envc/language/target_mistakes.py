"""What is wrong with a `target` in its environment."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from envc.diagnostics import Diagnostic, Label
from envc.diagnostics.diagnostic import wrong
from envc.language.cluster_facets import Target
from envc.language.environment import Environment
from envc.language.facets import Artifact, Secret
from envc.language.origin import Origin
from envc.language.taken import taken_before
from envc.language.targets import machinery, names
from envc.language.variables import refuse_open_value

_SHOWN = {"resources": "resource"}


def target_mistakes(target: Target, settings: tuple[str, ...], environment: Environment) -> Iterator[Diagnostic]:
    """Yield what is wrong; `settings` are the names of its block, as they stand there."""
    origin = target.origin
    labels = taken_before(environment, "target", target.name, origin.of("name"))
    if labels:
        yield Diagnostic("repeated-name", f"two targets are called `{target.name}`", labels)
    yield from _unknown(target)
    yield from _of_another_form(target)
    yield from _volumes(target, environment)
    yield from _settings(target, settings, environment)
    yield from machinery(target.name).mistakes(target, environment)


def _unknown(target: Target) -> Iterator[Diagnostic]:
    origin = target.origin
    for field in Target._fields:
        known = [name for name in names() if field in machinery(name).takes]
        if known and field in origin.spans and target.name not in known:
            shown = _SHOWN.get(field, field)
            yield Diagnostic(
                "unexpected-argument",
                f"`target {target.name}` takes no `{shown}`",
                (wrong(origin.of(field), f"known to {' and '.join(known)}"),),
            )
    where = machinery(target.name)
    if target.form and target.form not in where.forms:
        yield Diagnostic(
            "unexpected-argument",
            f"`target {target.name}` knows no `as {target.form}`",
            (wrong(origin.of("form"), f"none of {', '.join(where.forms)}" if where.forms else where.without_forms),),
        )


def _of_another_form(target: Target) -> Iterator[Diagnostic]:
    """Refuse what belongs to another form than is asked for, and two things that belong to two forms."""
    origin, forms = target.origin, machinery(target.name).field_forms
    said = [field for field in forms if field in origin.spans]
    for field in said:
        if target.form and target.form != forms[field]:
            yield Diagnostic(
                "contradiction",
                f"only a {forms[field]} has {field}",
                (wrong(origin.of(field), f"of a {target.form}"), Label(origin.of("form"), "asked for here")),
            )
    for first, second in pairwise(said):
        if forms[first] != forms[second]:
            yield Diagnostic(
                "contradiction",
                f"a {forms[first]} has {first}, a {forms[second]} has {second}",
                (wrong(origin.of(second), f"of a {forms[second]}"), Label(origin.of(first), f"of a {forms[first]}")),
            )


def _volumes(target: Target, environment: Environment) -> Iterator[Diagnostic]:
    origin = target.origin
    if target.claim and target.host:
        yield Diagnostic(
            "contradiction",
            "mounts lie in a claim or in a folder of the machines",
            (wrong(origin.of("host"), "a folder"), Label(origin.of("claim"), "a claim")),
        )
    where = machinery(target.name)
    unusable, shown = where.unmountable
    for artifact in environment.every(Artifact):
        places = {"at": artifact.path} if artifact.delivery != "copied" else {}
        if artifact.location and not artifact.is_remote and artifact.delivery == "mounted" and where.mounts_the_project:
            places["location"] = artifact.location
        for field, path in places.items():
            if not set(unusable).isdisjoint(path):
                yield Diagnostic(
                    "unusable-path",
                    f"`target {target.name}` cannot mount what has {shown} in its path",
                    (wrong(artifact.origin.of(field), "lies there"), Label(origin.of("name"), "is to mount it")),
                )


def _settings(target: Target, settings: tuple[str, ...], environment: Environment) -> Iterator[Diagnostic]:
    secret = {one.variable: one for one in environment.every(Secret) if one.variable}
    first: dict[str, Origin] = {}
    for position, name in enumerate(settings):
        origin = Origin(target.origin.item, {"name": target.origin.of(f"settings.{position}.name")})
        yield from refuse_open_value(name, origin, where="manifest")
        place = origin.of("name")
        if name in first:
            labels = (wrong(place, "again here"), Label(first[name].of("name"), "first here"))
            yield Diagnostic("repeated-name", f"`{name}` is set twice", labels)
        elif name in secret:
            labels = (wrong(place, "again here"), Label(secret[name].origin.of("variable"), "first here"))
            yield Diagnostic("repeated-name", f"`{name}` is set twice", labels)
        first.setdefault(name, origin)
