"""Keys of repositories: read from the project or from an address, and checked against the program's checksum."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from threading import Event
from urllib.parse import urlsplit

from envc.diagnostics import Diagnostic, Report
from envc.diagnostics.diagnostic import world_failed, wrong
from envc.language.system_repositories import SystemRepository
from envc.lock.openpgp import binary
from envc.plan.places import Places
from envc.plan.wanted import root_path

#: No key has more bytes: keyrings of a whole distribution have some hundred thousand.
LARGEST = 4 * 2**20


def key_reader(root: Path, places: Places) -> Callable[[SystemRepository], bytes]:
    """Return what gives the key of a repository. It raises a Report: `unusable-repository-key`, `repository-failed`."""

    def key_of(repository: SystemRepository) -> bytes:
        if repository.key.startswith(("http://", "https://")):
            content = _fetched(repository)
        else:
            content = _read(root / root_path(repository.key, repository.origin, "key", places), repository)
        found = sha256(content).hexdigest()
        if found != repository.sha256:
            notes = (f"the file has {found}",)
            helps = ("compare it with what the repository's keepers publish before you write this one down",)
            raise _unusable(repository, "has another sha256", "sha256", "not that of the file", notes, helps)
        try:
            return binary(content)
        except ValueError as error:
            raise _unusable(repository, "is no key", "key", str(error)) from None

    return key_of


def _read(file: Path, repository: SystemRepository) -> bytes:
    try:
        with file.open("rb") as stream:
            return stream.read(LARGEST)
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        helps = ("put the key that its keepers publish there, with its sha256 into the program",)
        raise _unusable(repository, "is missing", "key", "there is no such file", helps=helps) from None
    except OSError as error:
        raise _unusable(repository, "cannot be read", "key", (error.strerror or "unknown error").lower()) from None


def _fetched(repository: SystemRepository) -> bytes:
    from envc.resolvers.artifacts.http import authorisation_for
    from envc.resolvers.artifacts.transfer.failures import TransferError
    from envc.resolvers.artifacts.transfer.reading import Limits
    from envc.resolvers.artifacts.transfer.web import Web

    web = Web(Limits(), Event())
    try:
        answered = web.document(repository.key, authorisation_for(repository.key))
    except TransferError as error:
        raise _unreachable(repository, str(error)) from None
    finally:
        web.close()
    if answered.status != 200:
        raise _unreachable(repository, f"{urlsplit(repository.key).hostname} answers {answered.status}")
    return answered.body


def _unreachable(repository: SystemRepository, reason: str) -> Report:
    return world_failed(
        "repository-failed",
        f"the key of the repository `{repository.name}` cannot be fetched",
        notes=(reason,),
        helps=("check its address, or keep the key as a file of the project",),
        labels=(wrong(repository.origin.of("key"), "asked here"),),
    )


def _unusable(  # what is said of a key
    repository: SystemRepository,
    what: str,
    field: str,
    label: str,
    notes: tuple[str, ...] = (),
    helps: tuple[str, ...] = (),
) -> Report:
    message = f"the key of the repository `{repository.name}` {what}"
    labels = (wrong(repository.origin.of(field), label),)
    return Report([Diagnostic("unusable-repository-key", message, labels, notes, helps)])
