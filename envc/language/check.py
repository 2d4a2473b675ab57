"""From a `Program` to its `Meaning`: words found, values typed, contradictions named.

A stage of the pipeline: pure but for the files of modules that it is given, all mistakes at once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from envc.diagnostics import Diagnostic, Fix, Label, Report, Span
from envc.diagnostics.diagnostic import wrong
from envc.language.bind import bind
from envc.language.drops import told_of_drops
from envc.language.environment import ChosenParameter, Declared, Environment, Meaning
from envc.language.expand import Expander
from envc.language.groups import group_mistakes, group_of, in_groups
from envc.language.layers import facets_of
from envc.language.modules import LibraryModules, Module, ModuleFiles, Scope, Shelf
from envc.language.parameters import (
    name_from_command_line,
    read_head,
    unknown_parameter,
    unused_parameter,
    value_from_command_line,
)
from envc.language.parameters_in_text import mentions_in
from envc.language.parents import Headed, Link, chain_of, values_of
from envc.language.refusals import empty_program, misplaced_word, unknown_word, with_places
from envc.language.stages import seen_from
from envc.language.word import Words
from envc.syntax.program import Item, Program

#: The edition that this envc speaks. A program may name it in its first line, `envc 1`.
EDITION = 1

#: What is worth saying where it holds on every platform that has the item.
_OF_ALL_PLATFORMS = frozenset(("unused-source",))


class Chosen(NamedTuple):
    """Values that the command line gives to the parameters of one environment, as they were written."""

    environment: str
    values: Mapping[str, str]


def check(program: Program, words: Words, modules: ModuleFiles | None = None, chosen: Chosen | None = None) -> Meaning:
    """Understand a program. Raises a Report with every mistake found."""
    checker = _Checker(program, words, modules or LibraryModules())
    meaning = checker.meaning(chosen)
    mistakes = list(_once(one for one in checker.mistakes if one.severity == "error"))
    if mistakes:
        raise Report(mistakes)
    return meaning


def _once(mistakes: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
    """Yield every mistake once: what a parent says wrong is wrong in all that stand on it."""
    seen = set()
    for one in mistakes:
        key = (one.name, one.message, tuple((str(label.span), label.text) for label in one.labels))
        if key not in seen:
            seen.add(key)
            yield one


class _Checker:
    """Collects mistakes over one program."""

    def __init__(self, program: Program, words: Words, modules: ModuleFiles) -> None:
        self.program = program
        self.words = words
        self.mistakes: list[Diagnostic] = []
        self.shelf = Shelf(words, modules, self.mistakes)
        self.expander = Expander(words, self.shelf, self.mistakes)
        self.opened: dict[str, tuple[Module, ...]] = {}  # by an environment's name

    def meaning(self, chosen: Chosen | None) -> Meaning:
        edition = self.edition_of(self.program)
        declared = [one for one in map(self.top_level, self.program.items) if one is not None]
        scope = self.shelf.scope_of(self.program)
        environments = self.environments(declared, scope, edition, chosen)
        opened = {id(module.item) for modules in self.opened.values() for module in modules}
        for module in scope.own.values():
            if id(module.item) not in opened:
                self.expander.look_over(module)
        groups = tuple(group_of(one) for one in declared if one.origin.item.word == "group")
        self.mistakes.extend(group_mistakes(groups, [one.name for one in environments]))
        if not environments and not self.mistakes:
            self.mistakes.append(empty_program(self.program))
        return Meaning(edition, in_groups(self.with_unused(environments), groups), groups)

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

    def top_level(self, item: Item) -> Declared | None:
        """Understand the head of an item at the top of a program, or take note of why it cannot be."""
        word = self.words.find(item.word)
        if word is None:
            self.mistakes.append(unknown_word(item, "file", self.words, (), ()))
            return None
        if word.place != "file":
            self.mistakes.append(misplaced_word(item, word.place))
            return None
        bound = bind(item, word)
        self.mistakes.extend(bound.mistakes)
        return None if bound.model is None else Declared(bound.model, bound.origin)

    def environments(
        self, declared: list[Declared], scope: Scope, edition: int, chosen: Chosen | None
    ) -> list[Environment]:
        heads = []
        names = {str(one.origin.of("name").text) for one in declared if one.origin.item.word == "env"}
        for one in declared:
            if one.origin.item.word == "env":
                head = read_head(one.origin.item)
                self.mistakes.extend(_told_of_parents(one, names) for one in head.mistakes)
                heads.append((one, Headed(str(one.declaration.model_dump()["name"]), one.origin.item, head)))
            elif one.origin.item.word == "module":
                self.mistakes.extend(read_head(one.origin.item).mistakes)
        known: dict[str, Headed] = {}
        for one, headed in heads:
            if headed.name in known:
                self.mistakes.append(_same_name(one, known[headed.name]))
            known.setdefault(headed.name, headed)
        return [self.environment(one, headed, known, scope, edition, chosen) for one, headed in heads]

    def environment(
        self,
        declared: Declared,
        headed: Headed,
        known: Mapping[str, Headed],
        scope: Scope,
        edition: int,
        chosen: Chosen | None,
    ) -> Environment:
        bare = Environment(headed.name, edition, declared.origin, (), ())
        chain = chain_of(headed, known)
        if isinstance(chain, Diagnostic):
            self.refuse_once(chain)
            return bare
        values = chosen.values if chosen and chosen.environment == headed.name else {}
        visible = {pair.name.value for link in chain for pair in link.head.takes}
        for name in sorted(values.keys() - visible):
            unknown = unknown_parameter(name_from_command_line(name), visible, headed.name)
            self.mistakes.append(unknown._replace(fixes=()))  # a command line is no text to edit
        outside = {name: value_from_command_line(name, text) for name, text in values.items() if name in visible}
        links = values_of(chain, outside, self.expander.used, self.mistakes)
        bare = bare._replace(parameters=_parameters(links))
        self.expander.platforms.clear()
        self.expander.opened.clear()
        environment = self.on_platform(bare, declared, links, scope, None)
        variants = tuple(
            (platform, self.on_platform(bare, declared, links, scope, platform))
            for platform in sorted(self.expander.platforms)
        )
        self.opened[headed.name] = tuple(self.expander.opened.values())
        sides = (environment, *(variant for _, variant in variants))
        idle = frozenset(_used_somewhere(sides))
        variants = tuple((platform, _without(variant, idle)) for platform, variant in variants)
        found = _once(one for side in sides for one in _without(side, idle).warnings)
        return environment._replace(variants=variants, warnings=tuple(found))

    def refuse_once(self, mistake: Diagnostic) -> None:
        """Take note of a mistake that every environment of a circle sees from its own place."""
        places = frozenset(label.span for label in mistake.labels)
        if not any(places == frozenset(label.span for label in one.labels) for one in self.mistakes):
            self.mistakes.append(mistake)

    def on_platform(
        self, bare: Environment, declared: Declared, links: list[Link], scope: Scope, platform: str | None
    ) -> Environment:
        self.expander.complete = True
        items = self.expander.items(links, scope, platform)
        environment = bare._replace(declared=tuple(items), facets=facets_of(items))
        if not self.expander.complete:
            return environment  # what contradicts what is only worth saying when all is understood
        seen = {stage: seen_from(environment, stage) for stage in {one.stage for one in (declared, *items)}}
        found = [*self.expander.doubts]
        found += [
            one
            for child in (declared, *items)
            for one in with_places(
                child.declaration.check(child.origin, seen[child.stage]), child.origin.item, child.uses
            )
        ]
        found = told_of_drops(found, self.expander.dropped)
        self.mistakes.extend(one for one in found if one.severity == "error")
        return environment._replace(warnings=tuple(_once(one for one in found if one.severity != "error")))

    def with_unused(self, environments: list[Environment]) -> tuple[Environment, ...]:
        """Return the environments with a warning for each of their own parameters that nothing refers to."""
        found = []
        for environment in environments:
            item = environment.origin.item
            declared = [
                (one.name, one.declared, item)
                for one in environment.parameters
                if item.span.start <= one.declared.start < item.span.end
            ]
            declared += self.opened_parameters(environment)
            left = [one for one in declared if one[1] not in self.expander.used]
            mentions = {id(within): mentions_in(within) for within in {id(one[2]): one[2] for one in left}.values()}
            unused = tuple(unused_parameter(name, place, mentions[id(own)].get(name)) for name, place, own in left)
            variants = tuple(
                (name, variant._replace(warnings=(*variant.warnings, *unused)))
                for name, variant in environment.variants
            )
            found.append(environment._replace(warnings=(*environment.warnings, *unused), variants=variants))
        return tuple(found)

    def opened_parameters(self, environment: Environment) -> list[tuple[str, Span, Item]]:
        """Return the parameters of all modules that the environment opens, and of which each is."""
        heads = [(read_head(module.item), module.item) for module in self.opened.get(environment.name, ())]
        return [
            (name.value, name.span, item)
            for head, item in heads
            for name in (*head.needs, *(pair.name for pair in head.takes))
        ]


def _used_somewhere(sides: Iterable[Environment]) -> Iterator[Span]:
    """Yield the places of what is unused on some platforms and used on another one, which has it from the same item."""
    of_sides = [
        (side, {one.labels[0].span for one in side.warnings if one.name in _OF_ALL_PLATFORMS}) for side in sides
    ]
    for place in {place for _, places in of_sides for place in places}:
        using = (side for side, places in of_sides if place not in places)
        if any(_holds(one.origin.item, place) for side in using for one in side.declared):
            yield place


def _holds(item: Item, place: Span) -> bool:
    return item.span.source is place.source and item.span.start <= place.start < item.span.end


def _without(side: Environment, places: Collection[Span]) -> Environment:
    """Return an environment without the warnings that only hold where all platforms say so, at some places."""
    kept = (one for one in side.warnings if one.name not in _OF_ALL_PLATFORMS or one.labels[0].span not in places)
    return side._replace(warnings=tuple(kept))


def _parameters(links: list[Link]) -> tuple[ChosenParameter, ...]:
    visible = links[0].scope
    return tuple(
        ChosenParameter(name, value.argument.value, value.declared, value.argument.given or value.argument.span)
        for name, value in visible.items()
    )


def _told_of_parents(mistake: Diagnostic, names: set[str]) -> Diagnostic:
    """Return a mistake in an environment's head; one that names a second parent says that there is one only."""
    if mistake.name != "missing-argument" or mistake.labels[0].span.text not in names:
        return mistake
    return mistake._replace(helps=("an environment has one parent; behind its name stand values for its parameters",))


def _same_name(declared: Declared, first: Headed) -> Diagnostic:
    return Diagnostic(
        "repeated-environment",
        f"two environments are called `{first.name}`",
        (wrong(declared.origin.of("name"), "again here"), Label(first.item.arguments[0].span, "first here")),
    )
