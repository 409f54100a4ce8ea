"""Connecting again: whether it is the same organisation, and what became of the accounts in use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.domain.accounts import LedgerAccount
from app.domain.connections import BusinessInfo, Connection, ConnectionStatus, system_name
from app.domain.entities import same_business_name


@dataclass(frozen=True, slots=True)
class Carried:
    """An account that was in use before, by what is known of it whatever is listed now."""

    id: str
    code: str | None
    name: str
    type: str
    is_bank_account: bool = False

    @property
    def label(self) -> str:
        return f"{self.code} {self.name}" if self.code else self.name


@dataclass(frozen=True, slots=True)
class Before:
    """The organisation as it stood before access was lost or ended."""

    connection_id: str
    platform: str | None
    business: BusinessInfo | None
    accounts: int
    used: tuple[Carried, ...]

    @property
    def system(self) -> str:
        """What people call the accounting system."""
        return system_name(self.platform)


@dataclass(frozen=True, slots=True)
class CarryOver:
    """One time that access is regained, from setting out until a person has said what to do."""

    id: str
    entity_id: str
    before: Before
    held: bool
    """Whether sending was on hold before anybody set out."""
    unasked: bool
    """Whether nobody here set out: it was noticed that there is access again."""
    started_at: datetime
    started_by: str
    answer: str = ""
    """'' until a person has said it: same, or different."""
    batches: tuple[str, ...] = ()
    """What was put on other accounts meanwhile."""


class Fate(StrEnum):
    """What became of an account that was in use."""

    KEPT = "kept"
    MOVED = "moved"
    """Its code and name stand under another id."""
    ARCHIVED = "archived"
    MISSING = "missing"


class Verdict(StrEnum):
    SAME = "same"
    DIFFERENT = "different"
    UNSURE = "unsure"
    """There is nothing by which to tell."""


@dataclass(frozen=True, slots=True)
class Found:
    """One account that was in use, and what stands in its place now."""

    before: Carried
    fate: Fate
    now: LedgerAccount | None
    uses: int = 0
    """How many rows that can still be changed, remembered choices and defaults name it."""

    @property
    def follows(self) -> bool:
        """Whether something has to be put on the account that stands in its place."""
        return self.fate is Fate.MOVED and self.uses > 0

    @property
    def needs_you(self) -> bool:
        """Whether only a person can say what takes its place."""
        return self.fate in (Fate.ARCHIVED, Fate.MISSING) and self.uses > 0


@dataclass(frozen=True, slots=True)
class Comparison:
    """The organisation before and now."""

    used: int
    """How many accounts were in use."""
    found: int
    """How many of them exist there now, by id or else by code and name."""
    by_id: int
    other_name: bool
    other_currency: bool
    other_system: bool
    named: bool
    """Whether the names of both are known."""
    whole: bool = True
    """Whether the import had finished: until then the accounts may be those of the one before."""

    @property
    def verdict(self) -> Verdict:
        """What it looks like; an account that kept its id is the surest sign, where nothing else differs."""
        differs = self.other_system or self.other_currency or self.other_name
        if not self.whole:
            return Verdict.DIFFERENT if differs else Verdict.UNSURE
        if 2 * self.found < self.used:
            return Verdict.DIFFERENT
        if differs:
            return Verdict.UNSURE if self.by_id else Verdict.DIFFERENT
        return Verdict.SAME if self.by_id or self.named else Verdict.UNSURE


def carried(account: LedgerAccount) -> Carried:
    """What is kept of an account that is in use."""
    return Carried(account.id, account.nominal_code, account.name, account.type, account.is_bank_account)


def find(used: Iterable[Carried], chart: Sequence[LedgerAccount]) -> list[Found]:
    """What became of each account, by its id, else by code and name where just one has those."""
    by_id = {account.id: account for account in chart if not account.gone}
    by_name: dict[tuple[str, ...], list[LedgerAccount]] = {}
    for account in by_id.values():
        if account.active:
            by_name.setdefault(_key(account.nominal_code, account.name, account.type), []).append(account)
    return [_find(one, by_id, by_name) for one in used]


def compare(before: Before, now: Connection, found: Iterable[Found], *, whole: bool = True) -> Comparison:
    """What speaks for the same organisation, and what against it."""
    fates = [one.fate for one in found]
    was, business = before.business, now.business
    names = (name_of(was), name_of(business))
    currencies = (was.base_currency if was else None, business.base_currency if business else None)
    systems = (before.platform, now.platform)
    by_id = sum(fate in (Fate.KEPT, Fate.ARCHIVED) for fate in fates)
    return Comparison(
        used=len(fates),
        found=by_id + fates.count(Fate.MOVED),
        by_id=by_id,
        other_name=all(names) and not same_business_name(names[0] or "", names[1] or ""),
        other_currency=all(currencies) and currencies[0] != currencies[1],
        other_system=all(systems) and system_name(systems[0]) != system_name(systems[1]),
        named=all(names),
        whole=whole,
    )


def differs_openly(before: Before, now: Connection) -> bool:
    """Whether the system, the name or the currency says that it is another organisation."""
    seen = compare(before, now, ())
    return seen.other_system or seen.other_name or seen.other_currency


def changed_hands(before: Connection, after: Connection) -> bool:
    """Whether a connection that never seemed to end leads to another organisation than it did.

    Another trading name alone is no other organisation, as long as the legal one is the same.
    """
    was, there = before.business, after.business
    both = before.status is after.status is ConnectionStatus.CONNECTED
    if not both or was is None or there is None:
        return False
    if was.base_currency and there.base_currency and was.base_currency != there.base_currency:
        return True
    names = (was.legal_name, there.legal_name)
    names = names if all(names) else (was.name, there.name)
    return all(names) and not same_business_name(names[0] or "", names[1] or "")


def name_of(business: BusinessInfo | None) -> str | None:
    """What the organisation calls itself, as far as the accounting system says."""
    return (business.name or business.legal_name) if business else None


def _find(
    one: Carried, by_id: Mapping[str, LedgerAccount], by_name: Mapping[tuple[str, ...], list[LedgerAccount]]
) -> Found:
    same = by_id.get(one.id)
    if same is not None:
        return Found(one, Fate.KEPT if same.active else Fate.ARCHIVED, same)
    alike = by_name.get(_key(one.code, one.name, one.type), [])
    if len(alike) == 1 and alike[0].is_bank_account == one.is_bank_account:
        return Found(one, Fate.MOVED, alike[0])
    return Found(one, Fate.MISSING, None)


def _key(code: str | None, name: str, kind: str) -> tuple[str, ...]:
    """Code and name; where there is no code, the type makes up for it."""
    plain = " ".join(name.split()).casefold()
    return (code.strip(), plain) if code and code.strip() else ("", plain, kind.casefold())
