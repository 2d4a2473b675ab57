"""The way in: find the digest of a tag, and what the image says about itself."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, urlsplit

from envc.diagnostics import Report
from envc.lock.resolution import Image, ImageRequest
from envc.resolvers.registry import failures
from envc.resolvers.registry.authentication import Credentials
from envc.resolvers.registry.client import Client, Limits
from envc.resolvers.registry.credentials import find_credentials
from envc.resolvers.registry.failures import AbsentError, DeniedError, SilentError, UnusableError
from envc.resolvers.registry.manifest import ACCEPT, Index, digest_of, read_configuration, read_manifest
from envc.resolvers.registry.mirrors import Mirror, find_mirrors
from envc.resolvers.registry.reference import HUB, Repository, address_of, read_repository

if TYPE_CHECKING:
    import requests

__all__ = ["Limits", "Registry"]


class _Place(NamedTuple):
    """Where a repository may be asked for: a mirror or the registry itself."""

    address: str
    called: str  # in messages: `docker.io`, or where a mirror is configured
    is_mirror: bool
    credentials: Credentials | None = None


class Registry:
    """Finds images in the registries that their names say, and in mirrors of the Hub before it.

    What was read is kept for as long as the object lives, by digest, so that a second tag of the same image costs one
    request. `reasons` says after `find` why each place that was asked gave nothing, without addresses and secrets.
    """

    def __init__(
        self,
        environment: Mapping[str, str] | None = None,
        mirrors: Sequence[Mirror] | None = None,
        limits: Limits | None = None,
    ) -> None:
        """Take the process's environment, this machine's mirrors and the usual limits unless others are given."""
        self.reasons: tuple[str, ...] = ()
        self._environment = os.environ if environment is None else environment
        self._mirrors = mirrors
        self._limits = limits or Limits()
        self._tokens: dict[tuple[str, str], str] = {}
        self._content: dict[str, bytes] = {}
        self._silent: dict[str, str] = {}

    def find(self, request: ImageRequest) -> Image | None:
        """Return the image; None when no registry that could know it answers.

        A mirror that lacks the image, refuses or talks nonsense is passed over; what the registry itself says, counts.
        Raises a `Report`: `unknown-image` and `no-image-for-platform` (exit code 1), `registry-unauthorised`,
        `registry-digest-mismatch` and `registry-answer-unusable` (exit code 3).
        """
        from envc.resolvers.registry.session import open_session

        repository = read_repository(request.repository)
        self.reasons = ()
        with open_session() as session:
            for place in self._places(repository):
                try:
                    return self._read(session, place, repository, request)
                except SilentError as error:
                    reason = str(error)
                    self._silent[place.address] = reason
                except AbsentError:
                    reason = "it does not have the image"
                except DeniedError as error:
                    if not place.is_mirror:
                        raise failures.unauthorised(repository, credentials=error.credentials) from None
                    reason = str(error)
                except UnusableError as error:
                    if not place.is_mirror:
                        raise failures.unusable(repository, str(error)) from None
                    reason = str(error)
                self.reasons += (f"{place.called}: {reason}",)
        return None

    def _places(self, repository: Repository) -> list[_Place]:
        places = []
        if repository.registry == HUB:
            if self._mirrors is None:
                self._mirrors = find_mirrors(self._environment)
            places = [
                _Place(one.address, f"a mirror from {one.origin}", True, one.credentials) for one in self._mirrors
            ]
        return [*places, _Place(address_of(repository.registry), repository.registry, is_mirror=False)]

    def _read(self, session: requests.Session, place: _Place, repository: Repository, request: ImageRequest) -> Image:
        if place.address in self._silent:
            raise SilentError(self._silent[place.address])

        def credentials() -> Credentials | None:
            host = urlsplit(place.address).netloc if place.is_mirror else repository.registry
            return place.credentials or find_credentials(host, self._environment)

        client = Client(session, place.address, repository.name, self._limits, self._tokens, credentials)
        try:
            body = self._tagged(client, place, request.tag)
        except AbsentError:
            if place.is_mirror:
                raise
            raise _unknown(client, repository, request.tag) from None
        digest = manifest_digest = digest_of(body)
        manifest = read_manifest(body)
        if isinstance(manifest, Index):
            found = manifest.digest_for(request.platform)
            if found is None:
                raise failures.no_platform(repository, request, manifest.platforms)
            manifest_digest = found
            manifest = read_manifest(self._addressed(client, place, "manifests", found))
            if isinstance(manifest, Index):
                raise UnusableError("its index holds an index for one platform")
        configuration = read_configuration(self._addressed(client, place, "blobs", manifest.configuration))
        if manifest_digest == digest and configuration.platform != request.platform:
            raise failures.no_platform(repository, request, [configuration.platform])
        return Image(
            repository=str(repository),
            tag=request.tag,
            digest=digest,
            manifest=manifest_digest,
            origin="registry",
            variables=configuration.variables,
            size=manifest.size,
        )

    def _tagged(self, client: Client, place: _Place, tag: str) -> bytes:
        """Return the document of a tag. One that was read before under another tag is not fetched again."""
        path = f"manifests/{quote(tag, safe=':')}"
        if self._content:
            announced = client.ask("HEAD", path, ACCEPT).headers.get("Docker-Content-Digest", "")
            if announced in self._content:
                return self._content[announced]
        answer = client.ask("GET", path, ACCEPT)
        wanted = tag if tag.startswith("sha256:") else answer.headers.get("Docker-Content-Digest", "")
        # Without the header, or with one of another algorithm, the digest of what came is the digest.
        return self._keep(place, answer.body, wanted if wanted.startswith("sha256:") else digest_of(answer.body))

    def _addressed(self, client: Client, place: _Place, kind: str, digest: str) -> bytes:
        """Return a document by its digest."""
        if digest in self._content:
            return self._content[digest]
        accept = ACCEPT if kind == "manifests" else "*/*"
        try:
            answer = client.ask("GET", f"{kind}/{digest}", accept)
        except AbsentError:
            raise UnusableError("it does not have a part of the image that its manifest names") from None
        return self._keep(place, answer.body, digest)

    def _keep(self, place: _Place, body: bytes, digest: str) -> bytes:
        if digest_of(body) != digest:
            raise failures.digest_mismatch(place.called, digest, digest_of(body))
        self._content[digest] = body
        return body


def _unknown(client: Client, repository: Repository, tag: str) -> Report:
    """Return the report of a tag that is not there, with the tags that are, where one request gives them."""
    import json
    from difflib import get_close_matches

    try:
        document = json.loads(client.ask("GET", "tags/list").body)
        tags = [one for one in document["tags"] or () if isinstance(one, str)]
    except AbsentError:
        return failures.unknown_image(repository, tag, (), has_repository=False)
    except (SilentError, DeniedError, UnusableError, ValueError, LookupError, TypeError):
        tags = []
    return failures.unknown_image(repository, tag, get_close_matches(tag, tags, n=3), has_repository=True)
