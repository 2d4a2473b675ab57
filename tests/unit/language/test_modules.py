"""`module` and `use`: what a module brings, who wins, and that every file is read once."""

from __future__ import annotations

import re

import pytest

from envc import resources
from envc.cli.module_help import module_names, module_page
from envc.declarations import words
from envc.diagnostics import Report, Source
from envc.language.check import check
from envc.language.facets import Command, ExposedPort, SystemPackage
from envc.language.modules import LibraryModules
from envc.syntax.format import format_program
from envc.syntax.parse import parse
from tests.properties.compiling import compiled
from tests.unit.language.reading import environment, mistakes, packages, settings

SERVE = 'module team.serve needs app takes port 80 < pip uvicorn; expose $port; run "uvicorn" $app "--port" $port >'
FILES = {"team.serve": SERVE}
USE = "use team.serve\n"
EXAMPLES = [(name, one) for name in module_names() if (page := module_page(name)) for one in page.examples]


def test_an_item_says_what_the_module_says() -> None:
    """Arguments behind its name or in a block are the parameters' values."""
    for use in ("team.serve app a port 81", "team.serve < app a; port 81 >", "team.serve app a < port 81 >"):
        found = environment(f"{USE}env a < python 3.12; {use} >", "a", FILES)
        assert packages(found) == {"uvicorn": ""}
        assert [one.port for one in found.every(ExposedPort)] == ["81/tcp"]
        command = found.one(Command)
        assert command is not None
        assert command.arguments == ("uvicorn", "a", "--port", "81")


def test_a_value_may_come_from_the_environments_own_parameter() -> None:
    """And from there on into a module that the module uses."""
    files = {**FILES, "team.web": "use team.serve\nmodule team.web takes p 1 < team.serve app x port $p >"}
    text = "use team.web\nenv a takes port 90 < python 3.12; team.web p $port >"
    found = environment(text, "a", files, port="99")
    assert [one.port for one in found.every(ExposedPort)] == ["99/tcp"]


def test_origins_point_to_the_module_and_to_its_use() -> None:
    """Every item knows both."""
    found = environment(f'{USE}env a < python 3.12; team.serve app "a:b" >', "a", FILES)
    expose = next(one for one in found.declared if one.origin.item.word == "expose")
    assert expose.origin.span.source.path == "team/serve.env"
    assert [str(use) for use in expose.uses] == ["train.env:2:22"]


DEB = f'from "https://h/a.deb" sha256 "{"0" * 64}"'
OTHER_DEB = f'from "https://h/a.deb" sha256 "{"1" * 64}"'
KEY = f'suite noble key "k.asc" sha256 "{"0" * 64}"'
TOOL = f'tool t 1 from "https://h/t" sha256 "{"0" * 64}" at "/{{}}"'


@pytest.mark.parametrize("ahead", ["", " "])
@pytest.mark.parametrize("behind", ["", " "])
@pytest.mark.parametrize(
    ("first", "second", "name"),
    [
        ("apt agent", f"apt agent {DEB}", "repeated-package"),
        (f"apt agent {DEB}", f"apt agent {OTHER_DEB}", "repeated-package"),
        (f'apt repository r "https://a" {KEY} a1', f'apt repository r "https://b" {KEY} b1', "repeated-name"),
        ('project "a"', 'project "a" extras x', "repeated-package"),
        ('cache c mounted at "/a"', 'cache c mounted at "/b"', "repeated-name"),
        (TOOL.format("a"), TOOL.format("b"), "repeated-name"),
    ],
)
def test_modules_that_contradict_each_other_do_so_wherever_it_stands_in_their_files(
    first: str, second: str, name: str, ahead: str, behind: str
) -> None:
    """Offsets of different files say nothing of an order: the one that is used later is again here."""
    files = {"a.one": f"module a.one <{ahead} {first} >", "a.two": f"module a.two <{behind} {second} >"}
    with pytest.raises(Report) as caught:
        environment("use a.one\nuse a.two\nenv a < python 3.12; a.one; a.two >", "a", files)
    (found,) = caught.value.diagnostics
    assert found.name == name
    again, earlier, *uses = [(label.span.source.path, label.text) for label in found.labels]
    assert again in {("a/two.env", "again here"), ("a/two.env", "another one here")}
    assert earlier[0] == "a/one.env"
    assert set(uses) == {("train.env", "used here")}


