"""A cache is a volume that the container's user may write to, and nothing of the lock."""

from __future__ import annotations

from envc.lock.freshness import is_fresh
from envc.plan.hash import hash_of
from envc.targets.dockerfile import emit
from envc.targets.run import manifest_of
from tests.unit.lock.world import environment
from tests.unit.plan.planning import locked, plan

PROGRAM = 'env train < python 3.12; cache huggingface mounted at "/cache/hf"; cache mine mounted at "/cache/mine" >'


def test_manifest_and_image_know_of_it() -> None:
    """The mount, its volume, the variable of the library, and a folder of the user's."""
    found = plan(PROGRAM)
    manifest = manifest_of(found, hash_of(found))
    mounts = [(one["name"], one["type"], one["source"], one["target"], one["readonly"]) for one in manifest["mounts"]]
    assert mounts == [
        ("huggingface", "volume", "huggingface._cache", "/cache/hf", False),
        ("mine", "volume", "mine._cache", "/cache/mine", False),
    ]
    assert manifest["variables"]["HF_HOME"] == "/cache/hf"
    assert "--mount type=volume,source=huggingface._cache,target=/cache/hf " in manifest["docker_run"]
    dockerfile = emit(found, hash_of(found))["Dockerfile"]
    assert "chmod 1775 /home/app /app /cache/hf /cache/mine" in dockerfile


def test_the_lock_knows_nothing_of_it() -> None:
    """It holds none of its bytes, and is as fresh without it; the image is another."""
    without = "env train < python 3.12 >"
    assert locked(PROGRAM).lock.artifacts == ()
    assert is_fresh(environment(PROGRAM), locked(without).lock)
    assert hash_of(plan(PROGRAM)).environment != hash_of(plan(without)).environment
