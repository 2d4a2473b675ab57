"""Inheritance: the chain from an environment up to the one that stands on nothing, and the values of its parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from envc.diagnostics import Diagnostic, Fix, Label, Span
from envc.diagnostics.diagnostic import wrong
from envc.diagnostics.suggestions import similar
from envc.language.parameters import Head, Pair, Value, unknown_parameter
from envc.syntax.program import Argument, Item

#: Parents of parents, and modules that use modules: people need three.
DEEPEST = 32


class Headed(NamedTuple):
    """An `env` item and its head."""

    name: str
    item: Item
    head: Head


class Link(NamedTuple):
    """An environment in a chain, and what `$name` means in its block."""

    env: Headed
    scope: Mapping[str, Value]


def chain_of(env: Headed, known: Mapping[str, Headed]) -> list[Headed] | Diagnostic:
    """Return an environment, its parent, the parent's parent and so on, or why there is no such chain."""
    chain = [env]
    while (parent := chain[-1].head.parent) is not None:
        if parent.value not in known:
            return _unknown_parent(parent, chain[-1], known)
        if any(one.name == parent.value for one in chain):
            return _circular(parent, chain)
        chain.append(known[parent.value])
        if len(chain) > DEEPEST:
            return too_deep("parents", chain[0].item.arguments[0].span)
    return chain


def too_deep(what: str, place: Span) -> Diagnostic:
    """Return what tells a reader that an environment leads to too much."""
    return Diagnostic(
        "expands-too-far", f"an environment has {what} more than {DEEPEST} deep", (wrong(place, "leads there"),)
    )


def values_of(
    chain: list[Headed], chosen: Mapping[str, Argument], used: set[Span], mistakes: list[Diagnostic]
) -> list[Link]:
    """Return the chain with the value of every parameter that each block may refer to.

    `chosen` are values from outside, for parameters of the first environment or of those it stands on.
    """
    own: list[dict[str, Value]] = []
    outside = dict(chosen)
    for position, env in enumerate(chain):
        mine = {
            pair.name.value: Value(outside.get(pair.name.value, pair.value), pair.name.span) for pair in env.head.takes
        }
        own.append(mine)
        visible = {pair.name.value for above in chain[position + 1 :] for pair in above.head.takes}
        passed = {name: value.argument for name, value in mine.items() if name in visible}
        used.update(value.declared for name, value in mine.items() if name in visible)
        for pair in env.head.given:
            passed.update(_given(pair, mine, visible, env, used, mistakes))
        outside = {**passed, **{name: value for name, value in outside.items() if name not in mine}}
    scopes: list[dict[str, Value]] = []
    for mine in reversed(own):
        scopes.append({**(scopes[-1] if scopes else {}), **mine})
    return [Link(env, scope) for env, scope in zip(chain, reversed(scopes), strict=True)]


def _given(
    pair: Pair, mine: Mapping[str, Value], visible: set[str], env: Headed, used: set[Span], mistakes: list[Diagnostic]
) -> dict[str, Argument]:
    """Return the value that a `from` gives to a parameter of a parent."""
    name, value = pair
    if name.value not in visible:
        parent = env.head.parent.value if env.head.parent else ""
        mistakes.append(unknown_parameter(name, visible, parent))
        return {}
    if value.kind != "reference":
        return {name.value: value}
    if value.value not in mine:
        mistakes.append(unknown_parameter(value, mine))
        return {}
    used.add(mine[value.value].declared)
    return {name.value: mine[value.value].argument}


def _unknown_parent(parent: Argument, env: Headed, known: Mapping[str, Headed]) -> Diagnostic:
    others = [name for name in known if name != env.name]
    near = similar(parent.value, others)
    return Diagnostic(
        "unknown-parent",
        f"there is no environment `{parent.value}`",
        (wrong(parent.span, "not in this program"),),
        notes=(f"environments: {' '.join(others)}",) if others else (),
        fixes=(Fix("one has a similar name", parent.span, near),) if near else (),
    )


def _circular(parent: Argument, chain: list[Headed]) -> Diagnostic:
    round_trip = [one.name for one in chain]
    start = round_trip.index(parent.value)
    circle = chain[start:]
    message = (
        f"`{parent.value}` is its own parent"
        if len(circle) == 1
        else f"parents go round in a circle: {' → '.join([*(one.name for one in circle), parent.value])}"
    )
    others = [Label(one.head.parent.span, f"`{one.name}` comes from it") for one in circle[:-1] if one.head.parent]
    return Diagnostic("circular-parents", message, (wrong(parent.span, "leads back" if others else "itself"), *others))
