"""System packages in a lock: which stay, which are asked for, and what is said when nobody knows their versions."""

from __future__ import annotations

import json
from hashlib import sha256

import pytest

from envc.diagnostics import Report
from envc.lock.dpkg import Installed, listing_digest, read_status
from envc.lock.files import LockedFiles, read, write
from envc.lock.resolution import Progress
from envc.lock.system import places_of
from envc.lock.system_doubts import system_doubts
from envc.lock.system_packages import (
    NoSolution,
    NoVersions,
    SystemAnswer,
    SystemChoice,
    SystemFile,
    SystemResult,
    SystemWish,
    UnknownNames,
    UnusableRepository,
)
from envc.lock.wishes import Wishes
from tests.unit.lock.world import PLATFORM, Images, choose, digest, environment, image, slim_images, world

TEXT = "env train < python 3.12; apt {} >"


class Archive:
    """An archive in memory: every package has one version, and needs `libneeded`."""

    def __init__(self, version: str = "1.0", answer: SystemResult | None = None, snapshot: str | None = None) -> None:
        self.version, self.answer, self.snapshot = version, answer, snapshot
        self.wishes: list[SystemWish] = []

    def resolve(self, wish: SystemWish, progress: Progress) -> SystemResult:
        progress("asking the archive")
        self.wishes.append(wish)
        if self.answer:
            return self.answer
        kept = dict(wish.kept)
        packages = [
            SystemChoice(name, kept.get(name, self.version), "amd64", name in wish.names, "debian", "pool/x", "aa", 1)
            for name in (*wish.names, "libneeded")
        ]
        listing = digest(f"{wish.digest}{packages}").removeprefix("sha256:")
        sources, keyring = ("debian bookworm main",), "/keys.gpg"
        return SystemAnswer(
            "apt 2.6.1", "debian", "bookworm", sources, keyring, self.snapshot, listing, tuple(sorted(packages))
        )


def lock(
    names: str,
    archive: Archive | None,
    old: LockedFiles | None = None,
    *,
    images: Images | None = None,
    upgrade: bool = False,
) -> LockedFiles:
    given = world(images=images)._replace(system=archive)
    return choose(environment(TEXT.format(names)), PLATFORM, given, old, Wishes(everything=upgrade))


def versions(locked: LockedFiles) -> dict[tuple[str, str], str | None]:
    return {(one.name, one.stage): one.version for one in locked.lock.system}


def test_each_stage_is_asked_for_on_the_image_that_it_begins_with() -> None:
    archive = Archive()
    found = lock("git make", archive)
    assert [(one.names, one.digest) for one in archive.wishes] == [
        (("make",), digest("slim")),
        (("git",), digest("slim")),
    ]
    assert versions(found) == {
        ("git", "inference"): "1.0",
        ("libneeded", "builder"): "1.0",
        ("libneeded", "inference"): "1.0",
        ("make", "builder"): "1.0",
    }
    assert [one.asked for one in found.lock.distributions] == [("make",), ("git",)]


def test_a_lock_with_versions_is_read_as_it_was_written() -> None:
    found = lock("git make", Archive(snapshot="20261101T000000Z"))
    assert read(write([found]), "lockfiles/train") == {PLATFORM: found}


def test_nobody_is_asked_again_while_names_and_base_are_the_same() -> None:
    old = lock("git", Archive("1.0"))
    archive = Archive("2.0")
    text = "env train < python 3.12; apt git; shm 1GiB >"
    given = world()._replace(system=archive)
    assert choose(environment(text), PLATFORM, given, old).lock.system == old.lock.system
    assert archive.wishes == []


def test_other_names_leave_the_versions_of_those_that_were_there() -> None:
    old = lock("git", Archive("1.0", snapshot="20261101T000000Z"))
    archive = Archive("2.0")
    found = lock("git curl", archive, old)
    assert versions(found)["git", "inference"] == "1.0"
    assert versions(found)["curl", "inference"] == "2.0"
    assert archive.wishes[0].snapshot == "20261101T000000Z"


def test_an_upgrade_and_another_base_choose_anew() -> None:
    old = lock("git", Archive("1.0"))
    assert versions(lock("git", Archive("2.0"), old, upgrade=True))["git", "inference"] == "2.0"
    moved = old._replace(lock=old.lock.model_copy(update={"inputs": {}}))
    archive = Archive("2.0")
    found = lock("git", archive, moved, images=slim_images("3.12.13", "newer"))
    assert versions(found)["git", "inference"] == "2.0"
    assert archive.wishes[0].kept == ()


def test_without_an_answer_the_names_are_locked_and_a_warning_says_why() -> None:
    found = lock("git make", Archive(answer=NoVersions("no archive answers")))
    assert versions(found) == {("git", "inference"): None, ("make", "builder"): None}
    assert {one.reason for one in found.lock.distributions} == {"versions are not pinned: no archive answers"}
    (warning,) = system_doubts(environment(TEXT.format("git make")), found.lock)
    assert (warning.name, warning.severity) == ("unpinned-system-packages", "warning")
    assert warning.notes == ("versions are not pinned: no archive answers",)
    assert [label.span.text for label in warning.labels] == ["git", "make"]


