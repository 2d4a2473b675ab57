"""What is decided about registries without asking one: names, waits, tags of Python."""

from __future__ import annotations

import pytest

from envc.lock.python_tag import python_tag
from envc.lock.resolution import Image
from envc.resolvers.registry.patience import pause
from envc.resolvers.registry.reference import Repository, address_of, read_repository


@pytest.mark.parametrize(
    ("text", "registry", "name", "address"),
    [
        ("python", "docker.io", "library/python", "https://registry-1.docker.io"),
        ("docker.io/python", "docker.io", "library/python", "https://registry-1.docker.io"),
        ("docker.io/library/python", "docker.io", "library/python", "https://registry-1.docker.io"),
        ("index.docker.io/nvidia/cuda", "docker.io", "nvidia/cuda", "https://registry-1.docker.io"),
        ("nvidia/cuda", "docker.io", "nvidia/cuda", "https://registry-1.docker.io"),
        ("ghcr.io/team/app", "ghcr.io", "team/app", "https://ghcr.io"),
        ("localhost/app", "localhost", "app", "http://localhost"),
        ("127.0.0.1:5000/a/b/c", "127.0.0.1:5000", "a/b/c", "http://127.0.0.1:5000"),
        ("[::1]:5000/a", "[::1]:5000", "a", "http://[::1]:5000"),
        ("registry:443/a", "registry:443", "a", "https://registry:443"),
        ("localhost.example.org/a", "localhost.example.org", "a", "https://localhost.example.org"),
    ],
)
def test_a_name_says_its_registry(text: str, registry: str, name: str, address: str) -> None:
    """Docker's rules: the Hub unless the first part is a host; plain HTTP on loopback alone."""
    assert read_repository(text) == Repository(registry, name)
    assert address_of(registry) == address


@pytest.mark.parametrize(
    ("attempt", "header", "seconds"),
    [
        (0, None, 0.5),
        (2, None, 2.0),
        (0, "7", 7.0),
        (1, "Wed, 21 Oct 2015 07:28:30 GMT", 30.0),
        (1, "Wed, 21 Oct 2015 07:27:00 GMT", 0.0),
        (1, "soon", 1.0),
    ],
)
def test_the_wait_is_the_registrys_or_doubles(attempt: int, header: str | None, seconds: float) -> None:
    """Seconds or a date; a date that is over means now; nonsense means nothing. The clock stands at 07:28:00."""
    assert pause(attempt, header, now=1445412480.0) == seconds


@pytest.mark.parametrize(
    ("tag", "version", "expected"),
    [
        ("3.12-slim-bookworm", "3.12.12", "3.12.12-slim-bookworm"),
        ("3-alpine", "3.14.0", "3.14.0-alpine"),
        ("3.12", "3.12.12", "3.12.12"),
        ("3.12.12-slim", "3.12.12", "3.12.12-slim"),
        ("3.1-slim", "3.12.12", None),
        ("latest", "3.14.0", None),
        ("3.12-slim", None, None),
        ("3.15.0a2-slim", "3.15.0a2", "3.15.0a2-slim"),
    ],
)
def test_pythons_tag_with_its_patch_version(tag: str, version: str | None, expected: str | None) -> None:
    """The tag that names what the image holds; none when the image does not say or says something else."""
    variables = (("PYTHON_VERSION", version),) if version else ()
    assert python_tag(Image("docker.io/library/python", tag, "", None, "registry", variables)) == expected
