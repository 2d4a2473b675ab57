"""`Registry.find` against a registry on loopback: images, failures, patience."""

from __future__ import annotations

import json
import socket
import time

import pytest

from envc.diagnostics import Report
from envc.lock.resolution import Image, ImageRequest
from envc.resolvers.registry import Limits, Registry
from tests.unit.resolvers.registry_server import LoopbackRegistry, digest_of

QUICK = Limits(connect=1.0, read=0.5, wait=3.0)


def find(
    server: LoopbackRegistry, tag: str = "1.0", platform: str = "linux/amd64", limits: Limits = QUICK
) -> Image | None:
    return Registry({}, (), limits).find(ImageRequest(f"{server.host}/{server.repository}", tag, platform))


def report_of(server: LoopbackRegistry, tag: str = "1.0", platform: str = "linux/amd64") -> Report:
    with pytest.raises(Report) as raised:
        find(server, tag, platform)
    return raised.value


def test_an_index_gives_its_own_digest_and_the_platforms_manifest() -> None:
    """The digest is the index's; manifest, variables and size are the platform's."""
    with LoopbackRegistry() as server:
        digest = server.put_two_platforms()
        index = json.loads(server.content[f"manifests/{digest}"][0])
        image = find(server)
        assert image == Image(
            repository=f"{server.host}/team/app",
            tag="1.0",
            digest=digest,
            manifest=index["manifests"][0]["digest"],
            origin="registry",
            variables=(("A", "1=2"), ("PATH", "/usr/bin")),
            size=1230,
        )
        for kind in ("oci.image.index.v1", "docker.distribution.manifest.list.v2", "oci.image.manifest.v1"):
            assert kind in server.seen[0].accept


def test_an_only_variant_is_its_platform() -> None:
    """`linux/arm64/v8` of an index is what Docker calls `linux/arm64`."""
    with LoopbackRegistry() as server:
        server.put_two_platforms()
        image = find(server, platform="linux/arm64")
        assert image is not None
        assert ("A", "arm") in image.variables
        assert image.size == 7


def test_a_single_manifest_is_digest_and_manifest_at_once() -> None:
    """An image without an index has one digest."""
    with LoopbackRegistry() as server:
        descriptor = server.put_image("1.0", "linux/amd64", ["PYTHON_VERSION=3.12.12"])
        image = find(server)
        assert image is not None
        assert (image.digest, image.manifest) == (descriptor["digest"], descriptor["digest"])
        assert image.variables == (("PYTHON_VERSION", "3.12.12"),)
        assert image.size == 120


def test_a_digest_can_be_asked_for_in_place_of_a_tag() -> None:
    """A digest is a reference like a tag, and what comes must have it."""
    with LoopbackRegistry() as server:
        digest = server.put_two_platforms()
        image = find(server, tag=digest)
        assert image is not None
        assert image.digest == digest
        server.digest_header = None
        server.content[f"manifests/{digest}"] = (server.content[f"manifests/{digest}"][0] + b" ", "x")
        assert report_of(server, tag=digest).diagnostics[0].name == "registry-digest-mismatch"


def test_a_second_tag_of_the_same_image_costs_one_request() -> None:
    """Content is kept by digest: the other name of an image needs a HEAD and nothing more."""
    with LoopbackRegistry() as server:
        digest = server.put_two_platforms("1.0")
        server.tags["1.0.7"] = digest
        registry = Registry({}, (), QUICK)
        first = registry.find(ImageRequest(f"{server.host}/team/app", "1.0", "linux/amd64"))
        server.seen.clear()
        second = registry.find(ImageRequest(f"{server.host}/team/app", "1.0.7", "linux/amd64"))
        assert first is not None
        assert second == first._replace(tag="1.0.7")
        assert server.paths == ["HEAD /v2/team/app/manifests/1.0.7"]


