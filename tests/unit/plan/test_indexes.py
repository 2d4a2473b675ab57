"""Indexes of a program in plan, hash and Dockerfile: pages of links, and logins."""

from __future__ import annotations

import json

import pytest

from envc.compile import Compiled, compile_environment
from envc.lock.routes import program_addresses
from envc.plan.hash import hash_of
from envc.plan.places import places_of
from envc.targets.dockerfile import instructions_of
from envc.targets.dockerfile.instructions import Run
from envc.targets.dockerfile.vendored import vendored_instructions
from tests.unit.lock.sources import Sources, archive
from tests.unit.lock.world import PLATFORM, Packages, choose, environment, world
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


BUILT = """env train < python 3.12; pip < numpy; fused from source; plain from source >; secret token as TOKEN build
index corp "{}" {} for setuptools wheel; index own "https://own.example.org/simple" {} for fused >"""


def built(tools: str = "", archives: str = "") -> Compiled:
    """Compile a program two packages of which are built: one tool of an index of the program, one of the default."""
    asked = environment(BUILT.format(PAGE, tools, archives))
    addresses = program_addresses(asked)
    packages = Packages({"numpy": ["2.2.1"], "setuptools": ["80.0"], "ninja": ["1.13"]})
    sources = Sources({"fused": archive("fused", "1", "setuptools", "ninja"), "plain": archive("plain", "1", "ninja")})
    where = world(packages)._replace(index_addresses=addresses, sources=sources)
    locked = choose(asked, PLATFORM, where)
    return compile_environment(asked, locked, EMPTY, places_of("train.env", "train"), addresses, {})


def fetching(made: Compiled, package: str) -> list[Run]:
    """Return the steps that fetch what builds a package."""
    steps = instructions_of(made.plan, made.hashes)
    found = [step for step in steps if isinstance(step, Run) and step.network]
    return [step for step in found if any(f"/build/{package}/" in word for one in step.commands for word in one)]


def mounted(step: Run) -> list[str]:
    """Return the secret that a step has at pip's netrc."""
    options = [dict(mount.options) for mount in step.mounts]
    return [one["id"] for one in options if one.get("target") == "/root/.netrc"]


def test_a_tool_of_a_page_of_links_comes_from_that_page_alone() -> None:
    (step,) = fetching(built("links"), "fused")
    (install,) = [one for one in step.commands if one[-1].endswith(".corp.txt")]
    assert install[-5:-2] == ("--no-index", "--find-links", '"${CORP_INDEX}"')
    assert "--index-url" not in install
    (other,) = [one for one in step.commands if one[-1].endswith(".txt") and one is not install]
    assert "--no-index" not in other


def test_tools_of_an_index_with_a_secret_are_installed_in_a_step_with_its_netrc() -> None:
    """One step has one netrc: the tools of other indexes, and the archive, have a step with the machine's logins."""
    made = built("secret token")
    steps = fetching(made, "fused")
    assert sorted(map(mounted, steps)) == [["envc-netrc"], ["envc-netrc-corp"]]
    for step in steps:
        used = {word for one in step.commands for word in one}
        assert ('"${CORP_INDEX}"' in used) == (mounted(step) == ["envc-netrc-corp"])
    assert any("venv" in one for one in steps[0].commands)
    assert [mounted(step) for step in fetching(made, "plain")] == [["envc-netrc"]]
    assert len(fetching(built(), "fused")) == 1


def test_an_archive_of_an_index_with_a_secret_and_of_a_page_of_links() -> None:
    made = built("secret token", "secret token")
    steps = fetching(made, "fused")
    assert sorted(map(mounted, steps)) == [["envc-netrc"], ["envc-netrc-corp"], ["envc-netrc-own"]]
    (step,) = [one for one in steps if mounted(one) == ["envc-netrc-own"]]
    assert all("OWN_INDEX" in " ".join(one) or "/build/fused/source" in one for one in step.commands)
    (step,) = fetching(built(archives="links"), "fused")
    (fetch,) = [one for one in step.commands if "fused-1.tar.gz" in one]
    assert fetch[-3:] == ("--no-index", "--find-links", '"${OWN_INDEX}"')


def test_how_tools_and_archives_are_logged_in_for_is_not_in_the_hash() -> None:
    plain = built()
    assert built("secret token", "secret token").hashes == plain.hashes
    assert built("links").hashes != plain.hashes
    assert built("", "links").hashes != plain.hashes


def test_a_build_is_given_the_addresses_of_all_its_indexes() -> None:
    """Those that only tools and archives come from are among them: logins and mirrors are found by them."""
    addresses = {"corp": PAGE, "own": "https://own.example.org/simple"}
    assert built().plan.index_addresses == addresses
    assert compiled().plan.index_addresses == {"corp": PAGE}


@pytest.mark.parametrize("how", ["", "links", "secret token"])
def test_vendored_tools_come_from_the_folder_in_one_step(how: str) -> None:
    made = built(how, how)
    steps = [one for one in vendored_instructions(made.plan, made.hashes) if isinstance(one, Run)]
    (step,) = [one for one in steps if any("/build/fused/archive" in command for command in one.commands)]
    installs = [one for one in step.commands if "install" in one]
    assert len(installs) == 2
    assert all({"--no-index", "/vendored/wheels"} < {*one} for one in installs)
    assert not any("_INDEX" in word for one in step.commands for word in one)
