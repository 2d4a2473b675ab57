"""A package of a base that an override replaces: chosen as any other is, where somebody asks for it, and never else."""

from __future__ import annotations

from itertools import permutations

import pytest

from envc.diagnostics import Report, Source, Span
from envc.lock.base_python import BasePython
from envc.lock.choose import prepare
from envc.lock.files import LockedFiles, read, write
from envc.lock.freshness import is_fresh
from envc.lock.group import resolve_together
from envc.lock.group_union import union_of
from envc.lock.overrides import unneeded_overrides
from envc.lock.patches import PatchFile, with_patches
from envc.lock.provided import for_resolver
from envc.lock.replaced import replaced_doubts
from envc.lock.resolution import Given, Target
from envc.lock.routes import program_addresses
from envc.lock.wishes import Wishes
from envc.lock.world import World
from tests.unit.lock.sources import Sources, archive
from tests.unit.lock.test_provided import BASE, Bases, around, lock, mended, refused
from tests.unit.lock.world import PLATFORM, Packages, choose, environment

PANDAS = Given("pandas", "1.5.3", ("six<2",))
KOALAS = Given("koalas", "1.8", ("pandas<2", 'pandas>=3; extra == "next"', "pandas<1; python_version < '3'"))
FRAMES = Given("frames", "7", ("Pandas",))
OWN = BASE._replace(packages=tuple(sorted((FRAMES, KOALAS, PANDAS, *BASE.packages))))
CLAUSE = 'base "team/ml:7" provides pandas torch'
OVERRIDE = 'override pandas ==2.2.3 because "Spark 3.5 needs it"'
INDEX = {"pandas": ["1.4.4", "1.5.3", "2.2.3", "3.0"], "six": ["1.17.0"], "dask": ["7"]}
TARGET = Target("3.12.3", PLATFORM, (2, 39))


def here(packages: Packages | None = None, base: BasePython = OWN, content: str = "ml") -> World:
    return around(base, content, packages or Packages(INDEX))


def versions(found: LockedFiles) -> dict[str, str]:
    return {one.name: one.version for one in found.lock.everything}


def test_the_override_chooses_a_version_of_the_index() -> None:
    """The lock still says what the base brings, and which of it is seen."""
    packages = Packages(INDEX)
    found = lock(f"env train < {CLAUSE}; pip pandas six; {OVERRIDE} >", here(packages))
    assert versions(found) == {"pandas": "2.2.3", "six": "1.17.0"}
    assert found.lock.replaced == {"pandas": "1.5.3"}
    assert PANDAS.version in {one.version for one in found.lock.provided if one.name == "pandas"}
    assert "pandas" not in {one.name for one in found.lock.seen}
    (request,) = packages.requests
    assert "pandas" not in {one.name for one in request.provided}
    assert "pandas==2.2.3" in request.bounds
    assert read(write([found]), "lockfiles/train") == {PLATFORM: found}


def test_the_order_of_items_has_no_meaning() -> None:
    items = (CLAUSE, "pip pandas six", OVERRIDE, "ml torch 2.7")
    texts = {tuple(write([lock(f"env train < {'; '.join(one)} >", here())]).items()) for one in permutations(items)}
    assert len(texts) == 1


def test_an_override_that_nobody_asks_for_replaces_nothing() -> None:
    """And is said to."""
    for wishes in ("", "pip six;"):
        text = f"env train < {CLAUSE}; {wishes} {OVERRIDE} >"
        found = lock(text, here()).lock
        assert found.replaced == {}
        (warning,) = unneeded_overrides(environment(text), found)
        assert warning.message == "the override of `pandas` replaces nothing"
        assert warning.labels[0].text == "the base's 1.5.3 stays"
        assert warning.helps[0].startswith("`pip pandas` asks for it")


def test_a_package_that_is_installed_asks_for_it_as_well() -> None:
    packages = Packages(INDEX)
    packages.asks = {"dask": ["pandas"]}
    text = f"env train < {CLAUSE}; pip dask; {OVERRIDE} >"
    found = lock(text, here(packages))
    assert versions(found) == {"dask": "7", "pandas": "2.2.3"}
    assert list(unneeded_overrides(environment(text), found.lock)) == []


