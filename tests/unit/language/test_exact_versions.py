"""Which one version a specifier allows."""

from __future__ import annotations

import pytest

from envc.language.exact_versions import exact_version


@pytest.mark.parametrize(
    ("specifier", "version"),
    [
        ("==1.0", "1.0"),
        ("===1.0+cu12", "1.0+cu12"),
        ("==1.0a1", "1.0a1"),
        ("==1.0,>=0.5", "1.0"),
        (">=0.5,==1.0", "1.0"),
        ("==1.0,==1.0.0", "1.0"),
        ("==1.0,==2.0", None),
        ("==1.0,>=2", None),
        ("==1.*", None),
        (">=1,<=1", None),
        (">=1", None),
        ("", None),
    ],
)
def test_one_version_is_one_that_all_clauses_allow(specifier: str, version: str | None) -> None:
    assert exact_version(specifier) == version
