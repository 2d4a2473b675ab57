"""Programs of the gallery that name what is out of reach, locked by `envc lock` with servers that stand in for it.

Each speaks the protocol of what it stands in for, under the name that the program has: a git host and a host of files
with TLS behind a proxy, indexes of PyTorch's builds on loopback. Packages are those of Python's default index.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from tests.examples import stand_ins
from tests.examples.unlocked import GALLERY
from tests.git_server import GitServer
from tests.lab import torch_index
from tests.loopback import Loopback, OfFolder, serving
from tests.named_hosts import NamedHosts

pytestmark = pytest.mark.index

STUDIO, VISION = (GALLERY / name / f"{name}.env" for name in ("studio", "vision"))
FACTS = stand_ins.ROOT / "tests" / "data" / "torch-wheels.json"
GIT, MODELS = "git.internal.example", "models.internal.example"
#: The digests of base images are those of the library's table, wherever this runs.
HUB = ("registry-1.docker.io", "auth.docker.io")
#: A file of safetensors without a tensor.
WEIGHTS = b"\x02\0\0\0\0\0\0\0{}"
#: The stored lock is pip-compile's, and uv makes the same one.
RESOLVERS = pytest.mark.parametrize("resolver", ["pip-tools", "uv"])
#: What the builds for ROCm ask for: what PyTorch's default build does, with AMD's Triton for all that is NVIDIA's.
ROCM: dict[str, tuple[str, str, list[str]]] = {
    "torch": (
        "2.8.0+rocm6.4",
        "cp312-cp312-manylinux_2_28_x86_64",
        [
            *("filelock", "typing-extensions>=4.10.0", 'setuptools; python_version >= "3.12"', "sympy>=1.13.3"),
            *("networkx", "jinja2", "fsspec"),
            'pytorch-triton-rocm==3.4.0; platform_system == "Linux" and platform_machine == "x86_64"',
        ],
    ),
    "torchvision": (
        "0.23.0+rocm6.4",
        "cp312-cp312-manylinux_2_28_x86_64",
        ["numpy", "torch (==2.8.0)", "pillow (!=8.3.*,>=5.3.0)"],
    ),
    "pytorch-triton-rocm": ("3.4.0", "cp312-cp312-linux_x86_64", ["setuptools>=40.8.0"]),
}


@pytest.fixture
def hosts(tmp_path: Path) -> Iterator[NamedHosts]:
    """The company's hosts, with nothing behind them; the Hub is out of reach."""
    folder = tmp_path / "hosts"
    folder.mkdir()
    with NamedHosts(folder, [GIT, MODELS], HUB) as hosts:
        yield hosts


@pytest.fixture
def cuda(tmp_path: Path) -> Iterator[str]:
    """The address of an index of the builds for CUDA 12.8, by their real checksums and metadata."""
    torch_index.main(str(FACTS), "cu128", str(tmp_path / "cu128"))
    with serving(tmp_path / "cu128") as origin:
        yield f"{origin}/simple/"


@pytest.fixture
def rocm(tmp_path: Path) -> Iterator[str]:
    """The address of an index of builds for ROCm 6.4, whose checksums are made up."""
    rows: list[dict[str, Any]] = []
    for project, (version, tag, requires) in ROCM.items():
        file = f"{project.replace('-', '_')}-{version}-{tag}.whl"
        known = {"project": project, "version": version, "file": file, "sha256": sha256(file.encode()).hexdigest()}
        rows.append({**known, "index": "rocm6.4", "requires_python": ">=3.9.0", "requires_dist": requires})
    (tmp_path / "rocm.json").write_text(json.dumps({"rows": rows}))
    torch_index.main(str(tmp_path / "rocm.json"), "rocm6.4", str(tmp_path / "rocm6.4"))
    with serving(tmp_path / "rocm6.4") as origin:
        yield f"{origin}/simple/"


