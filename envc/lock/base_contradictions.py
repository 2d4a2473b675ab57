"""Wishes that what a base brings does not fulfil: refused, unless an override lets them replace it. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from envc.diagnostics import Diagnostic, Fix, Label, Report, Span
from envc.diagnostics.diagnostic import wrong
from envc.language.environment import Environment
from envc.language.facets import BaseImage, ListedPackage, PythonPackage
from envc.language.package_rules import Override
from envc.lock.base_python import BasePython
from envc.lock.replaced import NOT_IN_SILENCE, by_override, overrides_of_base


def refuse_contradictions(environment: Environment, base: BasePython) -> None:
    """Refuse wishes that the base's versions do not fulfil and no override lets replace them. Raises a Report."""
    replaced = overrides_of_base(environment, base)
    versions = {one.name: one.version for one in base.packages if one.name not in replaced}
    found = [*_contradictions(environment, versions)]
    if found:
        raise Report(dict.fromkeys(found))


def _contradictions(environment: Environment, versions: dict[str, str]) -> Iterator[Diagnostic]:
    from packaging.specifiers import SpecifierSet

    image = environment.one(BaseImage)
    assert image is not None  # noqa: S101  # only a base provides anything
    asked: list[PythonPackage | ListedPackage] = [*environment.every(PythonPackage)]
    asked += [one for one in environment.every(ListedPackage) if not one.wanted]
    for wish in asked:
        version = versions.get(wish.name)
        if version is not None and wish.source is not None:
            yield Diagnostic(
                "contradicts-base",
                f"`{wish.name}` is asked for from elsewhere, and the base brings {wish.name} {version}",
                (
                    wrong(wish.origin.of("source"), f"the base has {version}"),
                    Label(image.origin.of("image"), f"brings {wish.name} {version}"),
                ),
                notes=(NOT_IN_SILENCE,),
                helps=(
                    "take another tag of the image, one without it, or take this clause out",
                    by_override(wish.name, wish.specifier or "VERSION"),
                ),
            )
            continue
        if version is None or SpecifierSet(wish.specifier).contains(version, prereleases=True):
            continue
        place = wish.origin.of("version")
        own = place.source is environment.origin.span.source and isinstance(wish, PythonPackage)
        yield Diagnostic(
            "contradicts-base",
            f"`{wish.name}{wish.specifier}` is asked for, and the base brings {wish.name} {version}",
            (wrong(place, f"the base has {version}"), Label(image.origin.of("image"), f"brings {wish.name} {version}")),
            notes=(NOT_IN_SILENCE,),
            helps=(
                "take another tag of the image, one with the version that is asked for",
                by_override(wish.name, place.text if own else wish.specifier),
            ),
            fixes=(
                Fix(f"take what the base brings, {wish.name} {version}", place.with_blanks_before, ""),
                *_replacing(wish, environment),
            )
            if own
            else (),
        )


def _replacing(wish: PythonPackage | ListedPackage, environment: Environment) -> Iterator[Fix]:
    """Yield the edit with which a wish of the program replaces what the base brings."""
    place = wish.origin.of("version")
    known = next((one.origin.of("version") for one in environment.every_with(Override, "name", wish.name)), None)
    if known is None:
        item = wish.origin.item.span
        text = f'override {wish.name} {place.text} because "…"; '
        yield Fix("replace what the base brings, and say why", Span(item.source, item.start, item.start), text)
    elif known.source is place.source:
        yield Fix("let the override replace what the base brings", known, place.text)
