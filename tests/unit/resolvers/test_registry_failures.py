"""A registry that misbehaves, on loopback: every way of failing has its name, and none is waited for without end."""

from __future__ import annotations

import json
import time

import pytest

from envc.diagnostics import Report
from envc.lock.resolution import ExplainsSilence, ImageRequest
from envc.resolvers.registry import LayerFiles, Limits, Registry
from envc.resolvers.registry.tags import helps_for, next_page
from tests.unit.lock.world import environment, world
from tests.unit.resolvers.registry_server import LoopbackRegistry
from tests.unit.resolvers.test_registry_layers import archive

QUICK = Limits(connect=1.0, read=0.4, wait=1.5)


def failure_of(server: LoopbackRegistry) -> Report:
    """Ask for an image that a registry does not give; return why."""
    registry = Registry({}, (), QUICK)
    assert isinstance(registry, ExplainsSilence)
    assert registry.find(ImageRequest(f"{server.host}/team/app", "1.0", "linux/amd64")) is None
    assert registry.failure is not None
    assert registry.failure.exit_code == 3
    return registry.failure


def test_a_rate_limit_is_told_with_the_registrys_words_and_numbers() -> None:
    """As the Hub answers: a message, a limit with its window in seconds, a time to wait."""
    words = "You have reached your unauthenticated pull rate limit.\n\x1b[31m https://example.org/limit"
    with LoopbackRegistry() as server:
        server.bad_body = json.dumps({"errors": [{"code": "TOOMANYREQUESTS", "message": words}]}).encode()
        headers = {"Retry-After": "900", "ratelimit-limit": "100;w=21600", "ratelimit-remaining": "0;w=21600"}
        server.bad_days = [(429, headers)]
        (diagnostic,) = failure_of(server).diagnostics
        assert len(server.seen) == 1
        assert diagnostic.name == "registry-rate-limited"
        assert diagnostic.notes == (
            "it answers 429: too many requests",
            "it says: You have reached your unauthenticated pull rate limit. [31m https://example.org/limit",
            "its limit: 100 requests in 6 hours",
            "it asks to wait for 900 seconds",
        )
        assert diagnostic.helps[0].startswith(f"`docker login {server.host}`")


@pytest.mark.parametrize("body", [b"", b"[]", b'{"errors": []}', b'{"errors": [{"message": 3}]}', b"<html>"])
def test_a_rate_limit_without_words_is_one(body: bytes) -> None:
    """Nothing but the status is needed."""
    with LoopbackRegistry() as server:
        server.bad_body = body
        server.bad_days = [(429, {"Retry-After": "900", "RateLimit-Limit": "many"})]
        (diagnostic,) = failure_of(server).diagnostics
    assert diagnostic.notes == ("it answers 429: too many requests", "it asks to wait for 900 seconds")


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_registry_that_fails_is_named(status: int) -> None:
    """After the attempts that the time allows."""
    with LoopbackRegistry() as server:
        server.bad_days = [(status, {"Retry-After": "0"})] * 9
        (diagnostic,) = failure_of(server).diagnostics
        assert len(server.seen) == 4
    assert diagnostic.name == "registry-failed"
    assert diagnostic.notes == (f"it answers {status}",)


def test_a_registry_that_takes_too_long_is_named_and_bounded() -> None:
    """Time that was waited for an answer counts, too."""
    with LoopbackRegistry() as server:
        server.delay = 1.0
        start = time.monotonic()
        (diagnostic,) = failure_of(server).diagnostics
        assert time.monotonic() - start < 3
    assert diagnostic.name == "registry-timed-out"


def test_connections_that_break_are_made_anew() -> None:
    """One reset is nothing; more than the attempts is a registry that is not reached."""
    with LoopbackRegistry() as server:
        digest = server.put_two_platforms()
        server.resets = 1
        image = Registry({}, (), QUICK).find(ImageRequest(f"{server.host}/team/app", "1.0", "linux/amd64"))
        assert image is not None
        assert image.digest == digest
        server.resets = 99
        (diagnostic,) = failure_of(server).diagnostics
        assert 99 - server.resets <= 8  # urllib3 tries an idle connection that was closed once more by itself
    assert diagnostic.name == "registry-unreachable"


