"""What a build fetches beside packages and images, and the Dockerfile that takes it from folders."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from envc.diagnostics import Report
from envc.plan.hash import hash_of
from envc.plan.plan import Plan
from envc.plan.vendored import deb_of, refuse_copied, refuse_unversioned, remote_files, wanted_files
from envc.targets.dockerfile import instructions_of
from envc.targets.dockerfile.printer import print_dockerfile
from envc.targets.dockerfile.vendored import emit_vendored
from tests.properties.dockerfile_reading import instructions
from tests.unit.plan.planning import plan, tree
from tests.unit.plan.test_apt import compiled, lock

GOLDEN = Path(__file__).parents[2] / "data" / "vendored" / "Dockerfile"
SHA256 = "c" * 64
PROGRAM = f"""\
env train <
  python 3.12
  gpu cuda 11.8
  ml torch
  pip pandas
  data v1 of wine from "https://example.org/wine.csv" sha256 "{SHA256}" copied at "/app/wine.csv"
  tool jq 1.7 from "https://example.org/jq" sha256 "{"d" * 64}" at "/usr/local/bin/jq"
  tool rg 14 from "https://example.org/rg.tar.gz" sha256 "{"e" * 64}" at "/opt/rg" unpacked
  source hloc from git "https://example.org/hloc" tag v1 submodules at "/opt/hloc"
  toolchain rust 1.85
  build hloc from hloc < jobs 2; run "make" "install"; keeps "/opt/tools" >
  run "python" "-m" "train"
>
"""


def vendored(given: Plan) -> str:
    return emit_vendored(given, hash_of(given))["Dockerfile.vendored"]


def test_tools_and_copied_data_are_wanted_by_their_checksum() -> None:
    assert wanted_files(plan(PROGRAM)) == {
        f"files/{SHA256}": ("data wine", SHA256),
        f"files/{'d' * 64}": ("tool jq", "d" * 64),
        f"files/{'e' * 64}": ("tool rg", "e" * 64),
        f"sources/{plan(PROGRAM).sources[0].tree}.tar": ("source hloc", ""),
    }


def test_what_a_container_fetches_by_itself_is_not_wanted() -> None:
    text = f'env train < python 3.12; data v1 of wine from "https://example.org/w" sha256 "{SHA256}" fetched at "/w" >'
    assert remote_files(plan(text)) == ()


def test_the_dockerfile_is_the_expected_one(pytestconfig: pytest.Config) -> None:
    text = vendored(plan(PROGRAM))
    if pytestconfig.getoption("rewrite_golden"):
        GOLDEN.parent.mkdir(exist_ok=True)
        GOLDEN.write_text(text, encoding="utf-8")
    assert GOLDEN.read_text(encoding="utf-8") == text


def test_another_reader_finds_no_address_secret_or_argument_in_it() -> None:
    read = instructions(vendored(plan(PROGRAM)))
    text = "\n".join(one.text for one in read)
    assert {one.name for one in read}.isdisjoint({"ADD", "ARG"})
    for word in ("://", "type=secret", "type=cache", "--index-url", "apt-get update"):
        assert word not in text, word


def test_all_that_makes_no_layer_is_as_in_the_ordinary_one() -> None:
    """Labels, variables, user, command: the hash is of inputs, and they are the same."""
    given = plan(PROGRAM)
    kept = {"FROM", "ENV", "LABEL", "USER", "WORKDIR", "CMD", "ENTRYPOINT", "HEALTHCHECK", "EXPOSE"}
    ordinary = instructions(print_dockerfile(instructions_of(given, hash_of(given))))
    own = instructions(vendored(given))
    assert [one for one in own if one.name in kept] == [one for one in ordinary if one.name in kept]
    assert len(own) == len([one for one in ordinary if one.name != "ARG"])


def test_system_packages_come_from_files_and_are_counted_at_the_end() -> None:
    given = compiled(lock()).plan
    (step,) = [one.text for one in instructions(vendored(given)) if "dpkg-query" in one.text]
    assert step.startswith("--mount=type=bind,from=vendored-debs,target=/vendored/debs ")
    files = [word for word in step.split() if word.startswith("/vendored/debs/")]
    assert files == [f"/vendored/{deb_of(one)}" for one in given.apt.packages]
    assert f"{'b' * 64}  /var/cache/packages-as-locked" in step


def test_a_lock_with_names_alone_is_refused() -> None:
    refuse_unversioned(compiled(lock()).plan)
    with pytest.raises(Report) as caught:
        refuse_unversioned(plan("env train < python 3.12; apt curl make >"))
    (one,) = caught.value.diagnostics
    assert (one.name, one.notes) == ("unvendorable-system-packages", ("without a version: curl, make",))


@pytest.mark.parametrize(("folder", "refused"), [("src/v", True), ("src", True), ("v", False), ("src2/v", False)])
def test_a_folder_within_the_source_is_refused(folder: str, refused: bool) -> None:
    """Unless the program ignores it."""
    text = 'env train < python 3.12; copy "src"{} >'
    sources = tree({"src/a.py": ""}, ["src"])
    refuse_copied(plan(text.format('; ignore "v"'), sources), PurePosixPath("src/v"), "v")
    given = plan(text.format(""), sources)
    if not refused:
        refuse_copied(given, PurePosixPath(folder), folder)
        return
    with pytest.raises(Report) as caught:
        refuse_copied(given, PurePosixPath(folder), folder)
    assert caught.value.diagnostics[0].name == "copied-vendor-folder"
