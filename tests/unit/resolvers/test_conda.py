"""What py-rattler says, in the terms of the lock: no address and no path of a machine is left in it."""

from __future__ import annotations

import pytest

from envc.lock.conda_packages import ChannelFailure
from envc.lock.locked_conda import SUBDIRS
from envc.resolvers.conda.resolver import PINS, failure_of, installer, reasons_of

FORGE = "https://conda.example.org/forge"
ADDRESSES = {"conda-forge": FORGE, "bioconda": "https://conda.example.org/bio/"}


def test_a_conflict_is_told_line_by_line() -> None:
    text = (
        'Cannot solve the request because of: hhsuite 3.*[channel="https://me:secret@conda.example.org/b/"] cannot be '
        "installed because there are no viable options:\n└─ hhsuite 3.3.0 would require\n"
        "   └─ libgcc >=99, for which no candidates were found.\n"
    )
    assert reasons_of(text) == (
        "hhsuite 3.* cannot be installed because there are no viable options:",
        "└─ hhsuite 3.3.0 would require",
        "   └─ libgcc >=99, for which no candidates were found.",
    )
    long = reasons_of("\n".join(f"line {number}" for number in range(40)))
    assert (len(long), long[-1]) == (13, "…")


@pytest.mark.parametrize(
    ("text", "failure"),
    [
        (
            f"could not find 'noarch'\nCaused by: HTTP status client error (404 Not Found) for url ({FORGE}/noarch/x)",
            ChannelFailure("absent", "conda-forge", "it answers 404"),
        ),
        (
            "HTTP status client error (401 Unauthorized) for url (https://conda.example.org/bio/noarch/repodata.json)",
            ChannelFailure("unauthorised", "bioconda", "it answers 401"),
        ),
        (
            f"error sending request for url ({FORGE}/noarch/x)\nCaused by: client error\nCaused by: refused (111)",
            ChannelFailure("unreachable", "conda-forge", "refused (111)"),
        ),
        (
            f"HTTP status server error (503 Service Unavailable) for url ({FORGE}/noarch/repodata.json)",
            ChannelFailure("unreachable", "conda-forge", "it answers 503"),
        ),
        (
            "failed to parse repodata /home/me/.cache/x/y.json: EOF at line 1",
            ChannelFailure("broken", "conda-forge", "failed to parse repodata …: EOF at line 1"),
        ),
        ("", ChannelFailure("broken", "conda-forge", "the resolver said nothing")),
    ],
)
def test_a_failure_names_its_channel_and_no_address(text: str, failure: ChannelFailure) -> None:
    assert failure_of(text, ADDRESSES) == failure


def test_the_builder_installs_with_the_program_that_resolves() -> None:
    """Of one version; each machine has a wheel of its own, which the resolver's environment knows, too."""
    pins = PINS.read_text(encoding="utf-8")
    found = [installer(subdir) for subdir in SUBDIRS.values()]
    assert len({one.hashes for one in found}) == len(found)
    for one in found:
        assert f"{one.name}=={one.version} " in pins
        assert all(digest in pins for digest in one.hashes)
