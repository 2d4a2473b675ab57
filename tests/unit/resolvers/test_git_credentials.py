"""The builder's git gets what this machine has for a host, in a private file, and nobody is asked for it."""

from __future__ import annotations

import os
from base64 import b64encode
from pathlib import Path

import pytest

from envc.cli.source_credentials import source_credentials
from envc.plan.program_parts import PlannedGitSource
from envc.resolvers.git.credentials import authorisation_of

ADDRESS = "https://git.example.org/team/a.git"
HEADER = "Basic " + b64encode(b"me:pa ss").decode()


def source(address: str = ADDRESS) -> PlannedGitSource:
    return PlannedGitSource(
        name="a", address=address, commit="a" * 40, tree="b" * 64, submodules=(), partial=False, path="/a"
    )


def home() -> Path:
    return Path(os.environ["HOME"])


def with_helper() -> None:
    (home() / ".gitconfig").write_text("[credential]\n\thelper = store\n")
    (home() / ".git-credentials").write_text("https://me:pa%20ss@git.example.org\n")


def test_without_credentials_there_is_no_secret() -> None:
    with source_credentials([source()], os.environ) as secrets:
        assert secrets == ()


def test_a_helper_of_gits_is_asked() -> None:
    with_helper()
    assert authorisation_of(ADDRESS, os.environ) == HEADER
    assert authorisation_of("https://other.example.org/a.git", os.environ) is None


def test_a_window_is_not_opened(tmp_path: Path) -> None:
    ask = tmp_path / "ask"
    ask.write_text("#!/bin/sh\necho asked\n")
    ask.chmod(0o755)
    assert authorisation_of(ADDRESS, {**os.environ, "GIT_ASKPASS": str(ask), "SSH_ASKPASS": str(ask)}) is None


def test_a_netrc_goes_before(monkeypatch: pytest.MonkeyPatch) -> None:
    with_helper()
    monkeypatch.setenv("NETRC", str(home() / "netrc"))
    (home() / "netrc").write_text("machine git.example.org login you password other\n")
    assert authorisation_of(ADDRESS, os.environ) == "Basic " + b64encode(b"you:other").decode()


def test_each_host_has_a_private_file_while_the_build_runs() -> None:
    with_helper()
    with source_credentials([source(), source("https://other.example.org:8443/b.git")], os.environ) as secrets:
        ((name, file),) = secrets
        assert name == "GIT_AUTH_HEADER.git.example.org"
        assert file.read_text() == HEADER
        assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert not file.parent.exists()
