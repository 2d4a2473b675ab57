"""Gives a syntax mistake its name and says it in words of the language, not of the parser."""

from __future__ import annotations

import re

import lark

from envc.diagnostics import Diagnostic, Fix, Source, Span
from envc.diagnostics.diagnostic import wrong
from envc.syntax.other_marks import helps_of_parameter, in_quotes, other_mark
from envc.syntax.single_equals import single_equals

#: Strings, comments, and brackets of blocks.
_BRACKET = re.compile(r'"""[\s\S]*?"""|"(?:[^"\\\n]|\\.)*"|#[^\n]*|[<>](?![\d=])')
_REDIRECTED = "the `>` before it closes a block; a shell's `>` stands in a script, in triple quotes"


def name_mistake(source: Source, error: lark.exceptions.UnexpectedInput) -> Diagnostic:
    """Return the diagnostic of what lark did not expect."""
    if isinstance(error, lark.UnexpectedToken):
        return _unexpected_token(source, error)
    position: int = getattr(error, "pos_in_stream", None) or 0  # lark's types say it is never there
    return _unexpected_character(source, min(position, max(len(source.text) - 1, 0)))


def _unexpected_token(source: Source, error: lark.UnexpectedToken) -> Diagnostic:
    token = error.token
    start = token.start_pos or 0
    span = Span(source, start, start + len(token))
    if token.type == "$END":  # the grammar misses nothing at the end but `>`
        opening = _innermost_opening(source, error)
        return Diagnostic(
            "unclosed-block",
            "a block is never closed",
            (wrong(opening, "opened here"),),
            helps=("write `>` where the block ends",),
        )
    if token.type == "MORETHAN":
        return Diagnostic(
            "unopened-block",
            "`>` closes a block that was never opened",
            (wrong(span, "no `<` before it is still open"),),
            fixes=(Fix("remove it", span, ""),),
        )
    comparator = _comparator_before(source, start) if token.type == "NUMBER" else None
    if comparator is not None:
        return _blank_in_specifier(comparator, Span(source, comparator.end, start))
    if token.type == "WORD" or "WORD" not in error.accepts:
        redirected = re.search(r">[ \t]*$", source.text[max(0, start - 200) : start])
        too_much = bool(redirected) and _closes_too_much(source, start)
        separate = token.type == "WORD" and not too_much
        return Diagnostic(
            "missing-separator",
            "two items stand side by side without a separator",
            (wrong(span, "a new item begins here"),),
            notes=("items end at `;` or at the end of the line",),
            helps=(_REDIRECTED,) if too_much else (),
            fixes=(Fix("separate them", Span(source, start, start), "; ", certain=True),) if separate else (),
        )
    return Diagnostic(
        "item-without-word",
        f"an item begins with {_describe(token.type)} instead of a word",
        (wrong(span, "a word is wanted here, such as `python` or `ml`"),),
        fixes=_behind_its_word(source, start) if token.type == "LESSTHAN" else (),
    )


def _behind_its_word(source: Source, start: int) -> tuple[Fix, ...]:
    """Return the edit that puts `<` on the line of what stands on the line before."""
    before = source.text[:start].rstrip()
    line = before.rpartition("\n")[2]
    begins = not line.strip() or line.rstrip().endswith(("<", ";")) or "#" in line
    return (
        () if begins else (Fix("write it behind its word", Span(source, len(before), start + 1), " <", certain=True),)
    )


def _closes_too_much(source: Source, start: int) -> bool:
    """Say whether a bracket behind an offset closes a block that is not opened there."""
    depth = 0
    for match in _BRACKET.finditer(source.text, start):
        depth += {"<": 1, ">": -1}.get(match[0], 0)
        if depth < 0:
            return True
    return False


def _innermost_opening(source: Source, error: lark.UnexpectedToken) -> Span:
    """Return where the innermost block that is still open begins; lark's own position is the last token."""
    stack = error.interactive_parser.parser_state.value_stack
    opening = next(value for value in reversed(stack) if isinstance(value, lark.Token) and value.type == "LESSTHAN")
    start = opening.start_pos or 0
    return Span(source, start, start + 1)


