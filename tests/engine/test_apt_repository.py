"""`apt repository`: packages from a real signed repository beside the distribution's, locked, built and counted."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from envc.lock.openpgp import binary
from envc.lock.system_packages import Repository, SystemAnswer
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

if TYPE_CHECKING:
    from tests.engine.conftest import Lab

pytestmark = pytest.mark.engine

PROGRAM = """\
env train <
  python 3.12
  apt tree
  apt repository corp "{address}" suite stable key "{key}" sha256 "{sha256}" < greeter >
  run "greeter-of-test"
>
"""


def filled(repository: AptRepository) -> None:
    """Put in what is asked for and what it needs, and better versions of what the distribution has."""
    repository.add("greeter", "1:1.0~rc1", "greeter-helper", "libgomp1")
    repository.add("greeter-helper", "2.0")
    repository.add("libgomp1", "99")
    repository.add("tree", "99")
    repository.add("libc-bin", "99")
    repository.publish()


def written(repository: AptRepository, project: Project, key: str = "keys/corp.asc", text: str = PROGRAM) -> None:
    (project.folder / "keys").mkdir(exist_ok=True)
    (project.folder / "keys" / "corp.asc").write_bytes(repository.key)
    digest = sha256(repository.key).hexdigest()
    project.program.write_text(text.format(address=repository.address, key=key, sha256=digest))


@pytest.fixture
def repository(lab: Lab, tmp_path: Path) -> Iterator[AptRepository]:
    gateway = lab.docker.networks.get("bridge").attrs["IPAM"]["Config"][0]["Gateway"]
    with AptRepository(tmp_path / "repository", gateway) as one:
        filled(one)
        yield one


@pytest.fixture
def project(lab: Lab, tmp_path: Path, repository: AptRepository) -> Iterator[Project]:
    one = project_of(lab, tmp_path / "project")
    written(repository, one)
    yield one
    built_images(one)


def test_the_image_has_what_is_locked_and_nothing_of_the_repository_but_that(
    lab: Lab, project: Project, repository: AptRepository
) -> None:
    """What the distribution has comes from there, whatever the repository offers."""
    project.build("--lock")
    packages = {one["name"]: one for one in system(project)}
    assert {name for name, one in packages.items() if one["archive"] == "corp"} == {"greeter", "greeter-helper"}
    greeter = packages["greeter"]
    assert (greeter["version"], greeter["path"]) == ("1:1.0~rc1", "pool/greeter_1.0~rc1_all.deb")
    deb = repository.folder / greeter["path"]
    assert (greeter["sha256"], greeter["size"]) == (sha256(deb.read_bytes()).hexdigest(), deb.stat().st_size)
    assert packages["tree"]["archive"] == "debian"
    assert not {one["version"] for one in packages.values()} & {"99"}
    assert "://" not in lock_text(project)

    before, after = listed(lab, base_image(project)), listed(lab, project.image)
    added = {f"{one['name']} {one['version']} {one['architecture']}" for one in packages.values() if one["archive"]}
    assert after == before | added
    assert project.envc("run").stdout == "greeter 1:1.0~rc1\n"

    script = (
        "find / -xdev -path /proc -prune -o -name '*repositor*' -print -o -name '*.deb' -print; cat /etc/apt/*.list* -r"
    )
    left = lab.run(project.image, ["sh", "-c", f"{script} 2>/dev/null; grep -rl greeter /etc /var/lib/apt || true"],
                   entrypoint="", user="root")  # fmt: skip
    assert [line for line in left.splitlines() if "corp" in line or line.endswith((".deb", ".asc"))] == []
    assert "/run/repositories" not in left.splitlines()
    assert hadolint(project) == ""


def test_a_second_lock_is_the_same_bytes_and_an_upgrade_takes_the_newer(
    project: Project, repository: AptRepository
) -> None:
    assert project.envc("lock").returncode == 0
    first = lock_text(project)
    repository.add("greeter", "1:2.0", "greeter-helper")
    repository.publish()
    assert project.envc("lock").returncode == 0
    assert lock_text(project) == first
    assert project.envc("lock", "--upgrade").returncode == 0
    assert {one["name"]: one["version"] for one in system(project)}["greeter"] == "1:2.0"


def test_other_bytes_of_the_same_version_are_not_installed(project: Project, repository: AptRepository) -> None:
    assert project.envc("lock").returncode == 0
    repository.add("greeter-helper", "2.0", says="something else")
    repository.publish()
    built = project.envc("build", "--engine", "docker")
    assert (built.returncode, errors(built)) == (3, ["other-system-packages"]), built.stderr
    assert "another file of `greeter-helper` than the lock has" in built.stderr


def test_a_vendored_build_takes_it_from_the_folder(lab: Lab, project: Project, repository: AptRepository) -> None:
    assert project.envc("lock").returncode == 0
    vendored = project.envc("vendor", "--to", "../vendored")
    assert vendored.returncode == 0, vendored.stderr
    repository.stop()
    built = project.envc("build", "--from", "../vendored", "--json")
    assert built.returncode == 0, built.stderr
    project.images.update(json.loads(built.stdout)["image"]["tags"])
    assert project.envc("run").stdout == "greeter 1:1.0~rc1\n"


def test_a_key_at_an_address_is_fetched_and_checked(project: Project, repository: AptRepository) -> None:
    (repository.folder / "key.asc").write_bytes(repository.key)
    written(repository, project, f"{repository.address}/key.asc")
    assert project.envc("lock").returncode == 0
    (repository.folder / "key.asc").write_bytes(repository.key + b"\n")
    changed = project.envc("lock", "--upgrade")
    assert (changed.returncode, errors(changed)) == (1, ["unusable-repository-key"]), changed.stderr
    (repository.folder / "key.asc").unlink()
    gone = project.envc("lock", "--upgrade")
    assert (gone.returncode, errors(gone)) == (3, ["repository-failed"]), gone.stderr


def test_a_repository_that_is_signed_wrongly_is_refused(project: Project, repository: AptRepository) -> None:
    """With a word changed after it was signed, and by another key than the program's."""
    repository.tamper()
    changed = project.envc("lock")
    assert (changed.returncode, errors(changed)) == (3, ["untrusted-repository"]), changed.stderr
    repository.new_key("second")
    repository.publish()
    other = project.envc("lock")
    assert (other.returncode, errors(other)) == (3, ["untrusted-repository"]), other.stderr
    assert "is not signed with the key that the program names" in other.stderr
    assert not (project.folder / "lockfiles" / "train").exists()
    for said in (changed, other):
        assert "://" not in re.sub(r"^.*apt repository.*$", "", said.stderr, flags=re.MULTILINE)


