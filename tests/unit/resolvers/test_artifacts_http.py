"""Files at http and https: measured to their end, gone on with where they were cut, refused by name."""

from __future__ import annotations

import os
import shutil
import ssl
import subprocess
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from envc.lock.artifacts import MeasuredArtifact
from envc.resolvers.artifacts.http import authorisation_for, way_in
from tests.unit.resolvers.file_server import FileServer, Given
from tests.unit.resolvers.measuring import measured, name_and_reason, refused

BODY = os.urandom(3_000_000)
RIGHT = sha256(BODY).hexdigest()


@pytest.fixture
def server() -> Iterator[FileServer]:
    with FileServer() as running:
        yield running


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, Path]:
    """A certificate for 127.0.0.1 that nobody trusts unless told to."""
    openssl = shutil.which("openssl")
    assert openssl, "openssl makes the certificate"
    folder = tmp_path_factory.mktemp("certificate")
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    kind = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    names = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run(
        [openssl, *kind, *names, "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context, certificate


@pytest.mark.parametrize("given", [Given(BODY, etag='"one"'), Given(BODY, chunked=True), Given(b"")])
def test_a_file_is_measured_to_its_end(server: FileServer, given: Given) -> None:
    """With and without a length, and an empty one; its ETag is kept."""
    server.files["/wine.csv"] = given
    found = measured(f"{server.address}/wine.csv")
    mark = given.etag.strip('"') if given.etag else None
    assert found == MeasuredArtifact(1, len(given.body), sha256(given.body).hexdigest(), mark)


def test_bytes_that_are_compressed_on_the_way_are_none(server: FileServer) -> None:
    """What a container downloads is what lies there, so it is measured as it lies there."""
    server.files["/wine.csv.gz"] = Given(BODY, headers={"Content-Encoding": "gzip"})
    assert measured(f"{server.address}/wine.csv.gz").sha256 == RIGHT


def test_a_cut_body_goes_on_where_it_was_cut(server: FileServer) -> None:
    """The rest is asked for, of the same ETag only."""
    server.files["/wine.csv"] = Given(BODY, etag='"one"', cuts=[1_000_000, 500_000])
    assert measured(f"{server.address}/wine.csv").sha256 == RIGHT
    ranges = [(headers.get("Range"), headers.get("If-Range")) for _, headers in server.seen]
    assert ranges == [(None, None), ("bytes=1000000-", '"one"'), ("bytes=1500000-", '"one"')]


@pytest.mark.parametrize("given", [Given(BODY, cuts=[9_000]), Given(BODY, cuts=[9_000], etag='"one"', ranges=False)])
def test_a_cut_body_that_cannot_go_on_is_read_anew(server: FileServer, given: Given) -> None:
    """Without an ETag nobody knows whose rest it is; and a server may know no ranges."""
    server.files["/wine.csv"] = given
    assert measured(f"{server.address}/wine.csv").sha256 == RIGHT
    assert len(server.seen) == 2


def test_a_file_that_changes_while_it_is_cut_is_read_anew(server: FileServer) -> None:
    """Halves of two files are never one."""
    server.files["/wine.csv"] = Given(BODY, etag='"one"', cuts=[9_000], after_a_cut=Given(b"other", etag='"two"'))
    assert measured(f"{server.address}/wine.csv").sha256 == sha256(b"other").hexdigest()
    assert [headers.get("If-Range") for _, headers in server.seen] == [None, '"one"']


def test_a_busy_server_is_asked_again(server: FileServer) -> None:
    """Twice busy, then well."""
    server.files["/wine.csv"] = Given(BODY, busy=[503, 429])
    assert measured(f"{server.address}/wine.csv").sha256 == RIGHT


def test_what_the_server_still_has_is_not_read(server: FileServer) -> None:
    """The same ETag and size as the lock knows are enough; another ETag is read."""
    address = f"{server.address}/wine.csv"
    server.files["/wine.csv"] = Given(BODY, etag='"one"')
    known = MeasuredArtifact(1, len(BODY), "0" * 64, "one")  # a checksum that reading would show to be wrong
    assert measured(address, known) == known
    assert measured(address, known._replace(revision="two")).sha256 == RIGHT
    assert measured(address, known._replace(size=3)).sha256 == RIGHT
    server.files["/wine.csv"].etag = 'W/"one"'
    assert measured(address, known).sha256 == RIGHT


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (None, ("data-not-found", "127.0.0.1 answers 404", 1)),
        (Given(status=410), ("data-not-found", "127.0.0.1 answers 410", 1)),
        (Given(login=("ann", "s3cret")), ("data-unauthorised", "127.0.0.1 asks for credentials (401)", 3)),
        (Given(status=403), ("data-unauthorised", "127.0.0.1 asks for credentials (403)", 3)),
        (Given(status=405), ("data-answer-unusable", "127.0.0.1 answers 405", 3)),
        (Given(busy=[503] * 9), ("data-unreachable", "it answers 503", 3)),
        (Given(busy=[500] * 9), ("data-unreachable", "it answers 500", 3)),
        (Given(BODY, silent=True), ("data-unreachable", "it did not answer in time", 3)),
        (Given(BODY, etag='"one"', cuts=[100, 0, 0]), None),
        (Given(BODY, cuts=[100, 100, 100]), None),
    ],
)
def test_a_failure_has_a_name_and_a_place(
    server: FileServer, given: Given | None, expected: tuple[str, str, int] | None
) -> None:
    """Nothing there, no credentials, busy for ever, silent, or cut every time."""
    if given:
        server.files["/wine.csv"] = given
    expected = expected or ("data-incomplete", "100 of 3000000 bytes came, and then it was cut", 3)
    assert name_and_reason(refused(f"{server.address}/wine.csv")) == expected


