"""Groups: environments that are resolved together."""

from __future__ import annotations

from collections.abc import Iterable

from envc.diagnostics import Diagnostic, Fix, Label
from envc.diagnostics.diagnostic import wrong
from envc.diagnostics.suggestions import similar
from envc.language.environment import Declared, Environment, Group, Member


def group_of(declared: Declared) -> Group:
    """Return the group that an item declares."""
    told = declared.declaration.model_dump()
    members = tuple(
        Member(str(one["name"]), declared.origin.of(f"members.{position}.name"))
        for position, one in enumerate(told["members"])
    )
    return Group(str(told["name"]), declared.origin, members)


def in_groups(environments: Iterable[Environment], groups: Iterable[Group]) -> tuple[Environment, ...]:
    """Return the environments, each with the names of those of its group, on every platform."""
    names_by_member: dict[str, tuple[str, ...]] = {}
    for group in groups:
        names = tuple(sorted(member.name for member in group.members))
        names_by_member |= dict.fromkeys(names, names)

    def placed(environment: Environment) -> Environment:
        names = names_by_member[environment.name]
        variants = tuple((platform, variant._replace(group=names)) for platform, variant in environment.variants)
        return environment._replace(group=names, variants=variants)

    return tuple(placed(one) if one.name in names_by_member else one for one in environments)


def group_mistakes(groups: Iterable[Group], environments: Iterable[str]) -> list[Diagnostic]:
    """Return what is wrong with groups: a member that is no environment, or that is one of two groups."""
    names = dict.fromkeys(environments)
    found = []
    first_group: dict[str, Group] = {}
    first_member: dict[str, Member] = {}
    for group in groups:
        if group.name in first_group:
            labels = (
                wrong(group.origin.of("name"), "again here"),
                Label(first_group[group.name].origin.of("name"), "first here"),
            )
            found.append(Diagnostic("repeated-name", f"two groups are called `{group.name}`", labels))
        first_group.setdefault(group.name, group)
        if not group.members:
            label = wrong(group.origin.span, "no environment follows")
            found.append(Diagnostic("missing-argument", f"the group `{group.name}` names no environment", (label,)))
        for member in group.members:
            if member.name not in names:
                found.append(_unknown_member(member, list(names)))
            elif member.name in first_member:
                labels = (wrong(member.span, "again here"), Label(first_member[member.name].span, "first here"))
                found.append(
                    Diagnostic("repeated-member", f"the environment `{member.name}` is in a group already", labels)
                )
            first_member.setdefault(member.name, member)
    return found


def _unknown_member(member: Member, names: list[str]) -> Diagnostic:
    near = similar(member.name, names)
    return Diagnostic(
        "unknown-member",
        f"there is no environment `{member.name}` to be in a group",
        (wrong(member.span, "not in this program"),),
        notes=(f"environments: {' '.join(names)}",) if names else (),
        fixes=(Fix("one has a similar name", member.span, near),) if near else (),
    )
