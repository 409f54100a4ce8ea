"""The nouns of the catalogue: what a problem is, who can put it right, where, and when Retry helps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Owner(StrEnum):
    """Who can put it right; the values are what people read."""

    YOU = "You"
    ACCOUNTANT = "Your accountant"
    SUPPORT = "Support"
    NOBODY = "Nobody — this can't be sent"
    NOT_NEEDED = "Nobody needs to act"


class Again(StrEnum):
    """When another try makes sense."""

    AFTER_FIX = "after_fix"
    AFTER_CHECK = "after_check"
    LATER = "later"
    """It heals by itself: it is tried again automatically."""
    AFTER_WAIT = "after_wait"
    """Nothing but time helps, more of it than automatic tries take."""
    NEVER = "never"


class Fix(StrEnum):
    """Where it is put right. What this dashboard has a screen for becomes a link."""

    ASSIGN_BILL = "assign_bill"
    ASSIGN_PRODUCT = "assign_product"
    TAX = "tax"
    DOCUMENT = "document"
    """The bill or invoice itself, in the product where it was made."""
    CONTACT = "contact"
    PRODUCT = "product"
    RULES = "rules"
    CONNECTION = "connection"
    IMPORT = "import"
    SYSTEM = "system"
    """In the accounting system."""
    SUPPORT = "support"
    NOWHERE = "nowhere"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True, slots=True)
class Phrase:
    """A text to be translated, and the values that go into it."""

    text: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Problem:
    """One entry of the catalogue. `%(system)s` is Xero, QuickBooks or "your accounting system"
    (`%(System)s` at the start of a sentence).

    `texts` are the raw texts that lead to it, as regular expressions; a named group is a value for
    `precise`, the text for when the raw one names all that it needs. `codes` are QuickBooks' numbers.
    """

    code: str
    title: str
    text: str
    todo: str
    owner: Owner
    again: Again
    fix: Fix = Fix.ELSEWHERE
    precise: str = ""
    texts: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    xero: tuple[str, ...] = ()
    """The steps in Xero, where there are any."""
    quickbooks: tuple[str, ...] = ()

    @property
    def retryable(self) -> bool:
        return self.again is not Again.NEVER
