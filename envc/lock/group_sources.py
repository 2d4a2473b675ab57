"""Members of a group take a package of no index from one place: the same commit, archive, wheel or folder. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from envc.diagnostics import Diagnostic, Label, Report
from envc.language.facets import PythonPackage
from envc.lock.built_packages import BuiltPackage
from envc.lock.choose import Prepared
from envc.lock.wheels import Wheel

_Place = tuple[str, ...]
_INDEX: _Place = ()


def refuse_two_sources(members: Sequence[Prepared]) -> None:
    """Refuse a package that is made of other bytes for one member than for another. Raises a Report."""
    first: dict[str, tuple[_Place, Prepared]] = {}
    for member in members:
        elsewhere: tuple[BuiltPackage | Wheel, ...] = (*member.built, *member.wheels)
        places = {one.package.name: _place(one) for one in elsewhere}
        for package in member.asked.every(PythonPackage):
            place = places.get(package.name, _INDEX)
            known, owner = first.setdefault(package.name, (place, member))
            if known != place:
                raise Report([_two_sources(package.name, owner, member)])


def _place(one: BuiltPackage | Wheel) -> _Place:
    source, found = one.package.source, one.found
    assert source is not None  # noqa: S101  # only packages with a source come from elsewhere
    if isinstance(one, Wheel):
        return (source.kind, one.found.sha256)
    said = (source.subdirectory, *source.needs)
    return (source.kind, found.sha256 or one.found.tree or source.address, *said)


def _two_sources(name: str, one: Prepared, other: Prepared) -> Diagnostic:
    labels = []
    for member, primary in ((one, False), (other, True)):
        facet = next(package for package in member.asked.every(PythonPackage) if package.name == name)
        source = facet.source
        where = "an index" if source is None else " ".join(filter(None, (source.kind, source.tag, source.commit[:12])))
        labels.append(Label(facet.origin.of("name"), f"from {where} for {member.environment.name}", primary=primary))
    return Diagnostic(
        "group-of-two-sources",
        f"`{name}` is made of two sources in environments that are locked together",
        tuple(labels),
        ("a version alone does not say which files a package has that comes from no index",),
        ("write the same source in both environments", "or take one of them out of the group"),
    )
