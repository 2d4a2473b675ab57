"""From the block of an `env` to the items that hold: parents below, modules opened, parameters given, `drop` obeyed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from envc.diagnostics import Diagnostic, Label, Span
from envc.diagnostics.diagnostic import wrong
from envc.language.bind import Bound, bind
from envc.language.drops import Drop, is_drop, read_drop, without_dropped
from envc.language.environment import Declared
from envc.language.layers import merged, united
from envc.language.modules import Module, Scope, Shelf
from envc.language.origin import Origin
from envc.language.parameters import (
    Value,
    given_by,
    read_head,
    references_in,
    resolved,
    substituted,
    unknown_parameter,
)
from envc.language.parameters_in_text import told_of_parameters
from envc.language.parents import DEEPEST, Link, too_deep
from envc.language.refusals import (
    misplaced_word,
    module_below,
    not_in_a_stage,
    repeated_words,
    unknown_word,
    with_places,
)
from envc.language.stage_facets import Stage
from envc.language.word import Declaration, Words
from envc.syntax.program import Item

#: Modules may bring an environment this many items.
MOST_ITEMS = 10_000


class Place(NamedTuple):
    """Where an item stands: what `$name` and the names of modules mean there, and how it came into the environment."""

    scope: Scope
    values: Mapping[str, Value]
    uses: tuple[Span, ...] = ()
    modules: tuple[str, ...] = ()
    platform: str | None = None  # inside `on`
    stage: Stage | None = None  # inside `stage`


class Said:
    """What one block says, before it meets what it stands on."""

    def __init__(self) -> None:
        self.own: list[Declared] = []
        self.brought: list[Declared] = []  # by modules
        self.drops: list[Drop] = []
        self.on: Said | None = None  # what it says for the platform in question


class Expander:
    """Collects mistakes, the platforms that `on` names, and which parameters are referred to."""

    def __init__(self, words: Words, shelf: Shelf, mistakes: list[Diagnostic]) -> None:
        self.words = words
        self.shelf = shelf
        self.mistakes = mistakes
        self.platforms: set[str] = set()
        self.used: set[Span] = set()
        self.opened: dict[int, Module] = {}
        self.doubts: list[Diagnostic] = []  # warnings about one environment on one platform
        self.dropped: list[Drop] = []  # in one environment on one platform
        self.complete = True
        self._left = MOST_ITEMS
        self._bound: dict[tuple[int, str | None], tuple[Item, Declared | None]] = {}

    def items(self, chain: list[Link], scope: Scope, platform: str | None) -> list[Declared]:
        """Return what holds in the first environment of a chain, on every platform or on one."""
        self._left = MOST_ITEMS
        self.doubts.clear()
        self.dropped.clear()
        found: list[Declared] = []
        for link in reversed(chain):
            said = Said()
            self._block(link.env.item.block or (), Place(scope, link.scope), said, platform)
            found = self._laid_over(found, said)
            if link is not chain[0]:
                found = [one if one.inherited else one._replace(inherited=link.env.name) for one in found]
        return found

    def look_over(self, module: Module) -> None:
        """Look for mistakes in a module that no environment opens; a parameter that every use gives is not known."""
        head = read_head(module.item)
        values = {pair.name.value: Value(pair.value, pair.name.span) for pair in head.takes}
        open_ended = {name.value for name in head.needs}
        place = Place(module.scope, values, (), (module.name,))
        items = module.item.block or ()
        for item in items:
            if open_ended & references_in(item) and place.scope.find(item.word) is None:
                self._word(item, place)
        known = tuple(item for item in items if not open_ended & references_in(item))
        self.platforms.clear()
        self._left = MOST_ITEMS
        self._block(known, place, Said(), None)
        for platform in sorted(self.platforms):
            self._block(known, place, Said(), platform)

    def _laid_over(self, below: list[Declared], said: Said) -> list[Declared]:
        self.mistakes.extend(repeated_words(said.brought))
        self.mistakes.extend(repeated_words(said.own))
        found = merged(below, said.brought)
        self.dropped += said.drops
        for drop in said.drops:
            found, mistakes = without_dropped(found, drop, said.own)
            self._refuse([one for one in mistakes if one.severity == "error"])
            self.doubts += [one for one in mistakes if one.severity != "error"]
        found = merged(found, said.own)
        return self._laid_over(found, said.on) if said.on else found

    def _block(self, items: tuple[Item, ...], place: Place, said: Said, platform: str | None) -> None:
        for item in items:
            self._left -= 1 if place.uses else 0
            if self._left < 0:
                self._refuse_once(_too_many(place.uses[0]))
                return
            mistakes: list[Diagnostic] = []
            given = substituted(item, place.values, self.used, mistakes)
            if mistakes:
                self._refuse(with_places(mistakes, item, place.uses))
            elif given.word == "on" and not place.platform:
                self._on(given, place, said, platform)
            elif given.word == "stage" and not place.stage:
                self._stage(given, place, said, platform)
            elif (module := place.scope.find(given.word)) is not None:
                self._open(module, given, place, said, platform)
            else:
                self._take(given, place, said)

    def _take(self, item: Item, place: Place, said: Said) -> None:
        word = self._word(item, place)
        if word is None:
            return
        if is_drop(item):
            drop = read_drop(item, word)
            if isinstance(drop, Drop):
                said.drops.append(drop._replace(stage=place.stage))
            else:
                self._refuse(with_places([drop], item, place.uses))
            return
        declared = self._declared(item, word, place)
        if declared is not None:
            said.own.append(declared)

    def _word(self, item: Item, place: Place) -> type[Declaration] | None:
        word = self.words.find(item.word)
        if word is None and item.word in place.scope.missing:
            self.complete = False  # its `use` was refused
            return None
        if word is None:
            mistake = unknown_word(item, "env", self.words, place.scope.names(), self.shelf.modules.names())
        elif word.place != "env" or (item.word == "on" and place.platform):
            mistake = misplaced_word(item, "on" if place.platform and item.word == "on" else word.place)
        elif place.stage and not word.in_stages:
            mistake = not_in_a_stage(item, self.words)
        else:
            return word
        self._refuse(with_places([mistake], item, place.uses))
        return None

    def _declared(self, item: Item, word: type[Declaration], place: Place) -> Declared | None:
        if place.uses:
            item = item._replace()  # a module that is used twice says it twice
        key = (id(item), place.platform)
        if key not in self._bound or self._bound[key][0] is not item:
            misread = tuple(word.misread(item))
            bound = Bound(None, Origin(item, {}), misread) if misread else bind(item, word)
            told = told_of_parameters(bound.mistakes, item, place.values)
            self._refuse(with_places(told, item, place.uses))
            declared = None
            if bound.model is not None:
                declared = Declared(bound.model, bound.origin, None, place.uses, place.platform, place.stage)
            self._bound[key] = (item, declared)
        found = self._bound[key][1]
        self.complete = self.complete and found is not None
        return found

    def _on(self, item: Item, place: Place, said: Said, platform: str | None) -> None:
        word = self._word(item, place)
        declared = self._declared(item, word, place) if word else None
        if declared is None:
            return
        said.own.append(declared)
        name = str(declared.declaration.model_dump()["platform"])
        self.platforms.add(name)
        if name == platform:
            said.on = said.on or Said()
            self._block(item.block or (), place._replace(platform=name), said.on, platform)

    def _stage(self, item: Item, place: Place, said: Said, platform: str | None) -> None:
        word = self._word(item, place)
        declared = self._declared(item, word, place) if word else None
        if declared is not None:
            said.own.append(declared)
            stage: Stage = declared.declaration.model_dump()["name"]
            self._block(item.block or (), place._replace(stage=stage), said, platform)

    def _open(self, module: Module, item: Item, place: Place, said: Said, platform: str | None) -> None:
        """Put what a module says among what it is used by."""
        uses = (*place.uses, item.span)
        if module.name in place.modules:
            self._refuse([_circular(module, item, place)])
            return
        if len(place.modules) >= DEEPEST:
            self._refuse_once(too_deep("modules", uses[0]))
            return
        if item.arguments and item.arguments[0].value not in read_head(module.item).names:
            below = module_below(item, self.shelf.modules.names(), place.scope.names())
            if below:
                self._refuse(with_places([below], item, place.uses))
                return
        values = self._values(module, item, place)
        if values is None:
            return
        self.opened[id(module.item)] = module
        inside = Place(module.scope, values, uses, (*place.modules, module.name), place.platform, place.stage)
        own = Said()
        self._block(module.item.block or (), inside, own, platform)
        brought = own.brought
        for drop in own.drops:
            brought, missing = without_dropped(brought, drop)
            said.drops.extend([drop] if missing else [])
        said.brought = united(said.brought, merged(brought, own.own))
        if own.on:
            said.on = said.on or Said()
            said.on.brought = united(said.on.brought, merged(own.on.brought, own.on.own))
            said.on.drops.extend(own.on.drops)

    def _values(self, module: Module, item: Item, place: Place) -> dict[str, Value] | None:
        """Return what `$name` means in a module, from how it is used."""
        head = read_head(module.item)
        pairs, mistakes = given_by(item)
        values = {pair.name.value: Value(pair.value, pair.name.span) for pair in head.takes}
        needed = {name.value: name.span for name in head.needs}
        found = list(mistakes)
        for name, value in pairs:
            declared = values[name.value].declared if name.value in values else needed.get(name.value)
            argument = resolved(value, place.values, self.used)
            if declared is None or argument is None:
                found.append(unknown_parameter(name, {*values, *needed}, item.word))
            else:
                values[name.value] = Value(argument, declared)
        lacking = [name for name in needed if name not in values]
        if lacking and not found:
            found.append(_lacking(item, lacking[0], needed[lacking[0]]))
        self._refuse(with_places(found, item, place.uses))
        return None if found else values

    def _refuse(self, mistakes: list[Diagnostic]) -> None:
        self.mistakes.extend(mistakes)
        self.complete = self.complete and not mistakes

    def _refuse_once(self, mistake: Diagnostic) -> None:
        if not any(one.name == mistake.name for one in self.mistakes):
            self.mistakes.append(mistake)
        self.complete = False


def _too_many(place: Span) -> Diagnostic:
    return Diagnostic("expands-too-far", f"modules bring more than {MOST_ITEMS} items", (wrong(place, "leads there"),))


def _circular(module: Module, item: Item, place: Place) -> Diagnostic:
    circle = [*place.modules[place.modules.index(module.name) :], module.name]
    return Diagnostic(
        "circular-modules",
        f"the module `{module.name}` uses itself"
        if len(circle) == 2
        else f"modules go round in a circle: {' → '.join(circle)}",
        (wrong(item.word_span, "leads back"), *(Label(use, "used here") for use in place.uses[:1])),
    )


def _lacking(item: Item, name: str, declared: Span) -> Diagnostic:
    return Diagnostic(
        "missing-argument",
        f"`{item.word}` lacks its {name}",
        (wrong(item.span, f"`{name}` and a value are missing"), Label(declared, "needed here")),
    )
