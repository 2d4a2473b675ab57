"""The word `user`: names and ids that images of Debian and Ubuntu have, and others do not."""

from __future__ import annotations

import pytest

from envc.diagnostics import Report
from tests.unit.language.reading import environment


def said(user: str, base: str) -> list[str]:
    """Return the names of what is said of a user on a base."""
    try:
        environment(f'env a < base "{base}"; user {user}; run "/x" >', "a")
    except Report as report:
        return [one.name for one in report.diagnostics]
    return []


@pytest.mark.parametrize("user", ["proxy uid 1001", "irc", "app uid 33", "www-data uid 33"])
@pytest.mark.parametrize(
    "base",
    [
        "rockylinux:9",
        "alpine:3.20",
        "python:3.12-alpine",
        "nvidia/cuda:12.4.1-runtime-ubi9",
        "registry.corp.com:5000/team/image:1.4",
        "gcr.io/distroless/static-debian12:nonroot",
        f"registry.corp.com:5000/team/image@sha256:{'0a' * 32}",
    ],
)
def test_other_images_have_other_users(user: str, base: str) -> None:
    assert said(user, base) == []


@pytest.mark.parametrize(
    "base",
    [
        "debian:bookworm-20260101-slim",
        "ubuntu:24.04",
        "python:3.12",
        "docker.io/library/python:3.12-slim-trixie",
        "nvidia/cuda:12.4.1-runtime-ubuntu22.04",
        "node:22-bookworm-slim",
        "registry.corp.com:5000/mirror/ubuntu:24.04",
    ],
)
def test_images_of_debian_and_ubuntu_have_their_users(base: str) -> None:
    assert said("proxy uid 1001", base) == ["unusable-name"]
    assert said("app uid 33", base) == ["contradiction"]
