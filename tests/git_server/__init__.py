"""Git repositories on loopback: made with git, and given by git's own `http-backend`, as hosts of repositories do."""

from __future__ import annotations

import os
import ssl
import subprocess
from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from tests.loopback import Loopback, Quiet

_NOBODY = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "A. Author",
    "GIT_AUTHOR_EMAIL": "author@example.org",
    "GIT_AUTHOR_DATE": "2026-01-01T00:00:00Z",
    "GIT_COMMITTER_NAME": "A. Author",
    "GIT_COMMITTER_EMAIL": "author@example.org",
    "GIT_COMMITTER_DATE": "2026-01-01T00:00:00Z",
}


class Repository:
    """A repository with a work tree, given by the server as `NAME.git`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True)
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *arguments: str) -> str:
        done = subprocess.run(
            ["git", "-C", str(self.folder), *arguments],
            env={**os.environ, **_NOBODY},
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout.strip()

    def commit(self, **files: str | bytes) -> str:
        """Commit files, by name with `__` for `/` and `_DOT_` for `.`, and return the commit."""
        return self.commit_files({name.replace("__", "/").replace("_DOT_", "."): text for name, text in files.items()})

    def commit_files(self, files: Mapping[str, str | bytes]) -> str:
        for name, text in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return self.commit_all()

    def commit_all(self) -> str:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", "a change")
        return self.git("rev-parse", "HEAD")

    def add_submodule(self, path: str, address: str, commit: str) -> str:
        """Commit a submodule whose address is written as given, and return the commit."""
        with (self.folder / ".gitmodules").open("a", encoding="utf-8") as file:
            file.write(f'[submodule "{path}"]\n\tpath = {path}\n\turl = {address}\n')
        self.git("add", ".gitmodules")
        self.git("update-index", "--add", "--cacheinfo", f"160000,{commit},{path}")
        self.git("commit", "--quiet", "--message", "a submodule")
        return self.git("rev-parse", "HEAD")


class GitServer(Loopback):
    """Gives the repositories below a folder. Use it in a `with` statement."""

    def __init__(self, folder: Path, interface: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> None:
        super().__init__(type("Bound", (Handler,), {"owner": self}), interface, tls)
        self.folder = folder
        self.login: tuple[str, str] | None = None
        self.status: int | None = None  # every request gets it
        self.page: bytes | None = None  # every request gets it
        self.old = False  # speaks the first version of the protocol, which gives no commit by its name alone
        self.asked: list[str] = []

    def address(self, name: str) -> str:
        return f"{self.origin}/{name}.git"

    def repository(self, name: str) -> Repository:
        """Return a new repository."""
        return Repository(self.folder / f"{name}.git")


class Handler(Quiet):
    owner: GitServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer(b"")

    def do_POST(self) -> None:
        if self.headers.get("Transfer-Encoding") == "chunked":
            body = b""
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        else:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._answer(body)

    def _answer(self, body: bytes) -> None:
        self.owner.asked.append(self.path)
        if self.owner.login and self.headers.get("Authorization") != _basic(*self.owner.login):
            self._give(401, {"WWW-Authenticate": 'Basic realm="git"'}, b"")
        elif self.owner.status or self.owner.page is not None:
            self._give(self.owner.status or 200, {"Content-Type": "text/html"}, self.owner.page or b"")
        else:
            self._backend(body)

    def _backend(self, body: bytes) -> None:
        """Let git answer, by the common gateway interface (RFC 3875)."""
        parts = urlsplit(self.path)
        variables = {
            "PATH": os.environ["PATH"],
            "GIT_PROJECT_ROOT": str(self.owner.folder),
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": "safe.directory",
            "GIT_CONFIG_VALUE_0": "*",
            "PATH_INFO": parts.path,
            "QUERY_STRING": parts.query,
            "REQUEST_METHOD": self.command,
            "REMOTE_ADDR": "127.0.0.1",
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": "" if self.owner.old else self.headers.get("Git-Protocol", ""),
        }
        done = subprocess.run(["git", "http-backend"], env=variables, input=body, capture_output=True, check=False)
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if ": " in line)
        status = int(headers.pop("Status", "200").split()[0])
        self._give(status, headers, content)

    def _give(self, status: int, headers: dict[str, str], content: bytes) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)


def _basic(name: str, password: str) -> str:
    return "Basic " + b64encode(f"{name}:{password}".encode()).decode()
