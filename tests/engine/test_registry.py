"""`Registry.find` against a real registry: the lab's, as a mirror of the Hub, by name, and as its daemon says."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from envc.diagnostics import Report
from envc.lock.python_tag import python_tag
from envc.lock.resolution import ImageRequest
from envc.resolvers.registry import Registry
from envc.resolvers.registry.mirrors import find_mirrors

if TYPE_CHECKING:
    from tests.engine.conftest import Lab

pytestmark = pytest.mark.engine

PYTHON = ImageRequest("docker.io/library/python", "3.12-slim-bookworm", "linux/amd64")


def test_a_mirror_gives_python_and_its_patch_version(lab: Lab) -> None:
    """The image says its Python, and the tag of that patch version is the same image."""
    registry = Registry({**os.environ, "ENVC_REGISTRY_MIRROR": lab.registry})
    image = registry.find(PYTHON)
    assert image is not None
    assert image.repository == "docker.io/library/python"
    assert lab.registry not in repr(image)
    assert image.digest.startswith("sha256:")
    assert dict(image.variables)["PYTHON_VERSION"].startswith("3.12.")
    assert image.size is not None
    assert image.size > 10_000_000
    tag = python_tag(image)
    assert tag is not None
    assert registry.find(PYTHON._replace(tag=tag)) == image._replace(tag=tag)


def test_the_engine_knows_the_same_digest(lab: Lab) -> None:
    """What envc writes into a lock is what Docker resolves the tag to."""
    image = Registry({**os.environ, "ENVC_REGISTRY_MIRROR": lab.registry}).find(PYTHON)
    assert image is not None
    assert lab.docker.images.get_registry_data(f"{lab.registry}/library/python:{PYTHON.tag}").id == image.digest


def test_the_daemons_mirrors_are_found(lab: Lab) -> None:
    """The engine is asked for its `registry-mirrors`, and they answer."""
    environment = {name: value for name, value in os.environ.items() if name != "ENVC_REGISTRY_MIRROR"}
    assert f"http://{lab.registry}" in [one.address for one in find_mirrors(environment)]
    assert Registry(environment).find(PYTHON) is not None


def test_a_registry_by_name_says_what_it_has_not(lab: Lab) -> None:
    """A tag that does not exist is reported with those that are like it, a repository as such."""
    registry = Registry()
    with pytest.raises(Report) as raised:
        registry.find(ImageRequest(f"{lab.registry}/library/python", "3.12-slim-bookwurm", "linux/amd64"))
    assert "`3.12-slim-bookworm`" in raised.value.diagnostics[0].helps[0]
    with pytest.raises(Report, match="has no repository `library/pyton`"):
        registry.find(ImageRequest(f"{lab.registry}/library/pyton", "3.12", "linux/amd64"))
    with pytest.raises(Report, match="no-image-for-platform"):
        registry.find(ImageRequest(f"{lab.registry}/library/python", PYTHON.tag, "linux/s390x"))
