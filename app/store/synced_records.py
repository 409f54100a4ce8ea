"""Synced records, as Monite has them, with what their state means and what they are about beside them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from app.domain.problems import diagnose
from app.domain.synced_records import SyncedRecord
from app.store import mirror
from app.store.database import from_text, maybe_from_text, maybe_to_text, to_text
from app.store.mirror import Raw, ids, raw_text

TABLE = "synced_records"

_OF_DOCUMENTS = """
    SELECT r.rowid AS record, coalesce(d.document_id, '') AS title,
        coalesce(d.counterpart_name, c.name, '') AS party, d.total_amount AS amount,
        coalesce(d.currency, '') AS currency, d.status AS object_status
    FROM json_each(:ids) j JOIN synced_records r ON r.{column} = j.value
        JOIN {table} d ON d.id = r.object_id LEFT JOIN counterparts c ON c.id = d.counterpart_id
    WHERE r.object_type IN ({types})
"""
_OF_NAMES = """
    SELECT r.rowid AS record, d.name AS title, '' AS party, NULL AS amount, '' AS currency,
        NULL AS object_status
    FROM json_each(:ids) j JOIN synced_records r ON r.{column} = j.value JOIN {table} d ON d.id = r.object_id
    WHERE r.object_type IN ({types})
"""
_SOURCES = {
    "payables": (_OF_DOCUMENTS, "'bill'"),
    "receivables": (_OF_DOCUMENTS, "'receivable'"),
    "products": (_OF_NAMES, "'product'"),
    "counterparts": (_OF_NAMES, "'vendor', 'customer'"),
}


def save(
    db: Database, entity_id: str, rows: Iterable[tuple[SyncedRecord, Raw | None]], seen_at: datetime
) -> int:
    """Keep the newest copy of each record, described by what it is about; how many are new or differ."""
    values = [_to_row(entity_id, record, raw, seen_at) for record, raw in rows]
    changed = mirror.upsert(db, TABLE, values)
    _keep_ours(db, [row["id"] for row in values])
    for table in _SOURCES:
        _describe(db, table, "id", [row["id"] for row in values])
    return changed


def _keep_ours(db: Database, record_ids: Sequence[str]) -> None:
    """What is decided here outlives what Monite says about a failure, but not that it was sent.

    A failed record whose Retry is still queued here is on its way, whatever its last try was. One that
    a person handles elsewhere stays left out, unless it has arrived all the same.
    """
    chosen = [ids(record_ids)]
    db.execute(
        """
        UPDATE synced_records SET handled = '', automatic_tries = 0
        WHERE id IN (SELECT value FROM json_each(?)) AND sync_status = 'done'
          AND (handled <> '' OR automatic_tries > 0)
        """,
        chosen,
    )
    db.execute(
        """
        UPDATE synced_records SET state = 'left_out', problem = ''
        WHERE id IN (SELECT value FROM json_each(?)) AND handled <> ''
        """,
        chosen,
    )
    db.execute(
        """
        UPDATE synced_records SET state = 'waiting', problem = ''
        WHERE id IN (SELECT value FROM json_each(?)) AND sync_status = 'error' AND handled = '' AND EXISTS (
            SELECT 1 FROM outbox o WHERE o.object_id = synced_records.id AND o.action = 'retry'
              AND o.state IN ('queued', 'running'))
        """,
        chosen,
    )


def follow(db: Database, table: str, object_ids: Sequence[str]) -> int:
    """Describe the records of these payables, receivables, products or counterparts again."""
    return _describe(db, table, "object_id", object_ids)


def _describe(db: Database, table: str, column: str, wanted: Sequence[str]) -> int:
    source, types = _SOURCES[table]
    return db.execute(
        f"""
        UPDATE synced_records SET (title, party, amount, currency, object_status) =
            (s.title, s.party, s.amount, s.currency, s.object_status)
        FROM ({source.format(table=table, column=column, types=types)}) s
        WHERE synced_records.rowid = s.record
            AND (synced_records.title, synced_records.party, synced_records.amount, synced_records.currency,
                 synced_records.object_status)
             IS NOT (s.title, s.party, s.amount, s.currency, s.object_status)
        """,
        {"ids": ids(wanted)},
    ).rowcount


def get(db: Database, entity_id: str, record_id: str) -> SyncedRecord | None:
    """The record; None when this entity has none of this id."""
    rows = db.query("SELECT * FROM synced_records WHERE id = ? AND entity_id = ?", [record_id, entity_id])
    return next((from_row(row) for row in rows), None)


def is_sent(db: Database, entity_id: str, object_id: str) -> bool:
    """Whether the accounting system is known to have this object."""
    sql = "SELECT 1 FROM synced_records WHERE entity_id = ? AND object_id = ? AND state = 'sent' LIMIT 1"
    return db.execute(sql, [entity_id, object_id]).fetchone() is not None


def statuses(db: Database, record_ids: Iterable[str]) -> dict[str, str]:
    """The status in which each of these was last seen; those never seen are left out."""
    rows = db.execute(
        "SELECT id, sync_status FROM synced_records WHERE id IN (SELECT value FROM json_each(?))",
        [ids(record_ids)],
    )
    return dict(rows.fetchall())


def not_older(
    db: Database, seen: Sequence[tuple[SyncedRecord, Raw | None]]
) -> list[tuple[SyncedRecord, Raw | None]]:
    """Those that are at least as new as what is known: a slow read may end after a push was answered."""
    rows = db.execute(
        "SELECT id, updated_at FROM synced_records WHERE id IN (SELECT value FROM json_each(?))",
        [ids(record.id for record, _ in seen)],
    )
    known: dict[str, str] = dict(rows.fetchall())
    return [(record, raw) for record, raw in seen if to_text(record.updated_at) >= known.get(record.id, "")]


def newest(db: Database, entity_id: str, object_type: str) -> datetime | None:
    """The last change that is known of records of this type, by Monite's own time."""
    row = db.execute(
        "SELECT max(updated_at) FROM synced_records WHERE entity_id = ? AND object_type = ?",
        [entity_id, object_type],
    ).fetchone()
    return maybe_from_text(row[0])