def test_a_part_that_nobody_asked_for_is_no_file(server: FileServer) -> None:
    """A server that goes on at another place than asked is not believed."""
    server.files["/wine.csv"] = Given(BODY, status=206, headers={"Content-Range": "bytes 5-9/10"})
    assert name_and_reason(refused(f"{server.address}/wine.csv"))[0] == "data-answer-unusable"


def test_nobody_listens() -> None:
    """A refused connection, and a name that is none."""
    with FileServer() as server:
        address = f"{server.address}/wine.csv"
    assert name_and_reason(refused(address)) == ("data-unreachable", "it refuses connections", 3)
    expected = ("data-unreachable", "its name does not resolve", 3)
    assert name_and_reason(refused("https://nowhere.invalid/wine.csv")) == expected


def test_credentials_come_from_netrc_and_go_to_their_host_only(
    server: FileServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The host of the address gets them; the one that it sends on to does not, though the file has an entry for all."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login ann password s3cret\ndefault login bob password other\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    server.files["/wine.csv"] = Given(BODY, login=("ann", "s3cret"))
    assert measured(f"{server.address}/wine.csv").sha256 == RIGHT
    with FileServer() as other:
        other.files["/wine.csv"] = Given(BODY)
        location = f"http://localhost:{other.port}/wine.csv"
        server.files["/old.csv"] = Given(status=302, headers={"Location": location}, login=("ann", "s3cret"))
        assert measured(f"{server.address}/old.csv").sha256 == RIGHT
        assert ["Authorization" in headers for _, headers in other.seen] == [False]
    netrc.write_text("machine 127.0.0.1 login ann password wr0ng\n")
    diagnostic, _ = refused(f"{server.address}/wine.csv")
    assert diagnostic.name == "data-unauthorised"
    assert diagnostic.labels[0].text == "127.0.0.1 refuses the credentials of the netrc file (403)"
    assert "wr0ng" not in repr(diagnostic)


@pytest.mark.parametrize(
    ("address", "sent"),
    [
        ("https://example.org/a", True),
        ("http://example.org/a", False),
        ("http://127.example.org/a", False),
        ("http://127.0.0.1:8080/a", True),
        ("http://localhost/a", True),
        ("http://[::1]/a", True),
    ],
)
def test_a_password_goes_over_http_to_this_machine_alone(
    address: str, sent: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("default login ann password s3cret\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    assert (authorisation_for(address) is not None) is sent
    assert ("https" in way_in(address)) is not sent


def test_a_redirect_without_end_is_left(server: FileServer) -> None:
    """Ten are enough."""
    server.files["/wine.csv"] = Given(status=307, headers={"Location": "/wine.csv"})
    assert refused(f"{server.address}/wine.csv")[0].name == "unsafe-redirect"
    assert len(server.seen) == 10


def test_https_is_trusted_as_the_machine_says_and_never_left_for_http(
    server: FileServer, tls: tuple[ssl.SSLContext, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An unknown certificate is refused; from http to https is a way, and back is none."""
    context, certificate = tls
    server.files["/wine.csv"] = Given(BODY)
    with FileServer(context) as safe:
        safe.files["/wine.csv"] = Given(BODY)
        safe.files["/down"] = Given(status=302, headers={"Location": f"{server.address}/wine.csv"})
        server.files["/up"] = Given(status=302, headers={"Location": f"{safe.address}/wine.csv"})
        reason = "its certificate is not trusted on this machine"
        assert name_and_reason(refused(f"{safe.address}/wine.csv")) == ("data-unreachable", reason, 3)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
        assert measured(f"{server.address}/up").sha256 == RIGHT
        server.seen.clear()
        assert refused(f"{safe.address}/down")[0].name == "unsafe-redirect"
        assert server.seen == []


def test_progress_names_what_is_read(server: FileServer) -> None:
    """At the least once, when it begins."""
    server.files["/wine.csv"] = Given(BODY)
    said: list[str] = []
    measured(f"{server.address}/wine.csv", said=said)
    assert said[0] == "wine: measuring what lies at its address"
