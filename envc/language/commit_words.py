"""`at` behind the address of a repository, where the words are `commit` and `tag`: what is said instead. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from envc.diagnostics import Diagnostic, Fix
from envc.diagnostics.diagnostic import wrong
from envc.syntax.program import Argument, Item

#: What says which commit of a repository is meant.
KINDS = ("tag", "commit", "branch")
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}", re.IGNORECASE)
_SHORTENED = re.compile(r"(?=.*\d)[0-9a-f]{7,63}", re.IGNORECASE)
#: Names that repositories give to branches, and to no tags.
_BRANCHES = frozenset(("dev", "develop", "development", "head", "main", "master", "nightly", "stable", "trunk"))


class _Misread(NamedTuple):
    keyword: Argument
    commit: Argument


def commits_behind_at(item: Item) -> list[Diagnostic]:
    """Return a mistake for every `at` of an item, and of a list in its block, that names a commit."""
    entries = [entry.arguments for entry in item.block or ()]
    return [_mistake(one) for arguments in (item.arguments, *entries) for one in _misread(arguments)]


def _misread(arguments: Sequence[Argument]) -> Iterator[_Misread]:
    """Yield what stands behind `git "…" at` and is no path, where nothing else names the commit."""
    words = [one.value if one.kind == "word" and one.given is None else "" for one in arguments]
    begins = [place for place, word in enumerate(words) if word == "git"]
    for begin, end in pairwise([*begins, len(words)]):
        behind = words[begin + 2 : end]  # `git`, the address, and then
        if "at" not in behind or not set(KINDS).isdisjoint(behind):
            continue
        place = begin + 2 + behind.index("at")
        if place + 1 < end and arguments[begin + 1].kind == "string" and _names_a_commit(arguments[place + 1]):
            yield _Misread(arguments[place], arguments[place + 1])


def _names_a_commit(argument: Argument) -> bool:
    text = argument.value
    if argument.kind == "string" and "/" in text and not text.startswith("refs/"):
        return False  # a path
    return argument.kind in {"word", "number", "string"} and not text.startswith("/")


def _mistake(misread: _Misread) -> Diagnostic:
    keyword, commit = misread
    text = commit.value
    place = keyword.span.to(commit.span)
    said = ""
    helps: tuple[str, ...] = ()
    if _COMMIT.fullmatch(text):
        said = f"commit {text.lower()}"
    elif _SHORTENED.fullmatch(text):
        helps = ("write `commit` and all of its 40 digits: the first ones name it only for now",)
    elif text.lower() in _BRANCHES:
        helps = (f"`branch {text}` is another commit tomorrow: `envc lock` asks for the one that it is now",)
    else:
        said = f"tag {text if commit.kind == 'word' else commit.span.text}"
    fixes = (Fix(f"the word is `{said.split()[0]}`", place, said),) if said and commit.given is None else ()
    return Diagnostic(
        "unexpected-argument",
        f"`at {text if len(text) <= 41 else text[:40] + '…'}` names no commit of a repository",
        (wrong(commit.span, "no place in the container"),),
        notes=("`commit` and all its digits, or `tag` and its name, say which files; `at` says where they go",),
        helps=helps,
        fixes=fixes,
    )
