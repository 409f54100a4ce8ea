"""Which statuses are sent, and what each becomes in the accounting system."""

from __future__ import annotations

import json
from dataclasses import dataclass

PAYABLE_CHOICES = ("waiting_to_be_paid", "partially_paid", "paid")
RECEIVABLE_CHOICES = ("issued", "overdue", "partially_paid", "paid", "canceled", "uncollectible")
DEPENDS = "depends"
OPEN_OUTCOMES = ("overdue", "partially_paid", "paid")
"""Statuses of invoices of which no documentation says what they become; a first one that was sent tells."""


@dataclass(frozen=True, slots=True)
class SyncRules:
    """The push lists, in Monite's statuses. Both empty means that sending is on hold."""

    payable: tuple[str, ...]
    receivable: tuple[str, ...]

    @property
    def sends_nothing(self) -> bool:
        return not self.payable and not self.receivable

    def same_as(self, other: SyncRules) -> bool:
        """Whether both send the same, whatever the order."""
        return set(self.payable) == set(other.payable) and set(self.receivable) == set(other.receivable)

    def to_text(self) -> str:
        """The lists as an event tells of them."""
        return json.dumps({"payable": list(self.payable), "receivable": list(self.receivable)})

    @classmethod
    def from_text(cls, text: str | None) -> SyncRules | None:
        """The lists that an event tells of, if it does."""
        if text is None:
            return None
        lists = json.loads(text)
        return cls(tuple(lists["payable"]), tuple(lists["receivable"]))


USUAL = SyncRules(
    payable=("waiting_to_be_paid", "paid", "partially_paid"),
    receivable=("issued", "paid", "partially_paid", "overdue", "canceled", "uncollectible"),
)
NOTHING = SyncRules((), ())


def outcome(kind: str, status: str, platform: str | None) -> str:
    """What the accounting system will show; DEPENDS where its documentation leaves it open.

    `kind` is payable or receivable.
    """
    quickbooks = (platform or "").startswith("quickbooks")
    waiting = "Open" if quickbooks else "Awaiting payment"
    if kind == "payable":
        return waiting
    if status == "issued":
        return waiting
    if status in ("canceled", "uncollectible"):
        return "Voided" if quickbooks else "Void"
    return DEPENDS
