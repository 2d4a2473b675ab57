"""What the pages for people name exists: links, headings, files of this tree, commands and their options."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from functools import cache
from io import StringIO
from pathlib import Path

import pytest

from envc.cli.main import run

ROOT = Path(__file__).parents[3]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "examples").rglob("README.md")])
_FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[[^\]]*\]\((?P<target>[^)\s]+)\)")
_QUOTED = re.compile(r"`(?P<text>[^`\n]+)`")
_ROOMS = ("envc", "docs", "examples", "grammar", "stdlib", "tests", "tools", ".ci", "benchmarks")
_PATH = re.compile(rf"(?:{'|'.join(map(re.escape, _ROOMS))})/[\w./-]*")
_IN_ENVC = re.compile(r"(?P<room>[a-z_]+)/[\w/]+(?:\.py|/)")
_PLACEHOLDER = re.compile(r"\bNAME\.")
_COMMAND = re.compile(r"(?:^ {4}|`|^\$ )\S*\benvc (?P<command>[a-z]+)\b(?P<rest>[^`\n|]*)", re.MULTILINE)


def _cases(found: Callable[[Path], list[str]]) -> list[tuple[str, str]]:
    return [(str(page.relative_to(ROOT)), one) for page in PAGES for one in found(page)]


def links(page: Path) -> list[str]:
    """Return where the links of a page lead, but for those that leave the project."""
    text = _FENCE.sub("", page.read_text(encoding="utf-8"))
    return sorted({m["target"] for m in _LINK.finditer(text) if not re.match(r"[a-z]+:", m["target"])})


def paths(page: Path) -> list[str]:
    """Return the files of this tree that a page names in backquotes; `NAME.py` stands for any name and is none."""
    text = _FENCE.sub("", page.read_text(encoding="utf-8"))
    quoted = {match["text"] for match in _QUOTED.finditer(text)}
    return sorted(
        one for one in quoted if not _PLACEHOLDER.search(one) and (_PATH.fullmatch(one) or _room_of_envc(one))
    )


def _room_of_envc(text: str) -> bool:
    match = _IN_ENVC.fullmatch(text)
    return match is not None and (ROOT / "envc" / match["room"]).is_dir()


def commands(page: Path) -> list[str]:
    """Return each `envc COMMAND` of a page with the options that stand behind it."""
    found = set()
    for match in _COMMAND.finditer(page.read_text(encoding="utf-8")):
        options = re.findall(r"(?<!\S)--[a-z-]+", match["rest"].split(" -- ")[0])
        found.add(" ".join([match["command"], *options]))
    return sorted(found)


@pytest.mark.parametrize(("page", "target"), _cases(links))
def test_a_link_leads_somewhere(page: str, target: str) -> None:
    file, _, heading = target.partition("#")
    place = (ROOT / page).parent / file if file else ROOT / page
    assert place.exists()
    if heading:
        assert heading in _headings(place)


def _headings(page: Path) -> set[str]:
    """Return the names that headings have as targets of links."""
    text = _FENCE.sub("", page.read_text(encoding="utf-8"))
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize(("page", "path"), _cases(paths))
def test_a_file_that_is_named_exists(page: str, path: str) -> None:
    assert (ROOT / path).exists() or (ROOT / "envc" / path).exists()


@pytest.mark.parametrize(("page", "command"), _cases(commands))
def test_a_command_has_the_options_that_are_named(page: str, command: str) -> None:
    name, *options = command.split()
    shown = _help(name)
    assert shown is not None, f"there is no command {name}"
    for option in options:
        assert option in shown


@cache
def _help(command: str) -> str | None:
    out = StringIO()
    with redirect_stdout(out), redirect_stderr(StringIO()):
        try:
            code: object = run([command, "--help"])
        except SystemExit as left:
            code = left.code
    return out.getvalue() if code in (0, None) else None


@pytest.mark.parametrize("found", [links, paths, commands])
def test_there_is_something_to_test(found: Callable[[Path], list[str]]) -> None:
    """So that a change of the pages' form does not leave the tests above with nothing to do."""
    assert len(_cases(found)) > 5
