"""The key of the accounting provider, as people paste it and as Monite wants it."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass, field

from app.domain.errors import InputError

CODAT = "codat"
LENGTH = 40
"""Characters of a key of Codat's."""
SHOWN = 4
SHORTEST, LONGEST = 20, 100
"""What can be a key of Codat's at all, should they change its length one day."""
FIELD = "key"
_AHEAD = re.compile(r"^(?:authorization\s*:\s*)?basic(?:\s+|$)", re.IGNORECASE)
_PLAIN = re.compile(r"[!-~]+")
_WHERE = "Copy the value of the Authorization header in Codat's portal, under Developers > API keys."


@dataclass(frozen=True, slots=True)
class PartnerSettings:
    """What Monite keeps for the partner that concerns accounting."""

    api_version: str | None
    """By which Monite's own background jobs go."""
    provider: str | None
    token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class ProviderKey:
    """A key that can be sent to Monite."""

    encoded: str = field(repr=False)
    ending: str

    @property
    def usual(self) -> bool:
        """Whether it is as long as Codat's keys are."""
        return len(_decoded(self.encoded) or "") == LENGTH


def read_key(pasted: str, *, any_length: bool = False) -> ProviderKey:
    """The key in what somebody pasted: with or without `Basic `, encoded or raw.

    Raises InputError, in words that do not repeat it, for what can't be one; for what isn't as long as
    Codat's keys only until the person says that it is right all the same.
    """
    text = _AHEAD.sub("", pasted.strip().strip("\"'"))
    if not text:
        raise InputError(FIELD, "Paste the key first. " + _WHERE)
    if not _PLAIN.fullmatch(text):
        raise InputError(FIELD, "A key is one word, without spaces. " + _WHERE)
    raw = _raw(text)
    if not SHORTEST <= len(raw) <= LONGEST:
        raise InputError(FIELD, f"This isn't a key of Codat's: it has {len(text)} characters. " + _WHERE)
    if len(raw) != LENGTH and not any_length:
        raise InputError(
            FIELD,
            f"Codat's keys have {LENGTH} characters and this one has {len(raw)}, so a part of it may be "
            "missing. Copy it again; if it is right, say so below and paste it once more.",
        )
    return ProviderKey(base64.b64encode(raw.encode()).decode(), raw[-SHOWN:])


def ending_of(token: str | None) -> str:
    """The last characters of the key that Monite keeps, as Codat's portal shows it; '' for what is none."""
    raw = _decoded(token or "")
    return raw[-SHOWN:] if raw and len(raw) >= 4 * SHOWN else ""


def _raw(text: str) -> str:
    """The key itself. What has exactly the length of a key and no padding is one already."""
    if len(text) == LENGTH and "=" not in text:
        return text
    decoded = _decoded(text)
    # Whoever encoded it by hand may have done so as for a user without a password.
    return text if decoded is None else decoded.removesuffix(":")


def _decoded(text: str) -> str | None:
    """What stands behind the encoding; None when it is not encoded, or holds no plain text."""
    try:
        raw = base64.b64decode(text, validate=True).decode("ascii")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return raw if _PLAIN.fullmatch(raw) else None
