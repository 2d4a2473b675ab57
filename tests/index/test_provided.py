"""What a base brings is there for both resolvers: asked of no index, chosen never, and a bound for all others."""

from __future__ import annotations

from pathlib import Path

import pytest

from envc.diagnostics import Diagnostic, Report
from envc.lock.files import LockedFiles
from envc.lock.resolution import Given, Package, Request, Requirement, Resolution
from envc.lock.world import World
from envc.resolvers.pip_tools import PipTools, Settings
from envc.resolvers.uv import Uv
from tests.index_server import Index
from tests.index_server.asking import AMD64
from tests.unit.lock.test_provided import BASE, CLAUSE, Bases
from tests.unit.lock.world import LIBRARY, PLATFORM, Images, choose, environment, image

pytestmark = pytest.mark.index

TORCH = Given("torch", "2.7.0a0+nv25.04", ('onnx>=1.15; extra == "onnx"', 'zip-x; (extra == "two.b" or extra == "a")'))
NUMPY = Given("numpy", "1.26.4", ())


@pytest.fixture(params=[PipTools, Uv])
def resolver(request: pytest.FixtureRequest, cache: Path, index: Index) -> PipTools | Uv:
    kind: type[PipTools | Uv] = request.param
    return kind(cache, Settings(index.url, timeout="3", retries="0"), 60)


def asked(resolver: PipTools | Uv, *requirements: str, **more: object) -> Resolution:
    request = Request(AMD64, tuple(map(Requirement, requirements)), provided=(NUMPY, TORCH))
    return resolver.resolve(request._replace(**more), lambda _: None)  # type: ignore[arg-type]


def refused(resolver: PipTools | Uv, *requirements: str) -> Diagnostic:
    with pytest.raises(Report) as raised:
        asked(resolver, *requirements)
    assert raised.value.exit_code == 1
    return raised.value.diagnostics[0]


def test_it_is_not_looked_up_and_not_chosen(resolver: PipTools | Uv, index: Index) -> None:
    """An index may have newer ones, or other things of the same name."""
    index.add("torch", "2.9.0")
    index.add("numpy", "2.3.0")
    index.add("patsy", "1.0", "numpy>=1.4", "torch>=2.0")
    found = asked(resolver, "patsy")
    assert [(one.name, one.requires, one.required_by) for one in found.packages] == [
        ("patsy", ("numpy>=1.4", "torch>=2.0"), ())
    ]
    assert not [path for path in index.requests if "torch" in path or "numpy" in path]


def test_others_are_chosen_to_fit_it(resolver: PipTools | Uv, index: Index) -> None:
    """The newest release wants a newer one, so an older release is taken."""
    index.add("jaxlib", "0.8", "numpy>=2")
    index.add("jaxlib", "0.7", "numpy>=1.26")
    assert [one.version for one in asked(resolver, "jaxlib").packages] == ["0.7"]


def test_what_does_not_fit_it_names_both(resolver: PipTools | Uv, index: Index) -> None:
    index.add("jaxlib", "0.8", "numpy>=2")
    index.add("chex", "1", "jaxlib")
    diagnostic = refused(resolver, "chex")
    assert diagnostic.name == "contradicts-base"
    assert diagnostic.message.startswith("jaxlib 0.8")
    assert diagnostic.message.endswith("for numpy>=2, and the base brings numpy 1.26.4")
    assert [one.subject for one in diagnostic.concerns] == ["chex"]


def test_its_extras_bring_what_they_need(resolver: PipTools | Uv, index: Index) -> None:
    """Asked for by the program or by another package."""
    index.add("onnx", "1.18", "numpy>=1.22")
    index.add("zip-x", "1")
    index.add("tools", "1", "torch[two.b]>=2")
    assert [one.name for one in asked(resolver, "torch[onnx]").packages] == ["onnx"]
    assert [one.name for one in asked(resolver, "tools").packages] == ["tools", "zip-x"]


def test_its_own_wishes_bound_what_others_bring(resolver: PipTools | Uv, index: Index) -> None:
    """And where nothing suits both, it is the base's package that is named, not the program."""
    for version in ("80", "82"):
        index.add("setuptools", version)
    index.add("builds", "1", "setuptools>=81")
    owner = "torch 2.7.0a0+nv25.04"
    base = {"bounds": ("setuptools<82",), "bounds_of_base": (("setuptools<82", owner),)}
    assert [one.version for one in asked(resolver, "setuptools", **base).packages] == ["80"]
    with pytest.raises(Report) as raised:
        asked(resolver, "builds", **base)
    (diagnostic,) = raised.value.diagnostics
    assert diagnostic.name == "unsatisfiable-packages"
    assert "the program asks for setuptools" not in " ".join(diagnostic.notes)
    assert f"{owner} asks for setuptools<82" in " ".join(diagnostic.notes)
    assert "builds 1 asks for setuptools>=81" in " ".join(diagnostic.notes)


