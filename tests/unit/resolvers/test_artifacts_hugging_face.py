"""Repositories of the Hub at a revision, against a stand-in on loopback that speaks its protocol."""

from __future__ import annotations

import os
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from envc.lock.artifacts import measure
from envc.lock.source_tree import WantedPath
from envc.resolvers.artifacts.hugging_face import token_of
from envc.sources.tree import read_tree
from tests.unit.resolvers.hub_server import HubServer
from tests.unit.resolvers.measuring import measured, name_and_reason, refused

FILES = {
    "config.json": b"{}",
    "model.safetensors": os.urandom(5000),
    "onnx/model.onnx": os.urandom(4000),
    "onnx/a b+ü.json": b"[]",
    "README.md": b"# tiny\n",
}


@pytest.fixture
def hub() -> Iterator[HubServer]:
    with HubServer() as running:
        running.repository().commit("main", FILES)
        yield running


def at(hub: HubServer, **more: str) -> dict[str, str]:
    return {"HF_ENDPOINT": hub.address, **more}


def on_disk(folder: Path, files: dict[str, bytes]) -> tuple[int, int, str]:
    for name, body in files.items():
        path = folder / "here" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
    found = measure(read_tree(folder, [WantedPath("here", filtered=False)]), "here")
    return found[0], found[1], found[2]


def test_a_repository_has_the_checksum_of_the_same_folder_on_a_disk(hub: HubServer, tmp_path: Path) -> None:
    """Its revision is the commit, and what lies in big-file storage is not read."""
    found = measured("hf://acme/tiny@main", environ=at(hub))
    assert found[:3] == on_disk(tmp_path, FILES)
    assert found.revision == hub.repository().refs["main"]
    read = sorted(path.rpartition("/")[2] for path, _ in hub.seen if "/resolve/" in path)
    assert read == ["README.md", "a%20b%2B%C3%BC.json", "config.json"]


def test_without_a_revision_it_is_main(hub: HubServer) -> None:
    """As the Hub's own libraries have it."""
    assert measured("hf://acme/tiny", environ=at(hub)) == measured("hf://acme/tiny@main", environ=at(hub))


def test_a_folder_and_a_file_of_it(hub: HubServer, tmp_path: Path) -> None:
    """A path names either; big and small files alike."""
    folder = {name.removeprefix("onnx/"): body for name, body in FILES.items() if name.startswith("onnx/")}
    assert measured("hf://acme/tiny@main/onnx", environ=at(hub))[:3] == on_disk(tmp_path, folder)
    for name in ("config.json", "model.safetensors"):
        body = FILES[name]
        found = measured(f"hf://acme/tiny@main/{name}", environ=at(hub))
        assert found[:3] == (1, len(body), sha256(body).hexdigest())


def test_data_sets_and_special_revisions(hub: HubServer) -> None:
    """`datasets/` before the name, and a pull request's reference."""
    commit = hub.repository("datasets/acme/rows").commit("refs/pr/7", {"rows.csv": b"1,2\n"})
    assert measured("hf://datasets/acme/rows@refs/pr/7", environ=at(hub)).revision == commit
    assert measured("hf://datasets/acme/rows@refs%2Fpr%2F7/rows.csv", environ=at(hub)).size == 4
    assert measured(f"hf://datasets/acme/rows@{commit}", environ=at(hub)).revision == commit


def test_a_commit_that_is_known_is_not_read(hub: HubServer) -> None:
    """One question, for the commit; another commit is read."""
    known = measured("hf://acme/tiny@main", environ=at(hub))._replace(sha256="0" * 64)
    hub.seen.clear()
    assert measured("hf://acme/tiny@main", known, at(hub)) == known
    assert len(hub.seen) == 1
    hub.repository().commit("main", {"config.json": b"{ }"})
    assert measured("hf://acme/tiny@main", known, at(hub)).files == 1


