"""`conda`, locked with the real solver from channels on loopback, for a Linux that need not be this machine's.

The solver's own environment comes from the package index that pip on this machine reaches.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from envc.diagnostics import Report
from envc.lock.files import LockedFiles, read, write
from envc.lock.wishes import Wishes
from envc.lock.world import World
from envc.resolvers.conda import Conda
from envc.resolvers.pip_tools import settings_of_this_machine
from tests.conda_channel import Channel, File
from tests.loopback import serving
from tests.unit.lock.world import LIBRARY, PLATFORM, Packages, choose, environment, slim_images

pytestmark = pytest.mark.index

STAY = Wishes()
PROGRAM = "env train <\n  python 3.12\n  {}\n>\n"


class Channels:
    """conda-forge and bioconda on loopback, and a way to lock from them."""

    def __init__(self, folder: Path, address: str, cache: Path) -> None:
        self.forge, self.bio = Channel(folder / "conda-forge"), Channel(folder / "bioconda")
        self.addresses = {name: f"{address}/{name}" for name in ("conda-forge", "bioconda")}
        self.cache = cache

    def world(self) -> World:
        solver = Conda(self.cache, settings_of_this_machine(), self.addresses)
        return World(LIBRARY, Packages({}), slim_images(), {}, {}, lambda _: None, conda=solver)

    def lock(
        self, text: str, old: LockedFiles | None = None, wishes: Wishes = STAY, platform: str = PLATFORM
    ) -> LockedFiles:
        return choose(environment(PROGRAM.format(text)), platform, self.world(), old, wishes)

    def refused(self, text: str) -> str:
        """Return name, message, notes and helps of the one mistake."""
        with pytest.raises(Report) as caught:
            self.lock(text)
        (one,) = caught.value.diagnostics
        return "\n".join((one.name, one.message, *one.notes, *one.helps))


@pytest.fixture(scope="module")
def channels(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Iterator[Channels]:
    folder = tmp_path_factory.mktemp("channels")
    with serving(folder) as address:
        one = Channels(folder, address, cache)
        one.forge.add_greeting()
        yield one


def versions(locked: LockedFiles) -> dict[str, str]:
    return {one.name: one.version for one in locked.lock.conda}


def test_a_program_comes_with_what_it_needs(channels: Channels) -> None:
    """The lock has all of it by SHA-256, names its channel and no address, and reads as it was written."""
    locked = channels.lock("conda greet 3.4 greet-data")
    assert versions(locked) == {"greet": "3.4.1", "greet-data": "2024a", "greetlib": "1.2"}
    greet, data, _ = locked.lock.conda
    archive = channels.forge.packages("linux-64")[greet.file]
    assert (greet.sha256, greet.size, greet.build_number) == (archive["sha256"], archive["size"], 1)
    assert greet.requires == ("__glibc >=2.17", "greetlib >=1.0,<2")
    assert (data.noarch, data.subdir) == ("generic", "noarch")
    files = write([locked])
    assert "127.0.0.1" not in "".join(files.values())
    assert files["conda-linux-64.txt"].splitlines()[0] == f"conda-forge/linux-64/{greet.file} sha256:{greet.sha256}"
    assert read(files, "lockfiles/train")[PLATFORM] == locked


@pytest.mark.parametrize(
    ("asked", "version"),
    [
        ("greet 3.4", "3.4.1"),
        ("greet 3.4.1", "3.4.1"),
        ("greet ==3.4", "3.4"),
        ("greet >=3.4,<3.4.1", "3.4"),
        ("greet !=3.4.1,<3.5", "3.4"),
        ("greet ==3.4.*", "3.4.1"),
        ("greet !=3.5.*", "3.4.1"),
        ("greet ~=3.4,<3.5", "3.4.1"),
        ("greet-data ==2024a", "2024a"),
    ],
)
def test_the_solver_reads_versions_as_the_program_means_them(channels: Channels, asked: str, version: str) -> None:
    assert versions(channels.lock(f"conda {asked}"))[asked.split(maxsplit=1)[0]] == version


def test_a_lock_without_its_list_is_damaged(channels: Channels) -> None:
    files = write([channels.lock("conda greet 3.4")])
    for changed in ({**files, "conda-linux-64.txt": "# nothing\n"}, {"lock.json": files["lock.json"]}):
        with pytest.raises(Report) as caught:
            read(changed, "lockfiles/train")
        assert [one.name for one in caught.value.diagnostics] == ["damaged-lock"]


def test_old_choices_stay_until_they_may_move(tmp_path: Path, cache: Path) -> None:
    """An unchanged program asks nobody; another package leaves the others as they are; `--only conda` moves them."""
    with serving(tmp_path) as address:
        channels = Channels(tmp_path, address, cache)
        channels.forge.add("tool", "1.0", {"bin/tool": File(b"1")})
        channels.forge.add("other", "1.0", {"bin/other": File(b"1")})
        old = channels.lock("conda tool")
        channels.forge.add("tool", "1.1", {"bin/tool": File(b"2")})
        assert versions(channels.lock("conda tool", old)) == {"tool": "1.0"}
        assert versions(channels.lock("conda tool other", old)) == {"other": "1.0", "tool": "1.0"}
        for wishes in (Wishes(everything=True), Wishes(only=frozenset({"conda"}))):
            assert versions(channels.lock("conda tool", old, wishes)) == {"tool": "1.1"}
    assert channels.lock("conda tool", old).lock.conda == old.lock.conda  # the channel is gone


def test_a_package_comes_from_the_channel_that_is_named(tmp_path: Path, cache: Path) -> None:
    """What it needs comes from conda-forge first, whatever the other channel has of that name."""
    with serving(tmp_path) as address:
        channels = Channels(tmp_path, address, cache)
        channels.forge.add("tool", "2.0", {"bin/tool": File(b"forge")})
        channels.bio.add("tool", "1.0", {"bin/tool": File(b"bio")}, ("part",))
        channels.forge.add("part", "1.0", {"share/part": File(b"forge")})
        channels.bio.add("part", "9.0", {"share/part": File(b"bio")})
        channels.bio.add("rare", "1.0", {"bin/rare": File(b"bio")})
        found = channels.lock("conda tool from bioconda").lock.conda
        assert [(one.name, one.version, one.channel) for one in found] == [
            ("part", "1.0", "conda-forge"),
            ("tool", "1.0", "bioconda"),
        ]
        found = channels.lock("conda < tool; rare from conda-forge bioconda >").lock.conda
        assert [(one.name, one.channel) for one in found] == [("rare", "bioconda"), ("tool", "conda-forge")]
        assert "unknown-conda-package" in channels.refused("conda rare")


def test_the_image_and_its_machines_bound_what_is_chosen(channels: Channels) -> None:
    """The base's C library, and CUDA where the program says that there are GPUs."""
    assert "__glibc" in channels.refused("conda greet-far")
    assert "a package for GPUs needs `gpu` in the program" in channels.refused("conda greet-gpu")
    assert versions(channels.lock("gpu cuda 12.4; conda greet-gpu"))["greet-gpu"] == "1.0"
    assert "unsatisfiable-conda-packages" in channels.refused("gpu cuda 11.8; conda greet-gpu")


