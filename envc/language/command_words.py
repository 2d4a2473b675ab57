"""Commands in words, whether a shell reads them or not. Pure.

Every program with a `run` loads this file: what reads scripts of a shell is loaded only for one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

SHELLS = frozenset(("ash", "bash", "dash", "sh", "zsh"))
#: Stand before the command itself, in a script or without one.
_BEFORE = frozenset(("!", "command", "env", "exec", "nice", "time"))


def pipes_of(texts: tuple[str, ...]) -> Iterator[list[list[str]]]:
    """Yield the pipes of a command of one text or of several arguments, each a list of commands in words.

    What a shell is given behind `-c` is a script of its own: its pipes are yielded, too.
    """
    if len(texts) == 1 and any(mark in texts[0] for mark in "\n|&;"):
        yield from _pipes_of_script(texts[0])
        return
    words = _without_beginning(texts[0].split() if len(texts) == 1 else list(texts))
    script = script_of(_unquoted(texts[0], words) if len(texts) == 1 else words)
    if script is not None:
        yield from _pipes_of_script(script)
    elif words:
        yield [words]


def words_from_shell(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Return the arguments of a shell that a command of one text starts as a shell reads them; others as they are."""
    if len(texts) != 1 or "\n" in texts[0]:
        return texts
    words = _without_beginning(texts[0].split())
    return tuple(_unquoted(texts[0], words)) if _starts_shell(words) else texts


def _pipes_of_script(script: str) -> Iterator[list[list[str]]]:
    from envc.language.shell_text import pipes_in, without_texts, words_of

    for pipe in pipes_in(without_texts(script)):
        texts = [(one, words) for one in pipe if (words := words_of(one))]
        if texts:
            yield [words for _, words in texts]
        for one, words in texts:
            within = script_of(_unquoted(one, words))
            if within is not None:
                yield from _pipes_of_script(within)


def shells_in(script: str) -> Iterator[tuple[str, ...]]:
    """Yield the arguments of each shell that a script starts."""
    from envc.language.shell_text import pipes_in, without_texts, words_of

    for pipe in pipes_in(without_texts(script)):
        for one in pipe:
            words = words_of(one)
            if _starts_shell(words):
                yield tuple(_unquoted(one, words))


def script_of(words: Sequence[str]) -> str | None:
    """Return the script that a command gives a shell behind `-c`, if it does."""
    if not _starts_shell(words):
        return None
    return next((words[place + 1] for place, one in enumerate(words[:-1]) if _says_command(one)), None)


def behind_options(arguments: list[str], with_value: frozenset[str]) -> list[str]:
    """Return what stands behind the options of a program, where its subcommand begins."""
    place = 0
    while place < len(arguments) and arguments[place].startswith("-"):
        place += 2 if arguments[place] in with_value else 1
    return arguments[place:]


def _unquoted(text: str, words: list[str]) -> list[str]:
    """Return the last words of a text as a shell reads them, where they start one; else as they are."""
    if not _starts_shell(words):
        return words
    from shlex import split

    before = len(text.split()) - len(words)
    try:
        return split(text.split(maxsplit=before)[before])
    except ValueError:  # a quote is never closed
        return words


def _starts_shell(words: Sequence[str]) -> bool:
    return bool(words) and PurePosixPath(words[0]).name in SHELLS


def _says_command(text: str) -> bool:
    return text[:1] == "-" and text[1:].isalpha() and text[-1:] == "c"


def _without_beginning(words: list[str]) -> list[str]:
    begin = next((place for place, one in enumerate(words) if not _stands_before(one)), len(words))
    return words[begin:]


def _stands_before(word: str) -> bool:
    return "=" in word or PurePosixPath(word).name in _BEFORE