def test_the_token_opens_what_is_private_and_is_told_to_nobody_else(hub: HubServer) -> None:
    """It goes to the endpoint, and not to the host that a file is given by."""
    hub.repository().private = True
    with HubServer() as other:
        other.repositories, hub.elsewhere = (
            {"models/acme/tiny": hub.repository()},
            other.address.replace("127.0.0.1", "localhost"),
        )
        other.repository().private = False
        environ = at(hub, HF_TOKEN="hf_good")
        assert measured("hf://acme/tiny@main", environ=environ).files == len(FILES)
        assert {authorization for _, authorization in hub.seen} == {"Bearer hf_good"}
        assert {authorization for _, authorization in other.seen} == {None}


@pytest.mark.parametrize(
    ("address", "environ", "expected"),
    [
        ("hf://acme/tiny@v9", {}, ("data-not-found", "`acme/tiny` has no revision `v9`", 1)),
        ("hf://acme/tiny@main/no", {}, ("data-not-found", "`acme/tiny` has no `no` at `main`", 1)),
        ("hf://acme/none", {"HF_TOKEN": "hf_good"}, ("data-not-found", "the Hub shows no `acme/none`", 1)),
        ("hf://acme/none", {}, ("data-unauthorised", "the Hub does not show `acme/none` to everybody (401)", 3)),
        (
            "hf://acme/tiny",
            {"HF_TOKEN": "hf_bad"},
            ("data-unauthorised", "the Hub refuses the token of this machine (401)", 3),
        ),
    ],
)
def test_a_failure_has_a_name_and_a_place(
    hub: HubServer, address: str, environ: dict[str, str], expected: tuple[str, str, int]
) -> None:
    """No such revision, path or repository; no token, or a wrong one, which no message shows."""
    found = refused(address, at(hub, **environ))
    assert name_and_reason(found) == expected
    assert "hf_" not in repr(found)


def test_a_gated_model_wants_its_terms_accepted(hub: HubServer) -> None:
    """The help says where."""
    hub.repository().gated = True
    diagnostic, _ = refused("hf://acme/tiny", at(hub))
    assert diagnostic.name == "data-unauthorised"
    assert diagnostic.helps[0] == "accept its terms on the page of `acme/tiny`"


@pytest.mark.parametrize(
    "strange", [{}, [{"type": "file"}], [{"type": "file", "path": "x", "size": 1, "lfs": {"oid": "y", "size": 1}}]]
)
def test_a_hub_that_speaks_otherwise_is_not_believed(hub: HubServer, strange: Any) -> None:
    """No list, a file without a name, a big file without its checksum."""
    hub.strange = strange
    assert refused("hf://acme/tiny", at(hub))[0].name == "data-answer-unusable"


def test_a_file_of_another_size_is_refused(hub: HubServer) -> None:
    """A file that is longer than the tree says is not the file of that commit."""
    hub.wrong_size = True
    assert refused("hf://acme/tiny", at(hub))[0].name == "data-of-another-size"


def test_a_name_that_leaves_the_folder_is_refused(hub: HubServer) -> None:
    """It would lie elsewhere in the container."""
    hub.strange = [{"type": "file", "path": "../etc/passwd", "size": 1, "oid": "0" * 40}]
    assert name_and_reason(refused("hf://acme/tiny", at(hub)))[0] == "unusable-path"


def test_the_token_is_found_where_a_login_writes_it(tmp_path: Path) -> None:
    """The variable first, then the file of `HF_HOME`, then the one in the cache."""
    (tmp_path / "token").write_text("hf_home\n")
    cache = Path(os.environ["XDG_CACHE_HOME"]) / "huggingface"
    cache.mkdir(parents=True)
    (cache / "token").write_text("hf_cache\n")
    assert token_of({"HF_TOKEN": "hf_own", "HF_HOME": str(tmp_path)}) == "hf_own"
    assert token_of({"HF_HOME": str(tmp_path)}) == "hf_home"
    assert token_of({"XDG_CACHE_HOME": os.environ["XDG_CACHE_HOME"]}) == "hf_cache"
    assert token_of({"HF_TOKEN_PATH": str(tmp_path / "none")}) is None
