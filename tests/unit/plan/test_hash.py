"""The hash: each thing that a program says is in one branch, and nothing else moves it."""

from __future__ import annotations

import json
from hashlib import sha256

import pytest

from envc.lock.source_tree import SourceFile, SourceTree
from envc.plan.hash import BESIDE_THE_ENVIRONMENT, BRANCHES, PlanHash, canonical, hash_of
from envc.plan.plan import Plan
from envc.plan.target_parts import PlannedTarget
from tests.unit.plan.planning import plan, tree

PROGRAM = """
env train <
  python 3.12
  gpu cuda 11.3
  ml torch
  pip numpy
  apt curl
  data v1 mounted
  copy "src" at "/app/src"
  arg MODE test of test live
  secret token
  run "python -m a"
>
"""
#: Branches that are there where something is in them: they came after the first hashes.
LATER = {
    "tools",
    "images",
    "provided",
    "targets",
    "sources",
    "built",
    "projects",
    "wheels",
    "patches",
    "programs",
    "toolchains",
    "conda",
}
SOURCES = tree({"src/a.py": "a", "src/b.py": "b"}, ["src"])


def hashes(
    text: str = PROGRAM, sources: SourceTree = SOURCES, program: str = "train.env", **arguments: str
) -> PlanHash:
    return hash_of(plan(text, sources, program, arguments or None))


def changed(after: PlanHash, before: PlanHash | None = None) -> set[str]:
    first = dict((before or hashes()).branches)
    return {branch for branch, digest in after.branches if digest != first[branch]}


@pytest.mark.parametrize(
    ("old", "new", "branches"),
    [
        ("pip numpy", "pip numpy 1.26", {"packages"}),
        ("pip numpy", "pip < numpy; pandas >", {"packages"}),
        ("apt curl", "apt curl git", {"apt"}),
        ("  apt curl\n", "", {"apt", "stages"}),
        ("apt curl", "apt curl build-essential", {"apt", "stages"}),
        ("data v1", "data v2", {"data"}),
        ("mounted", 'mounted at "/elsewhere"', {"data"}),
        ("mounted", "mounted writable", {"data"}),
        ("arg MODE test", "arg MODE live", {"settings"}),
        ("secret token", "secret token as TOKEN", {"run"}),
        ('"python -m a"', '"python -m b"', {"run"}),
        ("secret token", 'secret token\n  health file "/x" every 9s', {"run"}),
        ("secret token", "secret token\n  shm 2GiB", {"run"}),
        ("secret token", "secret token\n  limit memory 2GiB", {"run"}),
        ("secret token", "secret token\n  limit cpu 2", {"run", "settings"}),  # it sizes thread pools, too
        ("secret token", "secret token\n  launch torchrun each 2", {"run"}),
        ("secret token", "secret token\n  fabric tcp", {"run"}),
        ("secret token", "secret token\n  fabric infiniband", {"run", "apt"}),
        ("gpu cuda 11.3", "gpu cuda 11.3 count 2", {"run"}),
        ("gpu cuda 11.3", "gpu cuda 11.3 memory 8GiB", {"run"}),
        ("gpu cuda 11.3", "gpu cuda 11.4", {"settings"}),
        ("secret token", "secret token\n  set A 1", {"settings"}),
        ("secret token", "secret token\n  expose 80", {"settings"}),
        ("secret token", "secret token\n  user me uid 1007", {"settings"}),
        ("secret token", 'secret token\n  workdir "/work"', {"settings"}),
        ("secret token", 'secret token\n  labels < team "a" >', {"settings"}),
        ("secret token", 'secret token\n  ignore "*.tmp"', {"source"}),
        ('at "/app/src"', 'at "/app/other"', {"source"}),
    ],
)
def test_each_clause_moves_its_own_branch(old: str, new: str, branches: set[str]) -> None:
    assert PROGRAM.count(old) == 1
    before, after = hashes(), hashes(PROGRAM.replace(old, new))
    assert changed(after) == branches
    assert after.reproducibility != before.reproducibility
    assert (after.environment != before.environment) == bool(branches - BESIDE_THE_ENVIRONMENT)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("pip numpy", "pip numpy pinned"),
        ("pip numpy", "pip NumPy"),
        ("apt curl", "apt curl # for the health check"),
        ("  pip numpy\n  apt curl\n", "  apt curl\n  pip numpy\n"),
    ],
)
def test_what_changes_no_image_changes_no_hash(old: str, new: str) -> None:
    assert PROGRAM.count(old) == 1
    assert hashes(PROGRAM.replace(old, new)) == hashes()


TARGET = PROGRAM.replace("secret token", "secret token\n  target slurm partition a time 1h < set NCCL_DEBUG INFO >")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("partition a", "partition b"),
        ("time 1h", "time 2h"),
        ("time 1h", "time 1h exclusive"),
        ("INFO", "WARN"),
        ("  target slurm", "  target compose\n  target slurm"),
        ("  target slurm partition a time 1h", "  target kubernetes"),
    ],
)
def test_a_place_where_it_runs_is_not_the_environment(old: str, new: str) -> None:
    """What is installed stays the same; the manifest is another, and so is the whole."""
    before, after = hashes(TARGET), hashes(TARGET.replace(old, new))
    assert changed(after, before) == {"targets"}
    assert before.environment == after.environment == hashes().environment
    assert len({before.reproducibility, after.reproducibility, hashes().reproducibility}) == 3


