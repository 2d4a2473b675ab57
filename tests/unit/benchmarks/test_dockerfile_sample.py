"""A sample of Dockerfiles is drawn by a rule: the same each time, and no more of a kind than the known one has."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from benchmarks.dockerfile_sample import draw, first_image, installs_otherwise


def repository(folder: Path, files: dict[str, str]) -> None:
    def git(*command: str) -> None:
        subprocess.run(["git", "-C", str(folder), *command], check=True, capture_output=True)

    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, "utf-8")
    git("init", "-q", ".")
    git("add", "-A")
    git("-c", "user.name=one", "-c", "user.email=one@example.org", "commit", "-qm", "files")
    (folder.parent.parent / "git" / folder.name).symlink_to(folder / ".git")


@pytest.fixture
def repositories(tmp_path: Path) -> Path:
    (tmp_path / "git").mkdir()
    large = {f"{letter}/Dockerfile": f"FROM rocm/{letter}:1\n" for letter in "abcdefgh"}
    repository(
        tmp_path / "trees" / "one__large", {**large, "README.md": "FROM ubuntu\n", "x/Dockerfile.j2": "FROM a\n"}
    )
    for number in range(29):
        files = {f"{name}.Dockerfile": f"FROM python:3.{number}\n# {name}\n" for name in ("one", "two")}
        repository(tmp_path / "trees" / f"two__large{number}", files)
    repository(tmp_path / "trees" / "three__small", {"deep/er/Dockerfile": "FROM a\n"})
    return tmp_path / "git"


def test_the_same_repositories_give_the_same_sample(repositories: Path) -> None:
    drawn = draw(repositories, 38)
    assert drawn == draw(repositories, 38)
    assert ("three__small", "deep/er/Dockerfile") in {(one.repository, one.path) for one in drawn}
    assert sum(one.repository == "one__large" for one in drawn) == 5  # as many with ROCm has the known sample
    assert sum(one.repository.startswith("two__") for one in drawn) == 32
    assert not any(one.path.endswith((".md", ".j2")) for one in drawn)


def test_others_fill_the_room_where_there_are_no_more_of_a_kind(repositories: Path) -> None:
    assert len(draw(repositories, 40)) == 40
    assert len(draw(repositories)) == 1 + 8 + 58


def test_a_folder_for_each_release_is_one_file(tmp_path: Path) -> None:
    (tmp_path / "git").mkdir()
    files = {f"v{number}/Dockerfile": f"FROM ubuntu:22.04\n# {number}\n" for number in (1, 2, 30)}
    repository(tmp_path / "trees" / "one__many", files)
    assert len(draw(tmp_path / "git")) == 1


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("FROM --platform=linux/amd64 python:3.12 AS x\n", "python"),
        ("ARG V=12.8.1\nFROM nvidia/cuda:${V}-devel-ubuntu22.04\n", "nvidia/cuda"),
        ("ARG OWNER=jupyter\nARG BASE=quay.io/$OWNER/base-notebook\nFROM $BASE\n", "jupyter"),
        ("ARG BASE\nFROM ${BASE}\nFROM python:3.12\n", "only an argument"),
        ("FROM nvcr.io/nvidia/l4t-base:r32\n", "l4t"),
        ("FROM golang:1.22\n", "others"),
    ],
)
def test_the_first_image(text: str, kind: str) -> None:
    assert first_image(text) == kind


def test_other_package_managers() -> None:
    assert installs_otherwise("FROM x\nRUN set -e && \\\n    yum -y install gcc\n")
    assert not installs_otherwise("FROM x\nRUN apt-get install -y yum-utils\n")
