"""The first line of a program: which edition of the language it is written in."""

from __future__ import annotations

from envc.syntax.program import Program


def edition_line(program: Program, edition: int) -> str:
    """Return the line that a program lacks, with what parts it from the rest, or nothing.

    Only what declares an environment gets one: other files of the same form are no programs. And what is written on
    one line stays on one.
    """
    if "\n" not in program.source.text.strip():
        return ""
    words = [item.word for item in program.items]
    if "env" not in words or "envc" in words:
        return ""
    return f"envc {edition}\n\n"
