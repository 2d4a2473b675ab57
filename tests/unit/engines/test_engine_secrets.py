"""Secrets of a container: values go to the container alone."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from envc.diagnostics import Report
from envc.engines.secrets import Secret, delivered, find_secrets

PLANNED: list[dict[str, str | None]] = [
    {"name": "token", "variable": "TOKEN", "path": "/run/secrets/token"},
    {"name": "key", "variable": None, "path": "/run/secrets/key"},
]


def test_a_value_comes_from_the_variable_and_a_missing_one_is_a_note() -> None:
    secrets = find_secrets(PLANNED, {}, {"TOKEN": "geheim"})
    assert [(one.name, one.value) for one in secrets.found] == [("token", b"geheim")]
    assert secrets.variables == {"TOKEN": "geheim"}
    assert [(one.name, one.severity) for one in secrets.notes] == [("missing-secret", "note")]
    assert "`key`" in secrets.notes[0].message


def test_a_file_wins_and_its_final_newline_is_no_part_of_the_variable(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_bytes(b"of the file\n")
    secrets = find_secrets(PLANNED, {"token": file}, {"TOKEN": "of the variable"})
    assert secrets.found[0].value == b"of the file\n"
    assert secrets.variables == {"TOKEN": "of the file"}


def test_an_empty_variable_is_a_value() -> None:
    assert find_secrets(PLANNED, {}, {"TOKEN": ""}).variables == {"TOKEN": ""}


def test_bytes_that_are_no_text_pass_through(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_bytes(bytes(range(256)))
    secrets = find_secrets(PLANNED, {"key": file}, {})
    assert secrets.variables == {}
    with delivered(secrets.found) as (mount,):
        assert Path(mount.source).read_bytes() == bytes(range(256))


@pytest.mark.parametrize(("given", "name"), [("other", "unknown-secret"), ("token", "unreadable-secret")])
def test_a_wrong_name_and_a_missing_file_are_refused(tmp_path: Path, given: str, name: str) -> None:
    with pytest.raises(Report) as caught:
        find_secrets(PLANNED, {given: tmp_path / "nowhere"}, {})
    assert [one.name for one in caught.value.diagnostics] == [name]


def test_a_nul_byte_goes_into_no_variable(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_bytes(b"a\0b")
    with pytest.raises(Report) as caught:
        _ = find_secrets(PLANNED, {"token": file}, {}).variables
    assert [one.name for one in caught.value.diagnostics] == ["unreadable-secret"]


def test_files_lie_in_a_private_folder_and_are_gone_afterwards() -> None:
    secret = Secret("token", "/run/secrets/token", None, b"geheim")
    with delivered([secret]) as (mount,):
        file = Path(mount.source)
        assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
        assert (mount.target, mount.readonly) == ("/run/secrets/token", True)
        assert "token" not in mount.source
    assert not file.parent.exists()
    with pytest.raises(ZeroDivisionError), delivered([secret]) as (mount,):
        _ = 1 // 0
    assert not Path(mount.source).parent.exists()


def test_a_secret_never_shows_its_value() -> None:
    secrets = find_secrets(PLANNED, {}, {"TOKEN": "geheim"})
    assert "geheim" not in f"{secrets!r} {secrets} {secrets.found[0]}"
