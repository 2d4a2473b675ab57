"""A grammar of lark as EBNF (ISO 14977), for people."""

from __future__ import annotations

import re
from collections.abc import Iterator

_RULE = re.compile(r"^(?P<name>\w+)(?:\.\d+)?:\s*(?P<body>.+)$")
_PART = re.compile(r"(?P<term>\w+|\"[^\"]*\")(?P<many>[*+?]?)|(?P<or>\|)|(?P<pattern>/(?:\\.|[^/\\])+/)")


def ebnf(grammar: str) -> str:
    """Return the rules and tokens in the order of the grammar. Raises ValueError for a rule that it cannot show."""
    rules = [match for line in grammar.splitlines() if (match := _RULE.match(line))]
    width = max(len(_name(rule["name"])) for rule in rules)
    return "".join(f"{_name(rule['name']):<{width}} = {_body(rule['body'])} ;\n" for rule in rules)


def _name(name: str) -> str:
    return name.lstrip("_").lower()


def _body(body: str) -> str:
    alternatives: list[list[str]] = [[]]
    for part in _parts(body):
        if part == "|":
            alternatives.append([])
        else:
            alternatives[-1].append(part)
    return " | ".join(", ".join(parts) for parts in alternatives)


def _parts(body: str) -> Iterator[str]:
    position = 0
    for match in _PART.finditer(body):
        if body[position : match.start()].strip():
            raise ValueError(f"no EBNF for {body[position : match.start()]!r}")
        position = match.end()
        if match["or"]:
            yield "|"
        elif match["pattern"]:
            yield f"? {match['pattern']} ?"
        else:
            term = match["term"] if match["term"].startswith('"') else _name(match["term"])
            yield {"*": f"{{ {term} }}", "?": f"[ {term} ]", "+": f"{term}, {{ {term} }}"}.get(match["many"], term)
    if body[position:].strip():
        raise ValueError(f"no EBNF for {body[position:]!r}")