def test_a_moved_tag_is_seen_within_one_registry_object() -> None:
    """What is kept never answers for a tag that points elsewhere by now."""
    with LoopbackRegistry() as server:
        server.put_two_platforms("1.0")
        registry = Registry({}, (), QUICK)
        request = ImageRequest(f"{server.host}/team/app", "1.0", "linux/amd64")
        registry.find(request)
        moved = server.put_image("1.0", "linux/amd64", ["NEW=1"])
        image = registry.find(request)
        assert image is not None
        assert image.digest == moved["digest"]


def test_a_registry_without_digest_headers_is_believed_by_content() -> None:
    """`Docker-Content-Digest` is optional: the digest is computed from what came."""
    with LoopbackRegistry() as server:
        digest = server.put_two_platforms()
        server.digest_header = None
        image = find(server)
        assert image is not None
        assert image.digest == digest


def test_an_announced_digest_must_be_that_of_the_content() -> None:
    """Content that is not what the header says is reported and not used."""
    with LoopbackRegistry() as server:
        digest = server.put_two_platforms()
        server.digest_header = "sha256:" + "0" * 64
        report = report_of(server)
        assert report.exit_code == 3
        assert report.diagnostics[0].name == "registry-digest-mismatch"
        assert report.diagnostics[0].notes == (f"announced: `sha256:{'0' * 64}`", f"received: `{digest}`")


@pytest.mark.parametrize("kind", ["manifests", "blobs"])
def test_parts_of_an_image_must_have_their_digests(kind: str) -> None:
    """A platform's manifest or configuration that was changed on the way is reported."""
    with LoopbackRegistry() as server:
        index = server.put_two_platforms()
        for path, (body, media) in server.content.items():
            if path.startswith(kind) and not path.endswith(index):
                server.content[path] = (body.replace(b"\n", b"\n "), media)
        server.digest_header = None
        assert report_of(server).diagnostics[0].name == "registry-digest-mismatch"


def test_a_platform_that_an_index_lacks_is_reported_with_those_that_exist() -> None:
    """Attestations are no platforms."""
    with LoopbackRegistry() as server:
        server.put_two_platforms()
        report = report_of(server, platform="linux/s390x")
        assert report.exit_code == 1
        assert report.diagnostics[0].name == "no-image-for-platform"
        assert report.diagnostics[0].message == f"`{server.host}/team/app:1.0` has no image for `linux/s390x`"
        assert report.diagnostics[0].notes == ("it exists for `linux/amd64`, `linux/arm64`",)


def test_a_single_image_of_another_platform_is_reported() -> None:
    """Without an index the configuration says the platform."""
    with LoopbackRegistry() as server:
        server.put_image("1.0", "linux/arm64", [])
        report = report_of(server)
        assert report.diagnostics[0].name == "no-image-for-platform"
        assert report.diagnostics[0].notes == ("it exists for `linux/arm64`",)


def test_an_unknown_tag_is_reported_with_the_nearest() -> None:
    """A registry that answers is believed when it says no."""
    with LoopbackRegistry() as server:
        for tag in ("3.12-slim-bookworm", "3.12.9-slim-bookworm", "latest"):
            server.put_image(tag, "linux/amd64", [])
        report = report_of(server, "3.12.99-slim-bookworm")
        assert report.exit_code == 1
        (diagnostic,) = report.diagnostics
        assert diagnostic.name == "unknown-image"
        assert diagnostic.message == f"`{server.host}/team/app` has no tag `3.12.99-slim-bookworm`"
        assert diagnostic.helps == ("tags with a similar name: `3.12.9-slim-bookworm`, `3.12-slim-bookworm`",)


def test_an_unknown_repository_is_reported_as_such() -> None:
    """No tag is looked for where there is no repository."""
    with LoopbackRegistry() as server, pytest.raises(Report) as raised:
        Registry({}, (), QUICK).find(ImageRequest(f"{server.host}/team/ap", "1.0", "linux/amd64"))
    assert raised.value.diagnostics[0].message == f"`{server.host}` has no repository `team/ap`"


