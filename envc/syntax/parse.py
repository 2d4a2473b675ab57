"""From text to a `Program`."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import count
from typing import Any

import lark

from envc.diagnostics import Diagnostic, Report, Source, Span
from envc.diagnostics.diagnostic import wrong
from envc.resources import read_grammar
from envc.syntax.conflict import merge_conflicts
from envc.syntax.dotenv import dotenv_file, is_dotenv
from envc.syntax.mistakes import name_mistake
from envc.syntax.program import Argument, Comment, Item, Kind, Program, walk

#: Blocks may be nested this deep; people need three.
DEEPEST = 32
#: After this many mistakes the rest of a text is not worth reading.
MOST_MISTAKES = 20
#: Nor after this many complaints of the parser, which are mostly one mistake seen again and again.
MOST_COMPLAINTS = 500

_KINDS: dict[str, Kind] = {
    "WORD": "word",
    "NUMBER": "number",
    "STRING": "string",
    "SCRIPT": "script",
    "REFERENCE": "reference",
    "CONSTRAINT": "constraint",
}

#: What is said of brackets, and of none behind a string that is never closed: they may be part of it.
_OF_BRACKETS = frozenset(("unclosed-block", "unopened-block"))


def parse(source: Source) -> Program:
    """Parse a text. Raises a Report with every mistake found."""
    mistakes: list[Diagnostic] = []
    lines: set[int] = set()
    complaints = count(1)

    def on_error(error: lark.exceptions.UnexpectedInput) -> bool:
        at_end = isinstance(error, lark.UnexpectedToken) and error.token.type == "$END"
        if at_end or error.line not in lines:  # what follows on the same line is mostly the same mistake
            mistake = name_mistake(source, error)
            line = mistake.labels[0].span.location.line
            guessed = mistake.name in _OF_BRACKETS and any(one.name == "unclosed-string" for one in mistakes)
            mistakes.extend([mistake] if line not in lines and not guessed else [])
            lines.update({line, error.line})
        return not at_end and len(mistakes) < MOST_MISTAKES and next(complaints) < MOST_COMPLAINTS

    parser, builder = _parser()
    builder.source, builder.comments = source, []
    try:
        items: tuple[Item, ...] = parser.parse(source.text, on_error=on_error)  # type: ignore[assignment]  # the builder's
    except lark.exceptions.UnexpectedInput:
        items = ()  # on_error has taken note of it
    mistakes.extend(_too_deep(items))
    if mistakes:
        if is_dotenv(source.text):
            raise Report([dotenv_file(source)])
        raise Report(merge_conflicts(source, lines) or mistakes)
    return Program(source, items, tuple(builder.comments))


@lru_cache(maxsize=1)
def _parser() -> tuple[lark.Lark, _TreeBuilder]:
    builder = _TreeBuilder()
    callbacks = {"COMMENT": builder.comment}
    return lark.Lark(read_grammar(), parser="lalr", transformer=builder, lexer_callbacks=callbacks), builder


def _span(source: Source, token: lark.Token) -> Span:
    start = token.start_pos or 0
    return Span(source, start, start + len(token))


def _too_deep(items: tuple[Item, ...]) -> list[Diagnostic]:
    for item, depth in walk(items):
        if depth > DEEPEST:
            return [
                Diagnostic(
                    "blocks-too-deep",
                    f"blocks are nested more than {DEEPEST} deep",
                    (wrong(item.word_span, "too deep"),),
                )
            ]
    return []


class _TreeBuilder(lark.Transformer[lark.Token, Any]):
    """Builds items while lark parses. It never raises: lark would wrap the exception."""

    source: Source
    comments: list[Comment]

    def __init__(self) -> None:
        super().__init__(visit_tokens=False)

    def comment(self, token: lark.Token) -> lark.Token:
        self.comments.append(Comment(token.value.rstrip(), _span(self.source, token)))
        return token

    def start(self, children: list[Any]) -> tuple[Item, ...]:
        return tuple(child for child in children if isinstance(child, Item))

    def block(self, children: list[Any]) -> tuple[tuple[Item, ...], Span]:
        opening, *items, closing = children
        return tuple(items), _span(self.source, opening).to(_span(self.source, closing))

    def item(self, children: list[Any]) -> Item:
        word, *rest = children
        block, block_span = None, None
        if rest and not isinstance(rest[-1], lark.Token):
            block, block_span = rest.pop()
        arguments = tuple(self._to_argument(token) for token in rest)
        return Item(word.value, _span(self.source, word), arguments, block, block_span)

    def _to_argument(self, token: lark.Token) -> Argument:
        kind = _KINDS[token.type]
        return Argument(kind, _value(kind, token.value), _span(self.source, token))


def _value(kind: Kind, text: str) -> str:
    if kind == "string":
        return _unescape(text[1:-1])
    if kind == "script":
        from textwrap import dedent

        script = dedent(text[3:-3].replace("\r\n", "\n")).strip("\n")
        return f"{script}\n" if script else ""  # its line end tells a script of one line from a string
    if kind == "constraint":
        return "".join(text.split())
    if kind == "reference":
        return text[1:]
    return text


def _unescape(text: str) -> str:
    r"""Resolve `\"` and `\\`, the only two escapes; any other backslash stands for itself."""
    return re.sub(r'\\([\\"])', r"\1", text) if "\\" in text else text
