"""Rules about packages under parents, platforms and `drop`: as everything else that an environment says."""

from __future__ import annotations

from envc.language.facets import PythonPackage
from envc.language.package_rules import Override, Patch
from tests.unit.language.reading import environment, mistakes

BASE = (
    'env base < python 3.12; pip numpy six without deps; override numpy <2 because "a"; override six 1 because "b"\n'
    'patch six "one.patch"; patch six "two.patch"; patch numpy "three.patch" >\n'
)


def child(text: str) -> tuple[dict[str, str], list[str]]:
    """Return the overrides and patches of a child."""
    found = environment(f"{BASE}env child from base < {text} >", "child")
    return {one.name: one.specifier for one in found.every(Override)}, [one.path for one in found.every(Patch)]


def test_a_child_has_its_parents_rules_and_replaces_an_override_by_name() -> None:
    overrides, patches = child('override NumPy <3 because "c"; patch six "four.patch"')
    assert overrides == {"numpy": "<3", "six": "==1.*"}
    assert patches == ["one.patch", "two.patch", "three.patch", "four.patch"]


def test_a_child_drops_rules_by_name() -> None:
    """An override by its package, patches by their package or their file."""
    assert child("override drop NumPy")[0] == {"six": "==1.*"}
    assert child("patch drop six")[1] == ["three.patch"]
    assert child('patch drop "./two.patch"')[1] == ["one.patch", "three.patch"]
    assert mistakes(f"{BASE}env a from base < patch drop torch >") == ["nothing-to-drop"]


def test_a_rule_may_hold_on_one_platform() -> None:
    text = f'{BASE}env child from base < on linux/arm64 < override numpy 1.26 because "no wheel of 2" > >'
    found = environment(text, "child")
    assert [one.specifier for one in found.every(Override) if one.name == "numpy"] == ["<2"]
    assert [one.specifier for one in found.on("linux/arm64").every(Override) if one.name == "numpy"] == ["==1.26.*"]


def test_a_parameter_gives_the_versions() -> None:
    text = 'env a takes numpy "2" < python 3.12; pip pandas; override numpy $numpy because "x" >'
    assert [one.specifier for one in environment(text, "a", numpy="1.26").every(Override)] == ["==1.26.*"]


def test_without_deps_holds_for_the_list_or_for_one_entry() -> None:
    def bare(text: str) -> dict[str, bool]:
        found = environment(f"env a < python 3.12; {text} >", "a")
        return {one.name: one.bare for one in found.every(PythonPackage)}

    assert bare("pip a b without deps") == {"a": True, "b": True}
    assert bare("ml < a 1.2 without deps; b >") == {"a": True, "b": False}
    assert bare("pip without deps < a; b >") == {"a": True, "b": True}
