"""Which event was sent to which subscription, and what came of it; kept for three months."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import uuid4

from sqlite_utils import Database

from app.emulator.rules.events import OBJECT_TYPES
from app.emulator.store import clock, pages
from app.emulator.store.filters import Filter, Filters, choice, compile_filters, identifier, moments

Row = dict[str, Any]

LISTING = pages.Listing(
    "webhook_deliveries", "webhook_deliveries", {"created_at": "created_at", "updated_at": "updated_at"}
)
FILTERS = {
    "event_id": identifier("event_id"),
    "object_type": choice("object_type", OBJECT_TYPES),
    "event_action": Filter("{} IN (event, object_type || '.' || event)", str, "str"),
    **moments("created_at", "created_at"),
}

KEPT = timedelta(days=92)


def create(db: Database, subscription: Row, events: Sequence[Mapping[str, Any]]) -> list[str]:
    """Note that each event is on its way to the subscription; returns the ids of the notes."""
    ids = [str(uuid4()) for _ in events]
    db.conn.executemany(
        """
        INSERT INTO webhook_deliveries
            (id, entity_id, event_id, subscription_id, object_type, event, url, created_at, updated_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        [
            (
                delivery_id, event["entity_id"], event["id"], subscription["id"], event["object_type"],
                event["event"], subscription["url"], event["created_at"], event["created_at"],
            )
            for delivery_id, event in zip(ids, events, strict=True)
        ],
    )  # fmt: skip
    return ids


def find(db: Database, entity_id: str, args: Mapping[str, list[str]]) -> pages.Page:
    """One page of what was sent about the entity, in Monite's shape."""
    return kept_page(db, LISTING, FILTERS, entity_id, args).shaped(_shaped)


def kept_page(
    db: Database, listing: pages.Listing, filters: Filters, entity_id: str, args: Mapping[str, list[str]]
) -> pages.Page:
    """One page of a list of which only the last three months are kept."""
    query = pages.read_query(listing, args, entity_id)
    where, values = compile_filters(filters, query.filters)
    where, values = [*where, "created_at >= :kept"], {**values, "kept": oldest_kept(db)}
    return pages.fetch(db, listing, query, entity_id, where=where, values=values)


def record(db: Database, delivery_id: str, *, status: int | None, response: str, success: bool) -> None:
    """Note one request and its answer; once one was successful the delivery stays so."""
    db.execute(
        """
        UPDATE webhook_deliveries SET requests_made_count = requests_made_count + 1, response = :response,
            response_status_code = :status, was_successful = max(was_successful, :success), updated_at = :at
        WHERE id = :id
        """,
        {
            "id": delivery_id,
            "response": response,
            "status": status,
            "success": int(success),
            "at": clock.stamp(clock.now(db)),
        },
    )


def oldest_kept(db: Database) -> str:
    """The moment before which nothing is shown any more."""
    return clock.stamp(clock.now(db) - KEPT)


def forget_old(db: Database, entity_id: str) -> None:
    """Remove the entity's events of more than three months ago, with their deliveries."""
    values = [entity_id, oldest_kept(db)]
    db.execute("DELETE FROM webhook_deliveries WHERE entity_id = ? AND created_at < ?", values)
    db.execute("DELETE FROM events WHERE entity_id = ? AND created_at < ?", values)


def _shaped(row: Row) -> Row:
    names = ("id", "event_id", "requests_made_count", "response", "response_status_code", "url")
    return {**{name: row[name] for name in names}, "was_successful": bool(row["was_successful"])}
