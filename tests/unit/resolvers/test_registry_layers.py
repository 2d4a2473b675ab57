"""Files of an image, read from its layers: what lies above hides what lies below, links lead where they would."""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Mapping

import pytest

from envc.diagnostics import Report
from envc.resolvers.registry import Limits, Registry, layers, unpacking
from tests.unit.resolvers.registry_server import LoopbackRegistry

QUICK = Limits(connect=1.0, read=0.5, wait=3.0)
#: A path's content; a text is a symbolic link, a text in a tuple a hard link, None a folder.
Members = Mapping[str, "bytes | str | tuple[str] | None"]


def archive(members: Members, *, packed: bool = True) -> bytes:
    """Return a layer with some members, in their order."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as file:
        for name, value in members.items():
            member = tarfile.TarInfo(name)
            if isinstance(value, bytes):
                member.size = len(value)
                file.addfile(member, io.BytesIO(value))
                continue
            if value is None:
                member.type = tarfile.DIRTYPE
            else:
                member.type = tarfile.SYMTYPE if isinstance(value, str) else tarfile.LNKTYPE
                member.linkname = value if isinstance(value, str) else value[0]
            file.addfile(member)
    return gzip.compress(buffer.getvalue(), 1) if packed else buffer.getvalue()


def read(server: LoopbackRegistry, described: list[Members], *paths: str) -> dict[str, bytes]:
    """Return the files of an image of some layers, the lowest first."""
    digest = server.put_layers("1", [archive(one) for one in described])["digest"]
    return Registry({}, (), QUICK).files_of(f"{server.host}/team/app", digest, "linux/amd64", paths)


@pytest.mark.parametrize(
    ("described", "expected"),
    [
        ([{"etc/a": b"1"}, {"etc/b": b"2"}], b"1"),
        ([{"etc/a": b"1"}, {"etc/a": b"2"}], b"2"),
        ([{"./etc/a": b"1"}], b"1"),
        ([{"etc/a": b"1"}, {"etc/.wh.a": b""}], None),
        ([{"etc/a": b"1"}, {".wh.etc": b""}], None),
        ([{"etc/a": b"1"}, {"etc/.wh..wh..opq": b""}], None),
        ([{"etc/a": b"1"}, {".wh..wh..opq": b""}], None),
        ([{"etc/a": b"1"}, {"etc/.wh..wh..opq": b"", "etc/a": b"2"}], b"2"),
        ([{"etc/a": b"1"}, {"etc/a": b"2", "etc/.wh.a": b""}], b"2"),
        ([{"etc/a": b"1"}, {"etc/.wh.a": b""}, {"etc/a": b"3"}], b"3"),
        ([{"etc/a": b"1"}, {"etc": b"a file now"}], None),
        ([{"etc/a": b"1"}, {"etc/a": None}], None),
        ([{"etc/a": b"1"}, {"etc": None}], b"1"),
        ([{"usr/lib/a": b"1", "etc/a": "../usr/lib/a"}], b"1"),
        ([{"etc/a": "/usr/lib/a"}, {"usr/lib/a": b"2"}], b"2"),
        ([{"usr/share/etc/a": b"1"}, {"etc": "usr/share/etc"}], b"1"),
        ([{"x": b"1", "etc/a": "../../../../x"}], b"1"),
        ([{"etc/a": "b", "etc/b": "a"}], None),
        ([{"etc/a": "nowhere"}], None),
        ([{"x": b"1", "etc/a": ("x",)}], b"1"),
        ([{"x": b"1", "etc/a": ("x",)}, {"x": b"2"}], b"1"),
    ],
)
def test_a_file_is_what_a_container_would_see(described: list[Members], expected: bytes | None) -> None:
    """Layers, whiteouts, opaque folders, and links as Linux follows them within the root."""
    with LoopbackRegistry() as server:
        assert read(server, described, "/etc/a") == ({} if expected is None else {"/etc/a": expected})


def test_a_slash_at_the_end_means_everything_below() -> None:
    """Images without dpkg have a file for each package."""
    lower = {"d/status.d/a": b"1", "d/status.d/b": b"2", "d/status.d/c/d": b"3", "d/status": b"no"}
    with LoopbackRegistry() as server:
        found = read(server, [lower, {"d/status.d/.wh.b": b"", "d/status.d/e": "a"}], "/d/status.d/", "/none/")
        digest = server.tags["1"]
        names = Registry({}, (), QUICK).names_under(f"{server.host}/team/app", digest, "linux/amd64", "/d/status.d")
    assert found == {"/d/status.d/a": b"1", "/d/status.d/c/d": b"3", "/d/status.d/e": b"1"}
    assert names == ("/d/status.d/a", "/d/status.d/c/d", "/d/status.d/e")


def test_layers_below_what_was_found_are_not_fetched() -> None:
    """The status of dpkg lies in the layer of the last installation; those below are large."""
    with LoopbackRegistry() as server:
        low, high = archive({"etc/a": b"1"}), archive({"etc": None, "etc/a": b"2"})
        digest = server.put_layers("1", [low, high])["digest"]
        found = Registry({}, (), QUICK).files_of(f"{server.host}/team/app", digest, "linux/amd64", ["/etc/a"])
        fetched = [path for path in server.paths if "/blobs/" in path]
    assert found == {"/etc/a": b"2"}
    assert len(fetched) == 2  # the configuration and the upper layer


def test_an_unpacked_layer_is_read_as_well() -> None:
    """The media type is not asked: the first bytes say how a layer is packed."""
    with LoopbackRegistry() as server:
        digest = server.put_layers("1", [archive({"a": b"1"}, packed=False)])["digest"]
        found = Registry({}, (), QUICK).files_of(f"{server.host}/team/app", digest, "linux/amd64", ["a"])
    assert found == {"a": b"1"}


def test_a_layer_that_breaks_off_is_fetched_again() -> None:
    """What came before the break is forgotten."""
    with LoopbackRegistry() as server:
        digest = server.put_layers("1", [archive({"a": bytes(100_000)})])["digest"]
        registry = Registry({}, (), QUICK)
        registry.variables_of(f"{server.host}/team/app", digest, "linux/amd64")
        server.cuts = 1
        found = registry.files_of(f"{server.host}/team/app", digest, "linux/amd64", ["a"])
        assert server.cuts == 0
    assert found == {"a": bytes(100_000)}


def report_of(server: LoopbackRegistry, layer: bytes, sent: bytes | None = None) -> Report:
    digest = server.put_layers("1", [layer])["digest"]
    if sent is not None:
        path = next(path for path, (body, _) in server.content.items() if body == layer)
        server.content[path] = (sent, "x")
    with pytest.raises(Report) as raised:
        Registry({}, (), QUICK).files_of(f"{server.host}/team/app", digest, "linux/amd64", ["a"])
    assert raised.value.exit_code == 3
    return raised.value


def test_a_layer_with_other_bytes_is_not_read() -> None:
    """Of the same size and well formed: only its sha256 tells."""
    with LoopbackRegistry() as server:
        one, other = (archive({"a": content}, packed=False) for content in (b"1", b"2"))
        report = report_of(server, one, other)
    assert report.diagnostics[0].name == "registry-digest-mismatch"


def test_a_layer_that_does_not_end_is_left() -> None:
    """The manifest says how large it is."""
    with LoopbackRegistry() as server:
        layer = archive({"a": b"1"})
        report = report_of(server, layer, layer + bytes(1000))
    assert report.diagnostics[0].notes == ("it sends more of a layer than its manifest announces",)


@pytest.mark.parametrize(
    ("layer", "reason"),
    [
        (b"no archive at all", "it is no archive that can be unpacked (ReadError)"),
        (b"\x1f\x8bno", "it is no archive that can be unpacked"),
        (archive({"a/../../b": b"1"}), "it holds a name that leads out of the image"),
    ],
)
def test_a_layer_that_is_none_is_reported(layer: bytes, reason: str) -> None:
    """Its digest is right, so whoever made the image made it so."""
    with LoopbackRegistry() as server:
        report = report_of(server, layer)
    assert report.diagnostics[0].name == "unreadable-layer"
    assert reason in report.diagnostics[0].notes[0]


def test_zstd_is_read_or_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python reads it from 3.14 on; before, the message says so."""
    monkeypatch.setattr(unpacking, "find_spec", lambda _: None)
    with LoopbackRegistry() as server:
        report = report_of(server, b"\x28\xb5\x2f\xfd and so on")
    wanted = "it is packed with zstd, which Python reads from 3.14 on, or with the package backports.zstd"
    assert report.diagnostics[0].notes[0].endswith(wanted)


def test_a_huge_file_and_a_huge_layer_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A small archive may unpack to any size; the bounds are lowered here."""
    layer = archive({"a": bytes(3 * 1024 * 1024)})
    with LoopbackRegistry() as server:
        monkeypatch.setattr(layers, "LARGEST_FILE", 1024 * 1024)
        assert "more than 1 MiB" in report_of(server, layer).diagnostics[0].notes[0]
        monkeypatch.setattr(unpacking, "LARGEST_LAYER", 1024 * 1024)
        assert "it unpacks to more than" in report_of(server, layer).diagnostics[0].notes[0]
