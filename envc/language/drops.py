"""`drop`: an environment without something that a parent or a module says. `ml drop datasets`, `gpu drop`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from envc.diagnostics import Diagnostic, Fix, Label, Span
from envc.diagnostics.diagnostic import wrong
from envc.diagnostics.suggestions import similar
from envc.language.environment import Declared
from envc.language.facets import CopiedPath, ExposedPort, Facet, IgnoredPath, PythonPackage, SystemPackage
from envc.language.layers import facets_of, things_of, without
from envc.language.outside_facets import ProvidedPackage
from envc.language.package_rules import Override, Patch
from envc.language.package_source import ProjectFolder
from envc.language.package_words import PackageList
from envc.language.packages import normalised
from envc.language.stage_facets import Stage
from envc.language.stages import said_in_stage
from envc.language.word import Declaration
from envc.syntax.program import Argument, Item

#: The field that has the name of a facet, where it is not `name`.
_NAMED_BY: dict[type, str] = {CopiedPath: "source", IgnoredPath: "pattern", ProjectFolder: "path"}


class Drop(NamedTuple):
    """An item that takes something away: a word's setting, or what a word lists by these names."""

    word: type[Declaration]
    item: Item
    names: tuple[Argument, ...]
    stage: Stage | None = None  # the stage that it is said in; None: whatever stage has it


def is_drop(item: Item) -> bool:
    """Say whether an item takes away instead of adding."""
    first = item.arguments[0] if item.arguments else None
    return first is not None and first.kind == "word" and first.value == "drop" and first.given is None


def read_drop(item: Item, word: type[Declaration]) -> Drop | Diagnostic:
    """Return what an item takes away, or why it cannot."""
    names = (*item.arguments[1:], *(Argument("word", one.word, one.word_span) for one in item.block or ()))
    if word.repeatable and not names:
        return Diagnostic(
            "missing-argument",
            f"`{item.word} drop` does not say what to drop",
            (wrong(item.span, "no name follows"),),
        )
    if names and not word.repeatable:
        return Diagnostic(
            "unexpected-argument",
            f"`{item.word} drop` takes no `{names[0].value}`",
            (wrong(names[0].span, f"an environment has one `{item.word}`"),),
        )
    return Drop(word, item, names)


def without_dropped(
    declared: Sequence[Declared], drop: Drop, own: Sequence[Declared] = ()
) -> tuple[list[Declared], list[Diagnostic]]:
    """Return what is left, and a mistake for each name that nothing has; `own` is what stands beside the drop.

    Of packages on a base that brings some it is a warning: what the base has, the program need not say.
    """
    mine = [one for one in declared if _is_meant(one, drop)]
    provided = {one.name for one in facets_of(declared) if isinstance(one, ProvidedPackage)}
    if provided and issubclass(drop.word, PackageList):
        declared, drop = _without_provided(declared, drop, {name for one in facets_of(mine) for name in names_of(one)})
        if not drop.names:
            return list(declared), []
        mine = [one for one in declared if _is_meant(one, drop)]
    if not drop.word.repeatable:
        left = [one for one in declared if type(one.declaration) is not drop.word]
        return left, [] if mine else [_nothing(drop, None, ())]
    facets = [facet for one in mine for facet in things_of(one)]
    known = sorted({name for facet in facets for name in names_of(facet)[:1]} | provided)
    # names of packages are the same however they are written; all other names are what they are
    plain = normalised if any(isinstance(facet, PythonPackage | Override) for facet in facets) or provided else _path
    wanted = {plain(name.value) for name in drop.names}
    found = {plain(name) for facet in facets for name in names_of(facet)}
    mistakes = [_nothing(drop, name, known) for name in drop.names if plain(name.value) not in found]
    if mistakes and issubclass(drop.word, PackageList):
        asked = {one.name: one for one in facets_of((*declared, *own)) if isinstance(one, ProvidedPackage)}
        mistakes = [_on_a_base(one, asked) for one in mistakes] if asked else mistakes

    def doomed(facet: Facet) -> bool:
        return any(plain(name) in wanted for name in names_of(facet))

    kept = (without(one, doomed) if _is_meant(one, drop) else one for one in declared)
    return [one for one in kept if one is not None], mistakes


