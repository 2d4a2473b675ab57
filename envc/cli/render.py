"""How a diagnostic looks: text with styles, never markup, readable without colour."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rich.text import Text

from envc.diagnostics import Diagnostic, Fix, Label, Source

#: Of a longer line, only this many characters around the label are shown.
_LONGEST = 160
_COLOURS = {"error": "bold red", "warning": "bold yellow", "note": "bold cyan"}


def render(diagnostic: Diagnostic, *, explained: bool) -> Text:
    """Return all lines of a diagnostic. `explained` says that `envc explain` has a page of its name."""
    text = Text()
    text.append(f"{diagnostic.severity}[{diagnostic.name}]", style=_COLOURS[diagnostic.severity])
    text.append(f": {diagnostic.message}\n", style="bold")
    margin = _margin(diagnostic)
    for position, (source, labels) in enumerate(_by_source(diagnostic.labels)):
        _snippet(text, source, labels, margin, arrow="-->" if position == 0 else ":::")
    for note in diagnostic.notes:
        _aside(text, margin, "note", note)
    for one in diagnostic.helps:
        _aside(text, margin, "help", one)
    for fix in diagnostic.fixes:
        _fix(text, fix, margin)
    if explained:
        _aside(text, margin, "more", f"envc explain {diagnostic.name}")
    return text


def _margin(diagnostic: Diagnostic) -> int:
    lines = [label.span.location.line for label in diagnostic.labels]
    lines += [fix.span.location.line for fix in diagnostic.fixes]
    return len(str(max(lines, default=0)))


def _by_source(labels: Iterable[Label]) -> list[tuple[Source, list[Label]]]:
    found: dict[str, tuple[Source, list[Label]]] = {}
    for label in sorted(labels, key=lambda label: not label.primary):
        found.setdefault(label.span.source.path, (label.span.source, []))[1].append(label)
    return list(found.values())


def _snippet(text: Text, source: Source, labels: list[Label], margin: int, arrow: str) -> None:
    first = labels[0].span.location
    place = f"{source.path}:{first.line}:{first.column}" if source.text else source.path
    text.append(f"{' ' * margin}{arrow} ", style="blue")
    text.append(f"{place}\n")
    if not source.text:
        for label in labels:
            if label.text:
                _aside(text, margin, "here", label.text)
        return
    _bar(text, margin)
    last = 0
    for line in sorted({label.span.location.line for label in labels}):
        if last and line > last + 1:
            text.append(f"{'.' * margin}\n", style="blue")
        last = line
        on_line = sorted(
            (label for label in labels if label.span.location.line == line), key=lambda label: label.span.start
        )
        _line(text, source, line, on_line, margin)
    _bar(text, margin)


def _line(text: Text, source: Source, number: int, labels: list[Label], margin: int) -> None:
    whole = _printable(source.line(number))
    start = 0
    if len(whole) > _LONGEST:
        start = max(0, labels[0].span.location.column - 1 - _LONGEST // 2)
    shown = whole[start : start + _LONGEST].replace("\t", " ")
    text.append(f"{number:>{margin}} | ", style="blue")
    text.append(f"{shown}\n")
    for label in labels:
        column = label.span.location.column - 1 - start
        if not 0 <= column <= len(shown):
            continue
        length = max(1, min(label.span.end - label.span.start, len(shown) - column))
        text.append(f"{' ' * margin} | ", style="blue")
        style = "bold red" if label.primary else "blue"
        text.append(" " * column + ("^" if label.primary else "-") * length, style=style)
        text.append(f" {label.text}\n" if label.text else "\n", style=style)


#: Credentials in an address: what stands between `://` and `@`.
_CREDENTIALS = re.compile(r"(?<=://)[^/@\s\"]+(?=@)")


def _printable(line: str) -> str:
    """Return a line without what a terminal would act on, and without credentials; every column stays."""
    line = _CREDENTIALS.sub(lambda found: "*" * len(found[0]), line)
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in line)


def _bar(text: Text, margin: int) -> None:
    text.append(f"{' ' * margin} |\n", style="blue")


def _aside(text: Text, margin: int, kind: str, message: str) -> None:
    text.append(f"{' ' * margin} = ", style="blue")
    text.append(f"{kind}", style="bold")
    text.append(f": {message}\n")


def _fix(text: Text, fix: Fix, margin: int) -> None:
    """Append a help that is an edit, shown as the line before and after it."""
    line = fix.span.location.line
    whole = fix.span.source.line(line)
    column = fix.span.location.column - 1
    length = fix.span.end - fix.span.start
    changed = whole[:column] + fix.replacement + whole[column + length :]
    text.append("help", style="bold cyan")
    text.append(f": {fix.title}\n")
    if not fix.span.source.text:
        return
    start = max(0, column - _LONGEST // 2) if max(len(whole), len(changed)) > _LONGEST else 0
    _bar(text, margin)
    text.append(f"{line:>{margin}} ", style="blue")
    text.append(f"- {_printable(whole)[start:][:_LONGEST]}\n", style="red")
    for position, addition in enumerate(changed.splitlines()):
        text.append(f"{line:>{margin}} ", style="blue")
        text.append(f"+ {_printable(addition)[start if position == 0 else 0 :][:_LONGEST]}\n", style="green")
    _bar(text, margin)
