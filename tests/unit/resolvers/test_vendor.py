"""Files and images come into a vendored folder whole, with the right bytes, and once."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import pytest

from envc.diagnostics import Report
from envc.knowledge.library import Library
from envc.lock.model import LockedImage
from envc.resolvers.registry import Registry
from envc.resolvers.vendor.debs import wanted_debs
from envc.resolvers.vendor.download import Wanted, download
from envc.resolvers.vendor.images import fetch_images
from envc.resolvers.vendor.store import Store, files_of
from tests.unit.plan.test_apt import TIME, lock
from tests.unit.resolvers.file_server import FileServer, Given
from tests.unit.resolvers.measuring import QUICK
from tests.unit.resolvers.registry_server import LoopbackRegistry
from tests.unit.resolvers.test_registry_layers import QUICK as QUICK_REGISTRY
from tests.unit.resolvers.test_registry_layers import archive

BODY = b"wine\n" * 100_000


def wanted(*addresses: str, body: bytes = BODY) -> Wanted:
    digest = sha256(body).hexdigest()
    return Wanted("data wine", f"files/{digest}", digest, addresses)


def fetch(folder: Path, one: Wanted, older: Path | None = None) -> bytes:
    download([one], Store(folder, older), lambda _: None, QUICK)
    return (folder / one.name).read_bytes()


def test_addresses_are_asked_in_turn(tmp_path: Path) -> None:
    """One that has nothing, one that has other bytes, one that is right, and one too many."""
    with FileServer() as server:
        server.files = {"/other": Given(BODY + b"x"), "/right": Given(BODY, etag='"1"', cuts=[70_000])}
        addresses = [f"{server.address}/{name}" for name in ("none", "other", "right", "unasked")]
        assert fetch(tmp_path, wanted(*addresses)) == BODY
        assert {path for path, _ in server.seen} == {"/none", "/other", "/right"}
    assert [path.name for path in (tmp_path / "files").iterdir()] == [sha256(BODY).hexdigest()]


def test_a_file_that_nobody_has_is_an_error_with_every_reason(tmp_path: Path) -> None:
    """By the host alone: an address may hold what is nobody's business."""
    with FileServer() as server:
        server.files = {"/other": Given(b"x")}
        with pytest.raises(Report) as caught:
            fetch(tmp_path, wanted(f"{server.address}/none?token=secret", f"{server.address}/other"))
    (one,) = caught.value.diagnostics
    assert (one.name, caught.value.exit_code) == ("file-not-fetched", 3)
    assert one.notes[:2] == (
        "127.0.0.1: it answers 404",
        f"127.0.0.1: it has other bytes: sha256 {sha256(b'x').hexdigest()}",
    )
    assert "secret" not in str(one)
    assert not list((tmp_path / "files").iterdir())


def test_what_an_older_folder_has_is_not_fetched_again(tmp_path: Path) -> None:
    """Unless its bytes are no longer the right ones."""
    older, newer, newest = tmp_path / "older", tmp_path / "newer", tmp_path / "newest"
    with FileServer() as server:
        server.files = {"/right": Given(BODY)}
        one = wanted(f"{server.address}/right")
        fetch(older, one)
        assert fetch(newer, one, older) == BODY
        assert len(server.seen) == 1
        (newer / one.name).unlink()
        (newer / one.name).write_bytes(b"damaged")
        assert fetch(newest, one, newer) == BODY
        assert len(server.seen) == 2


def test_two_folders_of_the_same_are_the_same(tmp_path: Path) -> None:
    """Mode and time of every file: a build makes the same layers of both."""
    found = []
    for name in ("one", "two"):
        store = Store(tmp_path / name)
        with store.writing("files/a") as file:
            file.write(b"a")
        assert store.finish() == files_of(tmp_path / name)
        state = (tmp_path / name / "files" / "a").stat()
        found.append((state.st_mode, state.st_mtime))
    assert found == [(0o100644, 315_532_800)] * 2


def image_of(server: LoopbackRegistry, digest: str) -> LockedImage:
    repository = f"{server.host}/team/app"
    return LockedImage(
        repository=repository, tag="1", digest=digest, manifest=None, digest_from="registry", glibc="2.36", reason=""
    )


def test_an_image_is_laid_out_for_its_platform(tmp_path: Path) -> None:
    """The index as it is; manifest, configuration and layers of one platform; each blob under its own digest."""
    with LoopbackRegistry() as server:
        amd = server.put_layers("amd", [archive({"a": b"1"}), archive({"b": b"2"})])
        arm = server.put_layers("arm", [archive({"c": b"3"})], "linux/arm64")
        manifests = [
            {**amd, "platform": {"os": "linux", "architecture": "amd64"}},
            {**arm, "platform": {"os": "linux", "architecture": "arm64"}},
        ]
        digest = server.put_index("1", manifests)
        store = Store(tmp_path)
        fetch_images([image_of(server, digest)], "linux/amd64", store, Registry({}, (), QUICK_REGISTRY), lambda _: None)
    blobs = {path.name: path.read_bytes() for path in (tmp_path / "images" / "blobs" / "sha256").iterdir()}
    assert all(sha256(content).hexdigest() == name for name, content in blobs.items())
    assert {digest[7:], amd["digest"][7:]} < set(blobs)
    assert arm["digest"][7:] not in blobs
    assert len(blobs) == 5
    index = json.loads((tmp_path / "images" / "index.json").read_text())
    assert [(one["digest"], one["size"]) for one in index["manifests"]] == [(digest, len(blobs[digest[7:]]))]
    assert json.loads((tmp_path / "images" / "oci-layout").read_text()) == {"imageLayoutVersion": "1.0.0"}


def test_a_layer_with_other_bytes_is_refused(tmp_path: Path) -> None:
    with LoopbackRegistry() as server:
        layer = archive({"a": b"1"})
        image = server.put_layers("1", [layer])
        server.content[f"blobs/sha256:{sha256(layer).hexdigest()}"] = (layer[:-1] + b"x", "x")
        with pytest.raises(Report) as caught:
            fetch_images(
                [image_of(server, image["digest"])],
                "linux/amd64",
                Store(tmp_path),
                Registry({}, (), QUICK_REGISTRY),
                lambda _: None,
            )
    assert caught.value.diagnostics[0].name == "registry-digest-mismatch"
    assert not (tmp_path / "images" / "index.json").exists()


def test_system_packages_are_asked_of_the_snapshot_first() -> None:
    """Then of the archive that a variable names; what the base has is not asked for at all."""
    environ = {"ENVC_SNAPSHOTS_DEBIAN": "https://past.example.org", "ENVC_ARCHIVE_DEBIAN": "https://now.example.org/d/"}
    found = wanted_debs(lock(snapshot=TIME).lock, Library(), lambda one: f"debs/{one.name}", environ)
    assert [one.called for one in found] == ["curl 7.88.1-10", "libcurl4 7.88.1-10"]
    assert found[0].addresses == (
        f"https://past.example.org/{TIME}/pool/x.deb",
        "https://now.example.org/d/pool/x.deb",
    )
