"""How a case file is read: Markdown with programs, a command and what it prints, side by side.

A file holds cases, each under a heading of its own. A case has fenced blocks: files first, `envc NAME` a program,
`file NAME` any other text, `hex NAME` bytes; then one `text` block that begins with `$ envc …` and goes on with the
exact output. A program marked `locked` is locked as it stands there, before later blocks change it.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parent
_FENCE = re.compile(
    r"^(?P<fence>````?)(?P<kind>envc|file|hex|text)(?: (?P<name>\S+))?(?P<locked> locked)?\n(?P<text>.*?)^(?P=fence)$",
    re.MULTILINE | re.DOTALL,
)
_HEADING = re.compile(r"^##? (.+)$", re.MULTILINE)


class Block(NamedTuple):
    """A file of a case."""

    kind: str
    name: str
    text: str
    locked: bool


class Case(NamedTuple):
    """Files, a command line, and what it prints on a terminal without colour."""

    file: Path
    title: str
    blocks: tuple[Block, ...]
    command: tuple[str, ...]
    output: str
    place: tuple[int, int]  # of the output in the file's text

    @property
    def name(self) -> str:
        """The name of the diagnostic that the case is about."""
        return self.file.stem


def cases_of(file: Path) -> list[Case]:
    """Return the cases of a file. Raises ValueError when it has another form."""
    text = file.read_text(encoding="utf-8")
    cases: list[Case] = []
    blocks: list[Block] = []
    for match in _FENCE.finditer(text):
        if match["kind"] != "text":
            blocks.append(Block(match["kind"], match["name"], match["text"], bool(match["locked"])))
            continue
        command, _, output = match["text"].partition("\n")
        if not command.startswith("$ envc "):
            raise ValueError(f"{file.name}: an output begins with `$ envc`, not with {command!r}")
        title = [heading[1] for heading in _HEADING.finditer(text, 0, match.start())][-1]
        start = match.start("text") + len(command) + 1
        cases.append(Case(file, title, tuple(blocks), tuple(command.split()[2:]), output, (start, match.end("text"))))
        blocks = []
    if blocks or not cases:
        raise ValueError(f"{file.name}: files without a command")
    return cases


def rewrite(file: Path, outputs: dict[tuple[int, int], str]) -> None:
    """Write outputs anew at their places."""
    text = file.read_text(encoding="utf-8")
    for (start, end), output in sorted(outputs.items(), reverse=True):
        text = text[:start] + output + text[end:]
    file.write_text(text, encoding="utf-8")


def all_cases() -> list[Case]:
    """Return every case of the folder."""
    return [case for file in sorted(FOLDER.glob("*.md")) for case in cases_of(file)]
