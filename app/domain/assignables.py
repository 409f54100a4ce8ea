"""Products and bill lines as the things that are given a ledger account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    PRODUCTS = "products"
    BILLS = "bills"


class AssignState(StrEnum):
    """NEEDS has no account; SAVING is chosen here and not confirmed; LOCKED cannot be edited any more."""

    NEEDS = "needs"
    SAVING = "saving"
    ASSIGNED = "assigned"
    LOCKED = "locked"


@dataclass(frozen=True, slots=True)
class Assignable:
    """One product, or one line of a bill."""

    kind: Kind
    id: str
    name: str
    description: str | None
    amount: int | None
    currency: str | None
    account_id: str | None
    """The account that Monite has confirmed."""
    wanted_id: str | None
    """The account that a person chose and that is not confirmed: on its way, or refused; "" for none."""
    state: AssignState
    refused: bool = False
    error: str | None = None
    payable_id: str | None = None
    supplier: str = ""
    document_id: str | None = None
    payable_status: str | None = None
    issued_at: date | None = None
    quantity: float | None = None
    sent: bool = False
    """Whether the bill is in the accounting system already, so that its account is changed there."""
    sent_at: datetime | None = None
    editable: bool = True

    @property
    def shown_account_id(self) -> str | None:
        """What the field shows: the person's own choice before the confirmed one."""
        return self.account_id if self.wanted_id is None else self.wanted_id or None

    @property
    def current_account_id(self) -> str | None:
        """What counts as chosen so far: a refused choice does not."""
        return self.account_id if self.refused else self.shown_account_id

    @property
    def may_change(self) -> bool:
        return self.editable and not self.sent


@dataclass(frozen=True, slots=True)
class Choice:
    """An account for one row, or none; `details` is what the trail keeps about it."""

    row: Assignable
    account_id: str | None
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AssignQuery:
    """Which rows a list shows. No state means all; `only` narrows to one bill, `account` to one account."""

    kind: Kind
    state: AssignState | None = None
    search: str = ""
    supplier: str = ""
    only: str = ""
    account: str = ""

    @property
    def narrow(self) -> bool:
        """Whether it asks for more than a state, which alone is counted as rows change."""
        return bool(self.search or self.supplier or self.only or self.account)


@dataclass(frozen=True, slots=True)
class AssignPage:
    """One page of a list, and the places where its neighbours begin."""

    rows: list[Assignable]
    previous: str | None = None
    next: str | None = None


@dataclass(frozen=True, slots=True)
class AssignProgress:
    needs: int = 0
    saving: int = 0
    assigned: int = 0
    locked: int = 0

    @property
    def total(self) -> int:
        """Everything that can be given an account, or has one."""
        return self.needs + self.saving + self.assigned

    @property
    def all(self) -> int:
        return self.total + self.locked

    def count(self, state: AssignState | None) -> int:
        return self.all if state is None else int(getattr(self, state.value))


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row of a bulk assignment that was not saved, and why."""

    row: Assignable | None
    object_id: str
    words: str
