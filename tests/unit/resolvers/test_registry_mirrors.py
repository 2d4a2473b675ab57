"""The Hub and its mirrors. The Hub is a registry on loopback with TLS behind a proxy that leads every name to it."""

from __future__ import annotations

import json
import socket
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest

from envc.diagnostics import Report
from envc.lock.resolution import Image, ImageRequest
from envc.resolvers.registry import Limits, Mirror, Registry
from envc.resolvers.registry.authentication import Credentials
from envc.resolvers.registry.mirrors import _from_files, find_mirrors, read_mirror
from tests.named_hosts import Way, context_of, make_certificate, proxy
from tests.unit.resolvers.registry_server import LoopbackRegistry

PYTHON = ImageRequest("docker.io/library/python", "3.12", "linux/amd64")
QUICK = Limits(connect=1.0, read=0.5, wait=1.0)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate and key for the Hub's host that only these tests trust."""
    folder = tmp_path_factory.mktemp("certificate")
    make_certificate(folder, ["registry-1.docker.io"])
    return folder


@pytest.fixture
def hub(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LoopbackRegistry]:
    """A registry that answers for registry-1.docker.io, reached through a proxy, its certificate trusted."""
    with (
        LoopbackRegistry("library/python", context_of(certificate)) as server,
        proxy(lambda *_: Way("127.0.0.1", server.port)) as port,
    ):
        for name in ("https_proxy", "no_proxy", "NO_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate / "certificate.pem"))
        yield server


@pytest.fixture
def no_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    """No way to any registry but those on loopback: the proxy is closed."""
    for name in ("https_proxy", "no_proxy", "NO_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{closed_port()}")


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def find_python(*mirrors: str) -> tuple[Image | None, tuple[str, ...]]:
    registry = Registry({"ENVC_REGISTRY_MIRROR": ",".join(mirrors)}, limits=QUICK)
    return registry.find(PYTHON), registry.reasons


def test_the_hub_itself_answers_for_docker_io(hub: LoopbackRegistry) -> None:
    """`docker.io` is registry-1.docker.io; its certificate may be one that only the machine knows."""
    digest = hub.put_two_platforms("3.12")
    image, _ = find_python()
    assert image is not None
    assert (image.repository, image.digest) == ("docker.io/library/python", digest)
    assert hub.paths[0] == "GET /v2/library/python/manifests/3.12"


def test_a_short_name_is_the_hubs_official_image(hub: LoopbackRegistry) -> None:
    """The answer has the name in full."""
    hub.put_two_platforms("3.12")
    image = Registry({}, ()).find(PYTHON._replace(repository="python"))
    assert image is not None
    assert image.repository == "docker.io/library/python"


def test_a_certificate_that_nobody_trusts_is_no_answer(hub: LoopbackRegistry, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stranger in place of the Hub is not believed."""
    hub.put_two_platforms("3.12")
    monkeypatch.delenv("SSL_CERT_FILE")
    image, reasons = find_python()
    assert image is None
    assert reasons == ("docker.io: its certificate is not trusted on this machine",)
    assert hub.seen == []


def test_a_password_is_not_sent_unencrypted(hub: LoopbackRegistry, tmp_path: Path) -> None:
    """A registry with TLS whose token service has none gets no credentials."""
    hub.put_two_platforms("3.12")
    hub.challenge = 'Bearer realm="http://token.example/"'
    auth = b64encode(b"ada:s3cret").decode()
    (tmp_path / "config.json").write_text(json.dumps({"auths": {"docker.io": {"auth": auth}}}), "utf-8")
    with pytest.raises(Report) as raised:
        Registry({"DOCKER_CONFIG": str(tmp_path)}, (), QUICK).find(PYTHON)
    assert raised.value.diagnostics[0].name == "registry-answer-unusable"
    assert "not encrypted" in raised.value.diagnostics[0].notes[0]
    assert len(hub.seen) == 1


def test_a_mirror_answers_before_the_hub(hub: LoopbackRegistry) -> None:
    """What a mirror has, the Hub is not asked for, and nothing of the mirror is in the answer."""
    with LoopbackRegistry("library/python") as mirror:
        digest = mirror.put_two_platforms("3.12")
        image, _ = find_python(mirror.host)
        assert image is not None
        assert image.digest == digest
        assert mirror.host not in repr(image)
        assert hub.seen == []


@pytest.mark.parametrize("trouble", [404, 401, 403, 500, 302])
def test_the_hub_answers_when_a_mirror_does_not(hub: LoopbackRegistry, trouble: int) -> None:
    """A mirror that lacks, refuses or fails is passed over."""
    digest = hub.put_two_platforms("3.12")
    with LoopbackRegistry("library/python") as mirror:
        mirror.always = trouble
        image, reasons = find_python(f"127.0.0.1:{closed_port()}", f"http://{mirror.host}/")
        assert len(mirror.seen) == (2 if trouble == 500 else 1)
    assert image is not None
    assert image.digest == digest
    assert len(reasons) == 2
    assert reasons[0] == "a mirror from `ENVC_REGISTRY_MIRROR`: it refuses connections"


def test_only_the_hub_says_that_a_tag_does_not_exist(hub: LoopbackRegistry) -> None:
    """A mirror's 404 is no word of the Hub; the Hub's is."""
    hub.put_two_platforms("3.11")
    with LoopbackRegistry("library/python") as mirror, pytest.raises(Report) as raised:
        find_python(mirror.host)
    assert raised.value.diagnostics[0].message == "`docker.io/library/python` has no tag `3.12`"
    assert raised.value.diagnostics[0].helps == ("tags with a similar name: `3.11`",)


@pytest.mark.usefixtures("no_hub")
def test_a_mirror_without_the_image_and_no_hub_is_no_answer() -> None:
    """Nobody who could know it answered: the table in the standard library is next."""
    with LoopbackRegistry("library/python") as mirror:
        image, reasons = find_python(mirror.host)
    assert image is None
    assert reasons[0] == "a mirror from `ENVC_REGISTRY_MIRROR`: it does not have the image"
    assert reasons[1].startswith("docker.io: ")


@pytest.mark.usefixtures("no_hub")
def test_a_mirror_that_alters_content_is_reported_without_its_address() -> None:
    """Content with a wrong digest is not passed over in silence."""
    with LoopbackRegistry("library/python") as mirror:
        mirror.put_two_platforms("3.12")
        mirror.digest_header = "sha256:" + "0" * 64
        with pytest.raises(Report) as raised:
            find_python(mirror.host)
        assert raised.value.diagnostics[0].name == "registry-digest-mismatch"
        assert mirror.host not in repr(raised.value.diagnostics)


@pytest.mark.usefixtures("no_hub")
def test_a_mirror_is_not_asked_for_another_registrys_image() -> None:
    """Mirrors are the Hub's."""
    with LoopbackRegistry("library/python") as mirror:
        registry = Registry({"ENVC_REGISTRY_MIRROR": mirror.host}, limits=QUICK)
        assert registry.find(PYTHON._replace(repository="quay.io/library/python")) is None
        assert mirror.seen == []


@pytest.mark.usefixtures("no_hub")
def test_secrets_of_a_mirrors_address_go_into_its_headers_alone() -> None:
    """`http://name:secret@host` is split before anything is sent or said."""
    with LoopbackRegistry("library/python") as mirror:
        mirror.put_two_platforms("3.12")
        mirror.demand_basic("ada", "s3 cret")
        image, _ = find_python(f"http://ada:s3%20cret@{mirror.host}")
        assert image is not None
        image, reasons = find_python(f"http://ada:wr0ng@{mirror.host}")
        assert image is None
        assert reasons[0] == "a mirror from `ENVC_REGISTRY_MIRROR`: it refuses the credentials"


@pytest.mark.parametrize(
    ("text", "address", "credentials"),
    [
        ("mirror.example.org", "https://mirror.example.org", None),
        ("http://127.0.0.1:5000/", "http://127.0.0.1:5000", None),
        ("localhost:5000", "http://localhost:5000", None),
        ("[::1]:5000", "http://[::1]:5000", None),
        ("https://mirror.example.org/hub/", "https://mirror.example.org/hub", None),
        ("u:p%40q@mirror.example.org:8443", "https://mirror.example.org:8443", Credentials("u", "p@q")),
    ],
)
def test_a_mirrors_address_is_read(text: str, address: str, credentials: Credentials | None) -> None:
    """A scheme may be left out, a folder may be in it, secrets are taken out."""
    assert read_mirror(text, "here") == Mirror(address, "here", credentials)


def test_the_variable_stands_in_place_of_the_daemon() -> None:
    """An empty one means no mirror at all."""
    several = find_mirrors({"ENVC_REGISTRY_MIRROR": " a.example.org, ,b.example.org "})
    assert [one.address for one in several] == ["https://a.example.org", "https://b.example.org"]
    assert find_mirrors({"ENVC_REGISTRY_MIRROR": ""}) == ()


def test_the_daemons_file_is_read_when_no_engine_answers(tmp_path: Path) -> None:
    """The first file that names mirrors counts; broken and missing ones are passed over."""
    broken, plain, mirrored = (tmp_path / name for name in ("broken.json", "plain.json", "mirrored.json"))
    broken.write_text("{", "utf-8")
    plain.write_text("{}", "utf-8")
    mirrored.write_text(json.dumps({"registry-mirrors": ["https://a.example.org", 3]}), "utf-8")
    assert _from_files([tmp_path / "none.json", broken, plain, mirrored]) == ["https://a.example.org"]
    assert _from_files([plain]) == ()


@pytest.mark.parametrize("host", ["unix:///nonexistent/docker.sock", "ssh://far.example.org", "tcp://192.0.2.1:2375"])
def test_a_daemon_elsewhere_or_nowhere_is_not_waited_for(host: str, tmp_path: Path) -> None:
    """Only an engine on this machine is asked; without one, its files are."""
    own = tmp_path / "docker" / "daemon.json"
    own.parent.mkdir()
    own.write_text('{"registry-mirrors": ["https://own.example.org"]}', "utf-8")
    found = find_mirrors({"DOCKER_HOST": host, "XDG_CONFIG_HOME": str(tmp_path)})
    assert [one.address for one in found] == _from_files([Path("/etc/docker/daemon.json"), own])
    assert {one.origin for one in found} == {"the Docker daemon's `registry-mirrors`"}


def test_a_certificate_that_nobody_vouches_for_has_a_name(
    hub: LoopbackRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No attempt follows, least of all without encryption."""
    hub.put_two_platforms("3.12")
    monkeypatch.delenv("SSL_CERT_FILE")
    registry = Registry({"ENVC_REGISTRY_MIRROR": ""}, limits=QUICK)
    assert registry.find(PYTHON) is None
    assert registry.failure is not None
    assert registry.failure.diagnostics[0].name == "registry-not-trusted"
    assert hub.seen == []


def test_a_redirect_never_leads_out_of_encryption(hub: LoopbackRegistry) -> None:
    """Whoever listens on the way could send anything, and learn what is asked for."""
    hub.put_two_platforms("3.12")
    with LoopbackRegistry("library/python") as plain:
        plain.content = hub.content
        hub.moved = f"http://{plain.host}"
        with pytest.raises(Report, match="registry-answer-unusable") as raised:
            find_python("")
        assert plain.seen == []
    notes = raised.value.diagnostics[0].notes
    assert notes == ("it redirects from an encrypted connection to one that is not",)


def test_the_hubs_rate_limit_advises_to_log_in(hub: LoopbackRegistry) -> None:
    """Without a name of a registry, as Docker's command has it."""
    hub.bad_days = [(429, {"Retry-After": "900"})]
    registry = Registry({"ENVC_REGISTRY_MIRROR": ""}, limits=QUICK)
    assert registry.find(PYTHON) is None
    assert registry.failure is not None
    assert registry.failure.diagnostics[0].helps[0].startswith("`docker login` raises")
