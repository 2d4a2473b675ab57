"""How pip reaches its indexes on this machine: read from pip's own configuration, used, and written nowhere.

Only addresses that begin with `http:` or `https:` count as indexes. `find-links` and `file:` addresses are
conveniences of one machine: what they offer cannot be had elsewhere, and a local wheel must not shadow the file of the
index in a lock. They serve only to make the resolver's own environment, whose hashes are known beforehand.
Constraints, `pre`, `no-binary` and all else that would change the choice of versions are not read.
"""

from __future__ import annotations

import ast
import os
from collections.abc import Mapping
from typing import NamedTuple

from envc.diagnostics.diagnostic import world_failed

#: Sections of pip's configuration that `pip install` heeds; a later one wins.
SECTIONS = ("global", "install", ":env:")

#: Variables that a program needs to reach a network as the rest of the machine does. None of them is pip's.
PASSED_ON = (
    *("HOME", "PATH", "TMPDIR", "TEMP", "TMP", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT", "USERPROFILE"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NETRC"),
    *("http_proxy", "https_proxy", "all_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"),
)


class Settings(NamedTuple):
    """The part of pip's configuration that says how to reach indexes. Addresses may hold credentials."""

    main_index: str | None = None  # address of the index that replaces Python's default one
    extra_indexes: tuple[str, ...] = ()  # addresses, as configured
    no_index: bool = False  # the machine's pip is told to use no index at all
    find_links: tuple[str, ...] = ()  # folders and pages; for the resolver's own environment only
    trusted_hosts: tuple[str, ...] = ()
    cert: str | None = None  # path of a bundle of certificates
    client_cert: str | None = None  # path of a certificate and its key
    proxy: str | None = None
    timeout: str | None = None  # seconds
    retries: str | None = None
    keyring_provider: str | None = None

    @property
    def remote_indexes(self) -> tuple[str | None, ...]:
        """Where a name without a route is looked for, in this order; None is Python's default index.

        Extra indexes come first: they are where a machine's own packages lie, and a stranger who puts one of their
        names on the main index must not be heard.
        """
        if self.no_index:
            return ()
        main = (self.main_index,) if self.main_index is None or is_remote(self.main_index) else ()
        return (*filter(is_remote, self.extra_indexes), *main)

    @property
    def variables(self) -> dict[str, str]:
        """The settings of the connection as pip's environment variables, without indexes."""
        values = {
            "PIP_TRUSTED_HOST": " ".join(self.trusted_hosts),
            "PIP_CERT": self.cert,
            "PIP_CLIENT_CERT": self.client_cert,
            "PIP_PROXY": self.proxy,
            "PIP_DEFAULT_TIMEOUT": self.timeout,
            "PIP_RETRIES": self.retries,
            "PIP_KEYRING_PROVIDER": self.keyring_provider,
        }
        return {name: value for name, value in values.items() if value}

    @property
    def configuration(self) -> str:
        """The text of a pip configuration file with all of the settings, indexes and folders included."""
        values = {
            "index-url": self.main_index,
            "extra-index-url": "\n    ".join(self.extra_indexes),
            "no-index": "true" if self.no_index else None,
            "find-links": "\n    ".join(self.find_links),
            **{name.removeprefix("PIP_").lower().replace("_", "-"): text for name, text in self.variables.items()},
        }
        return "[global]\n" + "".join(f"{name} = {value}\n" for name, value in values.items() if value)


def is_remote(address: str) -> bool:
    """Tell whether other machines can reach an address as well."""
    return address.lower().startswith(("http://", "https://"))


def read_settings(listing: str) -> Settings:
    """Return the settings in the output of `pip config list`: one `section.name='value'` a line."""
    values: dict[tuple[str, str], str] = {}
    for line in listing.splitlines():
        key, equals, quoted = line.partition("=")
        section, _, name = key.rpartition(".")
        if equals and section in SECTIONS:
            values[section, name] = str(ast.literal_eval(quoted))

    def last(*names: str) -> str | None:
        found = [values[section, name] for section in SECTIONS for name in names if values.get((section, name))]
        return found[-1] if found else None

    return Settings(
        main_index=last("index-url", "pypi-url"),
        extra_indexes=tuple((last("extra-index-url") or "").split()),
        no_index=(last("no-index") or "").lower() in {"1", "true", "yes", "on", "y", "t"},
        find_links=tuple((last("find-links") or "").split()),
        trusted_hosts=tuple((last("trusted-host") or "").split()),
        cert=last("cert"),
        client_cert=last("client-cert"),
        proxy=last("proxy"),
        timeout=last("timeout", "default-timeout"),
        retries=last("retries"),
        keyring_provider=last("keyring-provider"),
    )


def clean_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a process that no configuration of pip, pip-tools or Python reaches."""
    return {
        **{name: environ[name] for name in PASSED_ON if environ.get(name)},
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_INPUT": "1",
        "PYTHONUTF8": "1",
        "LC_ALL": "C.UTF-8",
    }


def settings_of_this_machine() -> Settings:
    """Ask pip how it is configured here. Takes about half a second. Raises a `Report` when pip cannot say."""
    import subprocess
    import sys

    answer = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
    )
    if answer.returncode != 0:
        raise world_failed(
            "pip-configuration",
            "pip cannot read its configuration on this machine",
            helps=("`python -m pip config debug` names the files and what is wrong with them",),
        )
    return read_settings(answer.stdout)