def _comparator_before(source: Source, start: int) -> Span | None:
    """Return the `<` or `>` that stands before an offset with blanks between, on the same line."""
    end = start
    while source.text[end - 1 : end] in {" ", "\t"}:
        end -= 1
    return Span(source, end - 1, end) if end < start and source.text[end - 1 : end] in {"<", ">"} else None


def _blank_in_specifier(comparator: Span, blank: Span) -> Diagnostic:
    return Diagnostic(
        "blank-in-specifier",
        "a version specifier has no version directly behind its comparator",
        (wrong(comparator, "no digit follows"),),
        notes=("without a blank it is a specifier, `>=2.1`; `<` and `>` alone are brackets of a block",),
        fixes=(Fix("leave out the blank", blank, "", certain=True),) if blank.end > blank.start else (),
    )


def _describe(terminal: str) -> str:
    return {
        "NUMBER": "a number",
        "STRING": "a string",
        "SCRIPT": "a script",
        "REFERENCE": "a parameter",
        "CONSTRAINT": "a version specifier",
        "LESSTHAN": "a block",
    }.get(terminal, "something")


def _unexpected_character(source: Source, start: int) -> Diagnostic:
    character = source.text[start : start + 1]
    span = Span(source, start, start + 1)
    rest = source.text[start : start + 3]
    if character == '"':
        return _unclosed_string(source, start)
    if character == "=" and rest[1:2] not in {"=", "~"}:
        return single_equals(source, start)
    if character in "/." or rest.startswith("~/"):
        return Diagnostic(
            "unquoted-path",
            "a path stands without quotes",
            (wrong(span, "begins here"),),
            helps=("nothing resolves `~`: write the path in full, in quotes",)
            if character == "~"
            else helps_of_parameter(source, start),
            fixes=in_quotes(source, start) if character != "~" else (),
        )
    if character in "<>=!~":
        return _lonely_comparator(source, start)
    if character == "\0" or not character.isprintable():
        return Diagnostic(
            "unprintable-character",
            f"the character U+{ord(character):04X} has no place in a program",
            (wrong(span),),
            fixes=(Fix("write a blank", span, " ", certain=True),) if character.isspace() else (),
        )
    return other_mark(source, start)


def _unclosed_string(source: Source, start: int) -> Diagnostic:
    if source.text.startswith('"""', start):
        return Diagnostic(
            "unclosed-string", "a script is never closed", (wrong(Span(source, start, start + 3), "opened here"),)
        )
    line = source.locate(start).line
    end = source.line_starts[line - 1] + len(source.line(line).rstrip())
    end = _before_brackets(source, start, end)
    return Diagnostic(
        "unclosed-string",
        "a string is never closed",
        (wrong(Span(source, start, start + 1), "opened here"),),
        notes=('a string ends on the line it begins on; `"""` opens one of many lines',),
        fixes=(Fix("close it", Span(source, end, end), '"'),) if source.text[end - 1] != "\\" else (),
    )


def _before_brackets(source: Source, start: int, end: int) -> int:
    """Return where a string ends whose line ends with brackets that close blocks before it, which nothing else does."""
    marks = {"<": 1, ">": -1}
    open_blocks = 0
    for match in _BRACKET.finditer(source.text, 0, start):
        open_blocks += marks.get(match[0], 0)
    for match in _BRACKET.finditer(source.text, end):
        open_blocks += marks.get(match[0], 0)
    while open_blocks > 0 and (bracket := re.search(r"[ \t]+>$", source.text[start + 1 : end])):
        end, open_blocks = start + 1 + bracket.start(), open_blocks - 1
    return end


def _lonely_comparator(source: Source, start: int) -> Diagnostic:
    text = source.text
    match = re.compile(r"(===|[=~!<>]=|[<>=!~])([ \t]*)").match(text, start)
    comparator, blank = (match[1], match[2]) if match else (text[start], "")
    end = start + len(comparator)
    behind = end + len(blank)
    digit = len(comparator) > 1 and text[behind : behind + 1] in set("0123456789")
    return _blank_in_specifier(Span(source, start, end), Span(source, end, behind if digit else end))


__all__ = ["name_mistake"]
