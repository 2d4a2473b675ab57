"""Environments that are locked together agree in every package that both have."""

from __future__ import annotations

import pytest
from packaging.requirements import Requirement as Parsed

from envc.diagnostics import Diagnostic, Report
from envc.lock.choose import Prepared, prepare
from envc.lock.files import LockedFiles
from envc.lock.group import resolve_together
from envc.lock.group_releases import with_common_releases
from envc.lock.group_union import union_of
from envc.lock.resolution import Given, Image, Package, Progress, Request, Requirement, Resolution, Target
from envc.lock.wishes import Wishes
from tests.unit.lock.sources import COMMIT, Sources, archive, repository
from tests.unit.lock.test_provided import BASE, PIP, around
from tests.unit.lock.test_wheels import ADDRESS, Files
from tests.unit.lock.world import NOTHING_MOVES, PLATFORM, Images, Packages, environment, image, world

VERSIONS = {"numpy": ["1.26.4", "2.2.1", "2.3.0"], "pandas": ["2.2.3"], "scipy": ["1.16.0"], "torch": ["2.7.1+cu118"]}


def slim(minor: str) -> Image:
    return image("docker.io/library/python", f"{minor}-slim-bookworm", minor, f"{minor}.9")


def member(text: str, old: LockedFiles | None = None) -> Prepared:
    images = Images([slim(minor) for minor in ("3.12", "3.13")])
    return prepare(environment(text), PLATFORM, world(Packages(VERSIONS), images), old, Wishes())


class Joining(Packages):
    """The same, where a name may be asked for twice, as pip takes it."""

    def resolve(self, request: Request, progress: Progress) -> Resolution:
        joined: dict[str, Parsed] = {}
        for requirement in request.requirements:
            parsed = Parsed(requirement.text)
            joined.setdefault(parsed.name, parsed).specifier &= parsed.specifier
        routes = {Parsed(one.text).name: one.index_name for one in request.requirements}
        asked = tuple(Requirement(str(one), routes[name]) for name, one in joined.items())
        return super().resolve(request._replace(requirements=asked), progress)


def together(*texts: str) -> list[dict[str, str]]:
    resolved = resolve_together([member(text) for text in texts], world(Joining(VERSIONS)))
    return [{one.name: one.version for one in found.packages} if found else {} for found in resolved]


def refused(*texts: str) -> Diagnostic:
    with pytest.raises(Report) as report:
        together(*texts)
    (diagnostic,) = report.value.diagnostics
    return diagnostic


def test_what_one_member_limits_all_of_them_have() -> None:
    train = "env train < python 3.12; pip < numpy; pandas > >"
    serve = "env serve < python 3.12; pip < numpy <2.3; scipy > >"
    assert together(train, serve) == [
        {"numpy": "2.2.1", "pandas": "2.2.3"},
        {"numpy": "2.2.1", "scipy": "1.16.0"},
    ]


def test_a_member_without_packages_has_none() -> None:
    assert together("env a < python 3.12; pip numpy >", "env b < python 3.12 >") == [{"numpy": "2.3.0"}, {}]


def test_two_pythons_are_refused_at_both() -> None:
    found = refused("env a < python 3.12; pip numpy >", "env b < python 3.13; pip numpy >")
    assert found.name == "group-of-two-pythons"
    assert [label.span.text for label in found.labels] == ["3.12", "3.13"]


def test_builds_for_a_gpu_and_for_the_cpu_are_refused_at_both() -> None:
    found = refused("env a < gpu cuda 11.8; python 3.12; ml torch >", "env b < python 3.12; pip torch >")
    assert found.name == "group-of-two-indexes"
    assert [label.text for label in found.labels] == ["from pytorch-cu118 for a", "from the default index for b"]


class Fickle:
    """A resolver that takes another version for a member than for all."""

    def __init__(self) -> None:
        self.asked = 0

    def resolve(self, request: Request, progress: Progress) -> Resolution:
        progress("resolving")
        self.asked += 1
        package = Package("numpy", f"{self.asked}.0", ("sha256:" + "0" * 64,), None, (), None, None)
        assert request.requirements
        return Resolution("fickle", (package,))


def test_a_resolver_that_does_not_agree_with_itself_is_found_out() -> None:
    members = [member("env a < python 3.12; pip numpy >"), member("env b < python 3.12; pip numpy >")]
    with pytest.raises(Report) as report:
        resolve_together(members, world()._replace(resolver=Fickle()))
    (diagnostic,) = report.value.diagnostics
    assert (diagnostic.name, diagnostic.labels[0].text) == ("group-disagrees", "takes numpy 2.0 instead of 1.0")


def test_the_union_is_for_the_oldest_target() -> None:
    def request(python: str, glibc: int, *pins: str) -> Request:
        return Request(Target(python, PLATFORM, (2, glibc)), (Requirement("numpy"),), (), pins)

    union = union_of([request("3.12.10", 36, "numpy==1"), request("3.12.9", 39, "numpy==2", "scipy==3")])
    assert union.target == Target("3.12.9", PLATFORM, (2, 36))
    assert union.requirements == (Requirement("numpy"),)
    assert union.pins == ("numpy==1", "scipy==3")


