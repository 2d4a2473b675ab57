"""The manifest of Compose holds all that the program says, and no secret."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from envc.plan.fetch import fetch_command, fetched
from tests.properties.compiling import compiled
from tests.unit.targets.reading import amd, compose, full, program, resolved


def service(text: str) -> dict[str, Any]:
    return dict(compose(text)["services"]["train"])


def test_a_program_that_says_everything() -> None:
    found = service(full("target compose"))
    assert [resolved(word) for word in found["command"]] == ["python", "-c", "print('$HOME')"]
    assert found["user"] == "1234:0"
    assert found["deploy"]["resources"] == {
        "limits": {"cpus": "1.5", "memory": f"{2 * 2**30}b"},
        "reservations": {"devices": [{"driver": "nvidia", "count": 2, "capabilities": ["gpu"]}]},
    }
    assert (found["shm_size"], found["ipc"]) == (f"{2**30}b", "shareable")
    assert found["ulimits"] == {"nofile": {"soft": 65536, "hard": 2**20}, "stack": {"soft": -1, "hard": -1}}
    assert (found["cap_drop"], found["cap_add"]) == (["ALL"], ["SYS_NICE"])
    assert found["ports"] == [
        {"target": 53, "published": "53", "host_ip": "127.0.0.1", "protocol": "udp"},
        {"target": 8080, "published": "8080", "host_ip": "127.0.0.1", "protocol": "tcp"},
    ]
    health = found["healthcheck"]
    assert (health["interval"], health["timeout"], health["start_period"]) == ("15s", "1.5s", "60s")
    assert health["retries"] == 4
    assert health["test"][:2] == ["CMD", "python"]
    assert health["test"][-1] == "/app/log"
    assert found["restart"] == "unless-stopped"


def test_mounts_and_volumes() -> None:
    """A folder of the project from its root; what is filled by hand must be there; what is copied is no mount."""
    found = compose(full("target compose"))
    mounts = {one["target"]: one for one in found["services"]["train"]["volumes"]}
    assert set(mounts) == {"/data", "/out", "/big", "/net", "/cache"}
    assert mounts["/data"]["source"] == "${ENVC_ROOT:-../..}/some_data"
    assert mounts["/data"]["bind"] == {"create_host_path": False}
    assert {path for path, one in mounts.items() if one.get("read_only")} == {"/data", "/big", "/net"}
    assert found["volumes"] == {
        "big._V2": {"name": "big._V2", "external": True},
        "net._v1": {"name": "net._v1"},
        "torch._cache": {"name": "torch._cache"},
    }


def test_what_is_fetched_is_checked_before_the_program_starts() -> None:
    text = full("target compose")
    found = compose(text)
    first = found["services"]["fetch-net"]
    (net,) = fetched(compiled(text).plan)
    assert [resolved(word) for word in first["command"]] == list(fetch_command(net))
    assert first["volumes"] == [{"type": "volume", "source": "net._v1", "target": "/net"}]
    assert first["restart"] == "no"
    assert found["services"]["train"]["depends_on"] == {"fetch-net": {"condition": "service_completed_successfully"}}


def test_secrets_are_named_and_nowhere_else() -> None:
    """In a variable of whoever starts it, or in a file; none of them is a start without one."""
    found = compose(full("target compose"))
    assert found["secrets"] == {
        "api-key": {"environment": "API_KEY"},
        "client.cert": {"file": "${CLIENT_CERT_FILE:?}"},
    }
    assert found["services"]["train"]["secrets"] == ["api-key", "client.cert"]
    assert found["services"]["train"]["environment"] == {"API_KEY": "${API_KEY:?}"}
    readonly = compose(full("target compose readonly"))
    assert set(readonly["secrets"]) == {"client.cert"}


def test_the_hashes_and_the_image() -> None:
    outcome = compiled(program("target compose"))
    found = service(program("target compose"))
    short = outcome.hashes.short
    assert found["labels"]["dev.envc.hash"] == outcome.hashes.reproducibility
    assert (found["image"], found["pull_policy"]) == (f"${{ENVC_IMAGE:-train:{short}}}", "never")
    pulled = service(program('target compose image "registry.example.org:5000/ml/train"'))
    assert pulled["image"].startswith("${ENVC_IMAGE:-registry.example.org:5000/ml/train:")
    assert pulled["pull_policy"] == "missing"


@pytest.mark.parametrize(
    ("clauses", "restart"),
    [("target compose", "no"), ("target compose as service", "unless-stopped"), ("target compose as task", "no")],
)
def test_what_ends_is_not_started_again(clauses: str, restart: str) -> None:
    assert service(program(clauses))["restart"] == restart


def test_root_keeps_what_root_has_and_nothing_is_written_where_nothing_may_be() -> None:
    assert "cap_drop" not in service(program("target compose", "user root"))
    found = service(program("target compose readonly"))
    assert found["read_only"] is True
    assert [one.split(":")[0] for one in found["tmpfs"]] == ["/tmp", "/home/app"]


def test_one_machine_has_no_fabric() -> None:
    """The ranks of one machine need no network between machines; the program's own variables hold."""
    found = service(program("fabric tcp eth0", "target compose < set NCCL_DEBUG INFO >"))
    assert found["environment"] == {"NCCL_DEBUG": "INFO"}


def test_names_that_compose_does_not_take() -> None:
    found = compose("env fetch-a.b < python 3.12; target compose >")
    assert found["name"] == "fetch-a-b"
    assert list(found["services"]) == ["run-fetch-a.b"]


def test_only_who_asks_gets_a_manifest() -> None:
    files = compiled(program()).files
    assert not {"compose.yaml", "kubernetes.yaml", "slurm.sbatch"} & set(files)


def test_gpus_of_the_other_maker() -> None:
    """AMD's are devices, and their group has another number on every machine."""
    found = yaml.safe_load(amd("target compose")["compose.yaml"])["services"]["train"]
    assert found["devices"] == ["/dev/kfd:/dev/kfd", "/dev/dri:/dev/dri"]
    assert found["group_add"] == ["${ENVC_GPU_GROUP:?}"]
    assert "deploy" not in found
    limited = service(program("gpu cuda 12.6", "limit gpus 2", "target compose"))
    assert limited["deploy"]["resources"]["reservations"]["devices"][0]["count"] == 2


def test_the_stop_signal_is_the_services() -> None:
    assert service(program('run "python" stop SIGINT', "target compose"))["stop_signal"] == "SIGINT"
    assert "stop_signal" not in service(program('run "python"', "target compose"))
