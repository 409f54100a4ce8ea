"""Whether a message is from whom it says. Each channel has its own way, and each way stands here alone.

Every function answers with Note.NONE when the message is genuine, else with why it is not.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from app.domain.webhooks import Note

TOLERANCE = timedelta(minutes=5)
"""How far a signature's time may be from ours; what is older may be somebody's recording."""
LONGEST = 2000
"""Characters of a signature header; nobody honest comes near."""


def of_monite(header: str, body: bytes, secret: str, now: datetime) -> Note:
    """Monite's header `t=<unix seconds>,v1=<hex>`."""
    if not header or len(header) > LONGEST:
        return Note.UNSIGNED
    parts = [part.strip().partition("=")[::2] for part in header.split(",")]
    stamp = next((value for name, value in parts if name == "t"), "")
    expected = monite_mac(stamp, body, secret)
    return _verdict(expected, (value for name, value in parts if name == "v1"), stamp, now)


def of_codat_event(
    message_id: str, stamp: str, header: str, body: bytes, *, secret: str, now: datetime
) -> Note:
    """Codat's events are signed as Svix signs: one or more `v1,<base64>`, of which any may fit.

    https://docs.svix.com/receiving/verifying-payloads/how-manual
    """
    if not (message_id and stamp and header) or len(header) > LONGEST:
        return Note.UNSIGNED
    try:
        expected = codat_mac(message_id, stamp, body, secret)
    except ValueError:
        return Note.KEY_LOST
    return _verdict(expected, _values(header), stamp, now)


def of_codat_rule(header: str, secret: str) -> Note:
    """Codat's rules are not signed; they carry the Authorization header that the partner chose."""
    if not header:
        return Note.UNSIGNED
    # Who kept the token alone meant the header with its scheme.
    fits = any(_same(secret, shown) for shown in (header, header.partition(" ")[2].strip()))
    return Note.NONE if fits else Note.WRONG


def monite_mac(stamp: str, body: bytes, secret: str) -> str:
    """What Monite signs with: the HMAC-SHA256 of the seconds, a dot and the body as it came.

    Monite names the parts, not how they are joined; should that differ, this is the line to change.
    """
    return hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def codat_mac(message_id: str, stamp: str, body: bytes, secret: str) -> str:
    """What Codat's events are signed with; raises ValueError when the secret is none of Codat's."""
    key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    signed = f"{message_id}.{stamp}.".encode() + body
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def _verdict(expected: str, shown: Iterable[str], stamp: str, now: datetime) -> Note:
    if not any(_same(expected, one) for one in shown):
        return Note.WRONG
    return Note.NONE if _is_fresh(stamp, now) else Note.OLD


def _same(expected: str, shown: str) -> bool:
    """Compared in a time that tells nothing about where they differ."""
    return hmac.compare_digest(expected.encode(), shown.encode(errors="surrogateescape"))


def _is_fresh(stamp: str, now: datetime) -> bool:
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
        return False
    return abs(now.timestamp() - int(stamp)) <= TOLERANCE.total_seconds()


def _values(header: str) -> Iterator[str]:
    for one in header.split():
        version, _, value = one.partition(",")
        if version == "v1":
            yield value