def test_what_one_member_takes_with_all_that_it_needs_is_chosen_so_for_all() -> None:
    """Another that takes it without has a part of that; else the first would take more than the group has."""

    def request(*bare: str) -> Request:
        wanted = (Requirement("einops"), Requirement("pandas"))
        return Request(Target("3.12.9", PLATFORM, (2, 36)), wanted, bare=bare)

    assert union_of([request("einops", "pandas"), request("einops")]).bare == ("einops",)


def makers(*texts: str) -> list[Prepared]:
    asked = [member(text) for text in texts]
    return with_common_releases(asked, [None] * len(asked), [world()] * len(asked), Wishes())


def test_members_for_both_makers_have_one_release_of_torch_and_the_same_of_everything_else() -> None:
    cuda, amd = makers(
        "env a < gpu cuda 12.8; python 3.12; ml torch numpy >",
        "env b < gpu rocm 6.4 architectures gfx942; python 3.12; ml torch numpy >",
    )
    assert (cuda.builds[0].index_name, amd.builds[0].index_name) == ("pytorch-cu128", "pytorch-rocm6.4")
    assert cuda.request is not None
    assert amd.request is not None
    assert "torch==2.9.1" in cuda.request.bounds
    assert cuda.request.bounds == amd.request.bounds
    assert dict(amd.request.routes)["pytorch-triton-rocm"] == "pytorch-rocm6.4"
    assert "pytorch-triton-rocm" not in dict(cuda.request.routes)
    resolver = Joining({**VERSIONS, "torch": ["2.9.1"]})
    first, second = resolve_together([cuda, amd], world(resolver))
    assert first is not None
    assert second is not None
    assert {one.name: one.index_name for one in second.packages} == {"numpy": None, "torch": "pytorch-rocm6.4"}
    assert [one for one in first.packages if one.name == "numpy"] == [
        one for one in second.packages if one.name == "numpy"
    ]
    assert "numpy==2.3.0" in resolver.requests[-1].pins


def test_members_for_both_makers_keep_a_wheel_of_no_index_and_what_their_base_brings() -> None:
    packages = f"ml torch numpy; pip flash-attn from wheel {ADDRESS}"
    base = 'base "team/ml:7" provides einops'
    members = (
        f"env a < gpu cuda 12.8; {base}; {packages} >",
        f"env b < gpu rocm 6.4 architectures gfx942; {base}; {packages} >",
    )
    brought = BASE._replace(packages=(Given("einops", "0.8", ()), Given("numpy", "2.2", ()), PIP))
    made = around(brought)._replace(wheels=Files())
    asked = [prepare(environment(text), PLATFORM, made, None, NOTHING_MOVES) for text in members]
    for one in with_common_releases(asked, [None, None], [made, made], Wishes()):
        assert one.request is not None
        assert "torch==2.9.1" in one.request.bounds
        assert [given.name for given in one.request.given] == ["flash-attn"]
        assert [given.name for given in one.request.provided] == ["einops", "numpy", "pip"]
        assert [wanted.text for wanted in one.request.requirements] == ["flash-attn==2.8.3", "torch"]


GIT = 'pip bound from git "https://h/bound"'
BUILT = "pip bound 2.8.3 from build maker; build maker"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (f"{GIT} tag v1", f"{GIT} commit {COMMIT}"),
        (f"{GIT} tag v1", f'{GIT} tag v1 subdirectory "python"'),
        ("pip bound from source", "pip bound"),
        (f"pip bound from wheel {ADDRESS.replace('flash_attn', 'bound')}", "pip bound from source"),
        (f"{BUILT} < run make >", "pip bound 2.8.3 from source"),
        (f"{BUILT} < run make >", f"{BUILT} < run make; apt gcc >"),
    ],
)
def test_a_package_of_two_sources_is_refused_at_both(one: str, other: str) -> None:
    """They may have one version, and would be different files of it."""
    made = world(Joining({"bound": ["2.8.3"], "setuptools": ["80.0"]}))._replace(wheels=Files())

    def prepared(items: str, tree: str) -> Prepared:
        source = "source" in items
        found = archive("bound", "2.8.3") if source else repository("bound", "2.8.3")._replace(tree=tree)
        asked = environment(f"env a < python 3.12; {items} >")
        return prepare(asked, PLATFORM, made._replace(sources=Sources({"bound": found})), None, NOTHING_MOVES)

    with pytest.raises(Report) as report:
        resolve_together([prepared(one, "1" * 64), prepared(other, "2" * 64)], made)
    (diagnostic,) = report.value.diagnostics
    assert diagnostic.name == "group-of-two-sources"
    assert len(resolve_together([prepared(one, "1" * 64), prepared(one, "1" * 64)], made)) == 2


def test_makers_without_a_common_release_are_refused_at_both() -> None:
    with pytest.raises(Report) as report:
        makers("env a < gpu cuda 11.8; python 3.12; ml torch >", "env b < gpu rocm 7.2; python 3.12; ml torch >")
    (diagnostic,) = report.value.diagnostics
    assert diagnostic.name == "group-without-release"
    assert [label.text for label in diagnostic.labels] == [
        "a: torch 2.7.1, 2.7.0, 2.6.0, 2.5.1 …",
        "b: torch 2.11.0",
    ]
