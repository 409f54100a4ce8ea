"""What is checked of the partner's own set-up, and how a result is told, on a page and on a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from app.domain.caps import Meter
from app.domain.provider_keys import CODAT, PartnerSettings, ending_of


class Line(StrEnum):
    """What can be checked by itself, in the order in which it is set up."""

    CREDENTIALS = "credentials"
    PROVIDER = "provider"
    VERSION = "version"
    WEBHOOKS = "webhooks"
    XERO_CAP = "xero_cap"


class Outcome(StrEnum):
    PASSED = "passed"
    WARNED = "warned"
    FAILED = "failed"
    UNKNOWN = "unknown"
    """It can't be told from here."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a check found; `code` names the words, which the values fill in."""

    outcome: Outcome
    code: str
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """What is so."""
        return WORDS[self.code][0]

    @property
    def todo(self) -> str:
        """What to do about it; '' when there is nothing to do."""
        return WORDS[self.code][1]


@dataclass(frozen=True, slots=True)
class Check:
    """The newest result of one line."""

    line: Line
    result: Result
    checked_at: datetime
    checked_by: str
    since: datetime
    """Since when every check has come out like this one."""


def passed(code: str, **values: Any) -> Result:
    return Result(Outcome.PASSED, code, values)


def warned(code: str, **values: Any) -> Result:
    return Result(Outcome.WARNED, code, values)


def failed(code: str, **values: Any) -> Result:
    return Result(Outcome.FAILED, code, values)


def unknown(code: str, **values: Any) -> Result:
    return Result(Outcome.UNKNOWN, code, values)


WORDS: Mapping[str, tuple[str, str]] = {
    # For every line that asks Monite
    "no_answer": (
        "Monite didn't answer at %(host)s.",
        "Check MONITE_API_URL, and that this machine reaches the internet. Then check again.",
    ),
    "not_asked": (
        "Monite couldn't be asked, because it takes neither the client id nor the secret.",
        "Put the credentials right first.",
    ),
    "not_reached": ("Monite couldn't be asked, because it doesn't answer.", ""),
    "refused": ("Monite refused: “%(words)s”.", "Tell Monite's support these words and the API version."),
    # Credentials
    "token_received": ("Token received, valid %(minutes)s minutes.", ""),
    "token_short": (
        "Token received, valid %(seconds)s seconds only.",
        "Monite's tokens usually last 30 minutes. Ask Monite's support to make yours last longer.",
    ),
    "credentials_refused": (
        "Monite refused the client id or the secret: “%(words)s”.",
        "Compare MONITE_CLIENT_ID and MONITE_CLIENT_SECRET with Monite's partner portal, for the environment "
        "of %(host)s, and start Gangway again.",
    ),
    # The provider and its key
    "key_stored": ("Monite has a key for %(provider)s, ending in “%(ending)s”.", ""),
    "key_untold": ("Monite has a key for %(provider)s. It doesn't tell how that ends.", ""),
    "key_differs": (
        "Monite took the key that ends in “%(ending)s”, and still tells another one.",
        "Check again in a minute. If it stays so, tell Monite's support.",
    ),
    "key_encoded_wrongly": (
        "Monite has a key for %(provider)s, but it isn't encoded as Codat wants it.",
        "Paste the key again, as Codat's portal shows it; Gangway encodes it.",
    ),
    "key_missing": (
        "Monite has no key of an accounting provider yet. Until it has one, nobody can connect.",
        "Paste Codat's key on the set-up page, under Provider and key.",
    ),
    "provider_other": (
        "Monite goes through %(provider)s, which isn't the provider of this API version.",
        "Paste Codat's key, or ask Monite's support which API version fits.",
    ),
    "key_by_hand": (
        "With API version %(version)s, Monite's support sets the provider up. The API tells nothing of it.",
        "It is proved when the first business has connected.",
    ),
    # The API version
    "version_answers": ("Monite answers in version %(version)s.", ""),
    "version_differs": (
        "Monite answers in version %(version)s, but its own background work goes by %(other)s.",
        "Ask Monite's support to set the partner's api_version to %(version)s, or set MONITE_API_VERSION to "
        "%(other)s and start Gangway again.",
    ),
    # Webhooks
    "webhooks_here": ("Monite sends to Gangway's address, and what it sent last was received.", ""),
    "webhooks_tried": ("Monite is told to send to Gangway's address, and a test arrived there.", ""),
    "webhooks_silent": (
        "Monite is told to send to Gangway's address. Nothing has been received yet.",
        "Send a test. If that isn't received, see whether %(url)s can be reached from outside.",
    ),
    "webhooks_missing": (
        "Monite isn't told to send to Gangway. Everything works, and is noticed at the next refresh only.",
        "Subscribe on the set-up page, under Webhooks.",
    ),
    "webhooks_disabled": (
        "Monite stopped sending to Gangway's address.",
        "Subscribe again, which enables it.",
    ),
    "webhooks_elsewhere": (
        "Monite sends to %(url)s, which isn't this Gangway.",
        "Subscribe too; the other address keeps what it has.",
    ),
    "webhooks_no_secret": (
        "Monite sends to Gangway's address. What signs its messages isn't known here, so all are refused.",
        "Subscribe again, which makes a new secret.",
    ),
    "webhooks_local": (
        "Monite can't reach an address of this machine, so there are no webhooks. What they would tell is "
        "noticed at the next refresh.",
        "Set GANGWAY_PUBLIC_URL to where Monite reaches Gangway.",
    ),
    # Xero's limit
    "cap_room": ("%(used)s of %(cap)s Xero organisations are used.", ""),
    "cap_near": (
        "%(used)s of %(cap)s Xero organisations are used.",
        "Register as a Xero App Partner now, which takes several weeks, or take a larger plan at Xero. Then "
        "set GANGWAY_XERO_CAP.",
    ),
    "cap_reached": (
        "All %(cap)s Xero organisations are used. Nobody can connect another one.",
        "Take a larger plan at Xero or register as a Xero App Partner, then set GANGWAY_XERO_CAP. A business "
        "that disconnects gives its place back.",
    ),
}
"""What a result says, and what to do about it, by its code."""
SHORT_TOKEN = 300
"""Seconds below which a token's life makes each minute ask for several."""


def told_token(seconds: float) -> Result:
    """What a received token says of the credentials."""
    if seconds < SHORT_TOKEN:
        return warned("token_short", seconds=round(seconds))
    return passed("token_received", minutes=round(seconds / 60))


def told_key(found: PartnerSettings) -> Result:
    """Whether Monite has the provider's key, as far as it tells."""
    if not found.provider and not found.token:
        return failed("key_missing")
    provider = (found.provider or CODAT).capitalize()
    if provider.casefold() != CODAT:
        return warned("provider_other", provider=provider)
    ending = ending_of(found.token)
    if ending:
        return passed("key_stored", provider=provider, ending=ending)
    # What is told only in part says nothing of how the whole is encoded.
    if not found.token or not found.token.isascii() or "*" in found.token:
        return passed("key_untold", provider=provider)
    return warned("key_encoded_wrongly", provider=provider)


def told_cap(meter: Meter) -> Result:
    """How much room is left under Xero's limit."""
    values = {"used": meter.used, "cap": meter.cap}
    if meter.reached:
        return failed("cap_reached", **values)
    return warned("cap_near", **values) if meter.near else passed("cap_room", **values)
