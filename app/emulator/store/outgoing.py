"""Messages on their way to listeners: Monite's webhooks, and both kinds of Codat's.

A message is kept in the transaction of what it tells of, and sent after it by `sync/deliveries.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlite_utils import Database

from app.emulator.rules.deliveries import DISABLED_AFTER, HELD_BACK, POLICIES, Channel
from app.emulator.store import clock, faults, meta
from app.emulator.store.database import write

Row = dict[str, Any]

DISTURBANCES = ("webhook_lost", "webhook_doubled", "webhook_out_of_order")
OUTCOMES = ("delivered", "failed")


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
    db.execute(
        """
        UPDATE webhook_deliveries SET url = ?
        WHERE id IN (SELECT reference FROM outgoing WHERE channel = 'monite') AND subscription_id = ?
        """,
        [url, subscription_id],
    )
    db.execute(f"UPDATE outgoing SET url = ? WHERE {_FOR_SUBSCRIPTION}", [url, subscription_id])


def withdraw(db: Database, subscription_id: str) -> None:
    """Send nothing of what waits for the subscription."""
    db.execute(f"DELETE FROM outgoing WHERE {_FOR_SUBSCRIPTION}", [subscription_id])


_FOR_SUBSCRIPTION = (
    "channel = 'monite' AND (SELECT subscription_id FROM webhook_deliveries WHERE id = reference) = ?"
)


def find_due_urls(db: Database, now: str) -> list[str]:
    """The addresses for which a message is due, the longest due first."""
    rows = db.query("SELECT url FROM outgoing WHERE due_at <= ? GROUP BY url ORDER BY min(due_at)", [now])
    return [row["url"] for row in rows]


def find_next(db: Database, url: str, now: str) -> Row | None:
    """The message to this address that was due first, with `valid_secret`, and whether it is `wanted`.

    It is not once its subscription or consumer is gone, or is to be sent nothing.
    """
    rows = db.query(
        """
        SELECT outgoing.*, coalesce(s.secret, outgoing.secret) AS valid_secret,
            CASE WHEN channel = 'monite' THEN s.status IS 'enabled'
                ELSE outgoing.reference IS NULL OR (c.id IS NOT NULL AND c.disabled_at IS NULL)
            END AS wanted
        FROM outgoing
        LEFT JOIN webhook_deliveries d ON channel = 'monite' AND d.id = outgoing.reference
        LEFT JOIN webhook_subscriptions s ON s.id = d.subscription_id
        LEFT JOIN codat_consumers c ON channel <> 'monite' AND c.id = outgoing.reference
        WHERE outgoing.url = ? AND due_at <= ? ORDER BY due_at, outgoing.id LIMIT 1
        """,
        [url, now],
    )
    return next(rows, None)


def try_again(db: Database, message_id: int, *, at: datetime) -> None:
    """Note that the message was tried in vain, and is due once more."""
    db.execute(
        "UPDATE outgoing SET attempts = attempts + 1, held = 0, due_at = ? WHERE id = ?",
        [clock.stamp(at), message_id],
    )


def remove(db: Database, message_id: int) -> None:
    """Forget a message that has arrived, or is given up."""
    db.execute("DELETE FROM outgoing WHERE id = ?", [message_id])


def count(db: Database, channel: str, outcome: str) -> None:
    """Count a message that has arrived (`delivered`) or was given up (`failed`)."""
    db.execute(
        """
        INSERT INTO meta (key, value) VALUES (?, '1')
        ON CONFLICT (key) DO UPDATE SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT)
        """,
        [f"webhooks_{channel}_{outcome}"],
    )


def counts(db: Database) -> dict[str, dict[str, int]]:
    """How many messages wait, have arrived and were given up since the last reset, by channel."""
    waiting = {
        row["channel"]: row["n"]
        for row in db.query("SELECT channel, count(*) AS n FROM outgoing GROUP BY channel")
    }
    return {
        channel: {
            "waiting": waiting.get(channel, 0),
            **{name: int(meta.find(db, f"webhooks_{channel}_{name}", "0")) for name in OUTCOMES},
        }
        for channel in POLICIES
    }


def find_waiting(db: Database, *, limit: int) -> list[Row]:
    """The messages that are due next: where they go, and how often they were tried."""
    return list(
        db.query(
            """
            SELECT channel, message_id, url, attempts, due_at FROM outgoing ORDER BY due_at, id LIMIT ?
            """,
            [limit],
        )
    )


def note_consumer(db: Database, consumer_id: str, *, success: bool, at: datetime) -> None:
    """Note how one of Codat's consumers fares: one that has failed for days is sent nothing more."""
    if success:
        db.execute("UPDATE codat_consumers SET failing_since = NULL WHERE id = ?", [consumer_id])
        return
    db.execute(
        """
        UPDATE codat_consumers SET failing_since = coalesce(failing_since, :at),
            disabled_at = CASE WHEN failing_since <= :long_ago THEN :at END
        WHERE id = :id AND style = 'events'
        """,
        {"id": consumer_id, "at": clock.stamp(at), "long_ago": clock.stamp(at - DISABLED_AFTER)},
    )


def start_over(db: Database) -> None:
    """Make what fell due while nobody could send it due now, so that its repeats keep their distance."""
    now = clock.stamp(clock.now(db))
    with write(db):
        db.execute("UPDATE outgoing SET due_at = ? WHERE due_at < ?", [now, now])
