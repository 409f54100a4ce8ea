"""How messages reach listeners: signatures, how often each channel tries, and when it gives up.

- monite: at once, then after 1, 5 and 25 seconds (Monite publishes no schedule; this one is the emulator's).
  https://docs.monite.com/advanced/webhooks
- codat_rules: the three rules of the guide, unsigned; repeated only on some statuses, within two minutes.
- codat_events: as Svix sends, over about 28 hours. https://docs.svix.com/retries
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Literal

Channel = Literal["monite", "codat_rules", "codat_events"]

HELD_BACK = timedelta(seconds=3)
"""How long a message that is to arrive too late waits for the next one to overtake it."""
DISABLED_AFTER = timedelta(days=5)
"""How long an endpoint of Codat's events may fail until it is sent nothing more."""
LARGEST_RESPONSE = 1000
"""How many characters of a listener's answer are kept."""


@dataclass(frozen=True, slots=True)
class Policy:
    """How one channel delivers."""

    waits: tuple[float, ...]
    """Seconds before each repeat; when they are used up the message is given up."""
    timeout: float
    """Seconds that a listener has to answer."""
    follows_redirects: bool = False
    repeated_on: frozenset[int] | None = None
    """The only statuses that are worth another try; None for everything that is not 2xx."""
    longest_wait: float | None = None
    """Where Retry-After is respected, the most it can ask for."""
    window: timedelta | None = None
    """The time since the first try within which a repeat must fall."""


POLICIES: Mapping[str, Policy] = {
    "monite": Policy(waits=(1, 5, 25), timeout=10),
    "codat_rules": Policy(
        waits=(10, 30, 60),
        timeout=10,
        follows_redirects=True,
        repeated_on=frozenset((408, 420, 429, 460, 502, 503, 504, 522, 524)),
        longest_wait=60,
        window=timedelta(minutes=2),
    ),
    "codat_events": Policy(waits=(5, 300, 1800, 7200, 18000, 36000, 36000), timeout=15),
}


def is_success(status: int | None) -> bool:
    """Whether the listener has taken the message; None is no answer at all."""
    return status is not None and 200 <= status < 300


def next_try(
    channel: str,
    attempts: int,
    status: int | None,
    *,
    first_due: datetime,
    ended: datetime,
    retry_after: float | None = None,
) -> datetime | None:
    """When a message that failed is tried again, after so many tries; None when it is given up.

    No answer at all counts as 504, the status with which a gateway would report it.
    """
    policy = POLICIES[channel]
    if attempts > len(policy.waits):
        return None
    if policy.repeated_on is not None and (status or 504) not in policy.repeated_on:
        return None
    wait = policy.waits[attempts - 1]
    if policy.longest_wait is not None and retry_after is not None:
        wait = min(retry_after, policy.longest_wait)
    due = ended + timedelta(seconds=wait)
    return None if policy.window is not None and due > first_due + policy.window else due


def seconds_asked(retry_after: str | None, now: datetime) -> float | None:
    """What a Retry-After asks for, given as seconds or as a date; None when it asks for nothing."""
    if retry_after is None:
        return None
    if retry_after.isdecimal() and len(retry_after) < 10:
        return float(retry_after)
    try:
        moment = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max((aware - now).total_seconds(), 0)


def headers(
    channel: str, message_id: str, secret: str | None, body: bytes, *, at: datetime
) -> dict[str, str]:
    """What is sent beside the body: its type, and what shows who sent it."""
    seconds = int(at.timestamp())
    plain = {"Content-Type": "application/json", "User-Agent": "gangway-emulator"}
    if channel == "monite":
        return {**plain, "Monite-Signature": monite_signature(secret or "", seconds, body)}
    if channel == "codat_events":
        return {
            **plain,
            "webhook-id": message_id,
            "webhook-timestamp": str(seconds),
            "webhook-signature": svix_signature(secret or "", message_id, seconds, body),
        }
    client = {"X-Codat-ClientId": str(json.loads(body).get("ClientId", ""))}
    return {**plain, **client, **({"Authorization": secret} if secret else {})}


def monite_signature(secret: str, seconds: int, body: bytes) -> str:
    """Monite's header: the time, and the HMAC-SHA256 of the time, a dot and the body.

    Monite's sources name the parts; how they are joined is not in them, and changes here alone.
    """
    mac = hmac.new(secret.encode(), f"{seconds}.".encode() + body, hashlib.sha256)
    return f"t={seconds},v1={mac.hexdigest()}"


def svix_signature(secret: str, message_id: str, seconds: int, body: bytes) -> str:
    """Svix's header, of one signature. https://docs.svix.com/receiving/verifying-payloads/how-manual"""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    mac = hmac.new(key, f"{message_id}.{seconds}.".encode() + body, hashlib.sha256)
    return f"v1,{base64.b64encode(mac.digest()).decode()}"
