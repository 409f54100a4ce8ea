"""Raw messages as support may read them: what happened stays, who and how much does not.

Names become initials, amounts are rounded, addresses and account numbers are cut, and anything that
could be a token is taken out. Ids, dates and the words around them stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

LONGEST = 500
REMOVED = "[removed]"
_PARTS = re.compile(
    r"""
    (?P<id>\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b)
    | (?P<address>\bhttps?://[^\s"'<>]+)
    | (?P<email>\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+)
    | (?P<token>\b(?:Bearer|Basic)\s+[\w.+/=~-]+
        | \b(?=[\w.+/~-]*\d)(?=[\w.+/~-]*[A-Za-z])[\w.+/~-]{32,}={0,2})
    | “(?P<curly>[^”]{1,200})” | "(?P<double>[^"]{1,200})" | (?<!\w)'(?P<single>[^']{1,200})'(?!\w)
    | (?P<date>\b\d{4}-\d{2}-\d{2}(?:T[\d:.]+(?:Z|[+-]\d{2}:?\d{2})?)?)
    | (?P<account>\b[A-Z]{2}\d{2}(?:[ ]?[A-Z0-9]{4}){3,7}(?:[ ]?[A-Z0-9]{1,3})?\b | \b\d{8,}\b(?![.,]\d))
    | (?P<amount>\b\d{1,3}(?:,\d{3})+(?:\.\d+)?\b | \b\d+\.\d{2}\b)
    """,
    re.VERBOSE | re.IGNORECASE,
)


def masked(text: str, names: Iterable[str] = ()) -> str:
    """The text without names, amounts, addresses and tokens, cut where it goes on for long."""
    known = sorted({name for name in names if len(name) > 1}, key=len, reverse=True)
    if known:
        text = re.sub("|".join(map(re.escape, known)), lambda m: initials(m[0]), text, flags=re.IGNORECASE)
    text = _PARTS.sub(_part, text)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def initials(name: str) -> str:
    """Acme Dairy as A. D.; what has no letters stays."""
    words = re.findall(r"[^\W_]+", name)
    if not any(word[0].isalpha() for word in words):
        return name
    return " ".join(f"{word[0].upper()}." for word in words[:6] if word[0].isalpha())


def rounded(amount: str) -> str:
    """An amount to about two figures: 1,234.50 as about 1,200."""
    value = Decimal(amount.replace(",", ""))
    digits = value.adjusted() - 1
    near = round(value / Decimal(10) ** digits) * Decimal(10) ** digits if value >= 1 else round(value)
    return f"about {int(near):,}"


def _part(found: re.Match[str]) -> str:
    kind, text = found.lastgroup or "", found[0]
    if kind in ("curly", "double", "single"):
        return f"{text[0]}{_quoted(found[kind])}{text[-1]}"
    if kind == "address":
        return f"{text.split('/')[2].rpartition('@')[2]}/…"
    if kind == "amount":
        return rounded(text)
    if kind == "account":
        return f"…{text[-4:]}"
    return {"email": "…@…", "token": REMOVED}.get(kind, text)


def _quoted(text: str) -> str:
    """What stands in quotation marks: a name or a value; a single word without letters stays."""
    inner = _PARTS.sub(_part, text)
    return initials(text) if inner == text else inner
