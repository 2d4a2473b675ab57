"""Every way in which an index fails, or has no answer, has a name, an exit code and no secret in it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from envc.lock.resolution import Requirement
from envc.resolvers.pip_tools import PipTools, Settings
from envc.resolvers.uv import Uv
from tests.index_server import Fault, Index, silent_port
from tests.index_server.asking import AMD64, Ask

pytestmark = [pytest.mark.index, pytest.mark.parametrize("ask", [PipTools, Uv], indirect=True)]


@pytest.mark.parametrize(
    ("fault", "name", "said"),
    [
        (Fault(401), "index-unauthorised", "refused access (401)"),
        (Fault(403), "index-unauthorised", "refused access (403)"),
        (Fault(500), "index-failed", "answered 500"),
        (Fault(503), "index-failed", "answered 503"),
        (Fault(429), "index-failed", "answered 429"),
        (Fault(504), "index-failed", "answered 504"),
        (Fault(delay=5), "index-failed", "did not answer in time"),
        (Fault(content_type="text/plain", body=b"sign in, please"), "index-failed", "as a package index does"),
        (Fault(body=b"{"), "index-failed", "cannot be read"),
        (Fault(body=b"[]"), "index-failed", "cannot be read"),
        (Fault(body=b'{"files": [{"url": 3}]}'), "index-failed", "cannot be read"),
    ],
)
@pytest.mark.parametrize("named", [True, False])
def test_an_index_that_misbehaves(index: Index, ask: Ask, fault: Fault, name: str, said: str, named: bool) -> None:
    index.faults["a"] = fault
    if named:
        diagnostic, code = ask.fails(None, Requirement("a", "office"), named={"office": index.url})
    else:
        diagnostic, code = ask.fails(index, "a")
    assert (diagnostic.name, code) == (name, 3)
    assert diagnostic.message.startswith("index `office` " if named else "the package index ")
    assert said in diagnostic.message
    assert f"host: {index.host}" in diagnostic.notes
    assert "://" not in str(diagnostic)


def test_nobody_listens(ask: Ask) -> None:
    with silent_port() as port:
        diagnostic, code = ask.fails(f"http://127.0.0.1:{port}/simple", "a")
    assert (diagnostic.name, code) == ("index-failed", 3)
    assert "cannot be reached" in diagnostic.message
    assert "refused" in str(diagnostic.notes)


def test_a_host_without_address(ask: Ask) -> None:
    diagnostic, code = ask.fails("https://index.invalid/simple", "a")
    assert (diagnostic.name, code) == ("index-failed", 3)
    assert diagnostic.message == "the package index has a host that no name server knows"


def test_plain_http_that_is_not_trusted_is_said_so_and_not_asked(ask: Ask) -> None:
    diagnostic, code = ask.fails("http://index.invalid/simple", "a")
    assert (diagnostic.name, code, "not trusted" in diagnostic.message) == ("index-failed", 3, True)


def test_a_proxy_that_is_not_there(index: Index, ask: Ask) -> None:
    with silent_port() as port:
        settings = Settings("https://index.invalid/simple", proxy=f"http://bob:s3cret@127.0.0.1:{port}", retries="0")
        diagnostic, code = ask.fails(None, "a", settings=settings)
    assert (diagnostic.name, code, "proxy" in diagnostic.message) == ("index-failed", 3, True)
    assert "s3cret" not in str(diagnostic)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl to make a certificate")
def test_a_certificate_that_nobody_vouches_for(ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)  # pip heeds these more than its own setting
    both = tmp_path / "both.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=127.0.0.1"]
    command += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(both), "-out", str(tmp_path / "cert.pem")]
    subprocess.run(command, check=True, capture_output=True)
    both.write_text(both.read_text() + (tmp_path / "cert.pem").read_text())
    with Index(certificate=both) as index:
        index.add("a", "1")
        diagnostic, code = ask.fails(index, "a")
        assert (diagnostic.name, code, "certificate" in diagnostic.message) == ("index-failed", 3, True)
        trusting = Settings(index.url, cert=str(tmp_path / "cert.pem"), retries="0")
        assert set(ask(None, "a", settings=trusting)) == {"a"}


@pytest.mark.parametrize("metadata_beside", [True, False])
def test_a_file_that_is_not_what_the_page_says(index: Index, ask: Ask, metadata_beside: bool) -> None:
    index.add("a", "1", metadata_beside=metadata_beside)
    for name in index.files:
        index.files[name] = b"something else"
    diagnostic, code = ask.fails(index, "a")
    said = "the checksums differ" if metadata_beside else "is broken"
    assert (diagnostic.name, code, said in diagnostic.message) == ("index-failed", 3, True)


def test_a_file_that_is_gone(index: Index, ask: Ask) -> None:
    index.add("a", "1", metadata_beside=False)
    index.files.clear()
    diagnostic, code = ask.fails(index, "a")
    assert (diagnostic.name, code, "404" in diagnostic.message) == ("index-failed", 3, True)


@pytest.mark.parametrize("digest", ["https://host.test/x", "0" * 63, "../../etc/passwd\n--pre"])
def test_a_page_that_puts_something_else_where_a_hash_belongs(index: Index, ask: Ask, digest: str) -> None:
    index.add("a", "1", hashes={"sha256": digest})
    diagnostic, code = ask.fails(index, "a")
    assert (diagnostic.name, code) == ("unsafe-index-answer", 3)
    assert "host.test" not in str(diagnostic)


def test_a_dependency_with_an_address_is_refused_and_not_fetched(index: Index, ask: Ask) -> None:
    with Index() as other:
        other.add("b", "1")
        index.add("a", "1", f"b @ http://{other.host}/files/b-1-py3-none-any.whl")
        diagnostic, code = ask.fails(index, "a")
        assert other.requests == []
    assert (diagnostic.name, code) == ("dependency-with-address", 1)
    assert diagnostic.message == "a asks for `b` by an address of its own"


def test_a_name_that_no_index_has(index: Index, ask: Ask) -> None:
    index.add("a", "1", "numpi")
    diagnostic, code = ask.fails(index, "a")
    assert (diagnostic.name, code) == ("unknown-package", 1)
    assert diagnostic.message == "no index has a package `numpi`"
    assert diagnostic.notes == ("a 1 asks for it",)


def test_a_version_that_there_is_not(index: Index, ask: Ask) -> None:
    for version in ("1", "2", "10", "9"):
        index.add("a", version)
    diagnostic, code = ask.fails(index, "a==3")
    assert (diagnostic.name, code) == ("unknown-version", 1)
    assert diagnostic.notes[0] == "the newest of 4: 10, 9, 2"


@pytest.mark.parametrize(
    ("tags", "note"),
    [
        (
            ["cp310-cp310-manylinux2014_x86_64", "cp311-cp311-manylinux2014_x86_64"],
            "linux/amd64 with Python 3.10, Python 3.11",
        ),
        (["cp312-cp312-win_amd64", "cp312-cp312-macosx_11_0_arm64"], "Python 3.12 on Windows, macOS"),
        (["cp312-cp312-manylinux_2_39_x86_64"], "Python 3.12 on linux/amd64 with glibc 2.39"),
        (["cp313-cp313t-manylinux_2_28_x86_64"], "linux/amd64 with Python 3.13 without the GIL"),
        (["cp39-abi3-manylinux_2_28_aarch64"], "Python 3.12 on linux/arm64 with glibc 2.28"),
    ],
)
def test_no_wheel_for_the_target(index: Index, ask: Ask, tags: list[str], note: str) -> None:
    for tag in tags:
        index.add("a", "1", tag=tag)
    diagnostic, code = ask.fails(index, "a")
    assert (diagnostic.name, code) == ("no-wheel-for-target", 1)
    assert diagnostic.message == "`a` has no wheel for Python 3.12.12 on linux/amd64 with glibc 2.36"
    assert diagnostic.notes[0] == f"a 1 has wheels for {note}"


def test_only_a_source_archive(index: Index, ask: Ask) -> None:
    index.add_archive("a", "1")
    diagnostic, code = ask.fails(index, "a>=1")
    assert (diagnostic.name, code) == ("no-wheel-for-target", 1)
    assert "only a source archive" in diagnostic.notes[0]


@pytest.mark.parametrize("on_page", [True, False])
def test_a_python_that_the_package_refuses(index: Index, ask: Ask, on_page: bool) -> None:
    index.add("a", "1", requires_python=">=3.8,<3.10", on_page=on_page)
    diagnostic, code = ask.fails(index, "a")
    assert (diagnostic.name, code) == ("requires-python-mismatch", 1)
    assert "<3.10" in diagnostic.notes[0]
    assert "3.12.12" in diagnostic.message
    assert set(ask(index, "a", target=AMD64._replace(python="3.9.1"))) == {"a"}


def test_packages_that_cannot_be_together(index: Index, ask: Ask) -> None:
    index.add("a", "1", "c<2")
    index.add("b", "1", "c>=2")
    index.add("c", "1")
    index.add("c", "2")
    diagnostic, code = ask.fails(index, "a", "b")
    assert (diagnostic.name, code) == ("unsatisfiable-packages", 1)
    assert diagnostic.notes == ("because a 1 asks for c<2 and b 1 asks for c>=2, there is no answer",)


def test_an_index_without_an_answer_in_the_time_limit(index: Index, ask: Ask) -> None:
    index.faults["a"] = Fault(delay=30)
    ask.time_limit = 2
    diagnostic, code = ask.fails(None, "a", settings=Settings(index.url, timeout="60"))
    assert (diagnostic.name, code) == ("resolver-failed", 3)
    assert "within 2 seconds" in diagnostic.message
    assert diagnostic.notes == ("the package that was looked up last: a",)
