"""GPUs that come as devices, as AMD's do. The nodes are made by the test: what lies behind them is no matter here."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from envc import engines
from envc.diagnostics import Report
from envc.engines.container import ContainerRequest, Graphics
from envc.engines.protocol import Runner
from tests.engine.conftest import Lab
from tests.engine.project import Project, built

pytestmark = pytest.mark.engine

#: Groups as machines have them: another number on each, and none of them in the image.
COMPUTE, RENDER = 993, 994


@pytest.fixture
def serve(lab: Lab, request: pytest.FixtureRequest) -> Project:
    return built(lab, "serve", request)


@pytest.fixture
def devices(tmp_path: Path) -> tuple[str, ...]:
    """A device, and a folder with one, that only their groups may open."""
    folder = tmp_path / "dri"
    folder.mkdir()
    for path, group in ((tmp_path / "kfd", COMPUTE), (folder / "renderD128", RENDER)):
        os.mknod(path, stat.S_IFCHR | 0o660, os.makedev(1, 3))  # what /dev/null is
        os.chown(path, 0, group)
        path.chmod(0o660)
    return str(tmp_path / "kfd"), str(folder)


def docker() -> Runner:
    engine = engines.engine("docker")
    assert isinstance(engine, Runner)
    return engine


def test_the_programs_user_may_open_the_devices(serve: Project, devices: tuple[str, ...]) -> None:
    kfd, dri = devices
    script = f'test "$(id -u)" = 1000 && echo x > {kfd} && echo x > {dri}/renderD128'
    request = ContainerRequest(serve.image, command=("sh", "-c", script), gpus=Graphics(None, False, devices))
    assert docker().run(request, print).exit_code == 0


def test_the_groups_are_those_of_the_machine(
    serve: Project, devices: tuple[str, ...], capfd: pytest.CaptureFixture[str]
) -> None:
    request = ContainerRequest(serve.image, command=("id", "-G"), gpus=Graphics(None, False, devices))
    assert docker().run(request, print).exit_code == 0
    assert set(capfd.readouterr().out.split()) == {"0", str(COMPUTE), str(RENDER)}


def test_a_machine_without_the_devices_has_no_gpu(serve: Project) -> None:
    told: list[str] = []
    absent = Graphics(None, optional=False, devices=("/dev/no-such-gpu",))
    request = ContainerRequest(serve.image, command=("true",), gpus=absent)
    with pytest.raises(Report) as caught:
        docker().run(request, told.append)
    (mistake,) = caught.value.diagnostics
    assert mistake.name == "no-gpu"
    assert "amdgpu" in mistake.helps[0]
    assert docker().run(request._replace(gpus=absent._replace(optional=True)), told.append).exit_code == 0
    assert told == ["the engine has no GPU, and the program's is optional: it starts without"]


def test_an_image_that_cannot_look_whose_they_are_is_said(lab: Lab, serve: Project, devices: tuple[str, ...]) -> None:
    """`/bin/false` takes the place of `find`: an image of somebody's own may have none."""
    tag = lab.tag("without-find")
    command = ["-sf", "/bin/false", "/usr/bin/find"]
    made = lab.docker.containers.create(serve.image, command, entrypoint="ln", user="0:0", labels=lab.labels)
    try:
        made.start()
        assert made.wait()["StatusCode"] == 0
        repository, _, version = tag.rpartition(":")
        made.commit(repository, version)
    finally:
        made.remove(force=True)
    with pytest.raises(Report) as caught:
        docker().run(ContainerRequest(tag, command=("true",), gpus=Graphics(None, True, devices)), print)
    assert [one.name for one in caught.value.diagnostics] == ["container-not-started"]
