"""The day up to which the books are closed: it warns of what will be refused, and holds nothing back.

Monite's rules go by status alone, so no date can keep a bill or an invoice here.
"""

from __future__ import annotations

from datetime import date, timedelta

from flask_babel import gettext as _
from sqlite_utils import Database

from app.domain.errors import InputError
from app.services.deps import Deps
from app.store import closing_dates, events, revisions
from app.store.closing_dates import ClosingDate
from app.store.database import write

CHANGED = "closing_date_changed"
"""An event of this kind carries the day before and after; none where there was or is none."""
EARLIEST = date(1970, 1, 1)


def closed_up_to(db: Database, entity_id: str) -> date | None:
    """The last day of the closed period; None while nobody has told us of one."""
    found = closing_dates.find(db, entity_id)
    return found.closed_up_to if found else None


def get(deps: Deps, entity_id: str) -> ClosingDate | None:
    """The closing date with who set it and when."""
    return closing_dates.find(deps.db, entity_id)


def change(deps: Deps, entity_id: str, day: date | None) -> None:
    """Set the closing date, or remove it; history tells from what to what.

    Raises InputError for a day that has not come yet anywhere on earth.
    """
    now = deps.clock()
    if day is not None and not EARLIEST <= day <= now.date() + timedelta(days=1):
        raise InputError("closed_up_to", _("A closed period ends today or earlier."))
    with write(deps.db):
        before = closed_up_to(deps.db, entity_id)
        if day == before:
            return
        if day is None:
            closing_dates.remove(deps.db, entity_id)
        else:
            closing_dates.save(deps.db, entity_id, day, by=deps.actor.name, now=now)
        events.add(
            deps.db,
            entity_id,
            now,
            CHANGED,
            deps.actor,
            was=before.isoformat() if before else None,
            became=day.isoformat() if day else None,
        )
        revisions.bump(deps.db, entity_id)
