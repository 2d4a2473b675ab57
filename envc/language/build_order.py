"""The order of what `build` compiles: each behind those whose results it needs. Of packages: `circular_builds.py`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from envc.diagnostics import Diagnostic, Fix
from envc.diagnostics.diagnostic import wrong
from envc.diagnostics.suggestions import similar
from envc.language.environment import Environment
from envc.language.origin import Origin
from envc.language.outside_facets import ProgramBuild


def in_order(builds: Iterable[ProgramBuild]) -> list[ProgramBuild]:
    """Return builds sorted by name, and each behind those that it needs. Of a circle, which the check refuses, any."""
    waiting = sorted(builds, key=lambda build: build.name)
    ordered: list[ProgramBuild] = []
    while waiting:
        names = {build.name for build in waiting}
        ready = next((build for build in waiting if not names.intersection(build.after)), waiting[0])
        waiting.remove(ready)
        ordered.append(ready)
    return ordered


def refuse_impossible_order(
    name: str, after: Sequence[str], origin: Origin, environment: Environment
) -> Iterator[Diagnostic]:
    """Refuse a build that needs one that there is not, or that needs itself by way of others."""
    if not after:
        return
    needs = {build.name: build.after for build in environment.every(ProgramBuild)}
    for position, one in enumerate(after):
        place = origin.of(f"after.{position}")
        if one not in needs:
            near = similar(one, needs)
            yield Diagnostic(
                "unknown-build",
                f"there is no build `{one}`",
                (wrong(place, "no `build` has this name"),),
                notes=(f"builds here: {' '.join(sorted(needs))}",),
                fixes=(Fix("one has a similar name", place, near),) if near else (),
            )
        elif name in _behind(one, needs):
            label = wrong(place, "which is compiled after this one")
            yield Diagnostic("circular-builds", f"`build {name}` needs what needs its own result", (label,))


def _behind(name: str, needs: dict[str, tuple[str, ...]]) -> set[str]:
    """Return a build and all that it needs, however far."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += needs.get(one, ())
    return found
