"""Which index a package comes from, and what is said of an index that gives nothing."""

from __future__ import annotations

from envc.knowledge.library import Library
from envc.lock.accelerator import choose_builds
from envc.lock.needs import inputs_of, needs_of
from envc.lock.routes import program_addresses, routes_of, unused_indexes
from envc.resolvers.indexes import index_addresses
from tests.unit.lock.world import environment

CORP = 'index corp "https://packages.example.org/simple" for Rank_er ranker-models'


def test_a_package_comes_from_the_index_that_the_program_gives_it() -> None:
    one = environment(f"env train < python 3.12; pip rank-er; {CORP} >")
    assert routes_of(one, ()) == {"rank-er": "corp", "ranker-models": "corp"}
    assert program_addresses(one) == {"corp": "https://packages.example.org/simple"}


def test_a_companion_that_only_comes_along_has_its_familys_index() -> None:
    one = environment("env train < python 3.12; ml torch; pip timm >")
    assert routes_of(one, choose_builds(one, Library()))["torchvision"] == "pytorch-cpu"


def test_a_companion_that_pip_asks_for_has_the_default_index() -> None:
    one = environment("env train < python 3.12; ml torch; pip torchvision >")
    routes = routes_of(one, choose_builds(one, Library()))
    assert routes["torch"] == "pytorch-cpu"
    assert "torchvision" not in routes


def test_a_machine_may_have_another_address_of_the_programs_index() -> None:
    own = {"corp": "https://packages.example.org/simple"}
    mirror = {"ENVC_INDEX_CORP": "https://mirror.example.org/corp"}
    assert index_addresses(Library(), {}, own)["corp"] == own["corp"]
    assert index_addresses(Library(), mirror, own)["corp"] == mirror["ENVC_INDEX_CORP"]


def test_an_index_that_gives_no_package_is_a_warning_with_the_name_that_was_meant() -> None:
    one = environment('env train < python 3.12; pip ranker; index corp "https://packages.example.org/a" for rankre >')
    (warning,) = unused_indexes(one, ["ranker", "six"])
    assert (warning.name, warning.severity) == ("unused-index", "warning")
    assert warning.notes == ("a package with a similar name to `rankre` is `ranker`",)


def test_of_two_packages_only_the_unused_one_is_pointed_at() -> None:
    one = environment(f"env train < python 3.12; pip rank-er; {CORP} >")
    (warning,) = unused_indexes(one, ["rank-er"])
    assert [label.span.text for label in warning.labels] == ["ranker-models"]
    assert unused_indexes(one, ["rank-er", "ranker-models"]) == ()


def test_needs_hold_the_names_and_never_the_address() -> None:
    one = environment(f"env train < python 3.12; pip rank-er; {CORP} >")
    assert inputs_of(needs_of(one))["indexes"] == {"index corp": "for rank-er ranker-models"}