def test_a_key_that_is_not_there_is_named(project: Project) -> None:
    (project.folder / "keys" / "corp.asc").unlink()
    missing = project.envc("lock")
    assert (missing.returncode, errors(missing)) == (1, ["unusable-repository-key"]), missing.stderr
    assert "the key of the repository `corp` is missing" in missing.stderr
    (project.folder / "keys" / "corp.asc").write_text("no key")
    other = project.envc("lock")
    assert (other.returncode, errors(other)) == (1, ["unusable-repository-key"])
    assert "has another sha256" in other.stderr


def test_a_repository_that_does_not_answer_or_lacks_a_package_is_named(
    project: Project, repository: AptRepository
) -> None:
    text = PROGRAM.replace("< greeter >", "< greeter; greter >")
    written(repository, project, text=text)
    lacking = project.envc("lock")
    assert (lacking.returncode, errors(lacking)) == (1, ["unknown-system-package"]), lacking.stderr
    assert "the repository `corp` has no package `greter`" in lacking.stderr
    written(repository, project, text=PROGRAM.replace("suite stable", "suite unstable"))
    absent = project.envc("lock")
    assert (absent.returncode, errors(absent)) == (3, ["repository-failed"]), absent.stderr
    offline = project.envc("lock", "--offline")
    assert (offline.returncode, errors(offline)) == (3, ["repository-failed"]), offline.stderr


def test_a_package_of_the_distribution_is_taken_from_the_repository_only_where_it_is_named(
    lab: Lab, project: Project, repository: AptRepository
) -> None:
    text = PROGRAM.replace("  apt tree\n", "").replace("< greeter >", "< greeter; tree >")
    written(repository, project, text=text)
    project.build("--lock")
    packages = {one["name"]: one for one in system(project)}
    assert (packages["tree"]["archive"], packages["tree"]["version"]) == ("corp", "99")
    assert packages["libgomp1"]["archive"] == "debian"
    assert "tree 99 all" in listed(lab, project.image)


def test_apt_in_a_container_of_the_base_gives_the_same(
    lab: Lab, project: Project, repository: AptRepository, tmp_path: Path
) -> None:
    """A machine without apt asks inside the base."""
    assert project.envc("lock").returncode == 0
    key = binary(repository.key)
    corp = Repository("corp", repository.address, "stable", ("main",), ("greeter",), key, "0" * 64)
    wish = wish_of(project, "greeter", "tree")._replace(repositories=(corp,))
    here, there = ask(tmp_path, wish), ask(tmp_path, wish, here=False)
    assert isinstance(here, SystemAnswer)
    assert there._replace(resolver="") == here._replace(resolver="")
    repository.tamper()
    for machine in (True, False):
        found = ask(tmp_path, wish, here=machine)
        assert (found.name, found.trusted) == ("corp", False)