def test_an_override_that_the_base_fits_leaves_it_in_place() -> None:
    """What it replaces is what others ask, as ever."""
    text = f'env train < {CLAUSE}; pip pandas six; override pandas <2 because "koalas" >'
    found = lock(text, here())
    assert versions(found) == {"six": "1.17.0"}
    six = found.lock.packages[0].model_copy(update={"requires": ("pandas<2",), "overruled": ("pandas>=2",)})
    assert list(unneeded_overrides(environment(text), found.lock.model_copy(update={"packages": (six,)}))) == []


def test_a_wish_beside_an_override_that_the_base_fits_is_refused_with_the_edit_of_the_override() -> None:
    diagnostic = refused(f'env train < {CLAUSE}; pip pandas 2.2; override pandas >=1 because "x" >', here())
    assert diagnostic.name == "contradicts-base"
    assert [fix.title for fix in diagnostic.fixes][1:] == ["let the override replace what the base brings"]
    assert versions(lock(mended(diagnostic.fixes[1]), here())) == {"pandas": "2.2.3"}


def test_the_help_names_the_override() -> None:
    diagnostic = refused(f"env train < {CLAUSE}; pip < six; pandas >=2,<3 > >", here())
    assert diagnostic.helps[1].endswith('`override pandas >=2,<3 because "…"`')
    assert versions(lock(mended(diagnostic.fixes[1]), here())) == {"pandas": "2.2.3", "six": "1.17.0"}


def test_what_the_base_asks_of_it_bounds_nothing_and_its_own_needs_neither() -> None:
    packages, bounds = for_resolver(OWN, TARGET, ["pandas"])
    assert "pandas" not in {one.name for one in packages}
    assert {bound for bound, _ in bounds} == {"setuptools<82"}
    assert {bound for bound, _ in for_resolver(OWN, TARGET)[1]} == {"setuptools<82", "six<2"}


def test_packages_of_the_base_that_were_built_against_the_other_version_are_named() -> None:
    """Those first that exclude the new one; extras and other Pythons count for nothing."""
    text = f"env train < {CLAUSE}; pip pandas; {OVERRIDE} >"
    (warning,) = replaced_doubts(environment(text), lock(text, here()).lock)
    assert (warning.name, warning.severity) == ("replaced-in-base", "warning")
    assert warning.message == "pandas 2.2.3 replaces the 1.5.3 that other packages of the base were built against"
    assert warning.notes == (
        "koalas 1.8 of the base asks for pandas<2, which 2.2.3 is not",
        "frames 7 of the base asks for pandas in any version",
    )
    alone = here(base=BASE._replace(packages=(PANDAS, *BASE.packages)))
    assert list(replaced_doubts(environment(text), lock(text, alone).lock)) == []


def test_a_build_for_the_gpus_is_chosen_by_the_override() -> None:
    """As where nothing brings torch: the release and the index follow from it."""
    packages = Packages({"torch": ["2.7.1", "2.8.0"]})
    text = f'env train < {CLAUSE}; gpu cuda 12.8; ml torch; override torch 2.7.1 because "a fix" >'
    (torch,) = lock(text, here(packages)).lock.packages
    assert (torch.version, torch.index) == ("2.7.1", "pytorch-cu128")


def test_it_may_be_built() -> None:
    packages = Packages({"setuptools": ["80"]})
    text = f"env train < {CLAUSE}; pip pandas from source; {OVERRIDE} >"
    sources = Sources({"pandas": archive("pandas", "2.2.3")})
    made = here(packages)._replace(sources=sources)
    addresses = {**made.index_addresses, **program_addresses(environment(text))}
    found = lock(text, made._replace(index_addresses=addresses))
    assert versions(found) == {"pandas": "2.2.3"}
    assert found.lock.built[0].asked == "==2.2.3 from source"


