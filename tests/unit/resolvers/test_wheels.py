"""What is read of a wheel of the project: its name, its metadata, whether the target takes it."""

from __future__ import annotations

import zipfile
from hashlib import sha256
from pathlib import Path

import pytest

from envc.diagnostics import Diagnostic, Report
from envc.language.facets import PythonPackage
from envc.lock.resolution import Target
from envc.lock.wheels import FoundWheel
from envc.resolvers.wheels import Wheels
from tests.index_server import metadata_of, wheel_of
from tests.unit.lock.world import environment

AMD64 = Target("3.12.12", "linux/amd64", (2, 36))
NAME = "ranker-1.0-py3-none-any.whl"


def read(folder: Path, file: str = NAME, clause: str = "ranker", target: Target = AMD64) -> FoundWheel:
    (package,) = environment(f'env a < python 3.12; pip {clause} from wheel "{file}" >').every(PythonPackage)
    return Wheels(folder / "cache", lambda path: folder / path, offline=True).read(package, target, lambda _: None)


def refused(folder: Path, file: str = NAME, clause: str = "ranker", target: Target = AMD64) -> Diagnostic:
    with pytest.raises(Report) as report:
        read(folder, file, clause, target)
    (diagnostic,) = report.value.diagnostics
    assert report.value.exit_code == 1
    return diagnostic


def put(folder: Path, metadata: str, file: str = NAME) -> bytes:
    content = wheel_of("ranker", "1.0", "py3-none-any", metadata)
    (folder / file).write_bytes(content)
    return content


def test_version_checksum_size_and_what_it_asks_for(tmp_path: Path) -> None:
    content = put(tmp_path, metadata_of("Ranker", "1.0", ("six>1", 'x ; extra == "y"'), ">=3.9"))
    stated = ("six>1", 'x ; extra == "y"')
    assert read(tmp_path) == FoundWheel("1.0", NAME, sha256(content).hexdigest(), len(content), stated)


@pytest.mark.parametrize(
    ("file", "clause", "name"),
    [
        ("ranker.whl", "ranker", "unreadable-wheel"),
        ("ranker-x-py3-none-any.whl", "ranker", "unreadable-wheel"),
        (NAME, "other", "source-of-another-package"),
        (NAME, "ranker >=2", "source-of-another-package"),
        ("ranker-1.0-cp311-cp311-linux_x86_64.whl", "ranker", "wheel-for-another-target"),
        ("ranker-1.0-cp312-cp312-manylinux_2_39_x86_64.whl", "ranker", "wheel-for-another-target"),
        ("ranker-1.0-cp312-cp312-linux_aarch64.whl", "ranker", "wheel-for-another-target"),
        ("ranker-1.0-py2-none-any.whl", "ranker", "wheel-for-another-target"),
    ],
)
def test_a_name_says_what_the_wheel_is(tmp_path: Path, file: str, clause: str, name: str) -> None:
    """It is judged before any byte is read."""
    assert refused(tmp_path, file, clause).name == name


@pytest.mark.parametrize(
    "file",
    [
        "ranker-1.0-cp39-abi3-manylinux2014_x86_64.whl",
        "ranker-1.0-2-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
        "ranker-1.0-py2.py3-none-any.whl",
    ],
)
def test_what_the_target_takes(tmp_path: Path, file: str) -> None:
    put(tmp_path, metadata_of("ranker", "1.0", (), None), file)
    assert read(tmp_path, file).file == file


@pytest.mark.parametrize(
    ("metadata", "name"),
    [
        (metadata_of("other", "1.0", (), None), "unreadable-wheel"),
        (metadata_of("ranker", "1.1", (), None), "unreadable-wheel"),
        (metadata_of("ranker", "1.0", ("a b c",), None), "unreadable-wheel"),
        ("", "unreadable-wheel"),
        (metadata_of("ranker", "1.0", (), ">=3.13"), "requires-python-mismatch"),
    ],
)
def test_metadata_must_be_of_the_wheel_and_take_the_python(tmp_path: Path, metadata: str, name: str) -> None:
    put(tmp_path, metadata)
    assert refused(tmp_path).name == name


def test_what_is_no_wheel(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(b"version https://git-lfs.github.com/spec/v1\n")
    assert refused(tmp_path).name == "unreadable-wheel"
    with zipfile.ZipFile(tmp_path / NAME, "w") as archive:
        archive.writestr("other.txt", "x")
    assert refused(tmp_path).name == "unreadable-wheel"
