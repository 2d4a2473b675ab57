"""A lock as files: what is written is read back, and what is damaged is said to be."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envc.diagnostics import Report
from envc.lock.files import LOCK_FILE, LockedFiles, read, write
from envc.lock.locked_system import LockedSystemPackage
from envc.lock.machines import MACHINES
from envc.lock.model import Lock, LockedAccelerator, LockedArtifact, LockedImage, LockedPackage, LockedPython
from envc.lock.requirements import Pin
from tests.unit.lock.test_requirements import names, pins, versions
from tests.unit.lock.world import PLATFORM, Packages, choose, environment, world

FOLDER = "lockfiles/train"
REQUIREMENTS = "py3.12-linux-x86_64.txt"
TORCH = "py3.12-linux-x86_64.pytorch-cu118.txt"

texts = st.text(max_size=12)
indexes = st.sampled_from([None, "pytorch-cu118", "office"])


def maybe(strategy: st.SearchStrategy[str]) -> st.SearchStrategy[str | None]:
    return st.none() | strategy


images = st.builds(
    LockedImage,
    repository=texts,
    tag=texts,
    digest=texts,
    manifest=maybe(texts),
    digest_from=texts,
    glibc=st.builds("{}.{}".format, st.integers(0, 9), st.integers(0, 99)),
    reason=texts,
)


system_packages = st.builds(
    LockedSystemPackage,
    stage=st.sampled_from(["builder", "inference", "build-a", "build-a.b_c-d"]),
    version=maybe(texts),
    asked=st.booleans(),
    size=st.none() | st.integers(0),
)


@st.composite
def locks(draw: st.DrawFn) -> LockedFiles:
    """Any lock whose pins are those of its packages."""
    chosen: dict[str, tuple[str | None, Pin]] = {pin.name: (draw(indexes), pin) for pin in draw(pins)}
    packages = [
        LockedPackage.model_validate(
            {
                "name": name,
                "version": pin.version,
                "index": index,
                "requires": draw(st.lists(texts, max_size=2)),
                "wheel": draw(maybe(texts)),
                "size": draw(st.none() | st.integers(0)),
            }
        )
        for name, (index, pin) in sorted(chosen.items())
    ]
    lock = Lock(
        edition=draw(st.integers(1, 9)),
        envc=draw(versions),
        library=draw(texts),
        environment=draw(names),
        platform=draw(st.sampled_from(sorted(MACHINES))),
        resolver=draw(maybe(texts)),
        inputs=draw(st.dictionaries(texts, st.dictionaries(texts, texts, max_size=2), max_size=3)),
        python=LockedPython(version=draw(st.sampled_from(["3.12.1", "3.9.20"])), reason=draw(texts)),
        base=draw(images),
        interpreter=draw(st.none() | images),
        accelerator=draw(st.none() | st.from_type(LockedAccelerator)),
        packages=tuple(packages),
        system=tuple(draw(st.lists(system_packages, max_size=2))),
        artifacts=tuple(draw(st.lists(st.from_type(LockedArtifact), max_size=2))),
    )
    by_index = {index: tuple(pin for of, pin in chosen.values() if of == index) for index in lock.indexes}
    return LockedFiles(lock, tuple((index, tuple(sorted(found))) for index, found in by_index.items()))


@given(locks())
def test_what_is_written_is_read_back(locked: LockedFiles) -> None:
    files = write([locked])
    assert read(files, FOLDER) == {locked.lock.platform: locked}
    assert write(read(files, FOLDER).values()) == files


@given(locks())
def test_two_platforms_with_the_same_pins_share_their_files(locked: LockedFiles) -> None:
    both = [on(platform, locked) for platform in sorted(MACHINES)]
    files = write(both)
    assert sorted(files) == sorted([LOCK_FILE, *(locked.lock.shared_requirements_file(one) for one, _ in locked.pins)])
    assert list(read(files, FOLDER).values()) == both


@given(locks())
def test_two_platforms_with_other_pins_have_files_of_their_own(locked: LockedFiles) -> None:
    if not locked.pins:
        return
    here, there = (on(platform, locked) for platform in sorted(MACHINES))
    index, pins = there.pins[0]
    fewer = pins[0]._replace(hashes=tuple(sorted({f"sha256:{'1' * 64}", *pins[0].hashes})))
    there = there._replace(pins=((index, (fewer, *pins[1:])), *there.pins[1:]))
    files = write([here, there])
    assert {here.lock.requirements_file(index), there.lock.requirements_file(index)} <= {*files}
    assert list(read(files, FOLDER).values()) == [here, there]


def on(platform: str, locked: LockedFiles) -> LockedFiles:
    return locked._replace(lock=locked.lock.model_copy(update={"platform": platform}))


@given(locks())
def test_a_lock_is_sorted_text_of_one_form(locked: LockedFiles) -> None:
    for text in write([locked]).values():
        assert text.endswith("\n")
        assert "\r" not in text
        assert text.isascii()
    keys = list(json.loads(write([locked])[LOCK_FILE]))
    assert keys == sorted(keys)


def good() -> dict[str, str]:
    packages = Packages({"torch": ["2.7.1+cu118"], "numpy": ["2.2.1"]})
    program = environment("env train < gpu cuda 11.3; python 3.12; ml < torch; numpy > >")
    return write([choose(program, PLATFORM, world(packages))])


def refused(files: dict[str, str]) -> tuple[str, str, str]:
    """Return a refusal's name, its message and the text of its label."""
    with pytest.raises(Report) as report:
        read(files, FOLDER)
    assert report.value.exit_code == 1
    (diagnostic,) = report.value.diagnostics
    return diagnostic.name, diagnostic.message, diagnostic.labels[0].text