def test_the_lock_says_why_where_no_table_knows_the_image() -> None:
    """The registry's failure is the lock's: the exit code says that the world failed."""
    from tests.unit.lock.world import choose

    with LoopbackRegistry() as server:
        server.bad_days = [(503, {"Retry-After": "0"})] * 9
        program = environment(f'env train < base "{server.host}/team/app:1.0"; python 3.12 >')
        with pytest.raises(Report, match="registry-failed") as raised:
            choose(program, "linux/amd64", world()._replace(images=Registry({}, (), QUICK)), None)
    assert raised.value.exit_code == 3


def test_files_of_a_base_have_no_table_so_silence_is_an_error() -> None:
    """What cannot be read is not made up."""
    with LoopbackRegistry() as server:
        server.bad_days = [(500, {"Retry-After": "0"})] * 9
        with pytest.raises(Report, match="registry-failed"):
            Registry({}, (), QUICK).files_of(f"{server.host}/team/app", "sha256:" + "0" * 64, "linux/amd64", ["/a"])


@pytest.mark.parametrize("status", [401, 403])
def test_a_layer_that_may_not_be_read_is_named(status: int) -> None:
    """A registry may guard layers other than manifests."""
    with LoopbackRegistry() as server:
        digest = server.put_layers("1", [archive({"a": b"1"})])["digest"]
        registry = Registry({}, (), QUICK)
        registry.variables_of(f"{server.host}/team/app", digest, "linux/amd64")
        server.always = status
        with pytest.raises(Report, match="registry-unauthorised"):
            registry.files_of(f"{server.host}/team/app", digest, "linux/amd64", ["a"])


def test_a_redirect_to_another_server_carries_no_credentials() -> None:
    """Layers usually lie on a server of their own, which is none of the registry's secrets."""
    with LoopbackRegistry() as store, LoopbackRegistry() as server:
        digest = server.put_layers("1", [archive({"a": b"1"})])["digest"]
        store.content = server.content
        server.moved = f"http://{store.host}"
        server.demand_basic("ada", "s3cret")
        environment = {"DOCKER_AUTH_CONFIG": json.dumps({"auths": {server.host: {"auth": "YWRhOnMzY3JldA=="}}})}
        found = Registry(environment, (), QUICK).files_of(f"{server.host}/team/app", digest, "linux/amd64", ["a"])
        assert [one.authorization for one in store.seen] == [None, None]
        assert any(one.authorization for one in server.seen)
    assert found == {"a": b"1"}


def test_a_refresh_token_is_not_sent_on() -> None:
    """A form holds the secret itself: a redirect of it is not followed."""
    with LoopbackRegistry() as thief, LoopbackRegistry() as server:
        server.put_two_platforms()
        server.demand_token()
        auths = {"auths": {server.host: {"identitytoken": "s3cret"}}}
        server.challenge = f'Bearer realm="http://{server.host}/v2/team/app/blobs/token"'
        server.moved = f"http://{thief.host}"
        # The token service lies where everything is sent on, and asks for nothing itself.
        server.unguarded = "/blobs/token"
        with pytest.raises(Report):
            Registry({"DOCKER_AUTH_CONFIG": json.dumps(auths)}, (), QUICK).find(
                ImageRequest(f"{server.host}/team/app", "1.0", "linux/amd64")
            )
        assert thief.seen == []


def test_redirects_in_a_circle_end() -> None:
    """Six are followed."""
    with LoopbackRegistry() as server:
        digest = server.put_layers("1", [archive({"a": b"1"})])["digest"]
        server.moved = f"http://{server.host}"
        with pytest.raises(Report, match="registry-answer-unusable") as raised:
            Registry({}, (), QUICK).files_of(f"{server.host}/team/app", digest, "linux/amd64", ["a"])
    assert raised.value.diagnostics[0].notes == ("it redirects in a circle",)


def test_tags_are_read_page_by_page_from_this_registry_alone() -> None:
    """The address of the next page is the registry's word, of which only where to go on is taken."""
    with LoopbackRegistry() as elsewhere, LoopbackRegistry() as server:
        for number in range(5):
            server.put_image(f"1.{number}-slim", "linux/amd64", [])
        server.page = 2
        server.next_host = f"http://{elsewhere.host}"
        with pytest.raises(Report, match="unknown-image") as raised:
            Registry({}, (), QUICK).find(ImageRequest(f"{server.host}/team/app", "1.4-slin", "linux/amd64"))
        assert raised.value.diagnostics[0].helps[0].startswith("tags with a similar name: `1.4-slim`")
        assert sum("tags/list" in path for path in server.paths) == 3
        assert elsewhere.seen == []


