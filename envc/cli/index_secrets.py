"""Secrets of a program that are passwords of its indexes: for whoever locks, builds or vendors, and for nothing else.

A value comes from a file that is given by name or from the variable that the secret goes `as`. It is part of the
address with which a resolver asks, and of the netrc that a build mounts; both are private and end with the command.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, urlsplit, urlunsplit

from envc.diagnostics import Diagnostic, Report
from envc.language.environment import Environment
from envc.language.facets import Secret
from envc.lock.routes import logins_by_index
from envc.resolvers.credentials import Login


class IndexLogins(NamedTuple):
    """The logins of indexes, and notes about secrets that are not there."""

    declared: tuple[str, ...]  # names of the indexes that have a login in the program, sorted
    logins: Mapping[str, Login]  # by the name of the index, as far as the secrets are there
    notes: tuple[Diagnostic, ...]

    def within(self, addresses: Mapping[str, str]) -> dict[str, str]:
        """Return addresses of indexes with the logins in them; one that has a login keeps its own."""
        return {name: self.address_of(name, address) for name, address in addresses.items()}

    def address_of(self, index: str, address: str) -> str:
        """Return the address of an index with its login in it."""
        parts, login = urlsplit(address), self.logins.get(index)
        if login is None or "@" in parts.netloc:
            return address
        userinfo = f"{quote(login.name, safe='')}:{quote(login.password, safe='')}"
        return urlunsplit(parts._replace(netloc=f"{userinfo}@{parts.netloc}"))


def secret_argument(parser: argparse.ArgumentParser) -> None:
    """Add the argument that gives the value of a secret."""
    help_text = "the file with a secret that is the password of an index; its variable otherwise"
    parser.add_argument("--secret", action="append", default=[], metavar="NAME=FILE", help=help_text)


def given_secrets(texts: Iterable[str]) -> dict[str, Path]:
    """Read `NAME=FILE` texts. Raises SystemExit 2 for any other."""
    given = {}
    for text in texts:
        name, equals, file = text.partition("=")
        if not (name and equals and file):
            sys.stderr.write(f"envc: --secret takes NAME=FILE, not `{text}`\n")
            raise SystemExit(2)
        given[name] = Path(file)
    return given


def refuse_unknown_secrets(given: Iterable[str], environments: Iterable[Environment]) -> None:
    """Refuse names that are the password of no index in any of the environments. Raises a Report."""
    known = {
        secret
        for environment in environments
        for one in on_every_platform(environment)
        for _, secret in logins_by_index(one).values()
    }
    notes = (f"for indexes it has: {', '.join(sorted(known)) or 'none'}",)
    unknown = [name for name in given if name not in known]
    if unknown:
        raise Report(
            Diagnostic("unknown-secret", f"no index of the program has the secret `{name}`", notes=notes)
            for name in unknown
        )


def on_every_platform(environment: Environment) -> tuple[Environment, ...]:
    """Return an environment and what it is on single platforms."""
    return (environment, *(variant for _, variant in environment.variants))


def missing_secrets(environment: Environment, given: Mapping[str, Path]) -> list[Diagnostic]:
    """Return notes about secrets of indexes that are not there, on whatever platform, each once."""
    notes = (note for one in on_every_platform(environment) for note in logins_for(one, given).notes)
    return list(dict.fromkeys(notes))


def logins_for(
    environment: Environment, given: Mapping[str, Path], environ: Mapping[str, str] | None = None
) -> IndexLogins:
    """Return the logins of an environment's indexes. Raises a Report for a file that cannot be read."""
    from envc.engines.secrets import find_secrets

    environ = os.environ if environ is None else environ
    wanted = logins_by_index(environment)
    names = {secret for _, secret in wanted.values()}
    planned = [
        {"name": one.name, "path": "", "variable": one.variable}
        for one in environment.every(Secret)
        if one.name in names
    ]
    found = find_secrets(planned, {name: file for name, file in given.items() if name in names}, environ).found
    values = {one.name: one.text for one in found}
    logins = {index: Login(user, values[secret]) for index, (user, secret) in wanted.items() if secret in values}
    variables = {one.name: one.variable for one in environment.every(Secret)}
    notes = (
        _missing(index, secret, variables.get(secret)) for index, (_, secret) in wanted.items() if index not in logins
    )
    return IndexLogins(tuple(sorted(wanted)), logins, tuple(notes))


def _missing(index: str, secret: str, variable: str | None) -> Diagnostic:
    helps = [f"`--secret {secret}=FILE` gives it"]
    helps += [f"so does the variable {variable}"] if variable else []
    message = f"the index `{index}` is asked without the secret `{secret}`"
    notes = ("what pip has for it is used: netrc, keyring, its configuration",)
    return Diagnostic("missing-secret", message, notes=notes, helps=tuple(helps), severity="note")
