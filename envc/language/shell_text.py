"""What of a text a shell would read: without comments, without what is only written. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

QUOTED = re.compile(r"'[^']*'|\"(?:\\.|[^\"\\])*\"|\\.", re.DOTALL)
_HEREDOC = re.compile(r"<<-?\s*([\"']?)([\w.-]+)\1")
_SHELL_NAMED = re.compile(r"(?<![\w.-])(?:ba|da)?sh(?![\w.-])")
#: Texts that are written and not run, unless a shell is given them.
_WRITTEN = re.compile(r"(?<![\w./-])(?:echo|printf)((?:[ \t]+(?:'[^']*'|\"(?:\\.|[^\"\\])*\"|[^\s;&|<>'\"()]+))+)")
#: Patterns of `case`, `a)` and `a | b)`, and the elements of an array, none of which is a command.
_PATTERN = re.compile(
    r"(?:^|;;|(?<!\S)in(?!\S))\s*(?:\((?=[^\s()]*\|))?[^\s()|;]+(?:[ \t]*\|[ \t]*[^\s()|;]+)*\)|(?<=[\w+])=\([^()`]*\)",
    re.MULTILINE,
)
_BETWEEN = re.compile(r"\|\||&&|;|\n|(?<![>|&])&(?![>&])|\$?\(|\)|`|(?<=\s)[{}](?=\s)")
#: Stand before the command itself.
_BEFORE = re.compile(r"\w+=\S*|then|do|if|elif|else|while|until|!|\{|time|env|nice|exec|command")


def without_comments(text: str) -> str:
    """Return a text for a shell without comments: `#` begins one behind a blank, outside of quotes."""
    kept: list[str] = []
    quote = ""
    place = 0
    while place < len(text):
        character = text[place]
        if character == "\\" and quote != "'":
            kept.append(text[place : place + 2])
            place += 2
            continue
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        elif character == "#" and (not kept or kept[-1][-1] in " \t\n;&|("):
            end = text.find("\n", place)
            place = len(text) if end < 0 else end
            continue
        kept.append(character)
        place += 1
    return "".join(kept)


def without_blank_lines(text: str) -> str:
    """Return a text without lines that say nothing, over which patterns would walk again and again."""
    return "\n".join(line for line in map(str.strip, text.splitlines()) if line)


def without_texts(text: str) -> str:
    """Return a script without what it only writes: heredocs, and what is in quotes behind `echo` and `printf`."""

    def bare(match: re.Match[str]) -> str:
        end = match.string.find("\n", match.end())
        shell = _SHELL_NAMED.search(match.string, match.end(), end if end >= 0 else len(match.string))
        return match[0] if shell else QUOTED.sub("_", match[0])

    return _WRITTEN.sub(bare, without_heredocs(text))


def without_heredocs(text: str) -> str:
    """Return a script without the lines of heredocs that no shell reads."""
    kept: list[str] = []
    end = ""
    for line in text.splitlines():
        if end:
            end = "" if line.strip() == end else end
            continue
        kept.append(line)
        begun = _HEREDOC.search(line)
        if begun and not _SHELL_NAMED.search(line):
            end = begun[2]
    return "\n".join(kept)


def pipes_in(text: str) -> Iterator[list[str]]:
    """Yield the commands of a script, in the pipes that they stand in. What is quoted is never cut in two."""
    quoted: list[str] = []

    def put_aside(match: re.Match[str]) -> str:
        quoted.append(match[0])
        return f"\0{len(quoted) - 1}\0"

    bare = _PATTERN.sub(" ", QUOTED.sub(put_aside, without_blank_lines(without_comments(text))))
    for part in _BETWEEN.split(bare.replace("|&", "|")):
        yield [re.sub(r"\0(\d+)\0", lambda match: quoted[int(match[1])], one) for one in part.split("|")]


def words_of(command: str) -> list[str]:
    """Return the words of a command without those that stand before it."""
    words = command.split()
    while words and _BEFORE.fullmatch(words[0]):
        del words[0]
    return words
