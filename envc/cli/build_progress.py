"""Shows a build: steps as they run and bars for what is transferred on a terminal, a line for each step elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from envc.cli.sizes import size_text
from envc.engines.protocol import Event, Listen, Step, Transfer, shortened

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress, TaskID

#: What the names of steps have that may take minutes. A large image is packed and unpacked as long as it was built.
_LONG = ("] RUN ", "exporting to ")

_STYLES = {"done": "green", "cached": "dim", "failed": "bold red"}


@contextmanager
def showing_build(title: str) -> Iterator[Listen]:
    """Yield what takes the events of a build and shows them on stderr."""
    from envc.cli.console import console

    target = console()
    if not target.is_terminal or target.is_dumb_terminal:
        _print(target, title)
        yield _Lines(target)
        return
    with _progress(target) as progress:
        yield _Live(progress)


def step_line(step: Step) -> str | None:
    """Return the line about a step that has ended or is a long one that begins, or None for one of no account."""
    if step.state == "done" and step.seconds < (0.5 if step.name.startswith("[internal]") else 0.05):
        return None
    if step.state == "running":
        return f"  begins   {step.short}" if any(one in step.name for one in _LONG) else None
    took = "cached" if step.state == "cached" else f"{step.seconds:.1f} s"
    return f"  {took:>7}  {step.short}" if step.state != "failed" else f"  failed   {step.short}"


class _Lines:
    """Prints a line for each step, and none twice: one that only asks whether a base has changed ends several times."""

    def __init__(self, target: Console) -> None:
        self._target = target
        self._printed: dict[str, str] = {}

    def __call__(self, event: Event) -> None:
        line = step_line(event) if isinstance(event, Step) else None
        if line and self._printed.get(event.id) != line:
            self._printed[event.id] = line
            _print(self._target, line)


def _print(target: Console, line: str, style: str = "") -> None:
    from rich.text import Text

    target.print(Text(line, style))  # text of a program is shown as it is: no markup, no emoji


def _progress(target: Console) -> Progress:
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    return Progress(
        SpinnerColumn(finished_text=" "),
        TimeElapsedColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=20),
        TextColumn("{task.fields[amount]}", markup=False),
        console=target,
        transient=True,
    )


class _Live:
    """Keeps the lines of running steps and transfers."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._steps: dict[str, TaskID] = {}
        self._transfers: dict[tuple[str, str], TaskID] = {}

    def __call__(self, event: Event) -> None:
        if isinstance(event, Step):
            self._step(event)
        else:
            self._transfer(event)

    def _step(self, step: Step) -> None:
        if step.state == "running":
            if step.id not in self._steps:
                room = max(20, self._progress.console.width - 50)
                description = shortened(step.short, room)
                self._steps[step.id] = self._progress.add_task(description, total=None, amount="")
            return
        task = self._steps.pop(step.id, None)
        if task is not None:
            self._progress.remove_task(task)
        for key in [key for key in self._transfers if key[0] == step.id]:
            self._progress.remove_task(self._transfers.pop(key))
        line = step_line(step)
        if line:
            _print(self._progress.console, line, _STYLES[step.state])

    def _transfer(self, transfer: Transfer) -> None:
        key = (transfer.step, transfer.id)
        if transfer.done or transfer.total is None:
            task = self._transfers.pop(key, None)
            if task is not None:
                self._progress.remove_task(task)
            return
        if key not in self._transfers:
            self._transfers[key] = self._progress.add_task(f"  {shortened(transfer.name, 30)}", total=None, amount="")
        amount = f"{size_text(transfer.current)} of {size_text(transfer.total)}"
        self._progress.update(self._transfers[key], completed=transfer.current, total=transfer.total, amount=amount)