@pytest.fixture
def variables(hosts: NamedHosts, cache: Path, tmp_path: Path) -> Mapping[str, str]:
    """The environment in which `envc` runs: without an engine that has images, with the resolver's programs."""
    kept = tmp_path / "cache"
    kept.mkdir()
    (kept / "envc").symlink_to(cache)
    nothing = {"DOCKER_HOST": f"unix://{tmp_path}/no-engine.sock", "ENVC_REGISTRY_MIRROR": ""}
    return {**os.environ, **hosts.variables, **nothing, "XDG_CACHE_HOME": str(kept)}


@RESOLVERS
def test_studio(
    hosts: NamedHosts,
    cuda: str,
    variables: Mapping[str, str],
    tmp_path: Path,
    resolver: str,
    pytestconfig: pytest.Config,
) -> None:
    """The program by its tag with a submodule of a relative address, and weights by their checksum."""
    models = tmp_path / "models"
    models.mkdir()
    (models / "xl.safetensors").write_bytes(WEIGHTS)
    with (
        GitServer(tmp_path / "served", tls=hosts.tls) as git,
        Loopback(partial(OfFolder, directory=str(models)), tls=hosts.tls) as files,
    ):
        hosts.ports.update({GIT: git.port, MODELS: files.port})
        nodes = git.repository("studio/nodes").commit_files({"nodes.py": "NODES = ()\n"})
        workbench = git.repository("studio/workbench")
        workbench.commit_files({"main.py": "from custom_nodes.base.nodes import NODES\n"})
        commit = workbench.add_submodule("custom_nodes/base", "../nodes", nodes)
        workbench.git("tag", "v0.9.2")
        workbench.commit_files({"main.py": "# what came after the tag\n"})
        found = stand_ins.relocked(
            tmp_path / "project",
            STUDIO,
            ["studio"],
            {**variables, "ENVC_INDEX_PYTORCH_CU128": cuda},
            resolver=resolver,
        )
    if pytestconfig.getoption("rewrite_golden") and resolver == "pip-tools":
        stand_ins.store(STUDIO, found)
    lock = stand_ins.check(STUDIO, found)["studio"]
    assert [(one["commit"], one["submodules"]) for one in lock["sources"]] == [(commit, {"custom_nodes/base": nodes})]
    assert [one["sha256"] for one in lock["artifacts"]] == [sha256(WEIGHTS).hexdigest()]
    assert lock["packages"]["torch"]["version"] == "2.8.0+cu128"
    assert {GIT, MODELS} <= set(hosts.asked)


@RESOLVERS
def test_vision(
    cuda: str, rocm: str, variables: Mapping[str, str], tmp_path: Path, resolver: str, pytestconfig: pytest.Config
) -> None:
    """One release for both makers' GPUs, and the same version of all that does not depend on them."""
    settings = {"ENVC_INDEX_PYTORCH_CU128": cuda, "ENVC_INDEX_PYTORCH_ROCM6_4": rocm}
    found = stand_ins.relocked(
        tmp_path / "project",
        VISION,
        ["vision-cuda", "vision-amd"],
        {**variables, **settings},
        resolver=resolver,
    )
    if pytestconfig.getoption("rewrite_golden") and resolver == "pip-tools":
        stand_ins.store(VISION, found)
    nvidia, amd = (lock["packages"] for lock in stand_ins.check(VISION, found).values())
    assert [nvidia[name]["version"] for name in ("torch", "torchvision")] == ["2.8.0+cu128", "0.23.0+cu128"]
    of_rocm = {name: one["version"] for name, one in amd.items() if one["index"] == "pytorch-rocm6.4"}
    assert of_rocm == {name: version for name, (version, _, _) in ROCM.items()}
    shared = nvidia.keys() & amd.keys() - of_rocm.keys()
    assert "timm" in shared
    assert {name: nvidia[name] for name in shared} == {name: amd[name] for name in shared}
    assert {one.partition("-")[0] for one in nvidia.keys() - amd.keys()} == {"nvidia", "triton"}
    assert amd.keys() - nvidia.keys() == {"pytorch-triton-rocm"}
