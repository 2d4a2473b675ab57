"""Ubuntu's archive, asked for real: another address, other keys. The engine has no image of Ubuntu."""

from __future__ import annotations

import subprocess
import urllib.request
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path

import pytest

from envc.knowledge.library import Library
from envc.lock.system_packages import SystemAnswer, SystemWish
from envc.resolvers.apt import Apt

pytestmark = pytest.mark.engine

KEYS = "pool/main/u/ubuntu-keyring/ubuntu-keyring_2023.11.28.1_all.deb"
KEYS_SHA256 = "36de43b15853ccae0028e9a767613770c704833f82586f28eb262f0311adb8a8"
RELEASE = b'PRETTY_NAME="Ubuntu 24.04.3 LTS"\nVERSION_CODENAME=noble\nID=ubuntu\nID_LIKE=debian\n'
CLOSED = "http://127.0.0.1:9/ubuntu"
NO_SNAPSHOTS = {"ENVC_SNAPSHOTS_UBUNTU": CLOSED}


class Noble:
    """The files of an Ubuntu 24.04 with nothing installed, so that the whole closure is to be had."""

    def __init__(self, keyring: bytes) -> None:
        self.keyring = keyring

    def files_of(self, repository: str, digest: str, platform: str, paths: Sequence[str]) -> Mapping[str, bytes]:
        files = {
            "/var/lib/dpkg/status": b"",
            "/etc/os-release": RELEASE,
            "/usr/share/keyrings/ubuntu-archive-keyring.gpg": self.keyring,
        }
        assert set(files) <= set(paths), (repository, digest, platform)
        return files


@pytest.fixture(scope="module")
def noble(tmp_path_factory: pytest.TempPathFactory) -> Noble:
    folder = tmp_path_factory.mktemp("keys")
    (archive,) = Library().archives("ubuntu", "amd64")
    try:
        with urllib.request.urlopen(f"{archive.address}/{KEYS}", timeout=60) as answer:
            content = answer.read()
    except OSError as error:  # pytest's summary says it
        pytest.skip(f"Ubuntu's archive cannot be reached from here: {error}")
    assert sha256(content).hexdigest() == KEYS_SHA256
    (folder / "keys.deb").write_bytes(content)
    subprocess.run(["dpkg-deb", "--extract", folder / "keys.deb", folder], check=True)
    return Noble((folder / "usr/share/keyrings/ubuntu-archive-keyring.gpg").read_bytes())


def test_packages_come_from_ubuntus_archive(noble: Noble, tmp_path: Path) -> None:
    """From its release, updates and security suites, and from `universe`, signed with its keys."""
    wish = SystemWish("docker.io/library/ubuntu", "sha256:0", "linux/amd64", ("ffmpeg", "libgomp1"))
    found = Apt(Library(), tmp_path, [noble], NO_SNAPSHOTS).resolve(wish, lambda _: None)
    assert isinstance(found, SystemAnswer)
    assert (found.distribution, found.release, found.snapshot) == ("ubuntu", "noble", None)
    suites = ("noble", "noble-updates", "noble-security")
    assert found.sources == tuple(f"ubuntu {suite} main restricted universe multiverse" for suite in suites)
    assert {one.name for one in found.packages if one.asked} == {"ffmpeg", "libgomp1"}
    assert {one.archive for one in found.packages} == {"ubuntu"}
    assert {one.architecture for one in found.packages} == {"amd64", "all"}
    assert all(one.sha256 and one.size for one in found.packages)
