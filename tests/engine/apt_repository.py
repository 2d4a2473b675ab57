"""A real apt repository on this machine: packages made by dpkg-deb, an index by dpkg-scanpackages, signed by GnuPG."""

from __future__ import annotations

import gzip
import os
import shutil
import subprocess
from email.utils import formatdate
from functools import partial
from hashlib import sha256
from pathlib import Path

from tests.loopback import Loopback, OfFolder


class AptRepository(Loopback):
    """A folder with `pool/` and `dists/stable/`, served at `address`. `publish` writes and signs the index anew."""

    def __init__(self, folder: Path, interface: str = "127.0.0.1") -> None:
        self.folder, self.home = folder / "served", folder / "gnupg"
        self.home.mkdir(parents=True, mode=0o700)
        (self.folder / "pool").mkdir(parents=True)
        super().__init__(partial(OfFolder, directory=str(self.folder)), interface)
        self.address = self.origin
        self.key = self.new_key("first")

    def gpg(self, *words: str, given: bytes = b"") -> bytes:
        command = ["gpg", "--homedir", str(self.home), "--batch", "--yes", "--pinentry-mode", "loopback", *words]
        return subprocess.run(command, input=given, capture_output=True, check=True).stdout

    def new_key(self, name: str) -> bytes:
        """Make a key pair, sign with it from now on, and return the public key as armoured text."""
        who = f"{name} <{name}@packages.example.org>"
        self.gpg("--passphrase", "", "--quick-generate-key", who, "ed25519", "sign", "never")
        self.signer = f"{name}@packages.example.org"
        return self.gpg("--armor", "--export", self.signer)

    def add(self, name: str, version: str, *needs: str, says: str | None = None) -> str:
        """Make a package with a program of its name; return the SHA-256 of its file."""
        root = self.home.parent / "made" / name
        shutil.rmtree(root, ignore_errors=True)
        (root / "DEBIAN").mkdir(parents=True)
        fields = [f"Package: {name}", f"Version: {version}", "Architecture: all", "Maintainer: n <n@example.org>"]
        fields += [f"Depends: {', '.join(needs)}"] if needs else []
        (root / "DEBIAN" / "control").write_text("\n".join([*fields, f"Description: {name}", ""]))
        program = root / "usr" / "bin" / f"{name}-of-test"
        program.parent.mkdir(parents=True)
        program.write_text(f"#!/bin/sh\necho {says or f'{name} {version}'}\n")
        program.chmod(0o755)
        file = self.folder / "pool" / f"{name}_{version.partition(':')[2] or version}_all.deb"
        command = ["dpkg-deb", "--root-owner-group", "--build", str(root), str(file)]
        subprocess.run(command, check=True, capture_output=True)
        return sha256(file.read_bytes()).hexdigest()

    def publish(self) -> None:
        """Write the index of what is there, and sign it."""
        place = self.folder / "dists" / "stable" / "main" / "binary-amd64"
        place.mkdir(parents=True, exist_ok=True)
        command = ["dpkg-scanpackages", "--multiversion", "pool"]
        index = subprocess.run(command, cwd=self.folder, check=True, capture_output=True).stdout
        (place / "Packages").write_bytes(index)
        (place / "Packages.gz").write_bytes(gzip.compress(index, mtime=0))
        suite = place.parents[1]
        listed = [
            f" {sha256(file.read_bytes()).hexdigest()} {file.stat().st_size} {file.relative_to(suite)}"
            for file in sorted(place.iterdir())
        ]
        lines = ["Suite: stable", "Codename: stable", "Components: main", "Architectures: amd64"]
        lines += [f"Date: {formatdate(usegmt=True)}", "SHA256:", *listed]
        release = "\n".join(lines) + "\n"
        (suite / "InRelease").write_bytes(
            self.gpg("--passphrase", "", "--local-user", self.signer, "--clearsign", given=release.encode())
        )

    def tamper(self) -> None:
        """Change a word of the index's head that was signed."""
        file = self.folder / "dists" / "stable" / "InRelease"
        file.write_text(file.read_text().replace("Codename: stable", "Codename: stabel"))

    def __exit__(self, *_: object) -> None:
        super().__exit__()
        command = ["gpgconf", "--homedir", str(self.home), "--kill", "all"]
        subprocess.run(command, env=dict(os.environ), check=False, capture_output=True)
