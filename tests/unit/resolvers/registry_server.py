"""A registry on loopback that speaks the distribution protocol, for the tests of `envc.resolvers.registry`.

It is real HTTP; what a test wants of it (an image, a demand for credentials, a bad day) is put into its fields.
"""

from __future__ import annotations

import hashlib
import json
import socket
import ssl
import struct
import time
from base64 import b64encode
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.loopback import Loopback, Quiet

INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"


def digest_of(body: bytes) -> str:
    return "sha256:" + hashlib.sha256(body).hexdigest()


class Seen(NamedTuple):
    """One request that arrived."""

    method: str
    path: str
    query: dict[str, list[str]]
    authorization: str | None
    accept: str
    form: dict[str, list[str]]


class LoopbackRegistry(Loopback):
    """A registry with one repository, `team/app` unless named otherwise. Use it in a `with` statement."""

    def __init__(self, repository: str = "team/app", tls: ssl.SSLContext | None = None) -> None:
        super().__init__(self._handler(), tls=tls)
        self.repository = repository
        self.content: dict[str, tuple[bytes, str]] = {}  # path below the repository -> body, media type
        self.tags: dict[str, str] = {}
        self.seen: list[Seen] = []
        self.bad_days: list[tuple[int, dict[str, str]]] = []  # answers given before the right ones, one each
        self.bad_body = b"{}"  # of those answers
        self.always: int | None = None  # the only answer
        self.resets = 0  # connections that are broken off before an answer
        self.cuts = 0  # blobs of which half is sent
        self.moved: str | None = None  # where blobs are sent to fetch, an address without the path
        self.page: int | None = None  # tags in one answer, however many were asked for
        self.next_host = ""  # in front of the path of the next page
        self.delay = 0.0  # seconds before each answer
        self.digest_header: str | None = "right"  # None leaves it out, anything else but "right" is sent as it is
        self.challenge: str | None = None  # a 401 is given until `accepted` comes
        self.accepted: set[str] = set()  # values of `Authorization` that open the door
        self.unguarded: str | None = None  # the end of a path that needs no `Authorization`
        self.accounts: dict[str, str] = {}  # name -> password, for the token service; empty: anonymous is enough
        self.refresh_token: str | None = None
        self.token_scopes: set[str] | None = None  # scopes for which a good token is given; None: every scope

    @property
    def paths(self) -> list[str]:
        """Method and path of every request, in their order."""
        return [f"{one.method} {one.path}" for one in self.seen]

    def demand_token(self) -> None:
        """Ask for a bearer token of the registry's own token service."""
        scope = f"repository:{self.repository}:pull"
        self.challenge = f'Bearer realm="http://{self.host}/token",service="loopback, inc",scope="{scope}"'
        self.accepted = {"Bearer good"}

    def demand_basic(self, name: str, password: str) -> None:
        """Ask for a name and a password."""
        self.challenge = 'Basic realm="loopback"'
        self.accepted = {"Basic " + b64encode(f"{name}:{password}".encode()).decode()}

    def put(self, path: str, document: Any, media: str) -> dict[str, Any]:
        """Store a document under `path` and its digest; return its descriptor."""
        body = document if isinstance(document, bytes) else json.dumps(document, indent=1).encode()
        digest = digest_of(body)
        self.content[f"{path}/{digest}"] = (body, media)
        return {"mediaType": media, "digest": digest, "size": len(body)}

    def put_image(
        self, tag: str | None, platform: str, variables: list[str], layers: tuple[int, ...] = (100, 20)
    ) -> dict[str, Any]:
        """Store an image for one platform, with a tag or without; return its descriptor with its platform."""
        system, architecture, *variant = platform.split("/")
        names = {"os": system, "architecture": architecture, **({"variant": variant[0]} if variant else {})}
        config = self.put("blobs", {**names, "config": {"Env": variables}, "rootfs": {}}, "application/x-config")
        files = [{"mediaType": "x", "digest": digest_of(bytes([n])), "size": size} for n, size in enumerate(layers)]
        image = {"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": files}
        descriptor = self.put("manifests", image, MANIFEST)
        if tag:
            self.tags[tag] = descriptor["digest"]
        return {**descriptor, "platform": names}

    def put_layers(self, tag: str, layers: list[bytes], platform: str = "linux/amd64") -> dict[str, Any]:
        """Store an image of real layers, the lowest first, under a tag; return its descriptor."""
        system, architecture = platform.split("/")
        names = {"os": system, "architecture": architecture}
        config = self.put("blobs", {**names, "config": {"Env": []}, "rootfs": {}}, "application/x-config")
        files = [self.put("blobs", layer, "application/vnd.oci.image.layer.v1.tar+gzip") for layer in layers]
        image = {"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": files}
        descriptor = self.put("manifests", image, MANIFEST)
        self.tags[tag] = descriptor["digest"]
        return descriptor

    def put_index(self, tag: str, manifests: list[dict[str, Any]]) -> str:
        """Store an index under a tag; return its digest."""
        descriptor = self.put("manifests", {"schemaVersion": 2, "mediaType": INDEX, "manifests": manifests}, INDEX)
        self.tags[tag] = descriptor["digest"]
        return str(descriptor["digest"])

    def put_two_platforms(self, tag: str = "1.0") -> str:
        """Store an image for amd64 and arm64 with an attestation beside them; return the index's digest."""
        amd = self.put_image(None, "linux/amd64", ["PATH=/usr/bin", "A=1=2"], (1000, 200, 30))
        arm = self.put_image(None, "linux/arm64/v8", ["PATH=/usr/bin", "A=arm"], (7,))
        proof = {**self.put("manifests", {"config": None}, MANIFEST), "platform": _platform("unknown/unknown")}
        return self.put_index(tag, [amd, arm, proof])

    def _answer(self, seen: Seen) -> tuple[int, dict[str, str], bytes]:
        if self.always is not None:
            return self.always, {}, b"{}"
        if self.bad_days:
            status, headers = self.bad_days.pop(0)
            return status, headers, self.bad_body
        if seen.path == "/token":
            return self._token(seen)
        is_guarded = self.unguarded is None or not seen.path.endswith(self.unguarded)
        if self.challenge and is_guarded and seen.authorization not in self.accepted:
            return 401, {"WWW-Authenticate": self.challenge}, b'{"errors":[{"code":"UNAUTHORIZED"}]}'
        return self._document(seen)

    def _document(self, seen: Seen) -> tuple[int, dict[str, str], bytes]:
        prefix = f"/v2/{self.repository}/"
        if not seen.path.startswith(prefix):
            return 404, {}, b'{"errors":[{"code":"NAME_UNKNOWN"}]}'
        path = seen.path.removeprefix(prefix)
        if path == "tags/list":
            return self._tags(seen)
        kind, _, reference = path.partition("/")
        if self.moved and kind == "blobs":
            return 307, {"Location": f"{self.moved}{seen.path}"}, b""
        found = self.content.get(f"{kind}/{self.tags.get(reference, reference)}")
        if found is None:
            return 404, {}, b'{"errors":[{"code":"MANIFEST_UNKNOWN"}]}'
        body, media = found
        headers = {"Content-Type": media}
        if self.digest_header:
            said = digest_of(body) if self.digest_header == "right" else self.digest_header
            headers["Docker-Content-Digest"] = said
        return 200, headers, body

    def _tags(self, seen: Seen) -> tuple[int, dict[str, str], bytes]:
        tags = sorted(self.tags)
        start = tags.index(seen.query["last"][0]) + 1 if "last" in seen.query else 0
        end = start + (self.page or len(tags))
        query = urlencode({"n": 1, "last": tags[end - 1]}) if end < len(tags) else ""
        headers = {"Link": f'<{self.next_host}{seen.path}?{query}>; rel="next"'} if query else {}
        return 200, headers, json.dumps({"name": self.repository, "tags": tags[start:end]}).encode()

    def _token(self, seen: Seen) -> tuple[int, dict[str, str], bytes]:
        if self.refresh_token:
            if seen.method != "POST" or seen.form.get("refresh_token") != [self.refresh_token]:
                return 401, {}, b"{}"
            return 200, {}, b'{"access_token": "good"}'
        pairs = {f"{name}:{password}" for name, password in self.accounts.items()}
        allowed = {"Basic " + b64encode(pair.encode()).decode() for pair in pairs}
        if seen.authorization is not None and seen.authorization not in allowed:
            return 401, {}, b"{}"
        scopes = set(seen.query.get("scope", ()))
        is_good = (not allowed or seen.authorization) and (self.token_scopes is None or scopes <= self.token_scopes)
        return 200, {}, json.dumps({"token": "good" if is_good else "poor"}).encode()

    def _handler(self) -> type[Quiet]:
        registry = self

        class Handler(Quiet):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # one write an answer

            def answer(self) -> None:
                parts = urlsplit(self.path)
                form = parse_qs(self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode())
                query = parse_qs(parts.query)
                said = self.headers.get("Authorization")
                seen = Seen(self.command, parts.path, query, said, self.headers.get("Accept", ""), form)
                registry.seen.append(seen)
                time.sleep(registry.delay)
                if registry.resets:
                    registry.resets -= 1
                    # No lingering: the client sees a reset, not an end.
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    self.close_connection = True
                    self.connection.close()
                    return
                status, headers, body = registry._answer(seen)
                try:
                    self.send_response(status)
                    for name, value in {**headers, "Content-Length": str(len(body))}.items():
                        self.send_header(name, value)
                    self.end_headers()
                    if registry.cuts and "/blobs/" in parts.path and len(body) > 1:
                        registry.cuts -= 1
                        body = body[: len(body) // 2]
                        self.close_connection = True
                    if self.command != "HEAD":
                        self.wfile.write(body)
                except OSError:
                    self.close_connection = True  # a client that did not wait

            do_GET = do_HEAD = do_POST = answer

        return Handler


def _platform(text: str) -> dict[str, str]:
    system, architecture = text.split("/")
    return {"os": system, "architecture": architecture}
