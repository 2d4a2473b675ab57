"""The gallery's program on NVIDIA's image, locked by `envc lock` with a stand-in of the image behind NVIDIA's name.

The program is as users have it: `nvcr.io` is a registry of the test's own, with TLS behind a proxy, which gives tokens
to everybody. What it holds is the lab's stand-in with Transformer Engine and Apex, of Python 3.11 and not 3.12.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.engine.vendor import copy_image, make_wheels, push, vendor
from tests.examples import stand_ins
from tests.examples.unlocked import GALLERY
from tests.named_hosts import NamedHosts
from tests.unit.resolvers.registry_server import LoopbackRegistry

if TYPE_CHECKING:
    from tests.engine.conftest import Lab

__all__ = ["vendor"]

pytestmark = pytest.mark.engine

PROGRAM = GALLERY / "pretrain" / "pretrain.env"
NVCR = "nvcr.io"
REPOSITORY = "nvidia/pytorch"
#: The stand-in has no Apex any more.
WHOLE = """\
FROM {vendor}
COPY wheels /wheels
RUN python3 -m pip install --no-cache-dir -q --no-deps /wheels/apex*.whl && rm -r /wheels
"""


@pytest.fixture
def hosts(lab: Lab, vendor: str, tmp_path: Path) -> Iterator[NamedHosts]:
    """The registry under its own name, with the image."""
    folder = tmp_path / "whole"
    make_wheels(folder / "wheels")
    (folder / "Dockerfile").write_text(WHOLE.format(vendor=vendor))
    image = push(lab, "whole", folder)
    with (
        NamedHosts(tmp_path, [NVCR]) as hosts,
        LoopbackRegistry(REPOSITORY, hosts.tls) as registry,
    ):
        copy_image(lab, image, registry)
        scope = f"repository:{REPOSITORY}:pull"
        registry.challenge = f'Bearer realm="https://{NVCR}/token",scope="{scope}"'
        registry.accepted = {"Bearer good"}
        hosts.ports[NVCR] = registry.port
        yield hosts


def without_what_a_day_brings(lock: dict[str, Any]) -> None:
    """Take from a lock what is other in each build of the image, and what the distribution's archive has now."""
    assert lock["base"].pop("digest").startswith("sha256:")
    lock["base"].pop("manifest")
    for one in lock["distributions"]:
        one.pop("listing")
    for one in lock["system"]:
        for fact in ("path", "sha256", "size", "version"):
            assert one.pop(fact)


def test_pretrain(
    lab: Lab, hosts: NamedHosts, resolver_cache: Path, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    """What the image provides is read from its layers, and packages are chosen beside it."""
    variables = {**lab.environment, **hosts.variables, "XDG_CACHE_HOME": str(resolver_cache)}
    found = stand_ins.relocked(tmp_path / "project", PROGRAM, ["pretrain"], variables, stays=())
    if pytestconfig.getoption("rewrite_golden"):
        stand_ins.store(PROGRAM, found)
    lock = stand_ins.check(PROGRAM, found, without_what_a_day_brings)["pretrain"]
    assert (lock["base"]["repository"], lock["base"]["digest_from"]) == (f"{NVCR}/{REPOSITORY}", "registry")
    versions = {name: one["version"] for name, one in lock["provided"].items()}
    assert versions["torch"] == "2.7.0a0+nv25.04"
    assert {"transformer-engine", "flash-attn", "apex"} <= versions.keys()
    assert lock["packages"]["megatron-core"]["version"].startswith("0.12.")
    assert not {"torch", "numpy"} & lock["packages"].keys()
    assert NVCR in hosts.asked
