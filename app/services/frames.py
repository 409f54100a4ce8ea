"""What stands around every page of an entity: its name, its connection in a word, counts, one banner."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from app.domain.connections import (
    Connection,
    ConnectionStatus,
    is_late,
    organisation_word,
    system_name,
)
from app.domain.first_sends import RUNNING, Outcome, Phase
from app.services import holds
from app.services.deps import Deps
from app.store import events, frames, progress, revisions


@dataclass(frozen=True, slots=True)
class Frame:
    """Everything that the shell shows; pages may use it too."""

    entity_id: str
    name: str
    currency: str | None
    revision: int
    connection: Connection | None
    late: bool
    needs_products: int
    needs_lines: int
    attention: int
    held: bool
    """Whether sending is on hold, asked for here or not."""
    held_at: datetime | None
    """Since when, if it was asked for here."""
    held_by: str | None
    hold_confirmed: bool
    can_hold: bool
    """Whether this API version can hold sending at all."""
    rules_saved_at: datetime | None
    rules_confirmed: bool
    next_sync_at: datetime | None
    first_phase: Phase
    """How far the one record is that is sent first."""
    first_outcome: Outcome
    regaining: bool = False
    """Whether nobody has checked yet what was carried over to the connection that came after another."""
    withdrawn_at: datetime | None = None
    """When access was withdrawn, while it is."""
    assigned: int = 0
    """How many products and lines have an account; counted only while access is withdrawn."""

    @property
    def needs_account(self) -> int:
        """What needs an account and can get one: there are none to give before the first connection."""
        ever = self.connection is not None and self.connection.first_connected_at is not None
        return self.needs_products + self.needs_lines if ever else 0

    @property
    def connected(self) -> bool:
        return self.connection is not None and self.connection.status is ConnectionStatus.CONNECTED

    @property
    def platform(self) -> str | None:
        return self.connection.platform if self.connection else None

    @property
    def system(self) -> str:
        """Xero, QuickBooks, or "your accounting system"."""
        return system_name(self.platform)

    @property
    def organisation_word(self) -> str:
        return organisation_word(self.platform)

    @property
    def organisation(self) -> str | None:
        """The name that the accounting system gives the organisation, once it has said so."""
        business = self.connection.business if self.connection else None
        return (business.name or business.legal_name) if business else None

    @property
    def base_currency(self) -> str | None:
        """The currency of the books, or of the business while those are not known."""
        business = self.connection.business if self.connection else None
        return (business.base_currency if business else None) or self.currency

    @property
    def status(self) -> str:
        """One word for the connection: none, late, or one of the connection states."""
        if self.connection is None:
            return "none"
        return "late" if self.late else self.connection.status.value

    @property
    def banner(self) -> str:
        """The one thing that must be said on every page; empty when there is none."""
        if self.status == ConnectionStatus.DEAUTHORIZED:
            return "withdrawn"
        if self.regained:
            return "regained"
        if self.first_running:
            return "first"
        if self.held and self._tells_of_hold:
            return "held"
        return "late" if self.late else ""

    @property
    def regained(self) -> bool:
        """Whether there is access again, and a person has to say whether it is the same organisation."""
        return self.regaining and self.connected

    @property
    def first_running(self) -> bool:
        """Whether one record is let out first, so that what has its status may be sent."""
        return self.first_phase in RUNNING

    @property
    def first_open(self) -> bool:
        """Whether one record was sent first, and nobody has said yet what they think of it."""
        return self.first_phase is not Phase.NONE and self.first_outcome in (Outcome.OPEN, Outcome.WRONG)

    @property
    def nothing_is_sent(self) -> bool:
        """Whether it is confirmed that nothing is sent for now."""
        return self.held and self.hold_confirmed

    @property
    def _tells_of_hold(self) -> bool:
        """A hold that belongs to the set-up is told of by its steps; one from elsewhere is news."""
        return self.rules_saved_at is not None if self.held_at else self.connected


def get(deps: Deps, entity_id: str) -> Frame | None:
    """The frame of this entity; None while we have not read it from Monite."""
    stored = frames.find(deps.db, entity_id)
    if stored is None:
        return None
    connection = frames.current_connection(deps.db, entity_id)
    found_held = stored.held_at is None and stored.sends_nothing and holds.standing(deps.db, entity_id)
    interval = timedelta(minutes=deps.settings.sync_interval_minutes)
    imported = connection.imported_at if connection else None
    lost = connection if connection and connection.status is ConnectionStatus.DEAUTHORIZED else None
    return Frame(
        entity_id=entity_id,
        name=stored.name,
        currency=stored.currency,
        revision=stored.revision,
        connection=connection,
        late=connection is not None and is_late(connection, deps.clock(), interval),
        needs_products=stored.needs_products,
        needs_lines=stored.needs_lines,
        attention=stored.attention,
        held=stored.held_at is not None or bool(found_held),
        held_at=stored.held_at,
        held_by=stored.held_by,
        hold_confirmed=stored.hold_confirmed or bool(found_held),
        can_hold=deps.monite.capabilities.sync_rules,
        rules_saved_at=stored.rules_saved_at,
        rules_confirmed=stored.rules_confirmed,
        next_sync_at=imported + interval if imported else None,
        first_phase=stored.first_phase,
        first_outcome=stored.first_outcome,
        regaining=stored.regaining,
        withdrawn_at=_withdrawn_at(deps.db, entity_id, lost) if lost else None,
        assigned=progress.assigned(deps.db, entity_id) if lost else 0,
    )


def _withdrawn_at(db: Database, entity_id: str, lost: Connection) -> datetime:
    """When access was lost; Monite's time where it was so before we first looked."""
    told = events.of_object(db, entity_id, lost.id, "access_withdrawn")
    return told.at if told and told.was else lost.updated_at


def known(deps: Deps, entity_id: str) -> bool:
    """Whether there is such an entity here."""
    return frames.exists(deps.db, entity_id)


def revision(db: Database, entity_id: str) -> int:
    """The number that a page's heartbeat compares."""
    return revisions.get(db, entity_id)