def test_for_other_machines_their_archives_are_taken(tmp_path: Path, cache: Path) -> None:
    with serving(tmp_path) as address:
        channels = Channels(tmp_path, address, cache)
        channels.forge.add("tool", "1.0", {"bin/tool": File(b"arm")}, subdir="linux-aarch64")
        locked = channels.lock("conda tool", platform="linux/arm64")
        assert "conda-linux-aarch64.txt" in write([locked])
        assert locked.lock.conda[0].subdir == "linux-aarch64"
        assert "unknown-conda-package" in channels.refused("conda tool")


def test_what_cannot_be_is_said_in_words_of_the_program(channels: Channels) -> None:
    said = channels.refused("conda greex")
    assert said.startswith("unknown-conda-package\nthe channel conda-forge has no package `greex`")
    assert "`greet`" in said
    said = channels.refused("conda greet 3.5")
    assert "greetlib >=2, for which no candidates were found" in said
    assert "http" not in said
    assert "there is greet 3.5, 3.4.1, 3.4" in channels.refused("conda greet >=4")


def test_a_channel_that_does_not_answer_is_named(channels: Channels) -> None:
    addresses = channels.addresses
    try:
        absent = addresses["conda-forge"] + "/none"
        for address, said in ((absent, "is not at its address"), ("http://127.0.0.1:1/b", "cannot be reached")):
            channels.addresses = {**addresses, "bioconda": address}
            told = channels.refused("conda greet from bioconda")
            assert told.startswith(f"channel-failed\nthe channel `bioconda` {said}"), told
            assert "127.0.0.1" not in told
    finally:
        channels.addresses = addresses


def test_a_solver_that_takes_too_long_is_ended(channels: Channels) -> None:
    solver = Conda(channels.cache, settings_of_this_machine(), channels.addresses, time_limit=0.01)
    with pytest.raises(Report) as caught:
        choose(environment(PROGRAM.format("conda greet")), PLATFORM, channels.world()._replace(conda=solver))
    assert [one.name for one in caught.value.diagnostics] == ["conda-resolver-failed"]


def test_what_must_not_stand_in_a_lock_is_refused(tmp_path: Path, cache: Path) -> None:
    """A list of a channel decides what a Dockerfile's steps read: names with blanks or slashes have no way there."""
    with serving(tmp_path) as address:
        channels = Channels(tmp_path, address, cache)
        channels.forge.add("tool", "1.0", {"bin/tool": File(b"1")})
        index = tmp_path / "conda-forge" / "linux-64" / "repodata.json"
        content = json.loads(index.read_text())
        (record,) = content["packages"].values()
        del record["sha256"]
        index.write_text(json.dumps(content))
        assert channels.refused("conda tool").startswith("channel-failed")


def test_an_old_python_cannot_install_them(channels: Channels) -> None:
    with pytest.raises(Report) as caught:
        choose(
            environment('env train <\n  base "docker.io/library/python:3.12-slim-bookworm"\n  conda greet\n>\n'),
            PLATFORM,
            channels.world()._replace(images=slim_images("3.9.20")),
        )
    assert [one.name for one in caught.value.diagnostics] == ["conda-needs-python"]
