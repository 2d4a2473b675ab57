"""Why a registry gave no image: first as exceptions inside this package, then as reports for the reader.

No text here holds an address or a secret. A mirror is called after the place where it is configured.
"""

from __future__ import annotations

from collections.abc import Sequence

from envc.diagnostics import Diagnostic, Report
from envc.diagnostics.diagnostic import world_failed
from envc.lock.resolution import ImageRequest
from envc.resolvers.registry.reference import Repository


class SilentError(Exception):
    """Nobody answered, or only with words of being busy. The argument says how, as in `docker.io: …`.

    `kind` is the name of the report that this becomes where nothing else knows the answer.
    """

    def __init__(self, reason: str, kind: str = "registry-unreachable", notes: Sequence[str] = ()) -> None:
        self.kind = kind
        self.notes = tuple(notes)
        super().__init__(reason)


class AbsentError(Exception):
    """A registry answered that it has no such image."""


class DeniedError(Exception):
    """A registry asks for credentials that there are not, or refuses those that there are."""

    def __init__(self, *, credentials: bool) -> None:
        self.credentials = credentials
        super().__init__("it refuses the credentials" if credentials else "it asks for credentials")


class UnusableError(Exception):
    """A registry answered something that is not of its protocol. The argument says what, as in `docker.io: …`."""


class UnreadableError(Exception):
    """A layer that is what its digest says cannot be read. The argument says why."""


def unknown_image(repository: Repository, tag: str, helps: Sequence[str], *, has_repository: bool) -> Report:
    """Return the report of an image that a registry does not have; `helps` say which tags there are."""
    if has_repository:
        message = f"`{repository}` has no {'image' if tag.startswith('sha256:') else 'tag'} `{tag}`"
    else:
        message = f"`{repository.registry}` has no repository `{repository.name}`"
    return Report([Diagnostic("unknown-image", message, helps=tuple(helps))])


def unauthorised(repository: Repository, *, credentials: bool) -> Report:
    """Return the report of a repository that may not be read."""
    login = "docker login" if repository.registry == "docker.io" else f"docker login {repository.registry}"
    if credentials:
        message = f"`{repository.registry}` refuses its credentials for `{repository.name}`"
        notes = ["the credentials are those of Docker's own configuration"]
        helps = [f"`{login}` replaces them; `{login.replace('login', 'logout', 1)}` removes them"]
    else:
        message = f"`{repository.registry}` does not show `{repository.name}` without credentials"
        notes = ["many registries answer so for a repository that does not exist, too"]
        helps = ["look at the spelling of the repository", f"`{login}` stores credentials, which envc then uses"]
    return world_failed("registry-unauthorised", message, notes=notes, helps=helps)


def no_platform(repository: Repository, request: ImageRequest, platforms: Sequence[str]) -> Report:
    """Return the report of an image that exists, but not for the platform."""
    message = f"`{repository}:{request.tag}` has no image for `{request.platform}`"
    notes = (f"it exists for {', '.join(f'`{one}`' for one in platforms)}",) if platforms else ()
    return Report(
        [Diagnostic("no-image-for-platform", message, notes=notes, helps=("choose another base or platform",))]
    )


def digest_mismatch(who: str, said: str, found: str) -> Report:
    """Return the report of content that is not what its digest says."""
    message = f"what {who} sent does not have the digest that it was asked for or announced"
    notes = (f"announced: `{said}`", f"received: `{found}`")
    helps = ("a proxy or mirror on the way changes or damages content: repair it or leave it out",)
    return world_failed("registry-digest-mismatch", message, notes=notes, helps=helps)


def unusable(repository: Repository, reason: str) -> Report:
    """Return the report of a registry that does not speak its protocol."""
    message = f"`{repository.registry}` gave an answer about `{repository.name}` that cannot be used"
    return world_failed("registry-answer-unusable", message, notes=[reason])


def silent(repository: Repository, error: SilentError) -> Report:
    """Return the report of a registry that did not answer, where no table stands in for it."""
    helps: tuple[str, ...]
    again = "name a mirror in `ENVC_REGISTRY_MIRROR`"
    if error.kind == "registry-rate-limited":
        login = f"`docker login{'' if repository.registry == 'docker.io' else f' {repository.registry}'}`"
        said = "lets this machine ask for no more at present"
        helps = (f"{login} raises the limit of most registries, and envc uses its credentials", f"or {again}")
        return _silent("registry-rate-limited", repository, said, error, helps)
    if error.kind == "registry-failed":
        return _silent("registry-failed", repository, "fails", error, (f"try again later, or {again}",))
    if error.kind == "registry-timed-out":
        helps = (f"look at the network and the proxy of this machine, or {again}",)
        return _silent("registry-timed-out", repository, "does not answer in time", error, helps)
    if error.kind == "registry-not-trusted":
        said = "has a certificate that is not trusted on this machine"
        helps = ("add the certificate of its authority, or of the network's proxy, to those of this machine",)
        return _silent("registry-not-trusted", repository, said, error, helps)
    helps = (f"look at its name, at the network and the proxy of this machine, or {again}",)
    return _silent("registry-unreachable", repository, "is not reached", error, helps)


def _silent(name: str, repository: Repository, said: str, error: SilentError, helps: Sequence[str]) -> Report:
    message = f"`{repository.registry}` {said}, asked for `{repository.name}`"
    return world_failed(name, message, notes=[str(error), *error.notes], helps=helps)


def unreadable_layer(repository: Repository, digest: str, reason: str) -> Report:
    """Return the report of a layer whose files cannot be read."""
    message = f"a layer of `{repository}` cannot be read"
    return world_failed("unreadable-layer", message, notes=[f"`{digest}`: {reason}"])