def test_a_source_file_moves_only_the_reproducibility_hash() -> None:
    for sources in (
        tree({"src/a.py": "a", "src/b.py": "B"}, ["src"]),
        tree({"src/a.py": "a", "src/c.py": "b"}, ["src"]),
        tree({"src/a.py": "a"}, ["src"]),
    ):
        after = hashes(sources=sources)
        assert changed(after) == {"source"}
        assert after.environment == hashes().environment
        assert after.reproducibility != hashes().reproducibility


def test_the_executable_bit_and_a_links_target_are_content() -> None:
    file, other = SOURCES.files
    executable = SourceTree(SOURCES.folders, (file._replace(executable=True), other))
    link = SourceTree(SOURCES.folders, (SourceFile(file.path, False, file.sha256, file.size, "b.py"), other))
    assert changed(hashes(sources=executable)) == changed(hashes(sources=link)) == {"source"}


def test_a_chosen_argument_is_an_input() -> None:
    assert changed(hashes(MODE="live")) == {"settings"}
    assert hashes(MODE="test") == hashes()


def test_where_a_project_lies_is_not_what_it_is() -> None:
    text = PROGRAM.replace("  run", '  ignore "src/notes" "*.tmp"\n  run')
    nested = tree({"a/b/src/a.py": "a", "a/b/src/b.py": "b"}, ["a/b/src"])
    assert hashes(text, nested, "a/b/train.env") == hashes(text)


ZEROS = "0" * 64
SOURCE = 'source a from git "https://h/a.git" tag v1'
BUILD = 'build b from a < run "make"; keeps "/usr/local" >'


@pytest.mark.parametrize(
    ("item", "branches"),
    [
        ("ulimit nofile 9", {"run"}),
        ("ipc host", {"run"}),
        ("gpu architectures 9.0 8.0", {"run", "settings", "stages"}),
        ("capability KILL", {"run"}),
        ('check run "true"', {"run"}),
        ("cpu", set()),
        ("user any", {"settings"}),
        (f'tool a 1 from "https://h/a" sha256 "{ZEROS}" at "/a"', {"tools", "stages"}),
        (f'tool a 1 from "https://h/a" sha256 "{ZEROS}" at "/a" unpacked', {"tools", "stages"}),
        ('source a from git "https://h/a.git" tag v1 at "/a"', {"sources", "stages"}),
        ('source a from git "https://h/a.git" tag v1', {"sources"}),
        ("toolchain rust 1.85", {"toolchains", "stages"}),
        (f"{SOURCE}; {BUILD}", {"sources", "programs", "stages"}),
        (f"{SOURCE}; {BUILD.replace('<', '< apt gcc;')}", {"sources", "programs", "stages"}),
    ],
)
def test_a_later_word_moves_its_own_branch(item: str, branches: set[str]) -> None:
    """Beside nothing else: programs without it keep their hash."""
    text = "env train <\n  python 3.12\n  {}\n>\n"
    before, after = (hashes(text.format(one), tree({})) for one in ("", item))
    first = dict(before.branches)
    assert {name for name, digest in after.branches if first.get(name) != digest} == branches
    assert (before.reproducibility == after.reproducibility) is (not branches)


def test_the_address_of_an_index_is_not_what_it_offers() -> None:
    before = plan(PROGRAM, SOURCES)
    groups = tuple(group.model_copy(update={"address": "https://mirror.example/"}) for group in before.packages)
    assert hash_of(before.model_copy(update={"packages": groups})) == hash_of(before)


def test_a_root_is_the_hash_over_its_branches() -> None:
    """Anyone can compute it again from the branches that `envc hash --explain` prints."""
    found = hashes()
    branches = dict(found.branches)
    assert tuple(branches) == tuple(one for one in BRANCHES if one not in LATER)

    def root(names: set[str]) -> str:
        text = json.dumps({name: branches[name] for name in sorted(names)}, separators=(",", ":"))
        return f"sha256:{sha256(text.encode()).hexdigest()}"

    assert found.reproducibility == root(set(branches))
    assert found.environment == root(set(branches) - {"source", "run"})
    assert found.short == found.reproducibility[7:19]


def test_every_part_of_a_plan_is_a_branch() -> None:
    """But its name, what comments quote, and where it lies: a part that no branch has would change in silence.

    The Python is in every plan of an older envc, and not in that of an environment without one.
    """
    assert set(Plan.model_fields) == {*BRANCHES, "name", "origins", "placement"}
    assert set(BRANCHES) >= LATER | {"python"} == Plan.later


def test_a_new_field_of_a_target_changes_no_older_hash() -> None:
    """It is among `later`, and left out where it is unused; what targets were told from the first is always there."""
    told = (
        "name form image variables namespace select resources replicas retries claim host readonly partition time "
        "account qos constraint container exclusive"
    )
    assert set(PlannedTarget.model_fields) - PlannedTarget.later == set(told.split())

    class Grown(PlannedTarget):
        later = frozenset({"priority"})
        priority: str | None = None

    told_nothing = {"name": "slurm", "form": "batch", "image": None, "variables": ()}
    before = PlannedTarget.model_validate(told_nothing).model_dump(mode="json")
    assert set(before) == set(told.split())
    assert canonical(Grown.model_validate(told_nothing).model_dump(mode="json")) == canonical(before)


def test_canonical_json_has_one_form() -> None:
    assert canonical({"b": [1, None], "a": "é"}) == '{"a":"\\u00e9","b":[1,null]}'
