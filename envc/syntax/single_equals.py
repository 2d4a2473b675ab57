"""What is said of a `=` alone: as version specifiers, settings and system packages of other tools have it."""

from __future__ import annotations

import re

from envc.diagnostics import Diagnostic, Fix, Source, Span
from envc.diagnostics.diagnostic import wrong

#: The word whose packages have a name and no version, and those behind which a specifier may stand.
_WITHOUT_VERSIONS = "apt"
_WITH_SPECIFIERS = ("conda", "ml", "override", "pip")
#: Strings and comments, brackets of blocks, ends of items, and words with their specifiers.
_PIECE = re.compile(r'"[^"\n]*"|#[^\n]*|[<>](?![=\d])|[;\n]|(?:[^\s;<>"#]|[<>](?=[=\d]))+')
#: A `=` that is no part of a comparator, with the blanks around it.
_EQUALS = re.compile(r"[ \t]*(?<![=~!<>])=(?![=~])[ \t]*")


def rest_of_item(source: Source, start: int) -> Span:
    """Return the text from an offset up to where its item, a string or a comment begins or ends."""
    behind = re.compile(r'[^;\n\r"#<>]*').match(source.text, start)
    return Span(source, start, behind.end() if behind else start)


def single_equals(source: Source, start: int) -> Diagnostic:
    """Name a `=` alone: in front of a version another one is missing, elsewhere a blank is what separates."""
    before = re.search(r"[\w.-]*[ \t]*$", source.text[max(0, start - 200) : start])
    behind = re.compile(r"[ \t]*").match(source.text, start + 1)
    begin = start - len(before[0]) + len(before[0].rstrip(" \t")) if before else start
    end = behind.end() if behind else start + 1
    if _is_behind(_WITHOUT_VERSIONS, source.text[:start]):
        return _version_of_system_package(source, begin, start, end)
    specifier = any(_is_behind(word, source.text[:start]) for word in _WITH_SPECIFIERS)
    if specifier and source.text[end : end + 1].isdigit():
        fix = Fix("ask for exactly this version", Span(source, start, end), "==")
    else:
        rest = rest_of_item(source, end).text
        last = max((match.end() for match in _EQUALS.finditer(rest)), default=0)
        blanks = " " + _EQUALS.sub(" ", rest[:last])
        fix = Fix("separate name and value by a blank", Span(source, begin, end + last), blanks)
    return Diagnostic(
        "single-equals",
        "`=` is not a version specifier",
        (wrong(Span(source, start, start + 1), "one `=` alone"),),
        notes=("PEP 440 compares with == ~= != < <= > >= ===",),
        fixes=(fix,),
    )


def _version_of_system_package(source: Source, begin: int, start: int, end: int) -> Diagnostic:
    version = re.compile(r"[^\s;<>\"]*").match(source.text, end)
    whole = Span(source, begin, version.end() if version else end)
    return Diagnostic(
        "single-equals",
        "`apt` takes names without versions",
        (wrong(Span(source, start, whole.end), "a version"),),
        notes=("the lock chooses all versions of system packages once, and `envc lock --only apt` moves them",),
        helps=('one exact file stands by its address: `apt NAME from "https://….deb" sha256 "…"`',),
        fixes=(Fix("take the version that the lock chooses", whole, ""),),
    )


def _is_behind(word: str, text: str) -> bool:
    """Say whether the end of a text belongs to an item of a word, or to an entry in the block of one."""
    first, depth, inside, reading = "", 0, False, True
    for match in reversed(list(_PIECE.finditer(text))):
        piece = match[0]
        if piece == ">":
            depth += 1
        elif depth:
            depth -= piece == "<"
        elif piece in {"<", ";", "\n"}:
            if reading and (first == word or inside):
                return first == word
            inside = reading = piece == "<"
        elif reading:
            first = piece
    return reading and first == word
