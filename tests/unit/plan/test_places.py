"""Where files lie, and which files of the project an image holds: paths in, paths out."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envc.diagnostics import Report
from envc.language.environment import Environment
from envc.lock.source_tree import WantedPath
from envc.plan.places import Places, places_of
from envc.plan.wanted import copied_paths, ignored_patterns, local_artifacts
from tests.unit.lock.world import environment


@pytest.mark.parametrize(
    ("program", "name", "place"),
    [
        ("train.env", "train", "train"),
        ("train.env", "probe", "train.probe"),
        ("train.envc", "train", "train"),
        ("a/b/train.env", "train", "a/b/train"),
        ("a/b/train.env", "probe", "a/b/train.probe"),
        ("train.v2.env", "train.v2", "train.v2"),
        ("train", "train", "train"),
        (".env", "train", ".env.train"),
    ],
)
def test_lock_and_output_follow_the_programs_name(program: str, name: str, place: str) -> None:
    places = places_of(program, name)
    assert (places.lock, places.output) == (f"lockfiles/{place}", f"build/{place}")
    assert places.program == program
    assert places.folder == program.rpartition("/")[0] or places.folder == "."


names = st.from_regex(r"[a-z][a-z0-9]{0,3}([._-][a-z0-9]{1,3})?", fullmatch=True)
programs = st.builds("{}{}.env".format, st.sampled_from(["", "a/", "a/b/"]), names)


@given(st.sets(st.tuples(programs, st.lists(names, min_size=1, max_size=4, unique=True).map(tuple)), max_size=4))
def test_environments_of_a_file_never_share_a_place(found: set[tuple[str, tuple[str, ...]]]) -> None:
    for program, environments in found:
        assert len({places_of(program, name).lock for name in environments}) == len(environments)


@pytest.mark.parametrize(
    ("folder", "path", "expected"),
    [
        (".", "src", "src"),
        (".", ".", "."),
        (".", "src/../data", "data"),
        (".", "..", None),
        (".", "a/../../b", None),
        ("a/b", "src", "a/b/src"),
        ("a/b", "..", "a"),
        ("a/b", "../..", "."),
        ("a/b", "../../c", "c"),
        ("a/b", "../../../c", None),
        ("a/b", "../../../a/b", None),
    ],
)
def test_paths_of_a_program_are_relative_to_its_folder(folder: str, path: str, expected: str | None) -> None:
    places = places_of("train.env" if folder == "." else f"{folder}/train.env", "train")
    assert places.of_program_path(path) == expected


NESTED = places_of("jobs/train.env", "train")


def test_what_is_copied_left_out_and_measured() -> None:
    program = environment(
        """
        env train <
          python 3.12
          copy "src"; copy "../shared/config.toml"
          ignore "*.tmp" "src/notes" "../shared/*.bak" "*.tmp"
          data v1 of wine from "wine" mounted
          data v1 of runs from "runs" mounted writable
          data v1 of far from "s3://bucket/far" mounted
          weights v1 of net from "../net.pt" copied
        >
        """
    )
    copied = copied_paths(program, NESTED)
    assert [one._replace(origin=None) for one in copied] == [WantedPath("jobs/src"), WantedPath("shared/config.toml")]
    assert [one.origin.text for one in copied if one.origin] == ['"src"', '"../shared/config.toml"']
    assert ignored_patterns(program, NESTED) == ("*.tmp", "jobs/src/notes", "shared/*.bak")
    found = local_artifacts(program, NESTED)
    assert {name: one._replace(origin=None) for name, one in found.items()} == {
        "wine": WantedPath("jobs/wine", filtered=False, linked=True),
        "net": WantedPath("net.pt", filtered=False),
    }


@pytest.mark.parametrize(
    ("reading", "clause"),
    [
        (copied_paths, 'copy "../../x"'),
        (ignored_patterns, 'ignore "../../x/*"'),
        (local_artifacts, 'data v1 from "../../x" mounted'),
        (local_artifacts, 'weights v1 from "../../x" copied'),
    ],
)
def test_nothing_comes_from_outside_the_project(reading: Callable[[Environment, Places], object], clause: str) -> None:
    program = environment(f"env train < python 3.12; {clause} >")
    with pytest.raises(Report) as report:
        reading(program, NESTED)
    (diagnostic,) = report.value.diagnostics
    assert diagnostic.name == "path-leaves-root"
    (label,) = diagnostic.labels
    assert label.span.text.startswith('"../../x')
