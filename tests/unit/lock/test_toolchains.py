"""Toolchains: found once in official images, held by the lock with all that is used of them."""

from __future__ import annotations

import json

import pytest

from envc.diagnostics import Report
from envc.lock.files import LOCK_FILE, LockedFiles, read, write
from envc.lock.freshness import is_fresh
from envc.lock.vendor_record import images_of
from envc.lock.wishes import Wishes
from envc.plan.difference import lock_changes
from tests.unit.lock.world import PLATFORM, SLIM, Images, choose, digest, environment, image, world

PROGRAM = "env train < python 3.12; toolchain < rust 1.85; node 22 > >"


def registry(rust: str = "one") -> Images:
    slim = image(*SLIM, "slim", "3.12.12")
    return Images(
        [
            slim,
            image("docker.io/library/rust", "1.85-slim-bookworm", rust),
            image("docker.io/library/rust", "1.86-slim-bookworm", "newer"),
            image("docker.io/library/node", "22-bookworm-slim", "node"),
        ]
    )


def locked(text: str = PROGRAM, images: Images | None = None, old: LockedFiles | None = None) -> LockedFiles:
    return choose(environment(text), PLATFORM, world(images=images or registry()), old)


def test_each_is_in_the_lock_by_the_digest_of_its_image() -> None:
    node, rust = locked().lock.toolchains
    assert rust.image.reference == f"docker.io/library/rust:1.85-slim-bookworm@{digest('one')}"
    assert rust.paths == ("/usr/local/cargo", "/usr/local/rustup")
    assert rust.variables == {"CARGO_HOME": "/usr/local/cargo", "RUSTUP_HOME": "/usr/local/rustup"}
    assert node.links["/usr/local/bin/npm"] == "../lib/node_modules/npm/bin/npm-cli.js"
    assert set(images_of(locked())) >= {rust.image.reference, node.image.reference}


def test_it_stays_while_the_version_does() -> None:
    old = locked()
    assert locked(images=registry("another"), old=old) == old
    upgraded = choose(environment(PROGRAM), PLATFORM, world(images=registry("another")), old, Wishes(everything=True))
    assert upgraded.lock.toolchains[1].image.digest == digest("another")
    newer = locked(PROGRAM.replace("1.85", "1.86"), old=old)
    assert [change.subject for change in lock_changes(old, newer)] == ["rust"]
    assert not is_fresh(environment(PROGRAM), newer.lock)


def test_a_version_without_an_image_does_not_exist() -> None:
    with pytest.raises(Report) as caught:
        locked(PROGRAM.replace("1.85", "1.0"))
    assert caught.value.diagnostics[0].name == "unknown-image"


def test_a_lock_is_read_back() -> None:
    files = write([locked()])
    assert read(files, "lockfiles/train")[PLATFORM] == locked()
    assert "toolchains" not in write([locked("env train < python 3.12 >")])[LOCK_FILE]


@pytest.mark.parametrize(("field", "value"), [("name", "other"), ("paths", ["a b"]), ("programs", ["/a/${X}"])])
def test_a_damaged_toolchain_is_found(field: str, value: object) -> None:
    files = write([locked()])
    content = json.loads(files[LOCK_FILE])
    content["platforms"][PLATFORM]["toolchains"][0][field] = value
    with pytest.raises(Report) as caught:
        read({**files, LOCK_FILE: json.dumps(content)}, "lockfiles/train")
    assert caught.value.diagnostics[0].name == "damaged-lock"
