"""What a suggested account is: which one, how sure, and for which reason in words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Strength(StrEnum):
    """STRONG is right at least 95 times in 100; POSSIBLE is worth a look. Nothing is shown below that."""

    STRONG = "strong"
    POSSIBLE = "possible"


class Reason(StrEnum):
    """Why an account is suggested, in the order in which reasons count."""

    REMEMBERED = "remembered"
    SAME_PRODUCT = "same_product"
    HABIT = "habit"
    SIMILAR_WORDS = "similar_words"
    DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An account for one product or bill line, with what a person is told about it."""

    account_id: str
    strength: Strength
    reason: Reason
    used: int = 0
    """Of a habit: how many of the last `of` lines had this account."""
    of: int = 0
    word: str = ""
    """Of similar words: the word that spoke for the account."""