def told_of_drops(mistakes: Sequence[Diagnostic], drops: Sequence[Drop]) -> list[Diagnostic]:
    """Return mistakes of which those about a name that nothing has say where it is dropped: `unknown-source`."""
    dropped = {(f"unknown-{drop.item.word}", name.value): name.span for drop in drops for name in drop.names}
    return [_told_of_drop(one, dropped) for one in mistakes] if dropped else [*mistakes]


def _told_of_drop(mistake: Diagnostic, dropped: Mapping[tuple[str, str], Span]) -> Diagnostic:
    user = mistake.labels[0].span if mistake.labels else None
    place = dropped.get((mistake.name, user.text.strip('"'))) if user else None
    if place is None:
        return mistake
    helps = ("leave the `drop` out, or drop what needs it as well",)
    return mistake._replace(labels=(*mistake.labels, Label(place, "dropped here")), helps=helps, fixes=())


def _is_meant(declared: Declared, drop: Drop) -> bool:
    return type(declared.declaration) is drop.word and drop.stage in {None, declared.stage}


def _without_provided(declared: Sequence[Declared], drop: Drop, asked: set[str]) -> tuple[Sequence[Declared], Drop]:
    """Return what no longer asks the base for the packages that are dropped, and what there is left to drop.

    What lies in a base stays there: an environment that drops it only does without it.
    """
    provided = {one.name for one in facets_of(declared) if isinstance(one, ProvidedPackage)}
    wanted = {normalised(name.value) for name in drop.names} & provided
    kept = (without(one, lambda facet: isinstance(facet, ProvidedPackage) and facet.name in wanted) for one in declared)
    left = [one for one in kept if one is not None]
    names = (name for name in drop.names if normalised(name.value) not in wanted or normalised(name.value) in asked)
    return left, drop._replace(names=tuple(names))


def names_of(facet: Facet) -> tuple[str, ...]:
    """Return what people call a facet, the usual name first."""
    facet = said_in_stage(facet)
    if isinstance(facet, ExposedPort):
        return (facet.port.removesuffix("/tcp"), facet.port)
    if isinstance(facet, PythonPackage) and facet.extras:
        return (facet.name, f"{facet.name}[{','.join(facet.extras)}]")
    if isinstance(facet, Patch):
        return (facet.path, facet.package)
    if isinstance(facet, SystemPackage) and facet.repository:
        return (facet.name, facet.repository.name)  # all of a repository go by its name
    name = getattr(facet, _NAMED_BY.get(type(facet), "name"), None)
    return (name,) if isinstance(name, str) else ()


def _on_a_base(mistake: Diagnostic, asked: Mapping[str, ProvidedPackage]) -> Diagnostic:
    """Return what is said of a name that nothing has where the base brings packages of its own."""
    place = mistake.labels[0].span
    stays = "what the base brings lies in its layers, and stays there"
    provided = asked.get(normalised(place.text.strip('"')))
    if provided:
        label = Label(provided.origin.of("name"), "asked for here")
        helps = ("take it out of `provides`: nothing asks for it then",)
        return mistake._replace(labels=(*mistake.labels, label), notes=(stays,), helps=helps, fixes=())
    if mistake.fixes:
        return mistake
    helps = ("leave the `drop` out, or take a base without it",)
    label = wrong(place, "nothing asks for it, and nothing is taken away")
    return mistake._replace(labels=(label,), notes=(stays,), helps=helps, severity="warning")


def _path(name: str) -> str:
    return name.removeprefix("./").rstrip("/") or name


def _nothing(drop: Drop, name: Argument | None, known: Sequence[str]) -> Diagnostic:
    word = drop.item.word
    bare = normalised(name.value.partition("[")[0]) if name else ""  # a package without its extras
    near = bare if bare in known else similar(name.value, known) if name else None
    quoted = near if near is None or (name and name.kind != "string") else f'"{near}"'
    return Diagnostic(
        "nothing-to-drop",
        f"no parent or module says `{word} {name.value}`" if name else f"no parent or module says `{word}`",
        (wrong(name.span if name else drop.item.span, "nothing to drop"),),
        notes=(f"of `{word}` there is: {' '.join(known)}",) if known else (),
        fixes=(Fix("one has a similar name", name.span, quoted),) if name and quoted else (),
    )