def test_an_upgrade_that_nobody_answers_leaves_the_versions() -> None:
    old = lock("git", Archive("1.0"))
    silent = Archive(answer=NoVersions("no archive answers"))
    assert lock("git", silent, old, upgrade=True).lock.system == old.lock.system
    assert versions(lock("git curl", silent, old)) == {("curl", "inference"): None, ("git", "inference"): None}


def test_building_and_running_may_stand_on_two_distributions() -> None:
    """Python is copied from the official image, and what only building needs is installed there."""
    tag = "11.8.0-runtime-ubuntu22.04"
    both = [*slim_images().images.values(), image("docker.io/nvidia/cuda", tag, "cuda")]
    archive = Archive()
    text = "env train < python 3.12; gpu cuda 11.8 runtime; apt git make >"
    choose(environment(text), PLATFORM, world(images=Images(both))._replace(system=archive))
    assert [(one.repository, one.names) for one in archive.wishes] == [
        ("docker.io/library/python", ("make",)),
        ("docker.io/nvidia/cuda", ("git",)),
    ]


def test_names_without_versions_are_asked_for_at_the_next_choice() -> None:
    old = lock("git", None)
    assert versions(old) == {("git", "inference"): None}
    assert versions(lock("git", Archive(), old))["git", "inference"] == "1.0"


@pytest.mark.parametrize(("snapshot", "names"), [(None, ["archive-without-snapshot"]), ("20261101T000000Z", [])])
def test_versions_without_a_snapshot_are_worth_a_warning(snapshot: str | None, names: list[str]) -> None:
    found = lock("git", Archive(snapshot=snapshot))
    assert [one.name for one in system_doubts(environment(TEXT.format("git")), found.lock)] == names


def test_unknown_names_are_labelled_with_those_like_them() -> None:
    answer = UnknownNames((("gitt", ("git",)), ("xyzzy", ())), "debian bookworm")
    with pytest.raises(Report) as raised:
        lock("gitt curl xyzzy", Archive(answer=answer))
    assert raised.value.exit_code == 1
    first, second = raised.value.diagnostics
    assert (first.name, first.labels[0].span.text, first.helps) == ("unknown-system-package", "gitt", ("it has `git`",))
    assert (second.labels[0].span.text, second.helps) == ("xyzzy", ())


def test_a_package_of_a_build_is_labelled_where_it_is_asked_for_and_not_where_it_runs() -> None:
    source = 'source a from git "https://h/a.git" tag v1; build a from a < apt gcc make; run "make"; keeps "/b" >'
    places = places_of(environment(f"env train < python 3.12; {source} >"), "build-a")
    assert [(name, place.text) for name, place in places.items()] == [("gcc", "gcc"), ("make", "make")]


def test_packages_that_do_not_go_together_are_labelled_in_apts_words() -> None:
    with pytest.raises(Report) as raised:
        lock("git postfix", Archive(answer=NoSolution(("postfix : Conflicts: mail-transport-agent",))))
    (found,) = raised.value.diagnostics
    assert (found.name, [label.span.text for label in found.labels]) == ("unsatisfiable-system-packages", ["postfix"])
    assert found.notes == ("postfix : Conflicts: mail-transport-agent",)


def test_a_lock_of_names_alone_is_read() -> None:
    """As locks were before they had versions."""
    files = write([lock("git", None)])
    content = json.loads(files["lock.json"])
    del content["platforms"][PLATFORM]["distributions"]
    content["platforms"][PLATFORM]["system"] = [{"name": "git", "stage": "inference"}]
    found = read({"lock.json": json.dumps(content)}, "lockfiles/train")[PLATFORM]
    assert versions(found) == {("git", "inference"): None}
    assert found.lock.system[0].asked


STATUS = """\
Package: libc6
Status: install ok installed
Architecture: amd64
Version: 2.36-9
Description: GNU C Library
 Version: of no interest

Package: gone
Status: deinstall ok not-installed
Architecture: amd64

Package: half
Status: deinstall ok config-files
Architecture: all
Version: 1
"""


def test_dpkgs_status_is_read() -> None:
    assert read_status(STATUS) == (Installed("libc6", "amd64", "2.36-9"), Installed("half", "all", "1", "config-files"))
    assert read_status("") == ()


def test_the_list_is_dpkgs_own_with_what_is_added_and_replaced() -> None:
    added = [
        Installed("libc6", "amd64", "2.36-10"),
        Installed("git", "amd64", "1:2.39"),
        Installed("git-man", "all", "1:2.39"),
    ]
    expected = (
        "git amd64 1:2.39 installed\ngit-man all 1:2.39 installed\n"
        "half all 1 config-files\nlibc6 amd64 2.36-10 installed\n"
    )
    assert listing_digest(read_status(STATUS), added) == sha256(expected.encode()).hexdigest()


