"""The word `labels`: labels of the image."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from envc.diagnostics import Diagnostic
from envc.diagnostics.diagnostic import wrong
from envc.language.environment import Environment
from envc.language.facets import ImageLabel
from envc.language.fields import Entries, Positional
from envc.language.open_addresses import refuse_password
from envc.language.origin import Origin
from envc.language.taken import taken_before
from envc.language.values import LabelName, Text
from envc.language.word import Declaration, Entry


class LabelEntry(Entry):
    """A label and its value."""

    name: Annotated[LabelName, Positional(kinds=frozenset({"word", "string"}))]
    value: Annotated[Text, Positional(kinds=frozenset({"string", "number"}))]


class Labels(Declaration):
    """Puts labels on the image, beside those that envc puts there, which hold the hashes."""

    repeatable = True
    examples = (
        'labels maintainer "ml@example.com"',
        'labels < org.opencontainers.image.title "ranker"; team "search" >',
    )

    labels: Annotated[tuple[LabelEntry, ...], Entries(LabelEntry)] = ()

    def facets(self, origin: Origin) -> Iterator[ImageLabel]:
        """Return the labels."""
        for position, label in enumerate(self.labels):
            spans = {"name": origin.of(f"labels.{position}.name"), "value": origin.of(f"labels.{position}.value")}
            yield ImageLabel(label.name, label.value, Origin(origin.item, spans))

    def check(self, origin: Origin, environment: Environment) -> Iterator[Diagnostic]:
        """Refuse labels that envc writes itself, and one label twice."""
        for label in self.facets(origin):
            if label.name.startswith("dev.envc."):
                yield Diagnostic(
                    "derived-setting",
                    f"the label `{label.name}` is envc's own",
                    (wrong(label.origin.of("name"), "envc sets it"),),
                )
            yield from refuse_password(label.value, label.origin.of("value"), label.name)
            places = taken_before(environment, "label", label.name, label.origin.of("name"))
            if places:
                yield Diagnostic("repeated-name", f"the label `{label.name}` is given twice", places)
