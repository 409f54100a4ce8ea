"""Messages on their way to listeners: Monite's webhooks, and both kinds of Codat's.

A message is kept in the transaction of what it tells of, and sent after it by `sync/deliveries.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlite_utils import Database

from app.emulator.rules.deliveries import HELD_BACK, Channel
from app.emulator.store import clock, faults
from app.emulator.store.database import write

Row = dict[str, Any]

DISTURBANCES = ("webhook_lost", "webhook_doubled", "webhook_out_of_order")


@dataclass(frozen=True, slots=True)
class Message:
    """One message to one listener, of one channel, which decides how and how often it is tried."""

    channel: Channel
    message_id: str
    """The same on every try, by which a listener knows a repeated message."""
    url: str
    body: str
    """JSON, sent as it is."""
    secret: str | None = None
    """What signs it; Monite's is looked up when the message is sent, for a new one counts at once."""
    entity_id: str | None = None
    """Whose affairs it tells of, for faults that touch one entity."""
    reference: str | None = None
    """The row of `webhook_deliveries`, or of `codat_consumers`; none is sent once that is gone."""


def add(
    db: Database,
    channel: Channel,
    *,
    message_id: str,
    url: str,
    secret: str | None,
    body: str,
    reference: str | None = None,
    entity_id: str | None = None,
) -> None:
    """Send a message as soon as the caller's transaction stands."""
    add_all(db, [Message(channel, message_id, url, body, secret, entity_id, reference)])


def add_all(db: Database, messages: Sequence[Message]) -> None:
    """Send messages in this order, unless a fault loses, doubles or delays them."""
    with write(db):
        if faults.any_armed(db, DISTURBANCES) or _any_held(db):
            for message in messages:
                _add_disturbed(db, message)
        else:
            _insert(db, messages)


def _add_disturbed(db: Database, message: Message) -> None:
    if faults.take(db, "webhook_lost", message.entity_id) is not None:
        return
    if _overtake(db, message):
        return
    if faults.take(db, "webhook_out_of_order", message.entity_id) is not None:
        _insert(db, [message], held=True)
        return
    doubled = faults.take(db, "webhook_doubled", message.entity_id) is not None
    _insert(db, [message, message] if doubled else [message])


def _any_held(db: Database) -> bool:
    return next(db.query("SELECT 1 FROM outgoing WHERE held LIMIT 1"), None) is not None


def _overtake(db: Database, message: Message) -> bool:
    """Send the message before the one that was held back for it; whether there was such a one."""
    held = next(db.query("SELECT id FROM outgoing WHERE url = ? AND held", [message.url]), None)
    if held is None:
        return False
    _insert(db, [message])
    behind = clock.stamp(clock.now(db) + timedelta(microseconds=1))
    db.execute("UPDATE outgoing SET held = 0, due_at = ? WHERE id = ?", [behind, held["id"]])
    return True


def _insert(db: Database, messages: Iterable[Message], *, held: bool = False) -> None:
    now = clock.now(db)
    due_at = clock.stamp(now + HELD_BACK if held else now)
    db.conn.executemany(
        """
        INSERT INTO outgoing
            (channel, message_id, entity_id, reference, url, secret, body, held, due_at, first_due_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        [
            (
                one.channel, one.message_id, one.entity_id, one.reference, one.url, one.secret, one.body,
                int(held), due_at, due_at,
            )
            for one in messages
        ],
    )  # fmt: skip


def readdress(db: Database, subscription_id: str, url: str) -> None:
    """Send what waits for the subscription to another address."""
    db.execute(f"UPDATE outgoing SET url = ? WHERE {_FOR_SUBSCRIPTION}", [url, subscription_id])


def withdraw(db: Database, subscription_id: str) -> None:
    """Send nothing of what waits for the subscription."""
    db.execute(f"DELETE FROM outgoing WHERE {_FOR_SUBSCRIPTION}", [subscription_id])


_FOR_SUBSCRIPTION = (
    "channel = 'monite' AND (SELECT subscription_id FROM webhook_deliveries WHERE id = reference) = ?"
)
