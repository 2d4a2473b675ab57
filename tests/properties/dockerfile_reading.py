"""A Dockerfile read back as BuildKit reads it.

`dockerfile-parse` splits a file into instructions and their text; it is not ours and knows nothing of our printer. How
words in that text are read is written here anew from BuildKit's sources (`frontend/dockerfile/parser/line_parsers.go`,
`frontend/dockerfile/shell/lex.go`), because `dockerfile-parse` leaves escapes in double quotes as they are.
"""

from __future__ import annotations

import io
import json
import re
import shlex
from collections.abc import Mapping
from typing import NamedTuple

from dockerfile_parse import DockerfileParser

ESCAPE = "\\"
#: A word of a shell as it is written, with its quotes.
_WRITTEN = re.compile(r"""(?:'[^']*'|"(?:\\.|[^"\\])*"|\\.|[^ \t\r\n'"\\])+""", re.DOTALL)


class Instruction(NamedTuple):
    """One instruction: its name and all the text behind it."""

    name: str
    text: str


def instructions(dockerfile: str) -> list[Instruction]:
    """Return the instructions, comments left out."""
    structure = third_party(dockerfile).structure
    return [Instruction(one["instruction"], one["value"]) for one in structure if one["instruction"] != "COMMENT"]


def third_party(dockerfile: str) -> DockerfileParser:
    """Return the file as `dockerfile-parse` reads it."""
    return DockerfileParser(fileobj=io.BytesIO(dockerfile.encode()))  # type: ignore[arg-type]  # it wants bytes


def words(text: str) -> list[str]:
    """Split as `parseWords` does: at blanks outside of quotes; an escaped character never ends a word. Quotes stay."""
    found: list[str] = []
    word, quote, position = "", "", 0
    while position < len(text):
        character = text[position]
        if not quote and character.isspace():
            if word:
                found.append(word)
            word, position = "", position + 1
            continue
        if character == ESCAPE and quote != "'":
            word, position = word + text[position : position + 2], position + 2
            continue
        if not quote and character in "'\"":
            quote = character
        elif character == quote:
            quote = ""
        word, position = word + character, position + 1
    assert not quote, "a quote is never closed"
    return [*found, word] if word else found


def pairs(text: str, variables: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return names and values of ENV, LABEL or ARG: each word is split at its first `=`, then both are resolved."""
    found = []
    for word in words(text):
        name, equals, value = word.partition("=")
        assert equals, f"no `=` in {word!r}"
        found.append((resolved(name, variables), resolved(value, variables)))
    return found


def resolved(word: str, variables: Mapping[str, str]) -> str:
    """Resolve quotes, escapes and variables as `ProcessWord` does."""
    result, position = "", 1 if word.startswith("\ufeff") else 0
    while position < len(word):
        character = word[position]
        if character == "'":
            end = word.index("'", position + 1)
            result, position = result + word[position + 1 : end], end + 1
        elif character == '"':
            text, position = _double_quoted(word, position + 1, variables)
            result += text
        elif character == "$":
            text, position = _variable(word, position + 1, variables)
            result += text
        elif character == ESCAPE:
            result, position = result + word[position + 1 : position + 2], position + 2
        else:
            result, position = result + character, position + 1
    return result


def _double_quoted(word: str, position: int, variables: Mapping[str, str]) -> tuple[str, int]:
    result = ""
    while word[position] != '"':
        character = word[position]
        if character == "$":
            text, position = _variable(word, position + 1, variables)
            result += text
        elif character == ESCAPE and word[position + 1] in '"$\\':
            result, position = result + word[position + 1], position + 2
        else:
            result, position = result + character, position + 1
    return result, position + 1


def _variable(word: str, position: int, variables: Mapping[str, str]) -> tuple[str, int]:
    match = re.compile(r"\{(\w+)\}|(\w+)", re.ASCII).match(word, position)
    if match is None:
        return "$", position
    return variables.get(match[1] or match[2], ""), match.end()


def exec_form(text: str) -> list[str]:
    """Return the arguments of an exec form."""
    found = json.loads(text)
    assert isinstance(found, list)
    return [str(one) for one in found]


def copied(text: str) -> tuple[dict[str, str], str, str]:
    """Return options, source and destination of COPY or ADD: flags, then a JSON array whose words are resolved."""
    options, rest = {}, text
    while rest.startswith("--"):
        flag, _, rest = rest.partition(" ")
        name, _, value = flag[2:].partition("=")
        options[name] = value
    source, destination = exec_form(rest)
    return options, pattern(resolved(source, {})), resolved(destination, {})


def pattern(text: str) -> str:
    """Return the only path that a source fits; there is none when a wildcard is left.

    A source without wildcards (escaped ones are none) is a path as it stands. Any other is a pattern of Go's
    `filepath.Match`, where brackets around one escaped character stand for it.
    """
    if not re.search(r"[*?\[]", re.sub(r"\\.", "", text, flags=re.DOTALL)):
        return text
    result, position = "", 0
    while position < len(text):
        one = re.compile(r"\[\\([*?\[])\]|\\(.)|([^*?\[])", re.DOTALL).match(text, position)
        assert one is not None, f"a wildcard in {text!r}"
        result, position = result + (one[1] or one[2] or one[3]), one.end()
    return result


def commands(text: str) -> list[list[str]]:
    """Return the commands of RUN, each as the shell splits it, mounts left out."""
    assert not _WRITTEN.sub("", text).strip(" \t\r\n"), "a quote is never closed"
    found: list[list[str]] = [[]]
    for written in _WRITTEN.findall(text):
        (word,) = shlex.split(written)
        if written == "&&":  # in quotes it is a word like any other
            found.append([])
        elif not (word.startswith("--mount=") and len(found) == 1):
            found[-1].append(word)
    return found


class Image(NamedTuple):
    """What the last stage says."""

    variables: dict[str, str]
    labels: dict[str, str]
    arguments: dict[str, str]
    working_directory: str
    user: str
    ports: list[str]
    command: list[str]
    health: list[str] | None
    copies: list[tuple[str, str]]
    names: list[str]  # of all instructions of the file


def read(dockerfile: str) -> Image:
    """Read a file with two stages."""
    found = instructions(dockerfile)
    stage = found[max(position for position, one in enumerate(found) if one.name == "FROM") :]

    def texts(name: str) -> list[str]:
        return [one.text for one in stage if one.name == name]

    arguments = dict(pair for text in texts("ARG") for pair in pairs(text, {}))
    variables = {"PATH": "/usr/bin"}
    for text in texts("ENV"):
        variables.update(pairs(text, arguments | variables))
    known = arguments | variables
    copies = [copied(text) for name in ("COPY", "ADD") for text in texts(name)]
    health = [exec_form(text.partition("CMD ")[2]) for text in texts("HEALTHCHECK")]
    for text in texts("RUN"):
        assert commands(text)
    return Image(
        variables,
        dict(pair for text in texts("LABEL") for pair in pairs(text, known)),
        arguments,
        resolved(texts("WORKDIR")[-1], known),
        texts("USER")[-1],
        [port for text in texts("EXPOSE") for port in words(text)],
        exec_form(texts("CMD")[-1]),
        health[-1] if health else None,
        [(source, destination) for options, source, destination in copies if "from" not in options],
        [one.name for one in found],
    )
