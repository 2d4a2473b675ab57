"""Gives a syntax mistake its name and says it in words of the language, not of the parser."""

from __future__ import annotations

import lark

from envc.diagnostics import Diagnostic, Fix, Label, Source, Span
from envc.diagnostics.diagnostic import wrong

_BEGINNINGS = {"WORD", "LESSTHAN", "MORETHAN", "SEMICOLON", "_NEWLINE", "$END"}


def name_mistake(source: Source, error: lark.exceptions.UnexpectedInput) -> Diagnostic:
    """Return the diagnostic of what lark did not expect."""
    if isinstance(error, lark.UnexpectedToken):
        return _unexpected_token(source, error)
    start = min(error.pos_in_stream or 0, max(len(source.text) - 1, 0))
    return _unexpected_character(source, start)


def _unexpected_token(source: Source, error: lark.UnexpectedToken) -> Diagnostic:
    token = error.token
    start = token.start_pos or 0
    span = Span(source, start, start + len(token))
    if token.type == "$END":
        opening = _innermost_opening(source, error)
        if opening is not None:
            return Diagnostic(
                "unclosed-block",
                "a block is never closed",
                (wrong(opening, "opened here"),),
                helps=("write `>` where the block ends",),
            )
        end = len(source.text)
        return Diagnostic("unexpected-end", "the text ends too early", (wrong(Span(source, end, end)),))
    if token.type == "MORETHAN":
        return Diagnostic(
            "unopened-block",
            "`>` closes a block that was never opened",
            (wrong(span, "no `<` before it is still open"),),
            fixes=(Fix("remove it", span, ""),),
        )
    if token.type in {"WORD", "LESSTHAN"} or "WORD" not in error.accepts:
        return Diagnostic(
            "missing-separator",
            "two items stand side by side without a separator",
            (wrong(span, "a new item begins here"),),
            notes=("items end at `;` or at the end of the line",),
            fixes=(Fix("separate them", Span(source, start, start), "; "),),
        )
    return Diagnostic(
        "item-without-word",
        f"an item begins with {_describe(token.type)} instead of a word",
        (wrong(span, "a word is wanted here, such as `python` or `ml`"),),
    )


def _innermost_opening(source: Source, error: lark.UnexpectedToken) -> Span | None:
    """Return where the innermost block that is still open begins; lark's own position is the last token."""
    stack = error.interactive_parser.parser_state.value_stack if error.interactive_parser else []
    for value in reversed(stack):
        if isinstance(value, lark.Token) and value.type == "LESSTHAN":
            start = value.start_pos or 0
            return Span(source, start, start + 1)
    return None


def _describe(terminal: str) -> str:
    return {
        "NUMBER": "a number",
        "STRING": "a string",
        "SCRIPT": "a script",
        "REFERENCE": "a parameter",
        "CONSTRAINT": "a version specifier",
    }.get(terminal, "something")


def _unexpected_character(source: Source, start: int) -> Diagnostic:
    character = source.text[start : start + 1]
    span = Span(source, start, start + 1)
    rest = source.text[start : start + 3]
    if character == '"':
        script = rest == '"""'
        end = len(source.text) if script else source.line_starts[source.locate(start).line - 1] + len(_line(source, start))
        return Diagnostic(
            "unclosed-string",
            f"a {'script' if script else 'string'} is never closed",
            (wrong(Span(source, start, start + (3 if script else 1)), "opened here"),),
            notes=() if script else ("a string ends on the line it begins on; `\"\"\"` opens one of many lines",),
            fixes=() if script else (Fix("close it", Span(source, end, end), '"'),),
        )
    if character == "=" and rest[1:2] not in {"=", "~"}:
        return Diagnostic(
            "single-equals",
            "`=` is not a version specifier",
            (wrong(span, "one `=` alone"),),
            notes=("PEP 440 compares with == ~= != < <= > >= ===",),
            fixes=(Fix("ask for exactly this version", span, "=="),),
        )
    if character in "<>=!~":
        return Diagnostic(
            "blank-in-specifier",
            "a version specifier has no version directly behind its comparator",
            (wrong(Span(source, start, start + len(rest.rstrip().rstrip("<") or character)), "no digit follows"),),
            notes=("without a blank it is a specifier, `>=2.1`; `<` and `>` alone are brackets of a block",),
        )
    if character in "/.~":
        return Diagnostic(
            "unquoted-path",
            "a path stands without quotes",
            (wrong(span, "begins here"),),
            helps=('write it as a string: "/app/data"',),
        )
    if character == "\0" or not character.isprintable():
        return Diagnostic(
            "unprintable-character",
            f"the character U+{ord(character):04X} has no place in a program",
            (wrong(span),),
        )
    return Diagnostic(
        "unexpected-character",
        f"`{character}` begins nothing that the language has",
        (wrong(span),),
        notes=("a value with other characters than letters, digits and . _ - + / is a string: write it in quotes",),
    )


def _line(source: Source, offset: int) -> str:
    return source.line(source.locate(offset).line)


__all__ = ["Label", "name_mistake"]
