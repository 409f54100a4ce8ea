"""Webhook subscriptions: the partner's, for one type of object each."""

from __future__ import annotations

import json
import secrets
import string
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from sqlite_utils import Database

from app.emulator.errors import NotFoundError
from app.emulator.rules import events as rules
from app.emulator.store import objects, outgoing, pages
from app.emulator.store.filters import choice, compile_filters, moments

Row = dict[str, Any]

TABLE = "webhook_subscriptions"
LISTING = pages.Listing(
    TABLE, TABLE, {"created_at": "created_at", "updated_at": "updated_at"}, scope_column=""
)
FILTERS = {
    "object_type": choice("object_type", rules.OBJECT_TYPES),
    **moments("created_at", "created_at"),
}


def find(db: Database, args: Mapping[str, list[str]]) -> pages.Page:
    """One page of the partner's subscriptions, without their secrets."""
    query = pages.read_query(LISTING, args, "")
    where, values = compile_filters(FILTERS, query.filters)
    return pages.fetch(db, LISTING, query, "", where=where, values=values).shaped(_shaped)


def find_listening(db: Database, object_type: str, event: str) -> list[Row]:
    """The enabled subscriptions, as rows, that want to hear of this event; the oldest first."""
    rows = db.query(
        """
        SELECT * FROM webhook_subscriptions
        WHERE object_type = ? AND status = 'enabled' ORDER BY created_at, id
        """,
        [object_type],
    )
    return [row for row in rows if rules.wanted(event, json.loads(row["event_types"]))]


def get(db: Database, subscription_id: str) -> Row:
    """One subscription without its secret; raises NotFoundError when there is none."""
    return _shaped(_row(db, subscription_id))


def create(db: Database, given: Row) -> Row:
    """Add a subscription; only here and on a new secret the answer has the secret."""
    row = {
        "id": str(uuid4()),
        "object_type": given["object_type"],
        "event_types": json.dumps(given.get("event_types") or []),
        "url": given["url"],
        "secret": _new_secret(),
        "status": "enabled",
    }
    return _with_secret(objects.insert(db, TABLE, row))


def update(db: Database, subscription_id: str, changes: Row) -> Row:
    """Change a subscription; what still waits goes to its new address."""
    row = _row(db, subscription_id)
    given = {name: value for name, value in changes.items() if value is not None}
    if "event_types" in given:
        given["event_types"] = json.dumps(given["event_types"])
    if given.get("url", row["url"]) != row["url"]:
        outgoing.readdress(db, subscription_id, given["url"])
    return _shaped(objects.update(db, TABLE, row, given))


def delete(db: Database, subscription_id: str) -> None:
    """Remove a subscription, and what still waits for it."""
    _row(db, subscription_id)
    outgoing.withdraw(db, subscription_id)
    objects.delete(db, TABLE, subscription_id)


def enable(db: Database, subscription_id: str) -> Row:
    """Send it from now on what happens from now on."""
    return _shaped(objects.update(db, TABLE, _row(db, subscription_id), {"status": "enabled"}))


def disable(db: Database, subscription_id: str) -> Row:
    """Send it nothing more, not even what waits already."""
    row = _row(db, subscription_id)
    outgoing.withdraw(db, subscription_id)
    return _shaped(objects.update(db, TABLE, row, {"status": "disabled"}))


def regenerate_secret(db: Database, subscription_id: str) -> Row:
    """The subscription with a new secret; whatever is sent from now on is signed with it."""
    return _with_secret(objects.update(db, TABLE, _row(db, subscription_id), {"secret": _new_secret()}))


def _row(db: Database, subscription_id: str) -> Row:
    row = next(db.query("SELECT * FROM webhook_subscriptions WHERE id = ?", [subscription_id]), None)
    if row is None:
        raise NotFoundError
    return row


def _shaped(row: Row) -> Row:
    types = json.loads(row["event_types"]) or list(rules.LISTED.get(row["object_type"], ()))
    shown = {name: row[name] for name in ("id", "object_type", "status", "url")}
    return {"id": shown.pop("id"), "event_types": types, **shown}


def _with_secret(row: Row) -> Row:
    return {**_shaped(row), "secret": row["secret"]}


def _new_secret() -> str:
    letters = string.ascii_letters + string.digits
    return "whsec_" + "".join(secrets.choice(letters) for _ in range(32))
