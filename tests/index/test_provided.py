"""What a base brings is there for both resolvers: asked of no index, chosen never, and a bound for all others."""

from __future__ import annotations

from pathlib import Path

import pytest

from envc.diagnostics import Diagnostic, Report
from envc.lock.files import LockedFiles
from envc.lock.resolution import Given, Request, Requirement, Resolution
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
