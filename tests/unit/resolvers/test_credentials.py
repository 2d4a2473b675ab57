"""Credentials of indexes: found where pip has them, and written as the builder's netrc reads them."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from envc.cli.build_credentials import all_credentials, credentials_of, netrc_text
from envc.cli.index_secrets import logins_for
from envc.declarations import words
from envc.diagnostics import Report, Source
from envc.language.check import check
from envc.language.environment import Environment
from envc.resolvers.credentials import Login, logins_of, with_login, with_logins
from envc.resolvers.settings import Settings
from envc.syntax.parse import parse

ADDRESS = "https://packages.example.org/team/simple"
#: What a netrc can hold from Python 3.11 on.
QUOTED = ["ge heim", ""] if sys.version_info >= (3, 11) else []
ADA = Login("ada", "ge:heim @")
CONFIGURED = Settings(extra_indexes=("https://ada:ge%3Aheim%20%40@packages.example.org/team/simple",))


def netrc(home: Path, text: str) -> dict[str, str]:
    (home / ".netrc").write_text(text)
    return {"HOME": str(home)}


def keyring(folder: Path, *lines: str) -> dict[str, str]:
    """A program `keyring` on PATH: it answers as the real one for one service, and notes how it was asked."""
    program = folder / "keyring"
    program.write_text("\n".join(["#!/bin/sh", f'echo "$*" >> {folder}/asked', *lines, "exit 1", ""]))
    program.chmod(0o700)
    return {"PATH": f"{folder}:{os.environ['PATH']}"}


def test_pips_configuration_has_the_login_of_an_index_on_the_same_server() -> None:
    assert logins_of([ADDRESS], CONFIGURED, {}) == {"packages.example.org": ADA}
    assert with_login(ADDRESS, CONFIGURED, {}) == CONFIGURED.extra_indexes[0]


@pytest.mark.parametrize(
    "address", ["http://packages.example.org/", "https://packages.example.org:8443/", "https://other.example.org/"]
)
def test_another_server_port_or_scheme_gets_no_login(address: str) -> None:
    assert logins_of([address], CONFIGURED, {}) == {}
    assert with_login(address, CONFIGURED, {}) == address


def test_of_two_configured_indexes_on_a_server_the_nearer_path_counts() -> None:
    both = Settings("https://a:1@packages.example.org/other", ("https://b:2@packages.example.org/team/other",))
    assert logins_of([ADDRESS], both, {}) == {"packages.example.org": Login("b", "2")}


def test_netrc_has_the_login_of_a_host_and_pip_reads_it_itself_while_locking(tmp_path: Path) -> None:
    environ = netrc(tmp_path, "machine packages.example.org login ada password geheim\n")
    assert logins_of([ADDRESS, "https://other.example.org/"], Settings(), environ) == {
        "packages.example.org": Login("ada", "geheim")
    }
    assert with_login(ADDRESS, Settings(), environ) == ADDRESS


def test_the_variable_netrc_names_another_file_and_a_broken_one_is_as_good_as_none(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text("default login ada password geheim\n")
    environ = {**netrc(tmp_path, "machine"), "NETRC": str(other)}
    assert logins_of([ADDRESS], Settings(), environ) == {"packages.example.org": Login("ada", "geheim")}
    del environ["NETRC"]
    assert logins_of([ADDRESS], Settings(), environ) == {}


def test_pips_configuration_comes_before_netrc(tmp_path: Path) -> None:
    environ = netrc(tmp_path, "machine packages.example.org login other password other\n")
    assert logins_of([ADDRESS], CONFIGURED, environ) == {"packages.example.org": ADA}


def test_the_keyring_is_asked_where_pip_is_set_to_ask_it(tmp_path: Path) -> None:
    settings = Settings("https://ada@packages.example.org/simple", keyring_provider="subprocess")
    environ = keyring(tmp_path, f'[ "$*" = "get {ADDRESS} ada" ] && echo geheim && exit 0')
    assert logins_of([ADDRESS], settings, environ) == {"packages.example.org": Login("ada", "geheim")}
    assert with_login(ADDRESS, settings, environ) == ADDRESS.replace("//", "//ada:geheim@")
    asked = (tmp_path / "asked").read_text()
    assert "geheim" not in asked
    (tmp_path / "asked").unlink()
    assert logins_of([ADDRESS], settings._replace(keyring_provider=None, main_index=None), environ) == {}
    assert not (tmp_path / "asked").exists()


def test_the_keyring_may_know_the_name_as_well(tmp_path: Path) -> None:
    ask = '[ "$*" = "--mode creds get packages.example.org" ] && printf "ada\\ngeheim\\n" && exit 0'
    settings = Settings(keyring_provider="subprocess")
    assert logins_of([ADDRESS], settings, keyring(tmp_path, ask)) == {"packages.example.org": Login("ada", "geheim")}


def test_a_token_in_place_of_a_name_has_no_password() -> None:
    token = Settings("https://t0ken@packages.example.org/simple")
    assert logins_of([ADDRESS], token, {}) == {"packages.example.org": Login("t0ken", "")}


def test_the_machines_own_indexes_get_the_keyrings_login(tmp_path: Path) -> None:
    environ = keyring(tmp_path, 'printf "ada\\nge heim\\n" && exit 0')
    found = with_logins(Settings(ADDRESS, keyring_provider="subprocess"), environ)
    assert found.main_index == ADDRESS.replace("//", "//ada:ge%20heim@")


def test_a_login_shows_no_password() -> None:
    assert "geheim" not in repr(Login("ada", "geheim"))


@pytest.mark.parametrize("password", ["geheim", 'a"b', "a\\b", "a#b", '"', "$x;'", "ö€", *QUOTED])
def test_a_netrc_reads_back_as_it_was_meant(tmp_path: Path, password: str) -> None:
    """By the reader of the Python that runs the tests."""
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    file = tmp_path / "netrc"
    file.write_text(netrc_text({"h": Login("ada", password)}, version), encoding="utf-8")
    found = subprocess.run(
        [sys.executable, "-c", "import netrc,sys; print(netrc.netrc(sys.argv[1]).authenticators('h')[2])", str(file)],
        capture_output=True,
        text=True,
        check=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONUTF8": "1"},
    )
    assert found.stdout == f"{password}\n"


def test_what_a_netrc_cannot_hold_is_said_without_the_password() -> None:
    assert netrc_text({"h": Login("ada", "a\\b")}, "3.10") == "machine h login ada password a\\b\n"
    with pytest.raises(Report) as caught:
        netrc_text({"h": Login("ada", "ge heim")}, "3.10")
    (diagnostic,) = caught.value.diagnostics
    assert (diagnostic.name, caught.value.exit_code) == ("unusable-credentials", 3)
    assert "heim" not in str(diagnostic)


def test_the_file_for_the_build_is_private_has_only_what_is_asked_and_is_gone_afterwards(tmp_path: Path) -> None:
    text = "machine packages.example.org login ada password geheim\nmachine other.example.org login x password y\n"
    with credentials_of([ADDRESS], Settings(), netrc(tmp_path, text), "3.12") as secrets:
        ((name, file),) = secrets
        assert name == "envc-netrc"
        assert file.read_text() == 'machine packages.example.org login "ada" password "geheim"\n'
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert not file.parent.exists()
    with credentials_of(["https://third.example.org/"], Settings(), netrc(tmp_path, text), "3.12") as secrets:
        assert secrets == ()


PROGRAM = """env train <
  python 3.12
  secret corp as CORP_TOKEN build
  secret team as TEAM_TOKEN
  index one "https://packages.example.org/one" secret corp for a
  index two "https://packages.example.org/two" secret team user ada for b
  index three "https://packages.example.org/three" for c
