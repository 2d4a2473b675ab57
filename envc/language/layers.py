"""How items meet items that were said before: a parent's, a module's, those of every platform.

What is said later replaces a setting of the same word and a thing of the same name; everything else adds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from envc.language.environment import Declared
from envc.language.facets import BuildArgument, CopiedPath, Facet, PythonPackage, Setting, SystemPackage
from envc.language.fields import layout_of
from envc.language.origin import Origin
from envc.language.package_source import ProjectFolder
from envc.language.search_facets import SearchedFolder
from envc.language.stage_facets import BuilderFile, BuilderSetting
from envc.language.stages import in_stage, said_in_stage

Key = tuple[str, str]


def key_of(facet: Facet) -> Key | None:
    """Return what a facet is called; a later facet of the same key takes its place."""
    if isinstance(facet, Setting | BuildArgument):
        return ("variable", facet.name)
    if isinstance(facet, CopiedPath):
        return ("copy", facet.path or facet.source.rpartition("/")[2])
    if isinstance(facet, BuilderSetting | BuilderFile):
        inner = key_of(said_in_stage(facet))
        return inner and (f"{inner[0]} of the builder", inner[1])
    kind = type(facet).__name__
    if isinstance(facet, SystemPackage) and facet.stage:
        kind = f"SystemPackage {facet.stage}"
    elif isinstance(facet, SearchedFolder):
        kind = facet.variable
    name = facet.path if isinstance(facet, ProjectFolder) else getattr(facet, "name", None)
    return (kind, name) if isinstance(name, str) else None


def facets_of(declared: Iterable[Declared]) -> tuple[Facet, ...]:
    """Return all facets of understood items, in their order."""
    return tuple(facet for one in declared for facet in own_facets(one))


def own_facets(declared: Declared) -> list[Facet]:
    """Return the facets of one item, in the stage that it holds in."""
    facets = declared.declaration.facets(declared.origin)
    return list(facets) if declared.stage is None else [in_stage(facet, declared.stage) for facet in facets]


def merged(below: Sequence[Declared], above: Sequence[Declared]) -> list[Declared]:
    """Return what holds when some items are said on top of others."""
    if not below:
        return list(above)
    words = {type(one.declaration) for one in above if not one.declaration.repeatable}
    keys = {key for facet in facets_of(above) if (key := key_of(facet)) is not None}
    kept = (without(one, lambda facet: key_of(facet) in keys) for one in below if type(one.declaration) not in words)
    return [*(one for one in kept if one is not None), *above]


def united(first: Sequence[Declared], second: Sequence[Declared]) -> list[Declared]:
    """Return what two modules bring: what both say in the same words is said once.

    Where one asks for any version of a package and the other for some, the other is enough.
    """
    first, second = _without_bare(first, second), _without_bare(second, first)
    said = {_content(facet) for facet in facets_of(first)}
    kept = (without(one, lambda facet: _content(facet) in said) for one in second)
    return [*first, *(one for one in kept if one is not None)]


def _without_bare(these: Sequence[Declared], others: Sequence[Declared]) -> list[Declared]:
    """Return items without packages that they ask nothing of, and of which the others ask something."""
    precise = {
        (facet.name, facet.accelerated)
        for facet in facets_of(others)
        if isinstance(facet, PythonPackage) and not _is_bare(facet)
    }

    def doomed(facet: Facet) -> bool:
        return isinstance(facet, PythonPackage) and _is_bare(facet) and (facet.name, facet.accelerated) in precise

    kept = (without(one, doomed) for one in these)
    return [one for one in kept if one is not None]


def _is_bare(package: PythonPackage) -> bool:
    return package == PythonPackage(package.name, (), "", False, package.accelerated, package.origin)


def _content(facet: Facet) -> tuple[str, str]:
    content = {name: value for name, value in said_in_stage(facet)._asdict().items() if name != "origin"}
    return type(facet).__name__, repr(content)


def without(declared: Declared, doomed: Callable[[Facet], bool]) -> Declared | None:
    """Return an item without some of what it says, or None when nothing is left.

    Of a list single entries go. Any other item goes whole with its first facet, which is the thing that it is about,
    and stays whole when only something that this brings along is to go.
    """
    facets = own_facets(declared)
    kept = [position for position, facet in enumerate(facets) if not doomed(facet)]
    if len(kept) == len(facets):
        return declared
    if not kept:
        return None
    field = list_field(declared, len(facets))
    if field is not None:
        size = declared.declaration.thing_size
        return _with_entries(declared, field, [size * one + word for one in kept for word in range(size)])
    field = declared.declaration.listed_behind
    if field is not None and len(getattr(declared.declaration, field)) == len(facets) - 1:
        kept_entries = [position - 1 for position in kept[1:]]
        return _with_entries(declared, field, kept_entries) if kept[0] == 0 else declared
    return declared if kept[0] == 0 else None


def things_of(declared: Declared) -> list[Facet]:
    """Return the facets of an item that have names of their own: not what the one thing that it is about brings."""
    facets = own_facets(declared)
    lists = declared.declaration.listed_behind is not None or list_field(declared, len(facets)) is not None
    return facets if lists else facets[:1]


def list_field(declared: Declared, length: int) -> str | None:
    """Return the field of an item that lists as many things as it has facets, or None when it is no list."""
    if not declared.declaration.lists_things:
        return None
    layout = layout_of(type(declared.declaration))
    fields = [field for field, positional in layout.positional if positional.many]
    fields += [layout.entries[0]] if layout.entries else []
    words = length * declared.declaration.thing_size
    return next((field for field in fields if len(getattr(declared.declaration, field)) == words), None)


def _with_entries(declared: Declared, field: str, kept: list[int]) -> Declared:
    entries = getattr(declared.declaration, field)
    declaration = declared.declaration.model_copy(update={field: tuple(entries[position] for position in kept)})
    places = {str(old): str(new) for new, old in enumerate(kept)}
    spans = {}
    for name, span in declared.origin.spans.items():
        head, *rest = name.split(".")
        if head == field and rest:
            if rest[0] not in places:
                continue
            rest[0] = places[rest[0]]
        spans[".".join((head, *rest))] = span
    return declared._replace(declaration=declaration, origin=Origin(declared.origin.item, spans))
