"""A store belongs to one Monite: what is kept of the sandbox must never be sent to live."""

from __future__ import annotations

from sqlite_utils import Database

from app.config import Settings, SettingsError, side_of
from app.store import installations
from app.store.database import write


def claim(db: Database, settings: Settings) -> None:
    """Take a new store for the Monite of these settings; raises SettingsError when it is another's."""
    problem = clash(db, settings.monite_api_url)
    if problem:
        raise SettingsError(
            f"{problem} Nothing is ever copied between the two: set GANGWAY_INSTANCE to another folder, or "
            "MONITE_API_URL back to what it was."
        )
    if not installations.side(db):
        with write(db):
            installations.settle(db, side_of(settings.monite_api_url))


def clash(db: Database, monite_api_url: str) -> str:
    """What is wrong with using the store for this Monite; '' when nothing is."""
    theirs, ours = installations.side(db), side_of(monite_api_url)
    if not theirs or theirs == ours:
        return ""
    return f"The store holds what belongs to Monite at {theirs}, and MONITE_API_URL is at {ours}."