def test_nobody_is_asked_twice_and_a_base_that_moves_keeps_it() -> None:
    """Whatever version the newer image has of what is replaced."""
    packages = Packages(INDEX)
    text = f"env train < {CLAUSE}; pip pandas; {OVERRIDE} >"
    first = lock(text, here(packages))
    assert lock(text, here(packages), first) == first
    newer = OWN._replace(packages=(FRAMES, KOALAS, PANDAS._replace(version="1.5.4"), *BASE.packages))
    moved = lock(text, here(packages, newer, "ml again"), first, Wishes(only=frozenset({"base"})))
    assert moved.lock.replaced == {"pandas": "1.5.4"}
    assert len(packages.requests) == 1


def test_a_lock_that_left_an_overridden_package_to_the_base_is_not_kept() -> None:
    """Older ones did: the override counted for what others ask alone."""
    text = f"env train < {CLAUSE}; pip pandas six; {OVERRIDE} >"
    found = lock(text, here())
    older = found.lock.model_copy(update={"packages": found.lock.packages[1:]})
    pins = tuple((index, tuple(pin for pin in own if pin.name != "pandas")) for index, own in found.pins)
    again = lock(text, here(), found._replace(lock=older, pins=pins))
    assert versions(again) == {"pandas": "2.2.3", "six": "1.17.0"}


def test_without_the_override_the_base_counts_again() -> None:
    """The lock kept what it brings."""
    first = lock(f"env train < {CLAUSE}; pip pandas six; {OVERRIDE} >", here())
    again = lock(f"env train < {CLAUSE}; pip pandas six >", here()._replace(bases=Bases(None)), first)
    assert versions(again) == {"six": "1.17.0"}
    assert again.lock.provided == first.lock.provided


def test_a_changed_override_makes_the_lock_stale() -> None:
    text = f"env train < {CLAUSE}; pip pandas; {OVERRIDE} >"
    found = lock(text, here()).lock
    assert is_fresh(environment(text), found)
    assert not is_fresh(environment(text.replace("2.2.3", "3.0")), found)
    assert not is_fresh(environment(text.replace("Spark 3.5", "Spark 4")), found)
    assert not is_fresh(environment(text.replace(OVERRIDE, "")), found)


def test_a_group_replaces_it_in_all_its_environments_or_in_none() -> None:
    """One would run with the base's, and another with its own."""
    both = f"env serve < {CLAUSE}; pip pandas six; {OVERRIDE} >"
    for other, agrees in ((both, True), (f"env serve < {CLAUSE}; pip six >", False)):
        program = f"env train < {CLAUSE}; pip pandas; {OVERRIDE} >\n{other}\ngroup all < train; serve >"
        members = [prepare(environment(program, name), PLATFORM, here(), None, Wishes()) for name in ("train", "serve")]
        requests = [member.request for member in members if member.request]
        assert "pandas" not in {one.name for one in union_of(requests).provided}
        assert {"koalas", "torch"} <= {one.name for one in union_of(requests).provided}
        if agrees:
            found = resolve_together(members, here())
            chosen = [{package.name: package.version for package in one.packages} for one in found if one]
            assert [one["pandas"] for one in chosen] == ["2.2.3", "2.2.3"]
            continue
        with pytest.raises(Report) as raised:
            resolve_together(members, here())
        (diagnostic,) = raised.value.diagnostics
        assert diagnostic.name == "group-disagrees"
        assert [label.text for label in diagnostic.labels] == ["train replaces it", "serve sees the base's 1.5.3"]


def test_what_replaces_it_can_be_patched() -> None:
    """It is a package that is installed."""
    text = f'env train < {CLAUSE}; pip pandas; {OVERRIDE}; patch pandas "p.patch" >'

    def read_patch(path: str, _: Span) -> PatchFile:
        return PatchFile(Source(path, "--- a/pandas/x.py\n+++ b/pandas/x.py\n@@ -1 +1 @@\n-a\n+b\n"), "0" * 64)

    found = choose(with_patches(environment(text), read_patch), PLATFORM, here())
    assert [one.package for one in found.lock.patches] == ["pandas"]
