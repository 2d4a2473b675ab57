"""`on`, which says something for one platform, and `group`, which says what is resolved together."""

from __future__ import annotations

import pytest

from envc.language.facets import Accelerator, PythonPackage, SystemPackage
from tests.unit.language.reading import environment, meaning, mistakes, packages, settings

TEXT = """\
env base < python 3.12; gpu cuda 12.6; ml torch 2.7; set A 1; on linux/arm64 < ml torch 2.6; gpu drop; set A 2 > >
env child from base < ml torch 2.8 >
"""


def test_what_holds_on_a_platform_lies_over_the_rest() -> None:
    """It replaces, adds and drops; the other platform has none of it."""
    base = environment(TEXT, "base")
    arm = base.on("linux/arm64")
    assert (packages(arm), settings(arm), arm.one(Accelerator)) == ({"torch": "==2.6.*"}, {"A": "2"}, None)
    assert base.on("linux/amd64") is base
    assert (packages(base), settings(base)) == ({"torch": "==2.7.*"}, {"A": "1"})
    assert [one.platform for one in arm.declared if one.origin.item.word == "ml"] == ["linux/arm64"]


def test_a_child_lies_over_its_parent_on_every_platform() -> None:
    """What it says for all of them replaces what the parent says for one."""
    child = environment(TEXT, "child")
    assert packages(child) == packages(child.on("linux/arm64")) == {"torch": "==2.8.*"}
    assert settings(child.on("linux/arm64")) == {"A": "2"}


def test_a_module_may_say_something_for_a_platform() -> None:
    """Under what the environment says for it."""
    files = {"m": "module m < apt git; on linux/arm64 < apt curl; pip x 1 > >"}
    found = environment("use m\nenv a < python 3.12; m; on linux/arm64 < pip x 2 > >", "a", files)
    assert [one.name for one in found.every(SystemPackage)] == ["git"]
    arm = found.on("linux/arm64")
    assert [one.name for one in arm.every(SystemPackage)] == ["git", "curl"]
    assert packages(arm) == {"x": "==2.*"}


def test_a_mistake_on_one_platform_is_found() -> None:
    """Whichever platform this machine has."""
    assert mistakes("env a < python 3.12; on linux/arm64 < apt Git > >") == ["unusable-name"]
    assert mistakes("env a < python 3.12; on linux/arm64 < secret a as A; set A 1 > >") == ["repeated-name"]
    assert mistakes("env a < python 3.12; on linux/arm64 < ml drop torch > >") == ["nothing-to-drop"]
    assert mistakes("env a < python 3.12; on linux/arm64 < pip x; pip x 2 > >") == ["repeated-package"]


def test_a_package_on_two_platforms_is_no_repetition() -> None:
    """Each has its own."""
    text = "env a < python 3.12; on linux/arm64 < pip x 1 >; on linux/amd64 < pip x 2 > >"
    found = environment(text, "a")
    assert found.every(PythonPackage) == []
    assert packages(found.on("linux/amd64")) == {"x": "==2.*"}
    assert packages(found.on("linux/arm64")) == {"x": "==1.*"}


def test_a_group_names_its_members_with_their_places() -> None:
    """In a block or inline."""
    envs = "env train < python 3.12 >\nenv serve < python 3.12 >\n"
    for group in ("group core < train; serve >", "group core train serve"):
        (found,) = meaning(envs + group).groups
        assert (found.name, [one.name for one in found.members]) == ("core", ["train", "serve"])
        assert [one.span.text for one in found.members] == ["train", "serve"]
    assert meaning(envs).groups == ()


def test_a_warning_on_one_platform_is_a_warning() -> None:
    """It is said of the environment, once."""
    found = environment("env a < python 3.12; on linux/arm64 < user root >; on linux/amd64 < set PYTHONGC 1 > >", "a")
    assert [one.name for one in found.warnings] == ["setting-without-effect", "runs-as-root"]


SOURCE = 'source a from git "https://example.org/a.git" tag v1'
BUILD = 'build b from a < run "make"; keeps "/opt/b" >'


@pytest.mark.parametrize(
    ("items", "warned"),
    [
        (f"{SOURCE}; on linux/arm64 < {BUILD} >", []),
        (f"on linux/arm64 < {SOURCE}; {BUILD} >", []),
        (f"{SOURCE}; on linux/arm64 < {BUILD} >; on linux/amd64 < set A 1 >", []),
        (f'{SOURCE}; on linux/arm64 < {SOURCE} at "/opt/a" >; on linux/amd64 < {BUILD} >', []),
        (f"{SOURCE}; on linux/arm64 < set A 1 >", ["unused-source"]),
        (f"on linux/arm64 < {SOURCE} >", ["unused-source"]),
        (f"on linux/arm64 < {SOURCE} >; on linux/amd64 < {SOURCE}; {BUILD} >", ["unused-source"]),
    ],
)
def test_a_source_that_one_platform_uses_is_used(items: str, warned: list[str]) -> None:
    """On the others it is there for nothing, and that is no mistake: they share the item."""
    found = environment(f"env a < python 3.12; {items} >", "a")
    assert [one.name for one in found.warnings] == warned
    for platform in ("linux/amd64", "linux/arm64"):
        assert {one.name for one in found.on(platform).warnings} <= {*warned}


def test_a_source_of_a_module_or_a_parent_may_be_used_on_one_platform() -> None:
    files = {"m": f"module m < {SOURCE} >"}
    found = environment(f"use m\nenv a < python 3.12; m; on linux/arm64 < {BUILD} > >", "a", files)
    assert found.warnings == ()
    found = environment(f"env p < python 3.12; {SOURCE} >\nenv a from p < on linux/arm64 < {BUILD} > >", "a")
    assert found.warnings == ()
