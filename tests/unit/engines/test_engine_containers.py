"""From run.json and the caller's choices to a container."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envc.diagnostics import Report
from envc.engines.container import HERE, Choices, Graphics, Mount, Published, container_of, published
from envc.engines.docker.run import options_of
from envc.engines.mounts import Ownership, look_at_sources, mounts_of, user_for

MANIFEST: dict[str, Any] = {
    "image": "train:abc",
    "ports": ["8080/tcp"],
    "gpus": {"count": "all", "memory": None, "optional": True, "driver": None, "devices": []},
    "limits": {"memory": 512, "cpu": 1.5},
    "shared_memory": 64,
    "ulimits": [{"name": "nofile", "soft": 64, "hard": None}],
    "ipc": "host",
    "capabilities": ["IPC_LOCK"],
}
PLANNED = [
    {"name": "wine", "type": "bind", "source": "examples/data", "target": "/data", "readonly": True},
    {"name": "clicks", "type": "volume", "source": "clicks-v2", "target": "/clicks", "readonly": True},
    {"name": "output", "type": "bind", "source": "out", "target": "/out", "readonly": False},
]


def names(caught: pytest.ExceptionInfo[Report]) -> list[str]:
    return [one.name for one in caught.value.diagnostics]


def test_a_container_has_what_the_manifest_says() -> None:
    container = container_of(MANIFEST, Choices(command=("sh",), user="7:0"), (), {"B": "2", "A": "1"})
    assert container.image == "train:abc"
    assert (container.memory, container.cpu, container.shared_memory) == (512, 1500, 64)
    assert container.gpus == Graphics(None, optional=True)
    assert container.ports == (Published("8080/tcp", 8080, HERE),)
    assert (container.command, container.user) == (("sh",), "7:0")
    assert container.variables == (("A", "1"), ("B", "2"))


def test_docker_is_given_it_in_its_own_units_with_an_init() -> None:
    mounts = (Mount("wine", "bind", "/x", "/data", readonly=True),)
    options = options_of(container_of(MANIFEST, Choices(), mounts, {}))
    assert options["nano_cpus"] == 1_500_000_000
    assert options["mem_limit"] == 512
    assert options["shm_size"] == 64
    assert options["init"] is True
    assert options["ports"] == {"8080/tcp": ("127.0.0.1", 8080)}
    assert options["device_requests"][0]["Count"] == -1
    assert options["mounts"][0] == {"Target": "/data", "Source": "/x", "Type": "bind", "ReadOnly": True}
    assert (options["ipc_mode"], options["cap_add"]) == ("host", ["IPC_LOCK"])
    assert options["ulimits"] == [{"Name": "nofile", "Soft": 64, "Hard": -1}]
    assert "command" not in options  # the image's own
    assert "user" not in options


def test_no_gpu_leaves_gpus_out() -> None:
    container = container_of(MANIFEST, Choices(gpu=False), (), {})
    assert container.gpus is None
    assert "device_requests" not in options_of(container)


def test_gpus_with_devices_come_as_devices() -> None:
    gpus = {"count": "all", "memory": None, "optional": False, "driver": None, "devices": ["/dev/kfd", "/dev/dri"]}
    container = container_of({**MANIFEST, "gpus": gpus}, Choices(), (), {})
    assert container.gpus == Graphics(None, optional=False, devices=("/dev/kfd", "/dev/dri"))
    options = options_of(container)
    assert options["devices"] == ["/dev/kfd:/dev/kfd:rw", "/dev/dri:/dev/dri:rw"]
    assert "device_requests" not in options


def test_a_published_port_takes_the_place_of_the_exposed_one() -> None:
    assert published(["8080/tcp", "53/udp"], ["9000:8080", "0:9"]) == (
        Published("8080/tcp", 9000),
        Published("53/udp", 53),
        Published("9/tcp", 0),
    )


@pytest.mark.parametrize("text", ["8080", "a:b", "1:2:3", "70000:80", "80:0", "80:80/sctp", "-1:80", ""])
def test_other_texts_are_no_ports(text: str) -> None:
    with pytest.raises(Report) as caught:
        published([], [text])
    assert names(caught) == ["unreadable-port"]


def test_sources_lie_in_the_project_or_where_the_caller_says(tmp_path: Path) -> None:
    mounts = mounts_of(PLANNED, {"clicks": tmp_path}, Path("/project"))
    assert mounts == (
        Mount("wine", "bind", "/project/examples/data", "/data", readonly=True),
        Mount("clicks", "bind", str(tmp_path), "/clicks", readonly=True),
        Mount("output", "bind", "/project/out", "/out", readonly=False),
    )


def test_a_mount_of_an_unknown_name_is_refused() -> None:
    with pytest.raises(Report) as caught:
        mounts_of(PLANNED, {"wines": Path()}, Path("/project"))
    assert names(caught) == ["unknown-mount"]
    assert caught.value.diagnostics[0].helps == ("one has a similar name: wine",)


def test_a_missing_source_is_refused_and_a_missing_folder_for_output_is_made(tmp_path: Path) -> None:
    output = tmp_path / "deep" / "out"
    (owner,) = look_at_sources([Mount("output", "bind", str(output), "/out", readonly=False)])
    assert output.is_dir()
    assert owner.uid == output.stat().st_uid
    missing = [Mount(name, "bind", str(tmp_path / name), "/x", readonly=True) for name in ("a", "b")]
    with pytest.raises(Report) as caught:
        look_at_sources(missing)
    assert names(caught) == ["missing-mount", "missing-mount"]
    assert not (tmp_path / "a").exists()


@pytest.mark.parametrize(
    ("owner", "group", "mode", "caller", "expected"),
    [
        (1000, 1000, 0o755, 1000, None),  # the image's user owns it
        (0, 0, 0o775, 0, None),  # group 0 may write
        (500, 500, 0o777, 500, None),  # everyone may
        (1001, 1001, 0o755, 1001, "1001:0"),  # yours
        (1001, 1001, 0o755, 0, "1001:0"),  # root starts it for its owner
    ],
)
def test_as_whom_a_container_runs(owner: int, group: int, mode: int, caller: int, expected: str | None) -> None:
    assert user_for("1000:0", [Ownership("/out", owner, group, mode)], caller) == expected


@pytest.mark.parametrize(
    ("owner", "group", "caller", "command"),
    [
        (0, 0, 0, "`chmod g+wx /out`"),  # never as root
        (1002, 1002, 1001, "`chgrp 0 /out && chmod g+wx /out`"),  # never as a third user
    ],
)
def test_a_folder_that_nobody_may_open_is_refused_with_the_command(
    owner: int, group: int, caller: int, command: str
) -> None:
    with pytest.raises(Report) as caught:
        user_for("1000:0", [Ownership("/out", owner, group, 0o755)], caller)
    assert names(caught) == ["unwritable-mount"]
    assert command in caught.value.diagnostics[0].helps[0]


folders = st.lists(
    st.builds(
        Ownership,
        st.just("/out"),
        st.sampled_from([0, 1000, 1001, 1002]),
        st.sampled_from([0, 1001]),
        st.integers(0, 0o777),
    ),
    max_size=3,
)


@given(folders, st.sampled_from([0, 1001, 1002]))
def test_whoever_it_runs_as_may_write_everywhere_and_is_nobody_else(found: list[Ownership], caller: int) -> None:
    try:
        user = user_for("1000:0", found, caller) or "1000:0"
    except Report:
        assert not all(folder.writable_by(1000, 0) for folder in found)  # only then may it be refused
        return
    uid, gid = map(int, user.split(":"))
    assert all(folder.writable_by(uid, gid) for folder in found)
    assert uid != 0
    assert uid == 1000 or caller in {0, uid}
