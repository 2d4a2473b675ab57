"""Credentials of package indexes for a build: a netrc with the hosts that this build asks, mounted as a secret.

It lies in a private file while the build runs. No layer, history, argument or output holds it.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from envc.cli.index_secrets import IndexLogins
from envc.diagnostics.diagnostic import world_failed
from envc.plan.package_parts import netrc_secret
from envc.resolvers.credentials import Login, logins_of
from envc.resolvers.settings import Settings


@contextmanager
def credentials_of(
    indexes: Iterable[str], settings: Settings, environ: Mapping[str, str], python: str, index: str | None = None
) -> Iterator[tuple[tuple[str, Path], ...]]:
    """Yield the secret with what this machine has for the addresses of a build's indexes, or nothing.

    `python` is the builder's version, `3.12`, which decides how its netrc is written. The file is removed at the end.
    An `index` that has a login in the program has a secret of its own: two of one server may have two logins. The
    Dockerfile mounts it where the builder's pip looks, at /root/.netrc.
    """
    configured = (address for address in settings.remote_indexes if address)
    logins = logins_of([*indexes, *configured], settings, environ)
    if not logins:
        yield ()
        return
    text = netrc_text(logins, python)
    folder = Path(tempfile.mkdtemp(prefix="envc-netrc-"))  # private: mode 0700
    try:
        file = folder / "netrc"
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(text)
        yield ((netrc_secret(index), file),)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def all_credentials(
    indexes: Mapping[str, str], own: IndexLogins, settings: Settings, environ: Mapping[str, str], python: str
) -> Iterator[tuple[tuple[str, Path], ...]]:
    """Yield the secret of this machine's logins, and one for each index whose login the program gives.

    `indexes` has the addresses of a build's indexes by their names.
    """
    with ExitStack() as stack:
        secrets = stack.enter_context(credentials_of(indexes.values(), settings, environ, python))
        for index in (name for name in own.declared if name in indexes):
            address = own.address_of(index, indexes[index])
            secrets += stack.enter_context(credentials_of([address], settings, environ, python, index))
        yield secrets


def netrc_text(logins: Mapping[str, Login], python: str) -> str:
    """Return a netrc as that Python reads it. Raises a Report for a login that it cannot hold.

    From 3.11 on, words may be quoted; before, there is no way to write a blank.
    """
    quoted = tuple(int(part) for part in python.split(".")[:2]) >= (3, 11)
    lines = []
    for host, login in sorted(logins.items()):
        words = [_quoted(word) if quoted else word for word in login]
        if not all(_can_stand(word, quoted=quoted) for word in login):
            raise world_failed(
                "unusable-credentials",
                f"the name or password for {host} cannot be handed to the builder",
                notes=(f"the netrc of Python {python} holds no line's end; before 3.11 no blank and no empty word",),
                helps=("take another password, or a token",),
            )
        lines.append(f"machine {host} login {words[0]} password {words[1]}\n")
    return "".join(lines)


def _quoted(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _can_stand(word: str, *, quoted: bool) -> bool:
    return word.isprintable() and (quoted or (bool(word) and not any(map(str.isspace, word))))
