"""What became of ledger accounts after they were first seen, as far as a person is to be told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.domain.accounts import LedgerAccount


class ChangeKind(StrEnum):
    ARCHIVED = "archived"
    RESTORED = "restored"
    RENAMED = "renamed"
    RECODED = "recoded"
    GONE = "gone"
    BACK = "back"


_LOST = (ChangeKind.ARCHIVED, ChangeKind.GONE)


@dataclass(frozen=True, slots=True)
class AccountChange:
    """One change of one account, which nobody has settled yet."""

    id: int
    account_id: str
    at: datetime
    kind: ChangeKind
    was: str | None
    became: str | None


@dataclass(frozen=True, slots=True)
class News:
    """What a person is told about an account; `was` is its earlier name or code, where that changed."""

    kind: ChangeKind
    at: datetime
    was: str = ""
    became: str = ""

    @property
    def needs_replacing(self) -> bool:
        return self.kind in _LOST


def news(changes: Sequence[AccountChange], account: LedgerAccount) -> list[News]:
    """What these changes of one account, oldest first, come to: what was undone meanwhile isn't told."""
    told = [_standing(changes, account), *(_text(changes, kind, account) for kind in _TEXTS)]
    return [one for one in told if one is not None]


def _standing(changes: Sequence[AccountChange], account: LedgerAccount) -> News | None:
    """Whether it is lost now and was not before, or the other way round."""
    archived = [one for one in changes if one.kind in (ChangeKind.ARCHIVED, ChangeKind.RESTORED)]
    gone = [one for one in changes if one.kind in (ChangeKind.GONE, ChangeKind.BACK)]
    was_archived = bool(archived) and archived[0].kind is ChangeKind.RESTORED
    was_gone = bool(gone) and gone[0].kind is ChangeKind.BACK
    if account.gone:
        return News(ChangeKind.GONE, gone[-1].at) if gone and not was_gone else None
    if not account.active:
        known = was_archived or was_gone or not archived
        return None if known else News(ChangeKind.ARCHIVED, archived[-1].at)
    # Lost and found again since the last time that somebody looked is no news.
    found = was_archived or was_gone
    return News(ChangeKind.RESTORED, max(one.at for one in (*archived, *gone))) if found else None


_TEXTS = (ChangeKind.RENAMED, ChangeKind.RECODED)


def _text(changes: Sequence[AccountChange], kind: ChangeKind, account: LedgerAccount) -> News | None:
    about = [one for one in changes if one.kind is kind]
    if not about:
        return None
    was = about[0].was or ""
    now = account.name if kind is ChangeKind.RENAMED else account.nominal_code or ""
    return News(kind, about[-1].at, was, now) if was != now else None
