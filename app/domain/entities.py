"""The businesses whose accounting systems are connected."""

from __future__ import annotations

import re
from dataclasses import dataclass

_SUFFIXES = re.compile(
    r"\b(ltd|limited|llc|inc|incorporated|corp|corporation|co|company|plc|pllc|llp|gmbh|ug|ag|kg|sarl|sas|sa|bv|nv|pty)\b\.?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Entity:
    id: str
    name: str
    country: str | None = None
    currency: str | None = None
    email: str | None = None
    status: str = "active"


def same_business_name(ours: str, theirs: str) -> bool:
    """Whether two names differ by no more than legal suffixes, case and punctuation."""
    return _core(ours) == _core(theirs)


def _core(name: str) -> str:
    plain = name.replace("&", " and ").replace(".", "")
    return " ".join(re.findall(r"\w+", _SUFFIXES.sub(" ", plain).casefold()))
