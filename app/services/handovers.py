"""The handover sheet for the accountant: what of a period is in the books, what isn't, and who must act."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta, tzinfo
from itertools import islice
from typing import TypeVar

from app.domain.handovers import DefaultUsed, Handover, Period
from app.domain.sync_rules import PAYABLE_CHOICES, RECEIVABLE_CHOICES
from app.services import holds, readiness
from app.services.deps import Deps
from app.store import account_choices, entity_defaults, handovers

MOST = 500
"""Rows of each list on the page; the file holds all of them."""
T = TypeVar("T")
_COULD_GO = {"bill": PAYABLE_CHOICES, "receivable": RECEIVABLE_CHOICES}


def get(deps: Deps, entity_id: str, period: Period, zone: tzinfo, most: int | None = MOST) -> Handover:
    """The sheet of a period, whose days begin and end in the reader's zone; all rows when `most` is None."""
    default = _default_account(deps, entity_id)
    not_sent, n_not_sent = _cut(handovers.not_sent(deps.db, entity_id, period, _COULD_GO), most)
    changes, n_changes = _cut(handovers.changes(deps.db, entity_id, *_moments(period, zone)), most)
    used: Iterable[DefaultUsed] = handovers.defaults(deps.db, entity_id, period) if default else ()
    defaults, n_defaults = _cut(used, most)
    return Handover(
        period=period,
        sent=tuple(handovers.sent(deps.db, entity_id, period, default)),
        not_sent=not_sent,
        changes=changes,
        defaults=defaults,
        default_account=default,
        rules=readiness.rules_in_force(deps.db, entity_id),
        held=holds.standing(deps.db, entity_id) is not None,
        counts={"not_sent": n_not_sent, "changes": n_changes, "defaults": n_defaults},
    )


def _default_account(deps: Deps, entity_id: str) -> str | None:
    """The account for products that have none, by name; None where there is no such thing."""
    if not deps.monite.capabilities.default_accounts:
        return None
    found = entity_defaults.find(deps.db, entity_id)
    if found is None or found.products_account_id is None:
        return None
    named = account_choices.named(deps.db, entity_id, [found.products_account_id])
    return named[found.products_account_id].label if named else found.products_account_id


def _moments(period: Period, zone: tzinfo) -> tuple[datetime, datetime]:
    first = datetime(period.first.year, period.first.month, period.first.day, tzinfo=zone)
    last = datetime(period.last.year, period.last.month, period.last.day, tzinfo=zone)
    return first, last + timedelta(days=1)


def _cut(rows: Iterable[T], most: int | None) -> tuple[tuple[T, ...], int]:
    """The first rows, and how many there are."""
    left: Iterator[T] = iter(rows)
    shown = tuple(islice(left, most))
    return shown, len(shown) + sum(1 for _ in left)
