"""What moved within a base image, in lines for the terminal."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from envc.diagnostics.diagnostic import world_failed
from envc.lock.base_changes import FILES, base_changes, packages_of, system_of, what_moved
from envc.lock.model import LockedImage
from tests.unit.lock.world import digest


def image(tag: str, content: str) -> LockedImage:
    return LockedImage(
        repository="docker.io/library/python",
        tag=tag,
        digest=digest(content),
        manifest=None,
        digest_from="registry",
        glibc="2.36",
        reason="small",
    )


OLD, NEW = image("3.12.11-slim-bookworm", "old"), image("3.12.12-slim-bookworm", "new")


def status(packages: dict[str, str]) -> bytes:
    """Return dpkg's status file with packages that are installed, and one that was removed."""
    paragraphs = [
        f"Package: {name}\nStatus: install ok installed\nVersion: {version}\nDescription: it\n x: 1\n"
        for name, version in packages.items()
    ]
    removed = "Package: gone\nStatus: deinstall ok config-files\nVersion: 1\n"
    return "\n".join([*paragraphs, removed]).encode()


def files(point: str, packages: dict[str, str]) -> dict[str, bytes]:
    return {
        "/etc/os-release": b'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nNAME="Debian GNU/Linux"\nVERSION_ID="12"\n',
        "/etc/debian_version": f"{point}\n".encode(),
        "/var/lib/dpkg/status": status(packages),
    }


def test_python_system_and_packages_that_moved_are_told() -> None:
    """What stayed is not mentioned."""
    old = files("12.11", {"libc6": "2.36-9+deb12u10", "tzdata": "2025a", "old": "1"})
    new = files("12.12", {"libc6": "2.36-9+deb12u13", "tzdata": "2025a", "new": "2"})
    assert what_moved(OLD, NEW, old, new, {"PYTHON_VERSION": "3.12.11"}, {"PYTHON_VERSION": "3.12.12"}) == [
        "image docker.io/library/python:3.12.11-slim-bookworm → docker.io/library/python:3.12.12-slim-bookworm",
        "Python 3.12.11 → 3.12.12",
        "system Debian GNU/Linux 12.11 (bookworm) → Debian GNU/Linux 12.12 (bookworm)",
        "~ libc6 2.36-9+deb12u10 → 2.36-9+deb12u13",
        "+ new 2",
        "- old 1",
    ]


def test_many_packages_are_counted() -> None:
    """A new release changes hundreds; the terminal has a few lines."""
    old, new = (files("12.12", {f"p{n:02}": version for n in range(50)}) for version in ("1", "2"))
    lines = what_moved(NEW, image(NEW.tag, "newer"), old, new)
    assert len(lines) == 21
    assert lines[0] == "~ p00 1 → 2"
    assert lines[-1] == "and 30 more packages of the system"


def test_a_rebuild_of_the_same_is_told_as_one() -> None:
    """The digest changed and nothing that is looked at."""
    same = files("12.12", {"libc6": "1"})
    assert what_moved(NEW, image(NEW.tag, "newer"), same, same) == [
        "other bytes, with the same Python, system and packages"
    ]


@pytest.mark.parametrize(
    ("release", "point", "expected"),
    [
        ('PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"', "12.12", "Debian GNU/Linux 12.12 (bookworm)"),
        ('PRETTY_NAME="Debian GNU/Linux 13.1 (trixie)"', "13.1", "Debian GNU/Linux 13.1 (trixie)"),
        ('PRETTY_NAME="Ubuntu 22.04.5 LTS"', "bookworm/sid", "Ubuntu 22.04.5 LTS"),
        ("PRETTY_NAME=Alpine", "", "Alpine"),
        ("", "12.12", None),
    ],
)
def test_a_system_says_its_point_release(release: str, point: str, expected: str | None) -> None:
    """Debian before 13 keeps it in a file of its own."""
    assert system_of({"/etc/os-release": release.encode(), "/etc/debian_version": point.encode()}) == expected


def test_packages_of_an_image_without_dpkg_lie_in_a_folder() -> None:
    """As distroless images have them: one file each, without a state, with checksums beside them."""
    found = packages_of(
        {
            "/var/lib/dpkg/status.d/base": b"Package: base-files\nVersion: 12.4\n",
            "/var/lib/dpkg/status.d/base.md5sums": b"Package: nonsense\nVersion: 1\n",
        }
    )
    assert found == {"base-files": "12.4"}


class Contents:
    """Images by digest; one that is not there is not known any more."""

    def __init__(self, known: dict[str, tuple[dict[str, bytes], dict[str, str]]]) -> None:
        self.known = known
        self.platforms: set[str] = set()

    def files_of(self, repository: str, digest: str, platform: str, paths: Iterable[str]) -> dict[str, bytes]:
        self.platforms.add(platform)
        if digest not in self.known:
            raise world_failed("registry-failed", f"`{repository}` fails")
        return {path: body for path, body in self.known[digest][0].items() if path in tuple(paths)}

    def variables_of(self, repository: str, digest: str, platform: str) -> dict[str, str]:
        assert repository
        assert platform
        return self.known[digest][1]


def test_the_images_of_two_locks_are_compared_for_the_locks_platform() -> None:
    """Both digests are asked for, by the platform's name."""
    contents = Contents(
        {
            OLD.digest: (files("12.11", {"a": "1"}), {"PYTHON_VERSION": "3.12.11"}),
            NEW.digest: (files("12.11", {"a": "2"}), {"PYTHON_VERSION": "3.12.12"}),
        }
    )
    lines = base_changes(OLD, NEW, contents, "linux/arm64")
    assert lines[1:] == ["Python 3.12.11 → 3.12.12", "~ a 1 → 2"]
    assert contents.platforms == {"linux/arm64"}
    assert "/var/lib/dpkg/status" in FILES


def test_an_old_base_that_is_gone_does_not_end_the_lock() -> None:
    """The new one is what matters; that nothing is known of the old one is said."""
    contents = Contents({NEW.digest: (files("12.12", {"a": "2"}), {})})
    lines = base_changes(OLD, NEW, contents, "linux/amd64")
    assert lines[0].startswith("image ")
    assert lines[-1].startswith("what is in docker.io/library/python:3.12.11-slim-bookworm@sha256:")
    assert lines[-1].endswith("… is not known: `docker.io/library/python` fails")


def test_the_same_digest_has_not_moved() -> None:
    """Nothing is asked for."""
    assert base_changes(OLD, OLD, Contents({}), "linux/amd64") == []
