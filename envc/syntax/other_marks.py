"""What is said of marks that other languages have and this one has not: commas, braces, colons, options."""

from __future__ import annotations

import re

from envc.diagnostics import Diagnostic, Fix, Source, Span
from envc.diagnostics.diagnostic import wrong
from envc.syntax.parameters_in_pieces import help_of, parameter_in
from envc.syntax.single_equals import rest_of_item

_STRINGS = "a value with other characters than letters, digits and . _ - + / is a string, in double quotes"
_LISTED = "blanks separate what an item lists"
_BLOCKS = "a block stands between `<` and `>`"
_COMMA = re.compile(r"[ \t]*,[ \t]*")
_LIST = re.compile(r"(?:install[ \t]+)?(?:-r|--requirement)[ \t=]*(?P<path>[\w./-]+)")
#: A `set` up to a place in its value.
_SET = re.compile(r"(?:^|[;<])[ \t]*set[ \t]+[A-Za-z_]\w*[ \t]+(?P<value>[^;<>\"#]*)$")
_BRACES = re.compile(r"\{[^\n\"#]*\}")
_HELPS = {
    "{": _BLOCKS,
    "}": _BLOCKS,
    "-": "there are no options: what a word takes stands behind it by name, and no number is below zero",
}


def other_mark(source: Source, start: int) -> Diagnostic:
    """Return what is said of a character that begins nothing."""
    character = source.text[start]
    value = _value_of_set(source, start) if character == "," else None
    fixes = _value_in_quotes(value) if value else _by_mark(source, start)
    quoted = () if fixes or character in "{}," else (*in_quotes(source, start), *_all_in_quotes(source, start))
    told = _HELPS.get(character)
    parameter = helps_of_parameter(source, start)
    return Diagnostic(
        "unexpected-character",
        f"`{character}` begins nothing that the language has",
        (wrong(Span(source, start, start + 1)),),
        notes=(_LISTED,) if character == "," and not value else () if told or parameter else (_STRINGS,),
        helps=(told,) if told and not fixes and not _runs(source, start) else parameter,
        fixes=fixes or quoted,
    )


def _by_mark(source: Source, start: int) -> tuple[Fix, ...]:
    rest = rest_of_item(source, start)
    if rest.text.startswith(","):
        last = max(match.end() for match in _COMMA.finditer(rest.text))
        blanks = _COMMA.sub(" ", rest.text[:last])
        kept = blanks if rest.text[last:] else ""
        return (Fix("leave out what separates nothing", Span(source, start, start + last), kept, certain=True),)
    if rest.text.startswith("{") and (block := _BRACES.match(source.text, start)):
        brackets = block[0].replace("{", "<").replace("}", ">")
        return (Fix(_BLOCKS, Span(source, start, block.end()), brackets),)
    if rest.text.startswith(":") and re.search(r"(?:^|[;<\n])[ \t]*[a-z]+$", source.text[max(0, start - 100) : start]):
        return (Fix("leave it out: a blank is enough", Span(source, start, start + 1), ""),)
    if rest.text.startswith("-"):
        line = source.line(source.locate(start).line)[: source.locate(start).column - 1]
        begin = start - len("install ") if line.endswith("install ") else start
        listed = _LIST.match(source.text, begin)
        if listed:
            return (Fix("read the list", Span(source, begin, listed.end()), f'from "{listed["path"]}"'),)
    return ()


def helps_of_parameter(source: Source, start: int) -> tuple[str, ...]:
    """Return what is said of a parameter in the text around an offset, which is resolved in no string."""
    name = parameter_in(_piece_around(source, start).text, source)
    return (help_of(name),) if name else ()


def _piece_around(source: Source, start: int) -> Span:
    """Return what stands around an offset between blanks and separators."""
    location = source.locate(start)
    line, column = source.line(location.line), location.column - 1
    begin = re.search(r"[^\s;<>\"]*$", line[:column]).start()  # type: ignore[union-attr]  # may be empty
    end = re.compile(r"[^\s;<>\"]*").match(line, begin).end()  # type: ignore[union-attr]
    return Span(source, start - column + begin, start - column + max(end, column + 1))


def in_quotes(source: Source, start: int) -> tuple[Fix, ...]:
    """Return the edit that makes a string of what stands around an offset, where a string may stand."""
    if helps_of_parameter(source, start):
        return ()
    location = source.locate(start)
    line, column = source.line(location.line), location.column - 1
    single = re.compile(r"'[^'\"]*'").match(line, column)
    piece = _piece_around(source, start)
    offset = start - column
    begin, end = (column, single.end()) if single else (piece.start - offset, piece.end - offset)
    before = line[:begin].rstrip()
    if before == "" or before.endswith((";", "<")) or line[end : end + 1] == '"':
        return ()
    text = (line[begin + 1 : end - 1] if single else line[begin:end]).replace("\\", "\\\\")
    return (Fix("write it in quotes", Span(source, offset + begin, offset + end), f'"{text}"'),)


def _value_of_set(source: Source, start: int) -> Span | None:
    """Return the value around an offset where it is one of `set NAME value`: to the end of its item."""
    location = source.locate(start)
    before = _SET.search(source.line(location.line)[: location.column - 1])
    if before is None:
        return None
    begin = start - len(before["value"])
    return Span(source, begin, begin + len(source.text[begin : rest_of_item(source, start).end].rstrip()))


def _value_in_quotes(value: Span) -> tuple[Fix, ...]:
    """Return the edit that makes a string of a value; certain where it is one word, and none where it has a `$`."""
    if "$" in value.text or "\\" in value.text or value.source.text[value.end : value.end + 1] == '"':
        return ()
    certain = not re.search(r"\s", value.text)
    return (Fix("write it in quotes", value, f'"{value.text}"', certain=certain),)


def _runs(source: Source, start: int) -> re.Match[str] | None:
    """Return a command without quotes that goes on at an offset: what stands behind its `run`."""
    location = source.locate(start)
    return re.search(
        r"(?:^|[;<])[ \t]*run[ \t]+(?P<command>[^;<>\"#]*)$", source.line(location.line)[: location.column - 1]
    )


def _all_in_quotes(source: Source, start: int) -> tuple[Fix, ...]:
    """Return the edit that makes one string of a command."""
    found = _runs(source, start)
    rest = rest_of_item(source, start)
    if (
        not found
        or not found["command"]
        or parameter_in(rest.text, source)
        or source.text[rest.end : rest.end + 1] == '"'
    ):
        return ()
    begin = start - len(found["command"])
    whole = Span(source, begin, begin + len(source.text[begin : rest.end].rstrip()))
    return (Fix("write all of it in quotes", whole, f'"{whole.text}"'),)
