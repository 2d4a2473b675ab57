"""Does the same with several environments of a program. One that fails is told by name, and the others are done."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from envc.cli import loading
from envc.cli.program_options import build_arguments
from envc.diagnostics import Diagnostic, Report

Result = TypeVar("Result")


@dataclass(frozen=True)
class Outcome(Generic[Result]):
    """What came of one environment: a result, or what was wrong."""

    name: str
    result: Result | None = None
    report: Report | None = None


def are_asked(options: argparse.Namespace) -> bool:
    """Say whether a command line means several environments; then it answers as for several, even if there is one."""
    return options.all or len(set(options.environment)) > 1


def for_each(
    options: argparse.Namespace, work: Callable[[loading.Loaded], Result], *, headings: bool = False
) -> list[Outcome[Result]]:
    """Do some work for each environment that is meant, in the order of the command line or of the program.

    Raises the Report of one that is meant alone. With `headings`, each of several is announced.
    """
    several = are_asked(options)
    opened = loading.open_program(options.program, options.root, options.memory)
    chosen = opened.chosen(None if options.all else options.environment or [None])
    values = build_arguments(options.values, "--set")
    told: list[Diagnostic] = []
    outcomes: list[Outcome[Result]] = []
    for environment in chosen:
        name = environment.name
        if several and headings:
            _say(f"{name}, {len(outcomes) + 1} of {len(chosen)}")
        try:
            loaded = opened.load(environment, values, told)._replace(platform=options.platform)
            told.extend(loaded.environment.warnings)
            outcomes.append(Outcome(name, result=work(loaded)))
        except Report as report:
            if not several:
                raise
            from envc.cli.console import show_report

            if not headings:
                _say(f"{name}:")
            show_report(report)
            outcomes.append(Outcome(name, report=report))
    return outcomes


def exit_code_of(outcomes: Sequence[Outcome[Result]]) -> int:
    """Return 0 when all went well, else that of the worst failure."""
    return max((one.report.exit_code for one in outcomes if one.report), default=0)


def as_json(
    outcomes: Sequence[Outcome[Result]], content: Callable[[Result], dict[str, Any]], options: argparse.Namespace
) -> dict[str, Any]:
    """Return the content of the one environment that was meant, or a list of several, each with its name."""
    found = [
        {"name": one.name, **content(one.result)}
        if one.result is not None
        else {"name": one.name, "failed": [mistake.name for mistake in one.report.diagnostics] if one.report else []}
        for one in outcomes
    ]
    if are_asked(options):
        return {"environments": found}
    found[0].pop("name")
    return found[0]


def say_failures(outcomes: Sequence[Outcome[Result]]) -> None:
    """Say in the end which of several failed; what was wrong stands above."""
    failed = [one.name for one in outcomes if one.report]
    if failed and len(outcomes) > 1:
        _say(f"{len(failed)} of {len(outcomes)} environments failed: {', '.join(failed)}")


def _say(text: str) -> None:
    from envc.cli.console import say

    say(text, style="bold")
