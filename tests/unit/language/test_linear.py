"""Checking a program takes no step for each pair of its items.

Steps are counted, not timed: the instructions that each function runs, as the interpreter tells them.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import envc
from envc.declarations import words
from envc.diagnostics import Report, Source
from envc.language.check import check
from envc.syntax.parse import parse

FEW = 6
#: Where the functions lie that are counted.
OWN = str(Path(envc.__file__).parent)
_SOURCE = 'source s{} from git "https://example.org/s.git" tag v1'
#: Items of another name each; a word without a line here says what its example says again and again.
NUMBERED = {
    "apt": "apt p{}",
    "arg": "arg A{} of one two default one",
    "build": f'{_SOURCE}\nbuild b{{}} from s{{}} < run "make"; keeps "/opt/b{{}}" >',
    "cache": 'cache c{} mounted at "/cache/{}"',
    "conda": "conda c{}",
    "copy": 'copy "f{}"',
    "data": 'data v1 of d{} from "d{}" mounted',
    "expose": "expose 8{}",
    "index": 'index i{} "https://{}.example.org/simple" for q{}',
    "labels": "labels l{} 1",
    "override": 'override o{} <2 because "it is so"',
    "patch": 'patch gradio "p{}.patch"',
    "pip": "pip p{} >=1",
    "project": 'project "f{}"',
    "secret": "secret s{} as S{}",
    "set": "set S{} 1",
    "source": f'{_SOURCE} at "/opt/s{{}}"',
    "tool": f'tool t{{}} 1 from "https://example.org/t" sha256 "{"0" * 64}" at "/opt/t{{}}"',
    "weights": 'weights v1 of w{} from "w{}" mounted',
}
REPEATABLE = [name for name in words.names() if (word := words.find(name)) and word.place == "env" and word.repeatable]


#: Many things within one item: what stands before them, one of them, and what separates two.
WITHIN = {
    "pip, in a block": ("env train < pip < ", "p{} >=1", "; ", " > >"),
    "pip, behind it": ("env train < pip ", "p{}", " ", " >"),
    "ml": ("env train < ml < ", "p{} 1.0 pinned", "; ", " > >"),
    "apt": ("env train < apt ", "p{}", " ", " >"),
    "conda": ("env train < conda < ", "p{} 1.0", "; ", " > >"),
    "index": ('env train < index i "https://example.org/simple" for ', "p{}", " ", " >"),
    "base": ('env train < base "example.org/i:1" provides ', "p{}", " ", " >"),
    "labels": ("env train < labels ", "l{} 1", " ", " >"),
    "expose": ("env train < expose ", "8{}", " ", " >"),
    "takes": ("env train takes ", "a{} 1", " ", " < python 3.12 >"),
    "build": ('env train < build b project "f" < ', 'run "make a{}"', "; ", '; keeps "/opt/b" > >'),
    "sources that nothing compiles": ("env train < python 3.12; ", _SOURCE, "; ", " >"),
    "sources that there are not": (
        'env train < python 3.12; source s from git "https://example.org/s.git" tag v1; build b from ',
        "p{}",
        " ",
        ' < run "make"; keeps "/opt/b" > >',
    ),
    "environments of a group": ("", "env e{} < python 3.12 >", "; ", ""),
}


def within(parts: tuple[str, str, str, str], items: int) -> str:
    begin, one, between, end = parts
    numbers = range(100, 100 + items)
    text = begin + between.join(one.replace("{}", str(number)) for number in numbers) + end
    return text if begin else text + "; group g < " + "; ".join(f"e{number}" for number in numbers) + " >"


def steps(line: str, items: int) -> Counter[str]:
    """Return how many instructions each function ran while a program of so many items was checked."""
    lines = [line.replace("{}", str(number)) for number in range(100, 100 + items)]
    return steps_of("env train <\n" + "\n".join(lines) + "\n>\n")


def steps_of(text: str) -> Counter[str]:
    """Return how many instructions each function ran while a program was checked."""
    program = parse(Source("train.env", text))
    found: Counter[str] = Counter()

    def enter(frame: FrameType, _event: str, _argument: Any) -> Any:
        if not frame.f_code.co_filename.startswith(OWN):
            return None  # such as what Hypothesis does when the collector of cycles runs
        function = f"{frame.f_code.co_filename}:{frame.f_code.co_firstlineno} {frame.f_code.co_name}"
        frame.f_trace_opcodes, frame.f_trace_lines = True, False

        def count(_frame: FrameType, event: str, _argument: Any) -> Any:
            found[function] += event == "opcode"
            return count

        return count

    before = sys.gettrace()
    sys.settrace(enter)
    try:
        check(program, words)
    except Report:
        pass  # that many repetitions are mistakes, and finding them is to be linear, too
    finally:
        sys.settrace(before)
    return found


@pytest.mark.parametrize("word", REPEATABLE)
@pytest.mark.parametrize("numbered", [True, False], ids=["named", "repeated"])
def test_nothing_is_done_for_each_pair_of_items(word: str, numbered: bool) -> None:
    declaration = words.find(word)
    assert declaration is not None
    line = NUMBERED.get(word) if numbered else declaration.examples[0]
    if line is None:
        return
    steps(line, 3 * FEW)  # what is read or compiled once is there
    few, more, most = (steps(line, times * FEW) for times in (1, 2, 3))
    bent = {name: most[name] - 2 * more[name] + few[name] for name in most}
    assert {name: count for name, count in bent.items() if count >= FEW * FEW} == {}


@pytest.mark.parametrize("name", WITHIN)
def test_nor_for_each_pair_of_things_within_an_item(name: str) -> None:
    parts = WITHIN[name]
    steps_of(within(parts, 3 * FEW))
    few, more, most = (steps_of(within(parts, times * FEW)) for times in (1, 2, 3))
    bent = {name: most[name] - 2 * more[name] + few[name] for name in most}
    assert {name: count for name, count in bent.items() if count >= FEW * FEW} == {}
