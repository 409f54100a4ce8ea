"""What the frame around every page of an entity needs, read in one go."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from app.domain.connections import BusinessInfo, Connection, ConnectionStatus
from app.domain.first_sends import Outcome, Phase
from app.store.database import from_text, maybe_from_text

CURRENT_CONNECTION = """
    SELECT * FROM connections WHERE entity_id = :entity_id
    ORDER BY status = 'disconnected', created_at DESC, id DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Stored:
    """An entity's name with what is counted and known about it."""

    name: str
    currency: str | None
    revision: int
    needs_products: int
    needs_lines: int
    attention: int
    held_at: datetime | None
    held_by: str | None
    hold_confirmed: bool
    sends_nothing: bool
    """Whether Monite's own lists were empty when last read."""
    rules_saved_at: datetime | None
    rules_confirmed: bool
    first_phase: Phase
    first_outcome: Outcome
    regaining: bool
    """Whether a check of what was carried over is still to be finished."""


def exists(db: Database, entity_id: str) -> bool:
    """Whether we have ever read this entity."""
    return bool(list(db.query("SELECT 1 FROM entities WHERE id = :id", {"id": entity_id})))


def find(db: Database, entity_id: str) -> Stored | None:
    """Everything for the frame, or None for an entity that we do not know."""
    rows = db.query(
        """
        SELECT e.name, e.currency,
               coalesce((SELECT n FROM revisions WHERE entity_id = e.id), 0) AS revision,
               coalesce((SELECT n FROM assign_counts
                         WHERE entity_id = e.id AND kind = 'products' AND state = 'needs'), 0)
                   AS needs_products,
               coalesce((SELECT n FROM assign_counts
                         WHERE entity_id = e.id AND kind = 'bills' AND state = 'needs'), 0) AS needs_lines,
               coalesce((SELECT sum(n) FROM record_counts
                         WHERE entity_id = e.id AND state = 'attention'), 0) AS attention,
               h.held_at, h.held_by, h.confirmed_at AS hold_confirmed_at,
               s.saved_at, s.confirmed_at AS rules_confirmed_at,
               r.payable IS '[]' AND r.receivable IS '[]' AS sends_nothing,
               f.phase AS first_phase, f.outcome AS first_outcome,
               EXISTS (SELECT 1 FROM carry_overs WHERE entity_id = e.id AND finished_at IS NULL) AS regaining
        FROM entities e LEFT JOIN holds h ON h.entity_id = e.id LEFT JOIN rule_saves s ON s.entity_id = e.id
            LEFT JOIN sync_rules r ON r.entity_id = e.id LEFT JOIN first_sends f ON f.entity_id = e.id
        WHERE e.id = :id
        """,
        {"id": entity_id},
    )
    return next((_stored(row) for row in rows), None)


def current_connection(db: Database, entity_id: str) -> Connection | None:
    """The connection that counts: the one not disconnected, else the newest there was."""
    rows = db.query(CURRENT_CONNECTION, {"entity_id": entity_id})
    return next((_connection(row) for row in rows), None)


def _stored(row: dict[str, Any]) -> Stored:
    return Stored(
        name=row["name"],
        currency=row["currency"],
        revision=row["revision"],
        needs_products=row["needs_products"],
        needs_lines=row["needs_lines"],
        attention=row["attention"],
        held_at=maybe_from_text(row["held_at"]),
        held_by=row["held_by"],
        hold_confirmed=row["hold_confirmed_at"] is not None,
        sends_nothing=bool(row["sends_nothing"]),
        rules_saved_at=maybe_from_text(row["saved_at"]),
        rules_confirmed=row["rules_confirmed_at"] is not None,
        first_phase=Phase(row["first_phase"] or Phase.NONE),
        first_outcome=Outcome(row["first_outcome"] or Outcome.OPEN),
        regaining=bool(row["regaining"]),
    )


def _connection(row: dict[str, Any]) -> Connection:
    business = json.loads(row["business"]) if row["business"] else None
    known = row["status"] in set(ConnectionStatus)
    return Connection(
        id=row["id"],
        status=ConnectionStatus(row["status"]) if known else ConnectionStatus.CHECKING,
        platform=row["platform"],
        connection_url=row["connection_url"],
        last_pull=maybe_from_text(row["last_pull"]),
        created_at=from_text(row["created_at"]),
        updated_at=from_text(row["updated_at"]),
        business=business and BusinessInfo(**business),
        errors=tuple(json.loads(row["errors"])),
        first_connected_at=maybe_from_text(row["first_connected_at"]),
        confirmed_at=maybe_from_text(row["confirmed_at"]),
        first_stamp=maybe_from_text(row["first_stamp"]),
    )
