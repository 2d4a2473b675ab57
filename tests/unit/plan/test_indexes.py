"""Indexes of a program in plan, hash and Dockerfile: pages of links, and logins."""

from __future__ import annotations

import json

import pytest

from envc.compile import Compiled, compile_environment
from envc.lock.choose import choose
from envc.lock.routes import program_addresses
from envc.plan.hash import hash_of
from envc.plan.places import places_of
from tests.unit.lock.world import PLATFORM, Packages, environment, world
from tests.unit.plan.planning import EMPTY

TEXT = 'env train < python 3.12; pip < numpy; ranker >; secret token as TOKEN build; index corp "{}" {} for ranker >'
PAGE = "https://packages.example.org/simple"


def compiled(how: str = "", address: str = PAGE) -> Compiled:
    asked = environment(TEXT.format(address, how))
    addresses = program_addresses(asked)
    packages = Packages({"numpy": ["2.2.1"], "ranker": ["1.0"]})
    locked = choose(asked, PLATFORM, world(packages)._replace(index_addresses=addresses))
    return compile_environment(asked, locked, EMPTY, places_of("train.env", "train"), addresses, {})


def dockerfile(how: str = "") -> str:
    return " ".join(compiled(how).files["Dockerfile"].replace("\\\n", " ").split())


def test_a_page_of_links_is_the_only_place_of_its_packages() -> None:
    text = dockerfile("links")
    assert '--no-index --find-links "${CORP_INDEX}" -r /requirements/py3.12-linux-x86_64.corp.txt' in text
    assert "--index-url" not in text
    assert f"# add --find-links {PAGE} for corp" in compiled("links").files["requirements.txt"]


def test_an_index_with_a_secret_has_a_netrc_of_its_own_and_the_others_the_machines() -> None:
    text = dockerfile("secret token")
    assert text.count("id=envc-netrc-corp,target=/root/.netrc") == 1
    assert text.count("id=envc-netrc,target=/root/.netrc") == 1
    assert dockerfile().count("id=envc-netrc,target=/root/.netrc") == 2


@pytest.mark.parametrize("how", ["secret token", "secret token user ada"])
def test_how_one_logs_in_is_not_in_the_hash(how: str) -> None:
    """Nor is where the index is; that it is a page of links is."""
    plain = compiled()
    assert compiled(how).hashes == plain.hashes
    assert compiled(how, "https://moved.example.org/simple").hashes == plain.hashes
    assert compiled("links").hashes != plain.hashes


def test_a_secret_for_the_build_is_in_no_manifest() -> None:
    made = compiled("secret token")
    assert json.loads(made.files["run.json"])["secrets"] == []
    assert "TOKEN" not in made.files["run.json"]
    assert hash_of(made.plan) == made.hashes