def test_the_environment_wins_over_its_modules() -> None:
    """Its own setting, package or variable replaces the module's, wherever it stands; `drop` works on them, too."""
    for items in ('run "x"; team.serve app y; pip uvicorn 0.30', 'pip uvicorn 0.30; team.serve app y; run "x"'):
        found = environment(f"{USE}env a < python 3.12; {items} >", "a", FILES)
        assert packages(found) == {"uvicorn": "==0.30.*"}
        assert [one.arguments for one in found.every(Command)] == [("x",)]
    found = environment(f"{USE}env a < python 3.12; team.serve app y; pip drop uvicorn; run drop >", "a", FILES)
    assert packages(found) == {}
    assert found.one(Command) is None


def test_a_module_wins_over_a_parent() -> None:
    """It is said by the child."""
    text = f'{USE}env b < python 3.12; run "x" >\nenv a from b < team.serve app y >'
    assert [one.arguments[0] for one in environment(text, "a", FILES).every(Command)] == ["uvicorn"]


def test_two_modules_that_say_the_same_say_it_once() -> None:
    """And two that contradict each other are refused."""
    same = "< pip x 1; apt git >"
    files = {"m.a": f"module m.a {same}", "m.b": f"module m.b {same}", "m.c": "module m.c < pip x 2 >"}
    found = environment("use m.a m.b\nenv a < python 3.12; m.a; m.b >", "a", files)
    assert packages(found) == {"x": "==1.*"}
    assert [one.name for one in found.every(SystemPackage)] == ["git"]
    assert mistakes("use m.a m.c\nenv a < python 3.12; m.a; m.c >", files) == ["repeated-package"]


def test_a_module_that_nothing_opens_is_checked() -> None:
    """Its words and values, but for what only a use would give."""
    train = "env a < python 3.12 >\n"
    assert mistakes(f"{train}module m < pyhton 3.12 >") == ["unknown-word"]
    assert mistakes(f"{train}module m takes p 99999 < expose $p >") == ["unreadable-port"]
    assert mistakes(f"{train}module m needs p < expos $p >") == ["unknown-word"]
    assert mistakes(f"{train}module m < set A $x >") == ["unknown-parameter"]
    assert mistakes(f"{train}module m < m >") == ["circular-modules"]
    assert mistakes(f"{train}module m < on linux/arm64 < apt Git > >") == ["unusable-name"]
    environment(f"{train}module m needs p < expose $p; n q $p >\nmodule n needs q < expose $q >", "a")


def test_an_unused_parameter_of_a_module_is_a_warning() -> None:
    """For every environment that opens it."""
    text = "module m takes p 1 < apt git >\nenv a < python 3.12; m >\nenv b < python 3.12; m >\nenv c < python 3.12 >"
    found = [[one.name for one in environment(text, name).warnings] for name in ("a", "b", "c")]
    assert found == [["unused-parameter"], ["unused-parameter"], []]


def test_a_module_of_the_same_file_needs_no_use() -> None:
    """Wherever it stands, and several times with other values."""
    text = "env a < python 3.12; pair k A v 1; pair k B v 2 >\nmodule pair needs k v < set $k $v >"
    assert settings(environment(text, "a")) == {"A": "1", "B": "2"}


def test_names_of_a_module_stay_in_it() -> None:
    """Neither its parameters nor what it uses are known where it is used, and it knows none of its user's."""
    files = {**FILES, "m.a": "use team.serve\nmodule m.a takes x 1 < team.serve app $x >"}
    assert mistakes("use m.a\nenv a < python 3.12; team.serve app y >", files) == ["unknown-word"]
    assert mistakes("use m.a\nenv a < python 3.12; m.a; set A $x >", files) == ["unknown-parameter"]
    files = {"m.a": "module m.a < set A $x >"}
    assert mistakes("use m.a\nenv a takes x 1 < python 3.12; m.a; set B $x >", files) == ["unknown-parameter"]


