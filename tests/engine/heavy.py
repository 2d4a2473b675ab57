"""Tests of images that are gigabytes: ENVC_TEST_GALLERY names those to run, or says `all`. Others are skipped aloud.

    ENVC_TEST_GALLERY="fold" python -m pytest -n 0 -m engine tests/engine/test_gallery_gpu.py

The engine needs about seven times as much of the disk as the packages are, while it builds.
"""

from __future__ import annotations

import os

import pytest

#: What the packages of each program are together as wheels, in gigabytes.
DOWNLOADS = {"answer": 5.0, "features": 3.5, "fold": 3.4, "forecast": 2.6}

VARIABLE = "ENVC_TEST_GALLERY"


def chosen() -> set[str]:
    """Return the programs that this run is to build. A name that is none of them is an error."""
    said = set(os.environ.get(VARIABLE, "").replace(",", " ").split())
    if unknown := said - {"all", *DOWNLOADS}:
        raise pytest.UsageError(f"{VARIABLE}: {', '.join(sorted(unknown))}: none of all, {', '.join(DOWNLOADS)}")
    return set(DOWNLOADS) if "all" in said else said


def heavy(program: str) -> pytest.MarkDecorator:
    """Mark a test that builds a program."""
    reason = f"{program}: {DOWNLOADS[program]} GB of packages; {VARIABLE}={program} builds it"
    return pytest.mark.skipif(program not in chosen(), reason=reason)
