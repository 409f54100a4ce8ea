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
_FOUND = (ChangeKind.RESTORED, ChangeKind.BACK)


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
    about = [one for one in changes if one.kind in (*_LOST, *_FOUND)]
    if not about:
        return None
    if not account.active:
        kind = ChangeKind.GONE if account.gone else ChangeKind.ARCHIVED
        lost = [one for one in about if one.kind is kind]
        return News(kind, lost[-1].at) if lost else None
    # Lost and found again since the last time that somebody looked is no news.
    return News(ChangeKind.RESTORED, about[-1].at) if about[0].kind in _FOUND else None


_TEXTS = (ChangeKind.RENAMED, ChangeKind.RECODED)


def _text(changes: Sequence[AccountChange], kind: ChangeKind, account: LedgerAccount) -> News | None:
    about = [one for one in changes if one.kind is kind]
    if not about:
        return None
    was = about[0].was or ""
    now = account.name if kind is ChangeKind.RENAMED else account.nominal_code or ""
    return News(kind, about[-1].at, was, now) if was != now else None
