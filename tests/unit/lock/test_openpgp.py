"""OpenPGP keys: as bytes from whichever form a file has them in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envc.lock.openpgp import armoured, binary

KEY = b"\x98" + bytes(range(200))


@given(st.binary(max_size=300))
def test_armour_keeps_every_byte(rest: bytes) -> None:
    key = b"\xc6" + rest
    assert binary(armoured(key).encode()) == binary(key) == key


def test_comments_headers_and_several_keys_are_read() -> None:
    one = armoured(KEY).replace("BLOCK-----\n\n", "BLOCK-----\nComment: of a keeper\nVersion: 1\n\n", 1)
    other = armoured(b"\x99other").replace("\n", "\r\n")
    assert binary(f"Keys of a keeper\n{one}\n{other}".encode()) == KEY + b"\x99other"


@pytest.mark.parametrize(
    "content",
    [b"", b"no key", b"<html></html>", armoured(KEY).replace("PUBLIC", "PRIVATE").encode(), armoured(b"x").encode()],
)
def test_what_holds_no_public_key_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match="no public key"):
        binary(content)
