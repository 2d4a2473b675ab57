"""Commands in words, whether a shell reads them or not. Pure.

Every program with a `run` loads this file: what reads scripts of a shell is loaded only for one.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

SHELLS = frozenset(("ash", "bash", "dash", "sh", "zsh"))
#: Stand before the command itself, in a script or without one.
_BEFORE = frozenset(("!", "command", "env", "exec", "nice", "time"))


def pipes_of(texts: tuple[str, ...]) -> Iterator[list[list[str]]]:
    """Yield the pipes of a command of one text or of several arguments, each a list of commands in words."""
    script = _script(texts)
    if script is None:
        words = _without_beginning(list(texts) if len(texts) != 1 else texts[0].split())
        if words:
            yield [words]
        return
    from envc.language.shell_text import pipes_in, without_texts, words_of

    for pipe in pipes_in(without_texts(script)):
        commands = [words for one in pipe if (words := words_of(one))]
        if commands:
            yield commands


def _script(texts: tuple[str, ...]) -> str | None:
    """Return what a shell reads: a text of several lines or commands, or what stands behind `sh -c`."""
    if len(texts) == 1:
        return texts[0] if any(mark in texts[0] for mark in "\n|&;") else None
    if texts and PurePosixPath(texts[0]).name in SHELLS:
        return next((texts[place + 1] for place, one in enumerate(texts[:-1]) if _says_command(one)), None)
    return None


def _says_command(text: str) -> bool:
    return text[:1] == "-" and text[1:].isalpha() and text[-1:] == "c"


def _without_beginning(words: list[str]) -> list[str]:
    begin = next((place for place, one in enumerate(words) if one not in _BEFORE and "=" not in one), len(words))
    return words[begin:]