def test_a_busy_registry_is_asked_again_when_it_says() -> None:
    """429 and 503 pass: `Retry-After` is kept."""
    with LoopbackRegistry() as server:
        digest = server.put_two_platforms()
        server.bad_days = [(429, {"Retry-After": "1"}), (503, {"Retry-After": "0"})]
        start = time.monotonic()
        image = find(server)
        assert time.monotonic() - start >= 1.0
        assert image is not None
        assert image.digest == digest
        assert server.paths[:3] == ["GET /v2/team/app/manifests/1.0"] * 3


def test_a_registry_that_stays_busy_is_given_up() -> None:
    """Four attempts, then nobody answered."""
    with LoopbackRegistry() as server:
        server.bad_days = [(500, {"Retry-After": "0"})] * 9
        registry = Registry({}, (), QUICK)
        assert registry.find(ImageRequest(f"{server.host}/team/app", "1.0", "linux/amd64")) is None
        assert len(server.seen) == 4
        assert registry.reasons == (f"{server.host}: it answers 500",)


def test_a_wait_beyond_the_bound_is_not_waited() -> None:
    """A registry that asks for an hour is given up at once."""
    with LoopbackRegistry() as server:
        server.put_two_platforms()
        server.bad_days = [(429, {"Retry-After": "3600"})]
        start = time.monotonic()
        assert find(server) is None
        assert time.monotonic() - start < 2
        assert len(server.seen) == 1


def test_a_slow_registry_is_given_up() -> None:
    """An answer that does not come in time is none: it is asked for again, for three seconds in all."""
    with LoopbackRegistry() as server:
        server.put_two_platforms()
        server.delay = 1.5
        registry = Registry({}, (), QUICK)
        start = time.monotonic()
        assert registry.find(ImageRequest(f"{server.host}/team/app", "1.0", "linux/amd64")) is None
        assert time.monotonic() - start < 4
        assert 2 <= len(server.seen) <= 4
        assert registry.reasons == (f"{server.host}: it did not answer in time",)


def test_a_refused_connection_is_no_answer() -> None:
    """Nobody listens: None, quickly, and without a second try by the same object."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    registry = Registry({}, ())
    start = time.monotonic()
    assert registry.find(ImageRequest(f"127.0.0.1:{port}/team/app", "1.0", "linux/amd64")) is None
    assert time.monotonic() - start < 1
    assert registry.reasons == (f"127.0.0.1:{port}: it refuses connections",)


def test_a_name_that_does_not_resolve_is_no_answer() -> None:
    """A machine without a network gets its None within the time for connecting."""
    registry = Registry({}, (), Limits(connect=2.0))
    start = time.monotonic()
    assert registry.find(ImageRequest("registry.invalid/team/app", "1.0", "linux/amd64")) is None
    assert time.monotonic() - start < 3
    assert registry.reasons[0].startswith("registry.invalid: its name ")


@pytest.mark.parametrize("body", [b"<html>log in</html>", b"{}", b'{"schemaVersion": 1, "fsLayers": []}', b"[]"])
def test_an_answer_that_is_no_manifest_is_reported(body: bytes) -> None:
    """A page of a login portal or an image of schema 1 is not an image."""
    with LoopbackRegistry() as server:
        server.content[f"manifests/{digest_of(body)}"] = (body, "text/html")
        server.tags["1.0"] = digest_of(body)
        report = report_of(server)
        assert report.exit_code == 3
        assert report.diagnostics[0].name == "registry-answer-unusable"


def test_a_huge_document_is_not_read_to_its_end() -> None:
    """A manifest has a few kilobytes; more than 8 MiB is not one."""
    with LoopbackRegistry() as server:
        body = b" " * (9 * 1024 * 1024)
        server.content[f"manifests/{digest_of(body)}"] = (body, "x")
        server.tags["1.0"] = digest_of(body)
        assert report_of(server).diagnostics[0].notes == ("it sends a document of more than 8 MiB",)


def test_an_image_with_a_part_missing_is_reported() -> None:
    """A half-copied image is not an unknown one."""
    with LoopbackRegistry() as server:
        server.put_two_platforms()
        server.content = {path: value for path, value in server.content.items() if not path.startswith("blobs")}
        assert report_of(server).diagnostics[0].name == "registry-answer-unusable"
