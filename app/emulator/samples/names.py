"""Ids of sample data: made from words, so that loading twice gives the same ones."""

from __future__ import annotations

from hashlib import sha1
from uuid import UUID

SPACE = UUID("6f3b0a52-1f0e-4a43-9d0b-6b0a8a6c53f1")


def new_id(*words: object) -> str:
    """The id that belongs to these words, always the same: a UUID of version 5 in `SPACE`."""
    # uuid.uuid5() builds objects around the same bytes, and a large scenario needs a million ids.
    name = "/".join(map(str, words)).encode()
    found = bytearray(sha1(SPACE.bytes + name, usedforsecurity=False).digest()[:16])
    found[6] = found[6] & 0x0F | 0x50
    found[8] = found[8] & 0x3F | 0x80
    text = found.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
