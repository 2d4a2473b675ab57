"""OpenPGP keys as bytes and as armoured text (RFC 9580, 6). Pure; nothing is verified here."""

from __future__ import annotations

import base64
import binascii
import re

_ARMOUR = re.compile(
    rb"-----BEGIN PGP PUBLIC KEY BLOCK-----[ \t]*\r?\n(?:[^\r\n]+: [^\r\n]*\r?\n)*[ \t]*\r?\n"
    rb"(?P<body>[A-Za-z0-9+/=\s]+?)(?:\r?\n=[A-Za-z0-9+/]{4})?\s*-----END PGP PUBLIC KEY BLOCK-----"
)
_WIDTH = 64
#: First octets of a packet with a public key: in the new form, and in the old one with lengths of 1, 2 and 4 octets.
_BEGINNINGS = frozenset({0xC6, 0x98, 0x99, 0x9A})


def binary(content: bytes) -> bytes:
    """Return keys as bytes, whichever form a file has them in. Raises ValueError for a file without any."""
    blocks = [block["body"] for block in _ARMOUR.finditer(content)]
    try:
        found = b"".join(base64.b64decode(b"".join(block.split()), validate=True) for block in blocks) or content
    except binascii.Error:
        raise ValueError("its armour is damaged") from None
    if not found or found[0] not in _BEGINNINGS:
        raise ValueError("it holds no public key of OpenPGP")
    return found


def armoured(key: bytes) -> str:
    """Return the text form of keys."""
    text = base64.b64encode(key).decode("ascii")
    lines = [text[start : start + _WIDTH] for start in range(0, len(text), _WIDTH)]
    checksum = base64.b64encode(_crc24(key).to_bytes(3, "big")).decode("ascii")
    begin, end = (f"-----{word} PGP PUBLIC KEY BLOCK-----" for word in ("BEGIN", "END"))
    return "\n".join([begin, "", *lines, f"={checksum}", end]) + "\n"


def _crc24(content: bytes) -> int:
    register = 0xB704CE
    for octet in content:
        register ^= octet << 16
        for _ in range(8):
            register <<= 1
            if register & 0x1000000:
                register ^= 0x1864CFB
    return register & 0xFFFFFF