def _to_row(entity_id: str, record: SyncedRecord, raw: Raw | None, seen_at: datetime) -> dict[str, Any]:
    diagnosis = diagnose(record.object_type, record.sync_status, record.error_text)
    return {
        "id": record.id,
        "entity_id": entity_id,
        "object_type": record.object_type,
        "object_id": record.object_id,
        "sync_status": record.sync_status,
        "state": diagnosis.state.value,
        "problem": diagnosis.problem,
        "error_text": record.error_text,
        "platform": record.platform,
        "platform_object_id": record.platform_object_id,
        "provider": record.provider,
        "provider_object_id": record.provider_object_id,
        "last_pulled_at": maybe_to_text(record.last_pulled_at),
        "object_updated_at": maybe_to_text(record.object_updated_at),
        "created_at": to_text(record.created_at),
        "updated_at": to_text(record.updated_at),
        "raw": raw_text(raw),
        "seen_at": to_text(seen_at),
    }


def from_row(row: dict[str, Any]) -> SyncedRecord:
    """A record from a row of the table."""
    return SyncedRecord(
        id=row["id"],
        object_type=row["object_type"],
        object_id=row["object_id"],
        sync_status=row["sync_status"],
        error_text=row["error_text"],
        platform=row["platform"],
        platform_object_id=row["platform_object_id"],
        provider=row["provider"],
        provider_object_id=row["provider_object_id"],
        last_pulled_at=maybe_from_text(row["last_pulled_at"]),
        object_updated_at=maybe_from_text(row["object_updated_at"]),
        created_at=from_text(row["created_at"]),
        updated_at=from_text(row["updated_at"]),
    )