def test_the_names_of_the_files_say_what_they_are_for() -> None:
    assert sorted(good()) == [LOCK_FILE, TORCH, REQUIREMENTS]
    arm = read(good(), FOLDER)[PLATFORM].lock.model_copy(update={"platform": "linux/arm64"})
    assert arm.requirements_file("office") == "py3.12-linux-aarch64.office.txt"


def changed(change: Callable[[dict[str, Any]], object]) -> dict[str, str]:
    files = good()
    content = json.loads(files[LOCK_FILE])
    change(content)
    return {**files, LOCK_FILE: json.dumps(content)}


def of(content: dict[str, Any]) -> dict[str, Any]:
    """Return what a lock says of its platform."""
    found: dict[str, Any] = content["platforms"][PLATFORM]
    return found


def test_a_merge_that_was_left_in_conflict() -> None:
    text = good()[LOCK_FILE]
    both = f"<<<<<<< ours\n{text}=======\n{text}>>>>>>> theirs\n"
    name, message, label = refused({**good(), LOCK_FILE: both})
    assert (name, label) == ("damaged-lock", "a merge left it in conflict")
    assert message == f"`{FOLDER}/{LOCK_FILE}` cannot be read as a lock"


def test_a_conflict_in_a_requirements_file() -> None:
    text = good()[REQUIREMENTS]
    both = f"<<<<<<< ours\n{text}=======\n{text}>>>>>>> theirs\n"
    assert refused({**good(), REQUIREMENTS: both})[0] == "malformed-requirements"


@pytest.mark.parametrize("text", ["", "{", "nonsense", "{} {}", "\ud800", '{"format": 1'])
def test_what_is_no_json(text: str) -> None:
    name, _, label = refused({**good(), LOCK_FILE: text})
    assert name == "damaged-lock"
    assert label.startswith("no JSON: ")


@pytest.mark.parametrize("text", ["[]", "1", '"format"', "null"])
def test_what_is_no_object(text: str) -> None:
    assert refused({**good(), LOCK_FILE: text})[::2] == ("damaged-lock", "no JSON object")


@given(st.integers(0, 400))
def test_a_lock_that_is_cut_short_is_damaged(kept: int) -> None:
    text = good()[LOCK_FILE]
    assert refused({**good(), LOCK_FILE: text[: kept % (len(text) - 2)]})[0] == "damaged-lock"


@pytest.mark.parametrize("found", [0, 2, 99, "1", None])
def test_another_format(found: object) -> None:
    name, message, _ = refused(changed(lambda content: content.update(format=found)))
    assert name == "unknown-lock-format"
    assert message == f"this envc reads locks of format 1, and this one is of format {found}"


def test_something_missing_and_something_too_many() -> None:
    assert refused(changed(lambda content: of(content).pop("python")))[2] == "python: field required"
    assert "surprise" in refused(changed(lambda content: content.update(surprise=1)))[2]
    assert "surprise" in refused(changed(lambda content: of(content).update(surprise=1)))[2]
    platform = refused(changed(lambda content: content.update(platforms={"linux/s390x": {}})))
    assert platform[::2] == ("damaged-lock", "platforms: linux/s390x is none of linux/amd64, linux/arm64")
    assert refused(changed(lambda content: content.update(platforms={})))[2] == "platforms: none"
    assert refused(changed(lambda content: content.update(platforms=None)))[2] == "platforms: none"
    label = refused(changed(lambda content: of(content).update(packages=[])))[2]
    assert label == "platforms.linux/amd64: no packages by name"
    label = refused(changed(lambda content: of(content).update(packages={"numpy": 1})))[2]
    assert label == "platforms.linux/amd64.packages: not facts by name"
    base = json.loads(good()[LOCK_FILE])["platforms"][PLATFORM]["base"]
    label = refused(changed(lambda content: of(content).update(base={**base, "glibc": "new"})))[2]
    assert label.startswith("base.glibc: ")


def test_a_requirements_file_that_is_missing() -> None:
    files = good()
    del files[TORCH]
    assert refused(files) == ("damaged-lock", f"`{FOLDER}/{TORCH}` cannot be read as a lock", "the file is missing")


def test_requirements_of_other_packages() -> None:
    files = good()
    for text in (files[REQUIREMENTS].replace("2.2.1", "2.2.2"), files[TORCH], "# nothing\n"):
        name, message, label = refused({**files, REQUIREMENTS: text})
        assert (name, label) == ("damaged-lock", f"does not hold the packages that {LOCK_FILE} lists")
        assert REQUIREMENTS in message


def test_other_files_of_the_folder_are_no_matter() -> None:
    assert read({**good(), "notes.txt": "<<<<<<<"}, FOLDER) == read(good(), FOLDER)


def test_an_address_is_never_written() -> None:
    locked = read(good(), FOLDER)[PLATFORM]
    for bad in (
        Pin("numpy", "2.2.1", locked.pins[0][1][0].hashes, ("https://user:word@index.example/simple",)),
        Pin("numpy@https://index.example/numpy.whl", "2.2.1", locked.pins[0][1][0].hashes),
        Pin("numpy", "2.2.1 --index-url=https://index.example", locked.pins[0][1][0].hashes),
    ):
        with pytest.raises(ValueError, match=r"not a pin|not names"):
            write([locked._replace(pins=((None, (bad,)), locked.pins[1]))])
