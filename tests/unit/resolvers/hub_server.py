"""A stand-in for the Hugging Face Hub on loopback: revisions, trees in pages, files, tokens, gates.

Forms of answers are those that `huggingface_hub` reads: `/api/…/revision/…`, `/api/…/tree/…`, `/…/resolve/…`.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.loopback import Loopback, Quiet

#: Files that are longer lie in big-file storage.
BIG = 1000
PAGE_SIZE = 2


@dataclass
class Repository:
    """A repository: branches and tags by name, files by commit."""

    refs: dict[str, str] = field(default_factory=dict)
    commits: dict[str, dict[str, bytes]] = field(default_factory=dict)
    gated: bool = False
    private: bool = False

    def commit(self, ref: str, files: dict[str, bytes]) -> str:
        name = hashlib.sha1(repr((ref, sorted(files.items()))).encode()).hexdigest()
        self.refs[ref], self.commits[name] = name, files
        return name


class HubServer(Loopback):
    """Serve repositories. Use it in a `with` statement."""

    def __init__(self, interface: str = "127.0.0.1", token: str = "hf_good") -> None:
        super().__init__(type("Bound", (_Handler,), {"hub": self}), interface)
        self.repositories: dict[str, Repository] = {}  # `models/owner/name`
        self.token = token
        self.seen: list[tuple[str, str | None]] = []  # path and authorization
        self.wrong_size = False
        self.strange: Any = None  # the only answer to a question for a tree
        self.elsewhere: str | None = None  # small files are given by another host
        self.address = self.origin

    def repository(self, name: str = "models/acme/tiny") -> Repository:
        return self.repositories.setdefault(name, Repository())


class _Handler(Quiet):
    hub: HubServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        authorization = self.headers.get("Authorization")
        self.hub.seen.append((self.path, authorization))
        parts = [unquote(part) for part in address.path.strip("/").split("/")]
        if parts[0] == "api":
            kind, name, verb, rest = parts[1], "/".join(parts[2:4]), parts[4], parts[5:]
        else:
            kind = parts.pop(0) if parts[0] in {"datasets", "spaces"} else "models"
            name, verb, rest = "/".join(parts[:2]), parts[2], parts[3:]
        repository = self.hub.repositories.get(f"{kind}/{name}")
        entitled = authorization == f"Bearer {self.hub.token}"
        if authorization and not entitled:
            self._answer(401, {"error": "Invalid credentials"})
        elif repository is None or (repository.private and not entitled):
            self._answer(404 if entitled else 401, {}, {"X-Error-Code": "RepoNotFound"})
        elif verb == "revision":
            commit = repository.refs.get(rest[0]) or (rest[0] if rest[0] in repository.commits else None)
            if commit:
                self._answer(200, {"id": name, "sha": commit})
            else:
                self._answer(404, {}, {"X-Error-Code": "RevisionNotFound"})
        elif verb == "tree":
            self._tree(repository.commits[rest[0]], parse_qs(address.query))
        elif repository.gated and not entitled:
            self._answer(401, {}, {"X-Error-Code": "GatedRepo"})
        elif self.hub.elsewhere:
            self._answer(302, {}, {"Location": self.hub.elsewhere + self.path})
        else:
            body = repository.commits[rest[0]]["/".join(rest[1:])]
            self._answer(200, body + b"more" if self.hub.wrong_size else body)

    def _tree(self, files: dict[str, bytes], query: dict[str, list[str]]) -> None:
        assert query["recursive"] == ["true"]
        if self.hub.strange is not None:
            self._answer(200, self.hub.strange)
            return
        folders = {path.rpartition("/")[0] for path in files if "/" in path}
        entries: list[dict[str, Any]] = [
            {"type": "directory", "oid": "0" * 40, "size": 0, "path": one} for one in folders
        ]
        entries += [_entry(path, body) for path, body in files.items()]
        start = int(query.get("cursor", ["0"])[0])
        following = f"{self.hub.address}{self.path.partition('?')[0]}?recursive=true&cursor={start + PAGE_SIZE}"
        more = {"Link": f'<{following}>; rel="next"'} if start + PAGE_SIZE < len(entries) else {}
        self._answer(200, entries[start : start + PAGE_SIZE], more)

    def _answer(self, status: int, content: Any, headers: dict[str, str] | None = None) -> None:
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(status)
        for name, value in {**(headers or {}), "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def _entry(path: str, body: bytes) -> dict[str, Any]:
    oid = hashlib.sha1(b"blob %d\0" % len(body) + body).hexdigest()
    entry: dict[str, Any] = {"type": "file", "oid": oid, "size": len(body), "path": path}
    if len(body) > BIG:
        entry["lfs"] = {"oid": hashlib.sha256(body).hexdigest(), "size": len(body), "pointerSize": 134}
    return entry
