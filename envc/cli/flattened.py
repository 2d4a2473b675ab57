"""An environment as it holds, each thing with its place and how it came here. Pure; `envc explain` prints it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from envc.diagnostics import Span
from envc.language.drops import names_of
from envc.language.environment import Declared, Environment
from envc.language.fields import layout_of
from envc.language.layers import list_field, own_facets
from envc.language.parameters import COMMAND_LINE, values_in
from envc.syntax.program import Item


class Line(NamedTuple):
    """One thing that holds: `ml torch 2.7`, `train.env:5`, and why it stands there."""

    word: str
    text: str
    place: str
    reasons: tuple[str, ...]
    platform: str | None = None
    names: tuple[str, ...] = ()


def lines_of(environment: Environment) -> list[Line]:
    """Return what holds, in the order in which it was laid together; what holds on one platform only comes last."""
    lines = [
        Line(one.name, f"{one.name} {one.value}", place_of(one.written), _declared_elsewhere(one.declared, one.written))
        for one in environment.parameters
    ]
    lines += [line for one in environment.declared for line in _lines(one)]
    for platform, variant in environment.variants:
        lines += [line for one in variant.declared if one.platform == platform for line in _lines(one)]
    return lines


def place_of(span: Span) -> str:
    """Return where a text stands, `train.env:5`."""
    if span.source.path == COMMAND_LINE:
        return "--set"
    return f"{span.source.path}:{span.location.line}"


def matching(lines: Sequence[Line], name: str) -> list[Line]:
    """Return the lines of a word, or of a thing of that name."""
    return [line for line in lines if line.word == name or name in line.names]


def _declared_elsewhere(declared: Span, written: Span) -> tuple[str, ...]:
    place = place_of(declared)
    return ("parameter",) if place == place_of(written) else (f"parameter, declared at {place}",)


def _lines(declared: Declared) -> Iterator[Line]:
    declaration, origin = declared.declaration, declared.origin
    word = origin.item.word
    if layout_of(type(declaration)).items is not None:  # `on`: what stands in it says itself
        return
    facets = own_facets(declared)
    field = list_field(declared, len(facets))
    if field is None or (origin.item.block is None and len(facets) == 1 and not _is_shortened(declared, field)):
        names = tuple(name for facet in facets for name in names_of(facet)) + _parameters(declared)
        line = Line(word, origin.clause, place_of(origin.span), _reasons(declared, origin.span))
        yield line._replace(platform=declared.platform, names=names)
        return
    layout = layout_of(type(declaration))
    flags = [name for name in layout.flags if getattr(declaration, name)]
    kinds = [getattr(declaration, name) for name in dict.fromkeys(layout.choices.values())]
    for position, facet in enumerate(facets):
        span = _span_of(declared, field, position)
        said = _keywords(declared, f"{field}.{position}")
        text = " ".join([word, *filter(None, kinds), _with_values(span, origin.item), *said, *flags])
        line = Line(word, text, place_of(span), _reasons(declared, span))
        yield line._replace(platform=declared.platform, names=names_of(facet))


def _span_of(declared: Declared, field: str, position: int) -> Span:
    """Return where a thing of a list stands, from the first of its arguments to the last."""
    size = declared.declaration.thing_size
    first, last = (declared.origin.of(f"{field}.{size * position + word}") for word in (0, size - 1))
    return Span(first.source, first.start, last.end)


def _keywords(declared: Declared, entry: str) -> Iterator[str]:
    """Yield what a list says of all its entries behind keywords, but for what an entry says itself: `from bioconda`."""
    origin, keywords = declared.origin, layout_of(type(declared.declaration)).keywords
    said = [(origin.spans[field], name) for name, (field, _) in keywords.items() if field in origin.spans]
    for span, name in sorted(said, key=lambda one: one[0].start):
        if f"{entry}.{keywords[name][0]}" not in origin.spans:
            yield f"{name} {_with_values(span, origin.item)}"


def _parameters(declared: Declared) -> tuple[str, ...]:
    """Return the names of a module's parameters that an item refers to."""
    return tuple(place.text.removeprefix("$") for place in values_in(declared.origin.item) if declared.uses)


def _is_shortened(declared: Declared, field: str) -> bool:
    """Say whether a list on one line has more entries in the text than it has left."""
    origin = declared.origin
    spans = [span for name, span in origin.spans.items() if name != field]
    keywords = layout_of(type(declared.declaration)).keywords
    return any(
        argument.value not in keywords and not any(one.start <= argument.span.start < one.end for one in spans)
        for argument in origin.item.arguments
    )


def _with_values(span: Span, item: Item) -> str:
    """Return the text of a span with the values of its references."""
    text = span.text
    for place, value in values_in(item).items():
        if span.start <= place.start and place.end <= span.end:
            text = text.replace(place.text, value.text)
    return " ".join(text.split())


def _reasons(declared: Declared, within: Span) -> tuple[str, ...]:
    reasons = [f"in the stage {declared.stage}"] if declared.stage else []
    reasons += [f"from {declared.inherited}"] if declared.inherited else []
    reasons += [f"{use.text.split()[0]} used at {place_of(use)}" for use in declared.uses]
    for place, value in values_in(declared.origin.item).items():
        if within.start <= place.start < within.end:
            is_default = declared.uses and value.source is place.source
            reasons.append(f"{place.text} by default" if is_default else f"{place.text} given at {place_of(value)}")
    return tuple(reasons)
