"""What stops products and bill lines for their accounts, and bills for what else they lack."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from app.domain.accounts import LedgerAccount
from app.domain.assignables import Kind
from app.domain.fixes import Destination


class Trouble(StrEnum):
    """What is wrong with an account that something uses."""

    ARCHIVED = "archived"
    GONE = "gone"
    CURRENCY = "currency"


@dataclass(frozen=True, slots=True)
class UsedAccount:
    """An account that something uses; `account` is None when it was never listed here."""

    account_id: str
    account: LedgerAccount | None


@dataclass(frozen=True, slots=True)
class AccountTrouble:
    """One account and how many rows can't be sent because of it."""

    trouble: Trouble
    used: UsedAccount
    rows: int
    is_least: bool = False
    """Whether there may be more of them than were counted."""
    since: datetime | None = None
    """When it was noticed; None when it was so from the start."""

    @property
    def account_id(self) -> str:
        return self.used.account_id

    @property
    def label(self) -> str:
        """What people call the account; empty when nobody here ever saw its name."""
        return self.used.account.label if self.used.account else ""

    @property
    def currency(self) -> str:
        """The only currency that the account takes, where that is the trouble."""
        account = self.used.account if self.trouble is Trouble.CURRENCY else None
        return (account.currency or "") if account else ""


@dataclass(frozen=True, slots=True)
class StoppedBill:
    """A bill that can't be sent, and for how many of its lines."""

    payable_id: str
    document_id: str | None
    supplier: str
    status: str
    issued_at: date | None
    lines: int = 0
    edit: Destination | None = None
    """Where it is put right, when that isn't here."""


@dataclass(frozen=True, slots=True)
class Problems:
    """Everything that stands in the way on one page of the assignment screen."""

    kind: Kind
    accounts: tuple[AccountTrouble, ...] = ()
    no_lines: tuple[StoppedBill, ...] = ()
    no_lines_count: int = 0
    no_tax: tuple[StoppedBill, ...] = ()
    no_tax_count: int = 0
    """How many lines have no tax rate."""

    @property
    def count(self) -> int:
        """How many rows and bills are stopped."""
        return sum(one.rows for one in self.accounts) + self.no_lines_count + self.no_tax_count

    def of(self, trouble: str) -> tuple[AccountTrouble, ...]:
        """The accounts with this trouble, by its word."""
        return tuple(one for one in self.accounts if one.trouble == trouble)


def trouble_with(used: UsedAccount, base: str | None) -> Trouble | None:
    """What is wrong with a used account; CURRENCY only means that it doesn't take every currency."""
    if used.account is None or used.account.gone:
        return Trouble.GONE
    if not used.account.active:
        return Trouble.ARCHIVED
    return Trouble.CURRENCY if not used.account.takes("", base) else None
