"""Webhooks as received: kept at once, handled afterwards, dropped in the end."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlite_utils import Database

from app.domain.webhooks import Arrival, Channel, Note, Notice, Outcome, Topic, Webhook
from app.store.database import from_text, maybe_from_text, maybe_to_text, to_text, write

MOST_TRIES = 3
"""A message that stops its handling so often is left alone, so that it keeps no other from its turn."""
MOST_REFUSED = 500
"""Refused messages that are kept, so that nobody who forges them fills the disk."""
ONE_LINE = timedelta(minutes=1)
"""Refusals for one reason within this are kept as one line, with their number."""
COUNTED_EVERY = timedelta(seconds=1)


def add(db: Database, channel: Channel, notice: Notice, body: str, now: datetime) -> bool:
    """Keep a genuine message; whether it waits for its handling now.

    One that came before is only counted, unless nothing could be done with it then.
    """
    row = db.execute(
        """
        INSERT INTO webhooks (channel, message_id, event, topic, occurred_at, received_at, body)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (channel, message_id) DO UPDATE SET repeats = repeats + 1, tries = 0,
            outcome = CASE WHEN outcome IN ('failed', 'ignored') THEN 'new' ELSE outcome END
        RETURNING outcome
        """,
        [
            channel,
            notice.message_id,
            notice.event,
            notice.topic,
            maybe_to_text(notice.occurred_at),
            to_text(now),
            body,
        ],
    ).fetchone()
    _arrived(db, channel, notice.topic, now)
    return bool(row[0] == Outcome.NEW)


def _arrived(db: Database, channel: Channel, topic: str, now: datetime) -> None:
    db.execute(
        """
        INSERT INTO webhook_arrivals (channel, topic, at, messages) VALUES (?, ?, ?, 1)
        ON CONFLICT (channel, topic) DO UPDATE SET at = max(at, excluded.at), messages = messages + 1
        """,
        [channel, topic, to_text(now)],
    )


def refuse(db: Database, channel: Channel, note: Note, now: datetime) -> None:
    """Write down that a message was refused, and nothing of what it said.

    Of many in the same second one is counted, so that forging them costs us no more than reading.
    """
    same = _first(
        db,
        """
        SELECT * FROM webhooks WHERE outcome = 'refused' AND channel = ? AND note = ?
        ORDER BY id DESC LIMIT 1
        """,
        channel,
        note,
    )
    if same is None or now - same.received_at >= ONE_LINE:
        with write(db):
            _add_refused(db, channel, note, now)
    elif same.handled_at is None or now - same.handled_at >= COUNTED_EVERY:
        with write(db):
            db.execute(
                "UPDATE webhooks SET repeats = repeats + 1, handled_at = ? WHERE id = ?",
                [to_text(now), same.id],
            )


def _add_refused(db: Database, channel: Channel, note: Note, now: datetime) -> None:
    db.execute(
        """
        INSERT INTO webhooks (channel, event, topic, received_at, handled_at, body, outcome, note)
        VALUES (?, '', 'other', ?, ?, '', 'refused', ?)
        """,
        [channel, to_text(now), to_text(now), note],
    )
    db.execute(
        """
        DELETE FROM webhooks WHERE outcome = 'refused' AND id <= (
            SELECT id FROM webhooks WHERE outcome = 'refused' ORDER BY id DESC LIMIT 1 OFFSET ?)
        """,
        [MOST_REFUSED],
    )


def take(db: Database, now: datetime) -> Webhook | None:
    """The oldest message that waits for its handling; None when none does."""
    db.execute(
        """
        UPDATE webhooks SET outcome = 'failed', note = ?, handled_at = ? WHERE outcome = 'new' AND tries >= ?
        """,
        [Note.STOPPED, to_text(now), MOST_TRIES],
    )
    return _first(
        db,
        """
        UPDATE webhooks SET tries = tries + 1
        WHERE id = (SELECT id FROM webhooks WHERE outcome = 'new' ORDER BY id LIMIT 1)
        RETURNING *
        """,
    )


def has_new(db: Database) -> bool:
    """Whether a message waits for its handling."""
    return db.execute("SELECT 1 FROM webhooks WHERE outcome = 'new' LIMIT 1").fetchone() is not None


def settle(
    db: Database,
    webhook_id: int,
    outcome: Outcome,
    now: datetime,
    *,
    note: Note = Note.NONE,
    entity_id: str | None = None,
    look_again_at: datetime | None = None,
) -> None:
    """Say what became of a message, and when Monite's side is looked at again because of it."""
    db.execute(
        """
        UPDATE webhooks SET outcome = ?, note = ?, handled_at = ?, entity_id = ?, tries = 0, looks = 0,
            look_again_at = ?
        WHERE id = ?
        """,
        [outcome, note, to_text(now), entity_id, maybe_to_text(look_again_at), webhook_id],
    )


