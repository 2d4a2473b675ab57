"""Ways past a 401: anonymous tokens, passwords, refresh tokens, helpers; and secrets that stay secret."""

from __future__ import annotations

import json
import logging
import os
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

from envc.diagnostics import Report
from envc.lock.resolution import Image, ImageRequest
from envc.resolvers.registry import Registry
from envc.resolvers.registry.authentication import Credentials, read_challenges
from envc.resolvers.registry.credentials import find_credentials
from tests.unit.resolvers.registry_server import LoopbackRegistry

SECRET = "s3cr:et%&"


def find(server: LoopbackRegistry, environment: dict[str, str]) -> Image | None:
    return Registry(environment, ()).find(ImageRequest(f"{server.host}/team/app", "1.0", "linux/amd64"))


def configure(folder: Path, document: dict[str, Any]) -> dict[str, str]:
    (folder / "config.json").write_text(json.dumps(document), "utf-8")
    return {"DOCKER_CONFIG": str(folder), "PATH": os.environ["PATH"]}


def entry(name: str, secret: str) -> dict[str, str]:
    return {"auth": b64encode(f"{name}:{secret}".encode()).decode()}


def write_helper(folder: Path, name: str, script: str) -> dict[str, str]:
    """Write a credential helper in shell; return an environment whose PATH has it."""
    program = folder / f"docker-credential-{name}"
    program.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    program.chmod(0o755)
    return {"DOCKER_CONFIG": str(folder), "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}


def report_of(server: LoopbackRegistry, environment: dict[str, str]) -> Report:
    with pytest.raises(Report) as raised:
        find(server, environment)
    assert raised.value.exit_code == 3
    assert raised.value.diagnostics[0].name == "registry-unauthorised"
    assert SECRET not in repr(raised.value.diagnostics)
    return raised.value


def test_an_anonymous_token_is_fetched_once_and_used(tmp_path: Path) -> None:
    """Public images of most registries need a token that everybody gets."""
    with LoopbackRegistry() as server:
        digest = server.put_two_platforms()
        server.demand_token()
        image = find(server, configure(tmp_path, {}))
        assert image is not None
        assert image.digest == digest
        tokens = [one for one in server.seen if one.path == "/token"]
        assert [one.query for one in tokens] == [{"scope": ["repository:team/app:pull"], "service": ["loopback, inc"]}]
        assert tokens[0].authorization is None
        assert [one.authorization for one in server.seen[2:]] == ["Bearer good"] * 3


@pytest.mark.parametrize("scope", ["repository:other/app:pull", ""])
def test_a_wrong_scope_is_corrected_once(tmp_path: Path, scope: str) -> None:
    """A registry that names another scope or none is asked again with the one that is needed."""
    with LoopbackRegistry() as server:
        server.put_two_platforms()
        server.demand_token()
        server.challenge = f'Bearer realm="http://{server.host}/token",scope="{scope}"'
        server.token_scopes = {"repository:team/app:pull"}
        assert find(server, configure(tmp_path, {})) is not None


def test_a_token_that_is_not_enough_ends_in_a_report(tmp_path: Path) -> None:
    """The Hub gives everybody a token, which does not open a private repository."""
    with LoopbackRegistry() as server:
        server.put_two_platforms()
        server.demand_token()
        server.token_scopes = set()
        report = report_of(server, configure(tmp_path, {}))
        assert report.diagnostics[0].message == f"`{server.host}` does not show `team/app` without credentials"
        assert len(server.seen) <= 6


def test_dockers_password_buys_a_token(tmp_path: Path) -> None:
    """`docker login` is enough for envc, too."""
    with LoopbackRegistry() as server:
        server.put_two_platforms()
        server.demand_token()
        server.accounts = {"ada": SECRET}
        assert find(server, configure(tmp_path, {"auths": {server.host: entry("ada", SECRET)}})) is not None
        assert SECRET not in str([(one.path, one.query) for one in server.seen])


def test_a_refused_password_is_reported(tmp_path: Path) -> None:
    """The report says whose credentials, and not what they are."""
    with LoopbackRegistry() as server:
        server.put_two_platforms()
        server.demand_token()
        server.accounts = {"ada": "another"}
        report = report_of(server, configure(tmp_path, {"auths": {f"https://{server.host}/v1/": entry("ada", SECRET)}}))
        assert report.diagnostics[0].message == f"`{server.host}` refuses its credentials for `team/app`"


def test_basic_takes_the_password_itself(tmp_path: Path) -> None:
    """Small registries have no token service."""
    with LoopbackRegistry() as server:
        server.put_two_platforms()
        server.demand_basic("ada", SECRET)
        assert find(server, configure(tmp_path, {"auths": {server.host: entry("ada", SECRET)}})) is not None
        report_of(server, configure(tmp_path, {}))
        report_of(server, configure(tmp_path, {"auths": {server.host: entry("eve", SECRET)}}))


def test_403_is_a_refusal(tmp_path: Path) -> None:
    """A registry that knows the reader and says no does not end in a table's digest."""
    with LoopbackRegistry() as server:
        server.always = 403
        report_of(server, configure(tmp_path, {}))


def test_a_refresh_token_is_posted(tmp_path: Path) -> None:
    """`identitytoken` goes into the body of an OAuth request, never into an address."""
    with LoopbackRegistry() as server:
        server.put_two_platforms()
        server.demand_token()
        server.refresh_token = SECRET
        auths = {server.host: {**entry("x", "y"), "identitytoken": SECRET}}
        assert find(server, configure(tmp_path, {"auths": auths})) is not None
        (token,) = [one for one in server.seen if one.path == "/token"]
        assert token.form["grant_type"] == ["refresh_token"]
        assert token.query == {}


@pytest.mark.parametrize("form", ["credHelpers", "credsStore"])
def test_a_credential_helper_is_asked_for_the_registry(tmp_path: Path, form: str) -> None:
    """The helper gets the registry's name on its input and answers with a name and a secret."""
    with LoopbackRegistry() as server:
        server.put_two_platforms()
        server.demand_basic("ada", SECRET)
        answer = json.dumps({"ServerURL": server.host, "Username": "ada", "Secret": SECRET})
        script = f"""test "$1" = get && test "$(cat)" = "{server.host}" || exit 1\ncat <<'END'\n{answer}\nEND"""
        environment = write_helper(tmp_path, "vault", script)
        value = {server.host: "vault"} if form == "credHelpers" else "vault"
        configure(tmp_path, {form: value, "auths": {server.host: {}}})
        assert find(server, environment) is not None


def test_a_helper_is_not_asked_for_a_public_image(tmp_path: Path) -> None:
    """A keyring must not be opened for what everybody may read."""
    with LoopbackRegistry() as server:
        server.put_two_platforms()
        environment = write_helper(tmp_path, "vault", f"touch '{tmp_path}/asked'; exit 1")
        configure(tmp_path, {"credsStore": "vault"})
        assert find(server, environment) is not None
        assert not (tmp_path / "asked").exists()
        server.demand_token()
        assert find(server, environment) is not None
        assert (tmp_path / "asked").exists()


@pytest.mark.parametrize("helper", ["absent", "broken", "../docker-credential-evil"])
def test_a_useless_helper_counts_as_none(tmp_path: Path, helper: str) -> None:
    """A helper that is missing, fails or is a path leaves what stands in `auths`."""
    environment = write_helper(tmp_path, "broken", "echo credentials not found; exit 1")
    configure(tmp_path, {"credsStore": helper, "auths": {"ghcr.io": entry("ada", SECRET)}})
    assert find_credentials("ghcr.io", environment) == Credentials("ada", SECRET)


def test_a_helpers_refresh_token_is_one(tmp_path: Path) -> None:
    """Helpers mark a refresh token by its name."""
    environment = write_helper(tmp_path, "vault", """echo '{"Username": "<token>", "Secret": "r"}'""")
    configure(tmp_path, {"credHelpers": {"ghcr.io": "vault"}})
    assert find_credentials("ghcr.io", environment) == Credentials("<token>", "r", refreshes=True)
    assert find_credentials("quay.io", environment) is None


def test_the_hubs_credentials_stand_under_its_old_name(tmp_path: Path) -> None:
    """Docker stores them for `https://index.docker.io/v1/`, in files and in helpers."""
    environment = configure(tmp_path, {"auths": {"https://index.docker.io/v1/": entry("ada", SECRET)}})
    assert find_credentials("docker.io", environment) == Credentials("ada", SECRET)
    script = """test "$(cat)" = https://index.docker.io/v1/ && echo '{"Username": "u", "Secret": "p"}'"""
    environment = write_helper(tmp_path, "vault", script)
    configure(tmp_path, {"credsStore": "vault"})
    assert find_credentials("docker.io", environment) == Credentials("u", "p")


def test_the_variable_of_integration_runners_goes_first(tmp_path: Path) -> None:
    """`DOCKER_AUTH_CONFIG` holds the same document as the file, of which `auths` are read."""
    environment = configure(tmp_path, {"auths": {"ghcr.io": entry("ada", "old"), "quay.io": entry("q", "r")}})
    environment["DOCKER_AUTH_CONFIG"] = json.dumps({"auths": {"ghcr.io": entry("ada", SECRET)}})
    assert find_credentials("ghcr.io", environment) == Credentials("ada", SECRET)
    assert find_credentials("quay.io", environment) == Credentials("q", "r")
    assert find_credentials("quay.io", {**environment, "DOCKER_AUTH_CONFIG": "{"}) == Credentials("q", "r")


def test_a_registry_token_is_sent_as_it_is(tmp_path: Path) -> None:
    """`registrytoken` needs no token service."""
    with LoopbackRegistry() as server:
        server.put_two_platforms()
        server.demand_token()
        server.accepted = {f"Bearer {SECRET}"}
        assert find(server, configure(tmp_path, {"auths": {server.host: {"registrytoken": SECRET}}})) is not None
        assert all(one.path != "/token" for one in server.seen)


def test_a_helper_does_not_get_the_secret_or_the_registry_as_an_argument(tmp_path: Path) -> None:
    """Arguments are in every user's list of processes."""
    environment = write_helper(
        tmp_path, "vault", f"""echo "$*" > '{tmp_path}/arguments'; echo '{{"Username": "u", "Secret": "p"}}'"""
    )
    configure(tmp_path, {"credsStore": "vault"})
    find_credentials("ghcr.io", environment)
    assert (tmp_path / "arguments").read_text("utf-8") == "get\n"


@pytest.mark.parametrize("text", ["", "[]", "{", '{"auths": 3}', '{"auths": {"ghcr.io": {"auth": "%%"}}}'])
def test_a_broken_configuration_counts_as_none(tmp_path: Path, text: str) -> None:
    """Docker's file is not envc's to judge."""
    (tmp_path / "config.json").write_text(text, "utf-8")
    assert find_credentials("ghcr.io", {"DOCKER_CONFIG": str(tmp_path)}) is None


def test_secrets_are_in_no_log_and_no_repr(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Not even a log of everything shows a password, in either spelling."""
    caplog.set_level(logging.DEBUG)
    with LoopbackRegistry() as server:
        server.put_two_platforms()
        server.demand_token()
        server.accounts = {"ada": SECRET}
        find(server, configure(tmp_path, {"auths": {server.host: entry("ada", SECRET)}}))
    assert "/token" in caplog.text
    assert SECRET not in caplog.text
    assert entry("ada", SECRET)["auth"] not in caplog.text
    assert SECRET not in repr(Credentials("ada", SECRET))


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", []),
        ('Basic realm="a b"', [("basic", {"realm": "a b"})]),
        (
            'Bearer realm="https://a.example/t?x=1",service="a, b",Scope="repository:x:pull,push"',
            [("bearer", {"realm": "https://a.example/t?x=1", "service": "a, b", "scope": "repository:x:pull,push"})],
        ),
        (
            'Negotiate, BEARER realm = plain , error="say \\"no\\""',
            [
                ("negotiate", {}),
                ("bearer", {"realm": "plain", "error": 'say "no"'}),
            ],
        ),
    ],
)
def test_challenges_are_read(header: str, expected: list[tuple[str, dict[str, str]]]) -> None:
    """Commas stand between challenges, between parameters and in values."""
    assert [tuple(one) for one in read_challenges(header)] == expected
