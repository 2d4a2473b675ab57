"""An archive on this machine: it sends whoever asks on to the public one, or misbehaves as it is told."""

from __future__ import annotations

import re
import urllib.request
from http.server import BaseHTTPRequestHandler

from envc.knowledge.library import Library
from tests.loopback import Loopback, Quiet

PUBLIC = {one.name: one.address for one in Library().archives("debian", "amd64")}


class ArchiveServer(Loopback):
    """Serves `/debian/…` and `/debian-security/…`, with a snapshot's time behind them or without."""

    def __init__(self, interface: str = "127.0.0.1") -> None:
        self.status: int | None = None  # answered to everything
        self.tampered = False  # indexes have a word that was not signed
        self.asked: list[str] = []
        owner = self

        class Handler(Quiet):
            def do_GET(self) -> None:
                owner.answer(self)

        super().__init__(Handler, interface)

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        self.asked.append(handler.path)
        found = re.fullmatch(r"/(debian(?:-security)?)(?:/\d{8}T\d{6}Z)?/(.*)", handler.path)
        if self.status or not found:
            handler.send_error(self.status or 404)
            return
        target = f"{PUBLIC[found[1]]}/{found[2]}"
        if self.tampered and target.endswith("InRelease"):
            with urllib.request.urlopen(target, timeout=30) as upstream:
                body = upstream.read().replace(b"Origin: Debian", b"Origin: Nobody", 1)
            handler.send_response(200)
            handler.send_header("Content-Length", str(len(body)))
            handler.end_headers()
            handler.wfile.write(body)
            return
        handler.send_response(302)
        handler.send_header("Location", target)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    def variables(self, kind: str = "ARCHIVE") -> dict[str, str]:
        """Return the variables that make envc take this server for the archives, or for their `SNAPSHOTS`."""
        return {f"ENVC_{kind}_{name.upper().replace('-', '_')}": f"{self.origin}/{name}" for name in PUBLIC}
