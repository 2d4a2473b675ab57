"""Every name that envc gives to a mistake has a page and a test, and every page has a mistake.

The names are read off the code: a raiser is `Diagnostic`, `PydanticCustomError`, `Refused`, which is why something is
refused, or a function that hands one of its own parameters on to a raiser as the name.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest

from envc import resources
from tests.cases.case_file import all_cases

ROOT = Path(__file__).parents[3]
PAGES = ROOT / "envc" / "diagnostics" / "explain"
KEBAB = re.compile(r"[a-z]+(-[a-z]+)*")

Function = ast.FunctionDef | ast.AsyncFunctionDef


@lru_cache
def modules() -> tuple[ast.Module, ...]:
    return tuple(ast.parse(file.read_text(encoding="utf-8")) for file in sorted((ROOT / "envc").rglob("*.py")))


def called(call: ast.Call) -> str:
    function = call.func
    return (
        function.id if isinstance(function, ast.Name) else function.attr if isinstance(function, ast.Attribute) else ""
    )


def argument(call: ast.Call, position: int) -> ast.expr | None:
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    return call.args[position] if position < len(call.args) else given.get("name")


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


@lru_cache
def raisers() -> dict[str, int]:
    """Return the functions that take a diagnostic's name, and at which position (without `self`)."""
    found = {"Diagnostic": 0, "PydanticCustomError": 0, "Refused": 0}
    functions = [node for tree in modules() for node in ast.walk(tree) if isinstance(node, Function)]
    while True:
        before = len(found)
        for function in functions:
            parameters = [one.arg for one in function.args.args if one.arg != "self"]
            for call in calls(function):
                name = argument(call, found[called(call)]) if called(call) in found else None
                if isinstance(name, ast.Name) and name.id in parameters:
                    found.setdefault(function.name, parameters.index(name.id))
        if len(found) == before:
            return found


@lru_cache
def names() -> tuple[str, ...]:
    found = set()
    for call in (call for tree in modules() for call in calls(tree)):
        name = argument(call, raisers()[called(call)]) if called(call) in raisers() else None
        if isinstance(name, ast.Constant) and isinstance(name.value, str):
            found.add(name.value)
    return tuple(sorted(found))


@lru_cache
def text_of_the_tests() -> str:
    files = (file for file in (ROOT / "tests").rglob("*.py") if file != Path(__file__))
    return "\n".join(file.read_text(encoding="utf-8") for file in sorted(files))


def page(name: str) -> str:
    return (PAGES / f"{name}.md").read_text(encoding="utf-8")


def test_names_are_found_where_they_are_handed_on() -> None:
    """Directly, by a refused value, by a wrapper in another module, and as a wrapper's second argument."""
    assert {"unknown-word", "unreadable-size", "no-digest", "unusable-name", "ssh-server"} <= set(names())
    assert raisers()["refuse"] == 0
    assert raisers()["_matching"] == 1


@pytest.mark.parametrize("name", names())
def test_a_name_has_a_page_and_a_test(name: str) -> None:
    """The page is there for `envc explain`; a case file shows the message, or a test names it."""
    assert KEBAB.fullmatch(name)
    assert (PAGES / f"{name}.md").is_file(), "no page"
    tested = any(case.name == name for case in all_cases()) or f'"{name}"' in text_of_the_tests()
    assert tested, "no case and no test"


@pytest.mark.parametrize("name", sorted(file.stem for file in PAGES.glob("*.md")))
def test_a_page_has_its_form(name: str) -> None:
    """Its name, an example of the output, what it means, what to do."""
    assert name in names(), "nothing raises it"
    assert page(name).startswith(f"# {name}\n")
    headings = re.findall(r"^## (.+)$", page(name), re.MULTILINE)
    assert headings == ["Output", "What it means", "What to do"]
    assert f"[{name}]" in page(name)


@pytest.mark.parametrize("name", sorted({case.name for case in all_cases()}))
def test_a_page_shows_what_is_printed(name: str, request: pytest.FixtureRequest) -> None:
    """Where there is a case, the page's example is the output of one, without the line that names the page.

    With --rewrite-golden the page takes what its first case prints.
    """
    outputs = [
        re.sub(r"^ *= more: .*\n", "", case.output, flags=re.MULTILINE) for case in all_cases() if case.name == name
    ]
    example = re.compile(r"(?<=```text\n).*?(?=```)", re.DOTALL)
    found = example.search(page(name))
    assert found is not None
    shown = any(found[0] in output for output in outputs)
    if request.config.getoption("rewrite_golden") and not shown:
        first = next(one for one in outputs[0].split("\n\n") if f"[{name}]" in one).rstrip("\n") + "\n"
        (PAGES / f"{name}.md").write_text(example.sub(lambda _: first, page(name), count=1), encoding="utf-8")
        return
    assert shown


def test_a_case_is_about_a_name() -> None:
    """A case file is named for a diagnostic."""
    assert {case.name for case in all_cases()} <= set(names())


def test_every_topic_is_found_by_its_name() -> None:
    """Pages that explain a topic and no message lie apart, and `envc explain` finds both."""
    topics = {file.stem for file in (PAGES / "topics").glob("*.md")}
    assert "cuda-minor-versions" in topics
    assert not topics & set(names())
    assert set(resources.explained()) == topics | {file.stem for file in PAGES.glob("*.md")}
    for topic in topics:
        assert (resources.explanation(topic) or "").startswith(f"# {topic}\n")
    assert resources.explanation("quux") is None