def test_a_digest_that_is_gone_is_no_tag() -> None:
    """Names of tags would not help: what is locked by digest has been taken away."""
    digest = "sha256:" + "0" * 64
    with LoopbackRegistry() as server:
        server.put_image("1.0", "linux/amd64", [])
        with pytest.raises(Report, match="unknown-image") as raised:
            Registry({}, (), QUICK).files_of(f"{server.host}/team/app", digest, "linux/amd64", ["a"])
        assert raised.value.diagnostics[0].message == f"`{server.host}/team/app` has no image `{digest}`"
        assert not any("tags/list" in path for path in server.paths)


def test_pages_of_tags_have_an_end() -> None:
    """A repository may have a hundred thousand tags."""
    with LoopbackRegistry() as server:
        for number in range(30):
            server.put_image(f"1.{number}", "linux/amd64", [])
        server.page = 1
        with pytest.raises(Report, match="unknown-image"):
            Registry({}, (), QUICK).find(ImageRequest(f"{server.host}/team/app", "2", "linux/amd64"))
        assert sum("tags/list" in path for path in server.paths) == 12


CUDA = ["11.8.0-base-ubuntu22.04", "11.8.0-runtime-ubuntu22.04", "12.4.1-cudnn-runtime-ubuntu22.04", "12.4.1-base"]


@pytest.mark.parametrize(
    ("repository", "tag", "tags", "expected"),
    [
        (
            "docker.io/nvidia/cuda",
            "11.8.0-runtime-ubuntu24.04",
            CUDA,
            "tags of CUDA 11.8.0: `11.8.0-runtime-ubuntu22.04`, `11.8.0-base-ubuntu22.04`",
        ),
        (
            "docker.io/nvidia/cuda",
            "12.4.0-base",
            CUDA,
            "tags of CUDA 12.4: `12.4.1-base`, `12.4.1-cudnn-runtime-ubuntu22.04`",
        ),
        (
            "docker.io/nvidia/cuda",
            "9.0-base",
            ["12.4.1-base", "x"],
            "tags with a similar name: `12.4.1-base`",
        ),
        ("example.org/a", "zzz", ["2", "1", "3", "4"], "tags that exist: `1`, `2`, `3`"),
    ],
)
def test_the_tags_that_are_named(repository: str, tag: str, tags: list[str], expected: str) -> None:
    """Of the same CUDA first, then of the same minor version, then like it by name, then any."""
    assert helps_for(repository, tag, tags) == (expected,)


def test_a_repository_without_tags_names_none() -> None:
    """Nothing is made up."""
    assert helps_for("example.org/a", "1", []) == ()


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("", None),
        ('</v2/a/tags/list?n=2&last=b%26c>; rel="next"', "tags/list?n=1000&last=b%26c"),
        ("<https://evil.example/x?last=1>; rel=next", "tags/list?n=1000&last=1"),
        ('</v2/a/tags/list?last=b>; rel="prev"', None),
        ('</v2/a/tags/list>; rel="next"', None),
    ],
)
def test_where_the_tags_go_on(link: str, expected: str | None) -> None:
    """RFC 8288's header, in the spellings that registries use."""
    assert next_page(link) == expected


def test_files_of_a_base_may_be_left_to_the_next_place_that_knows_them() -> None:
    """An engine may have the image; only content that was changed on the way is no matter of who is asked."""
    with LoopbackRegistry() as server:
        layer, other = (archive({"a": content}, packed=False) for content in (b"1", b"2"))
        digest = server.put_layers("1", [layer])["digest"]
        question = (f"{server.host}/team/app", digest, "linux/amd64", ("a",))
        assert LayerFiles(Registry({}, (), QUICK)).files_of(*question) == {"a": b"1"}
        for status in (401, 404, 500):
            server.always = status
            assert LayerFiles(Registry({}, (), QUICK)).files_of(*question) == {}
        server.always = None
        path = next(path for path, (body, _) in server.content.items() if body == layer)
        server.content[path] = (other, "x")
        with pytest.raises(Report, match="registry-digest-mismatch"):
            LayerFiles(Registry({}, (), QUICK)).files_of(*question)
