"""What is taken from pip's configuration, and what is left where it is."""

from __future__ import annotations

import configparser
import os

import pytest

from envc.resolvers.settings import Settings, clean_environment, read_settings, settings_of_this_machine

LISTING = """\
:env:.default-timeout='180'
:env:.find-links='/opt/wheels'
download.index-url='https://never.test/simple'
global.cert='/etc/ssl/bundle.pem'
global.constraint='/etc/constraints.txt'
global.extra-index-url='\\nfile:///srv/simple\\nhttps://bob:pa%40ss@office.test/simple'
global.index-url='https://mirror.test/simple'
global.no-index='false'
global.timeout='20'
global.trusted-host='a.test b.test'
install.index-url='https://install.test/simple'
"""


def test_sections_are_heeded_in_pips_order() -> None:
    settings = read_settings(LISTING)
    assert settings == Settings(
        main_index="https://install.test/simple",
        extra_indexes=("file:///srv/simple", "https://bob:pa%40ss@office.test/simple"),
        find_links=("/opt/wheels",),
        trusted_hosts=("a.test", "b.test"),
        cert="/etc/ssl/bundle.pem",
        timeout="180",
    )


def test_only_addresses_that_other_machines_reach_are_indexes() -> None:
    office = "https://office.test/simple"
    assert Settings().remote_indexes == (None,)
    assert Settings(office).remote_indexes == (office,)
    assert Settings(extra_indexes=("file:///srv", office, "/srv/simple")).remote_indexes == (office, None)
    assert Settings("file:///srv").remote_indexes == ()
    assert Settings(office, (office,), no_index=True).remote_indexes == ()


def test_the_configuration_file_says_the_same_to_pip() -> None:
    settings = read_settings(LISTING)
    parser = configparser.RawConfigParser()  # as pip reads it
    parser.read_string(settings.configuration)
    listing = "".join(f"global.{name}={value!r}\n" for name, value in parser["global"].items())
    assert read_settings(listing) == settings
    assert "constraint" not in settings.configuration


def test_the_variables_hold_no_index() -> None:
    variables = read_settings(LISTING).variables
    assert variables == {
        "PIP_TRUSTED_HOST": "a.test b.test",
        "PIP_CERT": "/etc/ssl/bundle.pem",
        "PIP_DEFAULT_TIMEOUT": "180",
    }


def test_a_clean_environment_has_nothing_of_pip_or_python() -> None:
    dirty = {
        "HOME": "/home/bob",
        "HTTPS_PROXY": "http://proxy.test",
        "PIP_INDEX_URL": "https://x.test",
        "PIP_CONSTRAINT": "c.txt",
        "PYTHONPATH": "/x",
        "VIRTUAL_ENV": "/y",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "no_proxy": "",
    }
    clean = clean_environment(dirty)
    assert {name: clean[name] for name in dirty if name in clean} == {
        "HOME": "/home/bob",
        "HTTPS_PROXY": "http://proxy.test",
    }
    assert clean["PIP_CONFIG_FILE"] == os.devnull


def test_pip_itself_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "https://office.test/simple file:///srv")
    monkeypatch.setenv("PIP_RETRIES", "1")
    settings = settings_of_this_machine()
    assert settings.extra_indexes == ("https://office.test/simple", "file:///srv")
    assert settings.retries == "1"
    assert settings.main_index is None


def test_a_configuration_that_pip_cannot_read(monkeypatch: pytest.MonkeyPatch, tmp_path: os.PathLike[str]) -> None:
    from pathlib import Path

    from envc.diagnostics import Report

    broken = Path(tmp_path, "pip.conf")
    broken.write_text("index-url = https://bob:s3cret@x.test\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(broken))
    with pytest.raises(Report) as caught:
        settings_of_this_machine()
    assert caught.value.exit_code == 3
    assert [one.name for one in caught.value.diagnostics] == ["pip-configuration"]
    assert "s3cret" not in str(caught.value.diagnostics)