>
"""
TOKENS = {"CORP_TOKEN": "p@ss: word", "TEAM_TOKEN": "geheim\n"}
PLACES = {name: f"https://packages.example.org/{name}" for name in ("one", "two", "three")}


def program(text: str = PROGRAM) -> Environment:
    (environment,) = check(parse(Source("train.env", text)), words).environments
    return environment


def test_a_secret_of_the_program_is_the_password_of_its_index() -> None:
    addresses = logins_for(program(), {}, TOKENS).within(PLACES)
    assert addresses == {
        "one": "https://__token__:p%40ss%3A%20word@packages.example.org/one",
        "two": "https://ada:geheim@packages.example.org/two",
        "three": "https://packages.example.org/three",
    }


def test_a_file_goes_before_the_variable_and_the_machines_own_login_before_both(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("from-file\n")
    logins = logins_for(program(), {"corp": tmp_path / "token"}, TOKENS)
    assert logins.address_of("one", PLACES["one"]) == "https://__token__:from-file@packages.example.org/one"
    assert logins.address_of("one", "https://me:mine@mirror.example.org/") == "https://me:mine@mirror.example.org/"
    assert "from-file" not in repr(logins)


def test_a_secret_that_is_not_there_is_said_with_what_gives_it() -> None:
    logins = logins_for(program(), {}, {"CORP_TOKEN": "x"})
    assert [one.name for one in logins.notes] == ["missing-secret"]
    assert [one.message for one in logins.notes] == ["the index `two` is asked without the secret `team`"]
    assert "so does the variable TEAM_TOKEN" in logins.notes[0].helps


def test_each_index_with_a_secret_has_a_netrc_of_its_own(tmp_path: Path) -> None:
    environ = netrc(tmp_path, "machine packages.example.org login eve password other\n")
    logins = logins_for(program(), {}, TOKENS)
    with all_credentials(PLACES, logins, Settings(), environ, "3.12") as secrets:
        texts = {name: file.read_text() for name, file in secrets}
    assert {name: text.split('"')[1::2] for name, text in texts.items()} == {
        "envc-netrc": ["eve", "other"],
        "envc-netrc-one": ["__token__", "p@ss: word"],
        "envc-netrc-two": ["ada", "geheim"],
    }
    assert not any(file.exists() for _, file in secrets)
