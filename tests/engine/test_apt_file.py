"""`apt NAME from "https://….deb"`: a package that is a file, with what it needs from the distribution."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from envc.lock.system_packages import SystemAnswer, SystemFile
from envc.resolvers.apt.package_files import control_of
from tests.engine.apt_repository import AptRepository
from tests.engine.project import Project, errors
from tests.engine.test_apt import (
    ask,
    base_image,
    built_images,
    hadolint,
    listed,
    lock_text,
    project_of,
    system,
    wish_of,
)
from tests.unit.resolvers.file_server import FileServer, Given

if TYPE_CHECKING:
    from tests.engine.conftest import Lab

pytestmark = pytest.mark.engine

PROGRAM = """\
env train <
  python 3.12
  apt tree
  apt greeter from "{address}/pool/greeter_1.0~rc1_all.deb" sha256 "{sha256}"
  run "greeter-of-test"
>
"""


def written(project: Project, repository: AptRepository, sha256: str, text: str = PROGRAM) -> None:
    project.program.write_text(text.format(address=repository.address, sha256=sha256))


@pytest.fixture
def files(lab: Lab, tmp_path: Path) -> Iterator[AptRepository]:
    """Yield a server of files; nothing of it is a repository."""
    gateway = lab.docker.networks.get("bridge").attrs["IPAM"]["Config"][0]["Gateway"]
    with AptRepository(tmp_path / "files", gateway) as one:
        yield one


@pytest.fixture
def project(lab: Lab, tmp_path: Path, files: AptRepository) -> Iterator[Project]:
    one = project_of(lab, tmp_path / "project")
    written(one, files, files.add("greeter", "1:1.0~rc1", "libgomp1"))
    yield one
    built_images(one)


def test_the_image_has_the_file_s_package_and_what_it_needs(lab: Lab, project: Project, files: AptRepository) -> None:
    """What it needs comes from the distribution, and nothing of the file is left but what it installs."""
    project.build("--lock")
    packages = {one["name"]: one for one in system(project)}
    greeter = packages["greeter"]
    deb = files.folder / "pool" / "greeter_1.0~rc1_all.deb"
    assert (greeter["version"], greeter["archive"], greeter["size"]) == ("1:1.0~rc1", "a file", deb.stat().st_size)
    assert packages["libgomp1"]["archive"] == "debian"
    assert "://" not in lock_text(project)

    before, after = listed(lab, base_image(project)), listed(lab, project.image)
    added = {f"{one['name']} {one['version']} {one['architecture']}" for one in packages.values() if one["archive"]}
    assert after == before | added
    assert project.envc("run").stdout == "greeter 1:1.0~rc1\n"
    left = lab.run(
        project.image, ["sh", "-c", "find / -xdev -name '*.deb' -o -name package-files"], entrypoint="", user="root"
    )
    assert left.split() == []
    assert hadolint(project) == ""


def test_a_second_lock_fetches_nothing_and_is_the_same_bytes(project: Project, files: AptRepository) -> None:
    assert project.envc("lock").returncode == 0
    first = lock_text(project)
    files.stop()
    again = project.envc("lock")
    assert again.returncode == 0, again.stderr
    assert lock_text(project) == first


def test_a_file_with_other_bytes_is_neither_locked_nor_built(project: Project, files: AptRepository) -> None:
    assert project.envc("lock").returncode == 0
    files.add("greeter", "1:1.0~rc1", "libgomp1", says="something else")
    built = project.envc("build", "--engine", "docker")
    assert built.returncode != 0
    assert "greeter" in built.stderr
    written(project, files, "0" * 64)
    locked = project.envc("lock")
    assert (locked.returncode, errors(locked)) == (1, ["unusable-package-file"]), locked.stderr
    assert "the file of `greeter` has another sha256" in locked.stderr


def test_a_file_of_another_package_or_none_at_all_is_named(project: Project, files: AptRepository) -> None:
    digest = files.add("greeter", "1:1.0~rc1")
    written(project, files, digest, PROGRAM.replace("apt greeter", "apt greater"))
    other = project.envc("lock")
    assert (other.returncode, errors(other)) == (1, ["unusable-package-file"]), other.stderr
    assert "the file of `greater` is that of `greeter`" in other.stderr
    written(project, files, digest, PROGRAM.replace("greeter_1.0", "greeter_2.0"))
    absent = project.envc("lock", "--upgrade")
    assert absent.returncode == 0, absent.stderr  # its bytes are known, wherever they come from
    files.add("needy", "1.0", "no-such-package")
    digest = files.add("needy", "1.0", "no-such-package")
    text = PROGRAM.replace("apt greeter", "apt needy").replace("greeter_1.0~rc1", "needy_1.0")
    written(project, files, digest, text)
    needy = project.envc("lock")
    assert (needy.returncode, errors(needy)) == (1, ["unsatisfiable-system-packages"]), needy.stderr
    assert "no-such-package" in needy.stderr


def test_a_file_that_nobody_gives_is_named(project: Project, files: AptRepository) -> None:
    (files.folder / "pool" / "greeter_1.0~rc1_all.deb").unlink()
    gone = project.envc("lock")
    assert (gone.returncode, errors(gone)) == (3, ["file-not-fetched"]), gone.stderr
    offline = project.envc("lock", "--offline")
    assert (offline.returncode, errors(offline)) == (3, ["archive-failed"]), offline.stderr


def test_a_vendored_build_takes_it_from_the_folder(project: Project, files: AptRepository) -> None:
    assert project.envc("lock").returncode == 0
    vendored = project.envc("vendor", "--to", "../vendored")
    assert vendored.returncode == 0, vendored.stderr
    files.stop()
    built = project.envc("build", "--from", "../vendored", "--json")
    assert built.returncode == 0, built.stderr
    project.images.update(json.loads(built.stdout)["image"]["tags"])
    assert project.envc("run").stdout == "greeter 1:1.0~rc1\n"


def test_a_file_that_needs_a_login_is_built_from_a_vendored_folder(
    project: Project, files: AptRepository, tmp_path: Path
) -> None:
    """Locking and vendoring have the login of netrc; the builder has none, and the failed step says what brings it."""
    digest = files.add("greeter", "1:1.0~rc1")
    content = (files.folder / "pool" / "greeter_1.0~rc1_all.deb").read_bytes()
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login ann password s3cret\n")
    netrc.chmod(0o600)
    with FileServer() as server:
        server.files["/pool/greeter_1.0~rc1_all.deb"] = Given(content, login=("ann", "s3cret"))
        project.program.write_text(PROGRAM.format(address=server.address, sha256=digest))
        refused = project.envc("lock")
        assert (refused.returncode, errors(refused)) == (3, ["file-not-fetched"]), refused.stderr
        assert "a line `machine 127.0.0.1 login … password …` in ~/.netrc" in refused.stderr
        locked = project.envc("lock", NETRC=str(netrc))
        assert locked.returncode == 0, locked.stderr
        failed = project.envc("build", "--engine", "docker", "--no-cache", NETRC=str(netrc))
        assert (failed.returncode, errors(failed)) == (3, ["build-failed"]), failed.stderr
        assert "`envc vendor --to FOLDER`, `envc build --from FOLDER`" in failed.stderr
        vendored = project.envc("vendor", "--to", "../vendored", NETRC=str(netrc))
        assert vendored.returncode == 0, vendored.stderr
    built = project.envc("build", "--from", "../vendored", "--json")
    assert built.returncode == 0, built.stderr
    project.images.update(json.loads(built.stdout)["image"]["tags"])
    assert project.envc("run").stdout == "greeter 1:1.0~rc1\n"


def test_apt_in_a_container_of_the_base_gives_the_same(project: Project, files: AptRepository, tmp_path: Path) -> None:
    """A machine without apt asks inside the base."""
    assert project.envc("lock").returncode == 0
    deb = files.folder / "pool" / "greeter_1.0~rc1_all.deb"
    file = SystemFile("greeter", control_of(deb), "0" * 64, deb.stat().st_size)
    wish = wish_of(project, "greeter", "tree")._replace(files=(file,))
    here, there = ask(tmp_path, wish), ask(tmp_path, wish, here=False)
    assert isinstance(here, SystemAnswer)
    assert there._replace(resolver="") == here._replace(resolver="")
