"""A folder that the lab's containers and builder reach over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.loopback import serving

if TYPE_CHECKING:
    from tests.engine.conftest import Lab


@pytest.fixture(scope="session")
def gateway(lab: Lab) -> str:
    """The address at which containers find this machine."""
    return str(lab.docker.networks.get("bridge").attrs["IPAM"]["Config"][0]["Gateway"])


@pytest.fixture
def served(gateway: str, tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder, and the address at which containers find it."""
    folder = tmp_path / "served"
    folder.mkdir()
    with serving(folder, gateway) as address:
        yield folder, address
