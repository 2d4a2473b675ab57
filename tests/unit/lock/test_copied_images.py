"""Images that files are copied from: found once, held by the lock, and damaged locks are told apart."""

from __future__ import annotations

import json

import pytest

from envc.diagnostics import Report
from envc.lock.copied_images import copied_images
from envc.lock.files import LOCK_FILE, LockedFiles, read, write
from envc.lock.freshness import is_fresh
from envc.lock.wishes import Wishes
from tests.unit.lock.world import PLATFORM, SLIM, Images, choose, digest, environment, image, world

TOOLS = "docker.io/library/tools"
PROGRAM = 'env train < python 3.12; copy "/b" from image "tools:2"; copy "/a" from image "tools:1" at "/c" >'


def registry(first: str = "one") -> Images:
    slim = image(*SLIM, "slim", "3.12.12")
    return Images([slim, image(TOOLS, "1", first), image(TOOLS, "2", "two")])


def locked(text: str = PROGRAM, images: Images | None = None, old: LockedFiles | None = None) -> LockedFiles:
    return choose(environment(text), PLATFORM, world(images=images or registry()), old)


def test_each_image_is_in_the_lock_by_digest() -> None:
    assert {name: one.reference for name, one in copied_images(locked().lock).items()} == {
        "tools:1": f"{TOOLS}:1@{digest('one')}",
        "tools:2": f"{TOOLS}:2@{digest('two')}",
    }


def test_an_image_stays_while_it_is_asked_for() -> None:
    """Whatever the tag has become; an upgrade takes the new one."""
    old = locked()
    again = locked(images=registry("another"), old=old)
    assert again.lock.images == old.lock.images
    upgraded = choose(environment(PROGRAM), PLATFORM, world(images=registry("another")), old, Wishes(everything=True))
    assert copied_images(upgraded.lock)["tools:1"].digest == digest("another")


def test_a_lock_without_such_images_says_nothing_of_them() -> None:
    """So locks that were written before there were any stay as they are."""
    assert '"images"' not in write([locked("env train < python 3.12 >")])[LOCK_FILE]
    files = write([locked()])
    assert read(files, "lockfiles/train") == {PLATFORM: locked()}


def test_another_image_makes_the_lock_stale() -> None:
    lock = locked().lock
    assert is_fresh(environment(PROGRAM), lock)
    assert not is_fresh(environment(PROGRAM.replace("tools:2", "tools:1")), lock)
    assert is_fresh(environment(PROGRAM.replace('"/b"', '"/d"')), lock)


def test_a_lock_that_lacks_an_image_is_damaged() -> None:
    files = write([locked()])
    content = json.loads(files[LOCK_FILE])
    content["platforms"][PLATFORM]["images"].pop()
    with pytest.raises(Report) as caught:
        read({**files, LOCK_FILE: json.dumps(content)}, "lockfiles/train")
    assert [one.name for one in caught.value.diagnostics] == ["damaged-lock"]


def test_an_image_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(Report) as caught:
        locked('env train < python 3.12; copy "/b" from image "tools:3" >')
    assert [one.name for one in caught.value.diagnostics] == ["unknown-image"]