def test_a_name_that_nobody_has_is_still_unknown(resolver: PipTools | Uv) -> None:
    assert refused(resolver, "nothing-of-that-name").name == "unknown-package"


@pytest.mark.parametrize("kind", [PipTools, Uv])
def test_a_conflict_stands_at_the_clauses(cache: Path, index: Index, kind: type[PipTools | Uv]) -> None:
    """Of the package that is asked for, and of the base."""
    index.add("old", "1", "torch<2.6")
    images = Images([image("docker.io/team/ml", "7", "ml")])
    resolver = kind(cache, Settings(index.url, timeout="3", retries="0"), 60)
    world = World(LIBRARY, resolver, images, {}, {}, lambda _: None, bases=Bases(BASE))

    def lock(text: str) -> LockedFiles:
        return choose(environment(text), PLATFORM, world)

    with pytest.raises(Report) as raised:
        lock(f"env train < {CLAUSE}; pip old >")
    (diagnostic,) = raised.value.diagnostics
    assert diagnostic.name == "contradicts-base"
    assert [label.span.text for label in diagnostic.labels] == ["old", '"team/ml:7"']


OVERRIDDEN = {"provided": (TORCH,), "overrides": (("numpy", "==2.2"),), "bounds": ("numpy==2.2",)}


def both(index: Index, cache: Path, request: Request) -> dict[str, Package]:
    """Return what both resolvers choose, which is the same in every field."""
    settings = Settings(index.url, timeout="3", retries="0")
    reference, ours = (one(cache, settings, 60).resolve(request, lambda _: None) for one in (PipTools, Uv))
    assert ours._replace(resolver=reference.resolver) == reference
    return {package.name: package for package in reference.packages}


def test_what_is_replaced_comes_from_the_index(index: Index, cache: Path) -> None:
    """For the program, and for packages that exclude it; where nobody asks, it does not come in."""
    for version in ("1.26.4", "2.2", "2.3"):
        index.add("numpy", version)
    index.add("patsy", "1.0", "numpy<2", "torch")
    index.add("six", "1.17")
    request = Request(AMD64, (Requirement("numpy"),))._replace(**OVERRIDDEN)  # type: ignore[arg-type]
    assert {name: one.version for name, one in both(index, cache, request).items()} == {"numpy": "2.2"}
    found = both(index, cache, request._replace(requirements=(Requirement("patsy"),)))
    assert {name: one.version for name, one in found.items()} == {"numpy": "2.2", "patsy": "1.0"}
    assert found["patsy"].overruled == ("numpy<2",)
    assert [*both(index, cache, request._replace(requirements=(Requirement("six"),)))] == ["six"]


@pytest.mark.parametrize("kind", [PipTools, Uv])
def test_the_edit_that_a_refusal_names_replaces_it(cache: Path, index: Index, kind: type[PipTools | Uv]) -> None:
    """Whether the program asks for another version, or a package that it asks for does."""
    index.add("torch", "2.8")
    index.add("new", "1", "torch>=2.8")
    images = Images([image("docker.io/team/ml", "7", "ml")])
    resolver = kind(cache, Settings(index.url, timeout="3", retries="0"), 60)
    world = World(LIBRARY, resolver, images, {}, {}, lambda _: None, bases=Bases(BASE))
    for wish, chosen in (("pip torch 2.8", {"torch"}), ("pip new", {"new", "torch"})):
        with pytest.raises(Report) as raised:
            choose(environment(f"env train < {CLAUSE}; {wish} >"), PLATFORM, world)
        (diagnostic,) = raised.value.diagnostics
        assert diagnostic.name == "contradicts-base"
        clause = diagnostic.helps[-1].partition("`")[2].rstrip("`")
        assert clause.startswith("override torch ")
        found = choose(environment(f"env train < {CLAUSE}; {wish}; {clause} >"), PLATFORM, world)
        assert {one.name: one.version for one in found.lock.packages}["torch"] == "2.8"
        assert {one.name for one in found.lock.packages} == chosen


@pytest.mark.parametrize("kind", [PipTools, Uv])
def test_a_wish_that_contradicts_its_override_names_both(cache: Path, index: Index, kind: type[PipTools | Uv]) -> None:
    """And offers no edit that the override would not allow."""
    for version in ("2.6", "2.8"):
        index.add("torch", version)
    images = Images([image("docker.io/team/ml", "7", "ml")])
    resolver = kind(cache, Settings(index.url, timeout="3", retries="0"), 60)
    world = World(LIBRARY, resolver, images, {}, {}, lambda _: None, bases=Bases(BASE))
    with pytest.raises(Report) as raised:
        choose(
            environment(f'env train < {CLAUSE}; pip torch 2.6; override torch 2.8 because "a fix" >'), PLATFORM, world
        )
    (diagnostic,) = raised.value.diagnostics
    assert diagnostic.name == "unsatisfiable-packages"
    assert "`override` has replaced what packages ask of torch: torch==2.8.*" in diagnostic.notes
    assert [fix.title for fix in diagnostic.fixes] == ["take any torch: 2.8 suits all"]
