"""The only place where YAML text is made. A name that begins with `_` is no target.

Whoever reads it (YAML 1.1 or 1.2, PyYAML, Go's libraries) gets exactly the values: what is no plain word stands in
double quotes with JSON's escapes, which are YAML's, and what YAML does not let stand in a file is escaped, too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

Value: TypeAlias = "str | int | bool | Sequence[Value] | Mapping[str, Value]"

_PLAIN = re.compile(r"[A-Za-z/][A-Za-z0-9_./-]*")
#: Words that some reader takes for something else.
_TAKEN = frozenset(("y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"))
_UNPRINTABLE = re.compile("[\x7f-\xa0\xad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufffe\uffff]")


def print_yaml(comment: Iterable[str], documents: Sequence[Value]) -> str:
    """Return the text of documents behind a comment, with LF and a final newline."""
    lines = [f"# {line}" for line in comment]
    for document in documents:
        lines += ["---"] if len(documents) > 1 else []
        lines += _lines_of(document, "")
    return "\n".join(lines) + "\n"


def scalar(value: str | int | bool) -> str:
    """Return one value on one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if _PLAIN.fullmatch(value) and value.lower() not in _TAKEN:
        return value
    quoted = json.dumps(value, ensure_ascii=False)
    return _UNPRINTABLE.sub(lambda match: f"\\u{ord(match[0]):04x}", quoted)


def _lines_of(value: Value, indent: str) -> list[str]:
    """Return the lines of a value, each indented."""
    if isinstance(value, Mapping) and value:
        return [line for key, inner in value.items() for line in _pair(scalar(key), inner, indent)]
    if isinstance(value, Sequence) and not isinstance(value, str) and value:
        return [line for inner in value for line in _item(inner, indent)]
    return [f"{indent}{_line(value)}"]


def _pair(key: str, value: Value, indent: str) -> list[str]:
    if isinstance(value, str | int) or not value:
        return [f"{indent}{key}: {_line(value)}"]
    return [f"{indent}{key}:", *_lines_of(value, f"{indent}  ")]


def _item(value: Value, indent: str) -> list[str]:
    first, *rest = _lines_of(value, f"{indent}  ")
    return [f"{indent}- {first[len(indent) + 2 :]}", *rest]


def _line(value: Value) -> str:
    if isinstance(value, Mapping):
        return "{}"
    if isinstance(value, str | int):
        return scalar(value)
    return "[]"
