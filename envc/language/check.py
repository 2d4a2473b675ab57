"""From a `Program` to its `Meaning`: words found, values typed, contradictions named.

A stage of the pipeline: pure, all mistakes at once.
"""

from __future__ import annotations

from envc.diagnostics import Diagnostic, Fix, Label, Report, Span
from envc.diagnostics.diagnostic import wrong
from envc.diagnostics.suggestions import similar
from envc.language.bind import bind
from envc.language.environment import Declared, Environment, Meaning
from envc.language.fields import layout_of
from envc.language.origin import Origin
from envc.language.word import Declaration, Words
from envc.syntax.program import Item, Program

#: The edition that this envc speaks. A program may name it in its first line, `envc 1`.
EDITION = 1


def check(program: Program, words: Words) -> Meaning:
    """Understand a program. Raises a Report with every mistake found."""
    checker = _Checker(words)
    edition = checker.edition_of(program)
    environments = []
    for item in program.items:
        environment = checker.top_level(item, edition)
        if environment is not None:
            environments.append(environment)
    checker.refuse_same_names(environments)
    if not environments and not checker.mistakes:
        checker.mistakes.append(_empty(program))
    mistakes = [one for one in checker.mistakes if one.severity == "error"]
    if mistakes:
        raise Report(mistakes)
    return Meaning(edition, tuple(environments))


def _empty(program: Program) -> Diagnostic:
    return Diagnostic(
        "empty-program",
        "the program declares no environment",
        (wrong(Span(program.source, 0, 0), "no `env` in it"),),
        helps=("the smallest program is `env train < python 3.12 >`",),
    )


class _Checker:
    """Collects mistakes over one program."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self.mistakes: list[Diagnostic] = []

    def edition_of(self, program: Program) -> int:
        for position, item in enumerate(program.items):
            if item.word == "envc" and position > 0:
                self.mistakes.append(
                    Diagnostic("misplaced-edition", "the edition is not the first item", (wrong(item.span),))
                )
        first = program.items[0] if program.items else None
        if first is None or first.word != "envc":
            return EDITION
        if [argument.value for argument in first.arguments] != [str(EDITION)]:
            span = first.arguments[0].span if first.arguments else first.span
            unknown = Diagnostic(
                "unknown-edition",
                f"this envc speaks edition {EDITION} only",
                (wrong(span, "another edition"),),
                helps=("a newer edition needs a newer envc",),
                fixes=(Fix("speak this edition", first.span, f"envc {EDITION}"),),
            )
            raise Report([unknown])  # what the rest means is not known here
        return EDITION

    def top_level(self, item: Item, edition: int) -> Environment | None:
        declared = self.declaration(item, "file")
        if declared is None or layout_of(type(declared.declaration)).items is None:
            return None
        children = [self.declaration(child, "env") for child in item.block or ()]
        known = tuple(child for child in children if child is not None)
        self.refuse_repeated(known)
        facets = tuple(facet for child in known for facet in child.declaration.facets(child.origin))
        name = str(declared.declaration.model_dump()["name"])
        environment = Environment(name, edition, declared.origin, known, facets)
        if len(known) < len(children):
            return environment  # what contradicts what is only worth saying when all is understood
        found = [one for child in (declared, *known) for one in child.declaration.check(child.origin, environment)]
        self.mistakes.extend(one for one in found if one.severity == "error")
        return environment._replace(warnings=tuple(one for one in found if one.severity != "error"))

    def declaration(self, item: Item, place: str) -> Declared | None:
        """Understand one item, or take note of why it cannot be."""
        word = self.words.find(item.word)
        if word is None:
            self.mistakes.append(self.unknown_word(item, place))
            return None
        if word.place != place:
            where = {"file": "at the top of a program", "env": "inside `env`"}
            self.mistakes.append(
                Diagnostic(
                    "misplaced-word",
                    f"`{item.word}` stands in the wrong place",
                    (wrong(item.word_span, f"belongs {where.get(word.place, word.place)}"),),
                )
            )
            return None
        bound = bind(item, word)
        self.mistakes.extend(bound.mistakes)
        return None if bound.model is None else Declared(bound.model, bound.origin)

    def unknown_word(self, item: Item, place: str) -> Diagnostic:
        here = [name for name in self.words.names() if self.place_of(name) == place]
        near = similar(item.word, here)
        return Diagnostic(
            "unknown-word",
            f"there is no word `{item.word}`",
            (wrong(item.word_span, "not known here"),),
            notes=(f"here these begin an item: {' '.join(here)}",),
            fixes=(Fix("a word has a similar name or use", item.word_span, near),) if near else (),
        )

    def place_of(self, name: str) -> str | None:
        word = self.words.find(name)
        return word.place if word else None

    def refuse_repeated(self, declared: tuple[Declared, ...]) -> None:
        first: dict[type[Declaration], Origin] = {}
        for one in declared:
            word = type(one.declaration)
            if word.repeatable:
                continue
            if word in first:
                self.mistakes.append(
                    Diagnostic(
                        "repeated-word",
                        f"`{one.origin.item.word}` stands twice in one environment",
                        (wrong(one.origin.span, "again here"), Label(first[word].span, "first here")),
                    )
                )
            first.setdefault(word, one.origin)

    def refuse_same_names(self, environments: list[Environment]) -> None:
        first: dict[str, Environment] = {}
        for environment in environments:
            if environment.name in first:
                self.mistakes.append(
                    Diagnostic(
                        "repeated-environment",
                        f"two environments are called `{environment.name}`",
                        (
                            wrong(environment.origin.of("name"), "again here"),
                            Label(first[environment.name].origin.of("name"), "first here"),
                        ),
                    )
                )
            first.setdefault(environment.name, environment)
