"""The word `tool`: an archive that lies at its place as it is."""

from __future__ import annotations

import pytest

from tests.unit.language.reading import environment

TOOL = f'tool x 3.1 from "https://example.org/x.tar.gz" sha256 "{"0a" * 32}"'


@pytest.mark.parametrize(
    ("place", "warned"),
    [
        ("/opt/x", True),
        ("/opt/x-3.1", True),
        ("/opt/x.d/tool", True),
        ("/opt/x.sh", True),
        ("/opt/model.nemo", False),
        ("/opt/model.tar.gz", False),
        ("/opt/x.whl", False),
    ],
)
def test_an_archive_whose_place_names_its_kind_is_meant_so(place: str, warned: bool) -> None:
    found = environment(f'env a < python 3.12; {TOOL} at "{place}" >', "a").warnings
    assert [one.name for one in found] == ["setting-without-effect"] * warned
