"""Every case prints exactly what its file says, and every fix that it offers mends it.

With --rewrite-golden the outputs are written anew; review them as a difference.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

import pytest

from envc.cli import console
from envc.cli.main import run
from envc.diagnostics import Diagnostic, Fix
from tests.cases.case_file import Block, Case, all_cases, rewrite
from tests.cases.locking import write_lock

CASES = all_cases()
outputs_to_write: dict[Path, dict[tuple[int, int], str]] = {}

#: An older Python is offered where nothing else fits, and warned of where it is taken.
_MAY_COME = {"python-near-its-end"}


class Outcome(NamedTuple):
    """What a command said, as a person and as a program sees it."""

    output: str
    diagnostics: tuple[Diagnostic, ...]
    exit_code: int


Command = Callable[[tuple[str, ...]], Outcome]


@pytest.fixture
def envc(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Command:
    """Run the command line in a folder of its own, and see the diagnostics on their way to the terminal."""
    shown: list[Diagnostic] = []
    show = console.show

    def see(diagnostics: Iterable[Diagnostic]) -> None:
        found = list(diagnostics)
        shown.extend(found)
        show(found)

    monkeypatch.setattr(console, "show", see)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lockfiles").mkdir()  # so that the project's root is here, whatever lies above

    def command(arguments: tuple[str, ...]) -> Outcome:
        shown.clear()
        exit_code = run(arguments)
        captured = capsys.readouterr()
        lines = (captured.out + captured.err).splitlines()
        return Outcome("".join(f"{line.rstrip()}\n" for line in lines), tuple(shown), exit_code)

    return command


def lay(block: Block, root: Path) -> None:
    path = root / block.name
    path.parent.mkdir(parents=True, exist_ok=True)
    if block.kind == "hex":
        path.write_bytes(bytes.fromhex(block.text))
    else:
        path.write_text(block.text, encoding="utf-8")
    if block.locked:
        write_lock(root, block.name)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.name}: {case.title}")
def test_a_case(case: Case, envc: Command, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """It prints what its file says, byte for byte; its diagnostics keep the rules; each of their edits mends it."""
    for block in case.blocks:
        lay(block, tmp_path)
    outcome = envc(case.command)
    assert case.name in {one.name for one in outcome.diagnostics}, outcome.output
    assert outcome.exit_code == (1 if any(one.severity == "error" for one in outcome.diagnostics) else 0)
    for one in outcome.diagnostics:
        keeps_the_rules(one)
    for mistake in outcome.diagnostics:
        for fix in mistake.fixes:
            mends(fix, mistake, outcome, envc(apply(fix, case, tmp_path)))
    if not request.config.getoption("rewrite_golden"):
        assert outcome.output == case.output
        return
    outputs = outputs_to_write.setdefault(case.file, {})
    outputs[case.place] = outcome.output
    if sum(one.file == case.file for one in CASES) == len(outputs):
        rewrite(case.file, outputs)


def keeps_the_rules(one: Diagnostic) -> None:
    """Message: one line, lower case, no period. Labels and fixes lie inside their text. Three fixes at the most."""
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", one.name)
    assert "\n" not in one.message
    assert not one.message.endswith((".", "!", "?"))
    assert not one.message[0].isupper()
    assert len(one.fixes) <= 3
    assert one.labels == () or any(label.primary for label in one.labels)
    for text in (*one.notes, *one.helps, *(label.text for label in one.labels), *(fix.title for fix in one.fixes)):
        assert "\n" not in text
        assert not text.endswith(".")
    for span in (*(label.span for label in one.labels), *(fix.span for fix in one.fixes)):
        assert 0 <= span.start <= span.end <= len(span.source.text)


def apply(fix: Fix, case: Case, root: Path) -> tuple[str, ...]:
    """Write the program as the fix changes it, and return the case's command."""
    source = fix.span.source
    changed = source.text[: fix.span.start] + fix.replacement + source.text[fix.span.end :]
    (root / source.path).write_text(changed, encoding="utf-8")
    return case.command


def mends(fix: Fix, mistake: Diagnostic, before: Outcome, after: Outcome) -> None:
    """After the edit the mistake is gone, and none is new."""
    found = [(one.name, one.message) for one in after.diagnostics]
    assert (mistake.name, mistake.message) not in found, f"{fix.title}\n{after.output}"
    assert {name for name, _ in found} <= {one.name for one in before.diagnostics} | _MAY_COME, (
        f"{fix.title}\n{after.output}"
    )
