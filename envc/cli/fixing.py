"""Which edits of diagnostics are made, and the text that they make. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from envc import compile as pipeline
from envc.diagnostics import Diagnostic, Fix, Report, Source
from envc.language.check import Chosen
from envc.language.environment import Meaning
from envc.language.modules import ModuleFiles


class Reading(NamedTuple):
    """With what a program is read: the modules that it finds, and the values of one environment's parameters."""

    modules: ModuleFiles | None = None  # None: the library's
    values: Mapping[str, str] = MappingProxyType({})
    stem: str = ""  # the program's name, which the environment may have
    environment: str | None = None  # or this name

    def understand(self, source: Source) -> Meaning:
        """Return what a program says. Raises a Report."""
        meaning = pipeline.understand(source, self.modules)
        if not self.values:
            return meaning
        environment = pipeline.environment_of(meaning, source, self.stem, self.environment)
        return pipeline.understand(source, self.modules, Chosen(environment.name, self.values))


_PLAIN = Reading()


def found_in(source: Source, reading: Reading = _PLAIN) -> tuple[Diagnostic, ...]:
    """Return everything that can be said of a program without its lock: errors of one stage, or warnings."""
    try:
        meaning = reading.understand(source)
    except Report as report:
        return report.diagnostics
    warnings = [one for environment in meaning.environments for one in environment.warnings]
    from envc.knowledge.library import Library
    from envc.lock.accelerator import choose_builds

    try:
        for environment in meaning.environments:
            choose_builds(environment, Library())
    except Report as report:
        return (*warnings, *report.diagnostics)
    return tuple(warnings)


def certain_fixes(diagnostics: Iterable[Diagnostic], source: Source) -> list[Fix]:
    """Return the edits that need no asking, none inside of another, in the order of the text."""
    found = sorted(
        (fix for one in diagnostics for fix in one.fixes if fix.certain and fix.span.source == source),
        key=lambda fix: (fix.span.start, fix.span.end),
    )
    chosen: list[Fix] = []
    for fix in found:
        if not chosen or fix.span.start > chosen[-1].span.end:
            chosen.append(fix)
    return chosen


def applied(source: Source, fixes: Iterable[Fix]) -> Source:
    """Return the text with edits made, none of which lies inside of another."""
    text = source.text
    for fix in sorted(fixes, key=lambda fix: fix.span.start, reverse=True):
        text = text[: fix.span.start] + fix.replacement + text[fix.span.end :]
    return Source(source.path, text)


def made_certain(source: Source, reading: Reading = _PLAIN) -> tuple[Source, list[Fix]]:
    """Make certain edits until none is left, and return the text and what was done."""
    done: list[Fix] = []
    seen = {source.text}
    made: set[tuple[int, str]] = set()  # where the edits of the last round would stand, if they mended nothing
    while fixes := [fix for fix in certain_fixes(found_in(source, reading), source) if _place(fix) not in made]:
        changed = applied(source, fixes)
        if changed.text in seen:
            break
        seen.add(changed.text)
        made = _moved(fixes)
        source, done = changed, [*done, *fixes]
    return source, done


def _place(fix: Fix) -> tuple[int, str]:
    return fix.span.start, fix.replacement


def _moved(fixes: Iterable[Fix]) -> set[tuple[int, str]]:
    """Return where edits stand in the text that they made, behind what each wrote."""
    moved = set()
    shift = 0
    for fix in sorted(fixes, key=lambda fix: fix.span.start):
        shift += len(fix.replacement)
        moved.add((fix.span.start + shift, fix.replacement))
        shift -= fix.span.end - fix.span.start
    return moved
