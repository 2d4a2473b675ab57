"""`envc explain PROGRAM PACKAGE` says because of what a package is in the lock."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from envc.cli import loading, main
from envc.lock.files import write
from tests.unit.lock.test_provided import CLAUSE, around
from tests.unit.lock.world import PLATFORM, Packages, choose

ROOT = Path(__file__).parents[3]


def said(capsys: pytest.CaptureFixture[str], *words: str) -> list[str]:
    assert main.run(["explain", *words]) == 0
    return capsys.readouterr().out.splitlines()


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


def test_what_others_need(capsys: pytest.CaptureFixture[str]) -> None:
    head, *reasons = said(capsys, "examples/sklearn/sklearn.env", "numpy")
    assert re.fullmatch(r"numpy 2\S+  \(on linux/amd64, from the default index, \S+ MB to download\)", head)
    patterns = [
        r"  because pandas \S+ needs numpy>=\S+, and the program asks for pandas  \(examples/sklearn/sklearn.env:7\)",
        r"  because scikit-learn \S+ needs numpy>=\S+, and the program asks for scikit-learn  \(examples/\S+:6\)",
    ]
    assert len(reasons) == len(patterns)
    assert all(map(re.fullmatch, patterns, reasons))


def test_what_the_program_asks_for(capsys: pytest.CaptureFixture[str]) -> None:
    head, reason = said(capsys, "examples/train.env", "torch")
    assert "from pytorch-cu118" in head
    assert reason == "  because the program asks for it  (examples/train.env:1)"


def test_what_is_no_package_of_the_lock_is_explained_from_the_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "examples/train.env", "gpu")[1].startswith("  gpu cuda 11.3")


def test_what_the_base_brings(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """That, and who else needs it; what an extra of it brought in is explained by way of it."""
    (tmp_path / "lockfiles").mkdir()
    program = tmp_path / "train.env"
    program.write_text(f"env train < {CLAUSE}; pip six >")
    loaded = loading.load_program(program, None, None)
    packages = Packages({"six": ["1.17.0"]})
    locked = choose(loaded.environment, PLATFORM, around(packages=packages))
    needing = locked.lock.packages[0].model_copy(update={"requires": ("torch>=2",)})
    lock = locked.lock.model_copy(update={"packages": (needing,)})
    loaded.lock_folder.mkdir(parents=True)
    for name, text in write([locked._replace(lock=lock)]).items():
        (loaded.lock_folder / name).write_text(text)
    assert said(capsys, str(program), "Torch") == [
        "torch 2.7.0a0+nv25.04  (on linux/amd64, in the base, not installed again)",
        f"  because the base brings it  ({program}:1)",
        f"  because six 1.17.0 needs torch>=2, and the program asks for six  ({program}:1)",
    ]
    assert said(capsys, str(program), "pip")[1] == f"  because the base brings it  ({program}:1)"
    assert "  3 packages are the base's own, and are not installed again" in said(capsys, str(program))


def test_what_replaces_a_package_of_the_base(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is used, in place of what and why; of who asks for it those that would have taken another one."""
    (tmp_path / "lockfiles").mkdir()
    program = tmp_path / "train.env"
    program.write_text(f'env train < {CLAUSE}; pip torch six; override torch 2.8 because "a fix" >')
    loaded = loading.load_program(program, None, None)
    locked = choose(
        loaded.environment, PLATFORM, around(packages=Packages({"six": ["1.17.0"], "torch": ["2.7", "2.8.0"]}))
    )
    loaded.lock_folder.mkdir(parents=True)
    for asked, told in (("torch>=2", ""), ("torch<2.8", "; torch<2.8, which six 1.17.0 asks")):
        packages = [
            one.model_copy(update={"requires": ("torch==2.8.*",), "overruled": (asked,)}) if one.name == "six" else one
            for one in locked.lock.packages
        ]
        lock = locked.lock.model_copy(update={"packages": tuple(packages)})
        for name, text in write([locked._replace(lock=lock)]).items():
            (loaded.lock_folder / name).write_text(text)
        heading, *lines = said(capsys, str(program), "torch")
        assert heading.startswith("torch 2.8.0  (on linux/amd64, from the default index")
        assert lines[-1] == (
            f"  with torch==2.8.* in place of the base's 2.7.0a0+nv25.04{told}, because a fix  ({program}:1)"
        )
        assert "in the base" not in heading
    assert "  2 packages are the base's own, and are not installed again" in said(capsys, str(program))