def test_files_may_use_each_other() -> None:
    """Only an item that leads back to itself is refused; each file is read once."""
    files = {
        "m.a": "use m.b\nmodule m.a < m.b >\nmodule m.other < apt git >",
        "m.b": "use m.a\nmodule m.b < apt curl >\nmodule m.x < m.a >",
    }
    found = environment("use m.a m.b\nenv a < python 3.12; m.a; m.b >", "a", files)
    assert [one.name for one in found.every(SystemPackage)] == ["curl"]
    files["m.b"] = "use m.a\nmodule m.b < m.a >"
    assert mistakes("use m.a\nenv a < python 3.12; m.a >", files) == ["circular-modules"]


def test_a_long_line_of_modules_is_refused() -> None:
    """Thousands of files that use each other end in a message, and so does what doubles."""
    chain = {f"m.a{n}": f"use m.a{n + 1}\nmodule m.a{n} < m.a{n + 1} >" for n in range(2000)}
    chain["m.a2000"] = "module m.a2000 < apt git >"
    assert mistakes("use m.a0\nenv a < python 3.12; m.a0 >", chain) == ["expands-too-far"]
    double = "".join(f"module m.a{n} < m.a{n + 1}; m.a{n + 1} >\n" for n in range(30)) + "module m.a30 < apt git >\n"
    assert mistakes(f"{double}env a < python 3.12; m.a0 >") == ["expands-too-far"]


@pytest.mark.parametrize("name", ["../x", "a/b", "A", "a..b", "a.", "x[y]", "a/../../x"])
def test_a_name_is_no_path(name: str) -> None:
    """Whatever stands behind `use` leads to no file outside."""
    assert mistakes(f"use {name}\nenv a < python 3.12 >".replace("use ../", "use x/../"), {})[0] == "unknown-module"


@pytest.mark.parametrize("name", module_names())
def test_a_module_of_the_library_is_documented(name: str) -> None:
    """A summary, a text, examples; laid out in the one form; and it holds one module, of its own name."""
    page = module_page(name)
    assert page is not None
    assert page.summary.endswith(".")
    assert page.examples
    program = parse(page.source)
    assert format_program(program) == page.source.text
    assert [item.arguments[0].value for item in program.items if item.word == "module"] == [name]


@pytest.mark.parametrize(("name", "example"), EXAMPLES)
def test_an_example_of_the_library_compiles(name: str, example: str) -> None:
    """To an image, without a warning."""
    text = f"use {name}\n\nenv train <\n  python 3.12\n  {example}\n>\n"
    assert example.split(maxsplit=1)[0] == name
    files = compiled(text).files
    assert "FROM" in files["Dockerfile"]


def test_the_library_is_found_by_name_alone() -> None:
    """Not by a path, and nothing of its facts is a module."""
    library = LibraryModules()
    assert library.find("serve.http") is not None
    assert [library.find(name) for name in ("serve", "torch", "serve.http.x", "")] == [None] * 4
    assert "serve/http.env" in resources.library_paths("modules")


@pytest.mark.parametrize("topic", ["parents", "parameters", "modules"])
def test_the_programs_of_a_topic_are_right(topic: str) -> None:
    """They are understood without a mistake."""
    page = resources.explanation(topic)
    assert page is not None
    programs = re.findall(r"```text\n(.*?)```", page, re.DOTALL)
    assert programs
    for program in programs:
        text = program if "env " in program else f"{program}env train < python 3.12; team.tracing service a >"
        assert check(parse(Source("train.env", text)), words).environments


@pytest.mark.parametrize("items", ["a; b", "b; a"])
def test_a_module_that_asks_for_any_version_is_content_with_anothers(items: str) -> None:
    """Whichever stands first; of the same word, for `ml` and `pip` do not mean the same build."""
    modules = "module a < ml torch numpy >\nmodule b < ml torch >=2,<3 >\n"
    assert packages(environment(f"{modules}env c < python 3.12; {items} >", "c")) == {"torch": "<3,>=2", "numpy": ""}
    other = modules.replace("ml torch >=2", "pip torch >=2")
    assert mistakes(f"{other}env c < python 3.12; {items} >") == ["repeated-package"]
    two = modules.replace("ml torch numpy", "ml torch ==2.7")
    assert mistakes(f"{two}env c < python 3.12; {items} >") == ["repeated-package"]