def due_again(db: Database, now: datetime, limit: int) -> list[Webhook]:
    """Messages because of which Monite's side is to be looked at again by now."""
    sql = "SELECT * FROM webhooks WHERE look_again_at <= ? ORDER BY look_again_at LIMIT ?"
    return [_from_row(row) for row in db.query(sql, [to_text(now), limit])]


def looked(db: Database, webhook_id: int, look_again_at: datetime | None) -> None:
    """It was looked at again, and is to be once more then, if ever."""
    db.execute(
        "UPDATE webhooks SET looks = looks + 1, look_again_at = ? WHERE id = ?",
        [maybe_to_text(look_again_at), webhook_id],
    )


def get(db: Database, webhook_id: int) -> Webhook | None:
    """The message; None when there is none, or none any more."""
    return _first(db, "SELECT * FROM webhooks WHERE id = ?", webhook_id)


def find_message(db: Database, channel: Channel, message_id: str) -> Webhook | None:
    """The message that its sender knows by this id; None when it has not come."""
    sql = "SELECT * FROM webhooks WHERE channel = ? AND message_id = ?"
    return _first(db, sql, channel, message_id)


def find(
    db: Database,
    *,
    channel: Channel | None = None,
    outcome: Outcome | None = None,
    before_id: int | None = None,
    limit: int = 50,
) -> list[Webhook]:
    """The newest messages first: of a channel, with an outcome, or older than one, where given."""
    wanted: dict[str, Any] = {"channel = ?": channel, "outcome = ?": outcome, "id < ?": before_id}
    given = {sql: value for sql, value in wanted.items() if value is not None}
    where = f"WHERE {' AND '.join(given)}" if given else ""
    sql = f"SELECT * FROM webhooks {where} ORDER BY id DESC LIMIT ?"
    return [_from_row(row) for row in db.query(sql, [*given.values(), limit])]


def handle_again(db: Database, webhook_id: int) -> bool:
    """Have a message handled once more; whether it can be. What was refused can't: nothing of it is kept."""
    done = db.execute(
        """
        UPDATE webhooks SET outcome = 'new', note = '', tries = 0, look_again_at = NULL
        WHERE id = ? AND outcome IN ('handled', 'ignored', 'failed')
        """,
        [webhook_id],
    )
    return done.rowcount > 0


def has_older(db: Database, moment: datetime, most: int) -> bool:
    """Whether there is a message from before then, or more than so many."""
    oldest = db.execute("SELECT received_at, id FROM webhooks ORDER BY id LIMIT 1").fetchone()
    if oldest is None:
        return False
    newest = db.execute("SELECT max(id) FROM webhooks").fetchone()[0]
    return bool(oldest[0] < to_text(moment) or newest - oldest[1] >= most)


def drop_old(db: Database, moment: datetime, most: int, chunk: int) -> int:
    """Drop messages from before then, and what is more than so many; at most a chunk of them at a time.

    Ids grow by one, so that counting them is counting messages, or nearly so.
    """
    return db.execute(
        """
        DELETE FROM webhooks WHERE id IN (
            SELECT id FROM webhooks
            WHERE outcome <> 'new' AND (received_at < ? OR id <= (SELECT max(id) FROM webhooks) - ?)
            ORDER BY id LIMIT ?)
        """,
        [to_text(moment), most, chunk],
    ).rowcount


def arrivals(db: Database) -> Mapping[tuple[Channel, Topic], Arrival]:
    """The newest accepted message of each kind, and how many there have been."""
    return {
        (Channel(row["channel"]), Topic(row["topic"])): Arrival(from_text(row["at"]), row["messages"])
        for row in db.query("SELECT * FROM webhook_arrivals")
    }


def last_refused(db: Database, channel: Channel) -> Webhook | None:
    """The newest refused message of a channel; None when none is kept."""
    sql = "SELECT * FROM webhooks WHERE channel = ? AND outcome = 'refused' ORDER BY id DESC LIMIT 1"
    return _first(db, sql, channel)


def _first(db: Database, sql: str, *values: object) -> Webhook | None:
    rows = list(db.query(sql, list(values)))
    return _from_row(rows[0]) if rows else None


def _from_row(row: dict[str, Any]) -> Webhook:
    return Webhook(
        id=row["id"],
        channel=Channel(row["channel"]),
        message_id=row["message_id"],
        event=row["event"],
        topic=Topic(row["topic"]),
        entity_id=row["entity_id"],
        occurred_at=maybe_from_text(row["occurred_at"]),
        received_at=from_text(row["received_at"]),
        body=row["body"],
        outcome=Outcome(row["outcome"]),
        note=Note(row["note"]),
        handled_at=maybe_from_text(row["handled_at"]),
        repeats=row["repeats"],
        looks=row["looks"],
    )