REPOSITORY = 'apt repository corp "https://a.example.org/deb" suite stable key "corp.asc" sha256 "{}" < greeter >'
LINE = REPOSITORY.format("0" * 64)


def lock_with_repository(archive: Archive | None, text: str, old: LockedFiles | None = None) -> LockedFiles:
    made = world()._replace(system=archive, key_of=lambda _: b"\\x98key")
    return choose(environment(f"env train < python 3.12; {text} >"), PLATFORM, made, old)


def test_a_lock_holds_a_repository_with_its_key_and_without_its_address() -> None:
    archive = Archive()
    locked = lock_with_repository(archive, f"apt git make; {LINE}")
    (wish,) = [one for one in archive.wishes if one.repositories]
    assert (wish.names, wish.repositories[0].names) == (("git", "greeter"), ("greeter",))
    assert [len(one.repositories) for one in locked.lock.distributions] == [0, 1]  # the builder takes nothing from it
    texts = write([locked])
    assert "a.example.org" not in "".join(texts.values())
    assert read(texts, "lockfiles/train")[PLATFORM] == locked
    assert "repositories" not in json.dumps(write([lock("git", Archive())]))


@pytest.mark.parametrize(
    "text",
    [
        "apt git greeter",
        f"apt git; {LINE.replace('stable', 'testing')}",
        f"apt git; {REPOSITORY.format('1' * 64)}",
        f"apt git; {LINE.replace('repository corp', 'repository other')}",
    ],
)
def test_another_repository_suite_or_key_is_asked_anew(text: str) -> None:
    old = lock_with_repository(Archive(), f"apt git; {LINE}")
    again = Archive()
    lock_with_repository(again, f"apt git; {LINE.replace('a.example.org', 'moved.example.org')}", old)
    assert again.wishes == []
    lock_with_repository(again, text, old)
    assert len(again.wishes) == 1


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (UnusableRepository("corp", False, ("NO_PUBKEY",)), "untrusted-repository"),
        (UnusableRepository("corp", True, ("404",)), "repository-failed"),
        (NoVersions("no archive answers"), "repository-failed"),
    ],
)
def test_a_repository_that_cannot_be_used_is_named_at_its_clause(answer: SystemResult, name: str) -> None:
    with pytest.raises(Report) as caught:
        lock_with_repository(Archive(answer=answer), LINE)
    (one,) = caught.value.diagnostics
    assert (one.name, caught.value.exit_code) == (name, 3)
    assert one.labels


def test_without_anybody_to_ask_there_is_no_lock_of_a_repository() -> None:
    with pytest.raises(Report) as caught:
        lock_with_repository(None, LINE)
    assert [one.name for one in caught.value.diagnostics] == ["repository-failed"]


FILE = 'apt agent from "https://a.example.org/agent_1.2_amd64.deb" sha256 "{}"'


def lock_with_file(archive: Archive | None, text: str, old: LockedFiles | None = None) -> LockedFiles:
    made = world()._replace(
        system=archive,
        file_of=lambda one, architecture: SystemFile(one.name, architecture, one.file.sha256, 7),  # type: ignore[union-attr]  # it has one
    )
    return choose(environment(f"env train < python 3.12; {text} >"), PLATFORM, made, old)


def test_a_file_is_asked_for_again_only_when_its_bytes_are_others() -> None:
    archive = Archive()
    old = lock_with_file(archive, f"apt git make; {FILE.format('0' * 64)}")
    (wish,) = [one for one in archive.wishes if one.files]
    assert (wish.names, wish.files) == (("agent", "git"), (SystemFile("agent", "amd64", "0" * 64, 7),))
    assert "a.example.org" not in "".join(write([old]).values())
    again = Archive()
    moved = FILE.format("0" * 64).replace("a.example.org", "moved.example.org")
    lock_with_file(again, f"apt git make; {moved}", old)
    assert again.wishes == []
    lock_with_file(again, f"apt git make; {FILE.format('1' * 64)}", old)
    assert [one.files[0].sha256 for one in again.wishes if one.files] == ["1" * 64]


@pytest.mark.parametrize("archive", [None, Archive(answer=NoVersions("no archive answers"))])
def test_a_file_of_which_nobody_says_what_it_needs_is_not_locked(archive: Archive | None) -> None:
    with pytest.raises(Report) as caught:
        lock_with_file(archive, FILE.format("0" * 64))
    (one,) = caught.value.diagnostics
    assert (one.name, caught.value.exit_code) == ("archive-failed", 3)
    assert one.labels[0].span.text.strip('"') == "https://a.example.org/agent_1.2_amd64.deb"
    assert one.labels[0].text == "what it needs comes from the distribution"
