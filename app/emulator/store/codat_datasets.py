"""Datasets: every read of a data type, queued or ended; those of the last three months are kept."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlite_utils import Database

from app.emulator.store import clock

Row = dict[str, Any]

KEPT = timedelta(days=92)
_OF_COMPANY = """
    FROM codat_datasets d JOIN connections c ON c.id = d.connection_id
    WHERE c.company_id = :company_id AND c.provider = 'codat'
"""
# What of the books belongs to a data type; documents are many, and know when they last changed.
_CONTENTS: Mapping[str, str] = {
    "company": "SELECT name, legal_name, email, country, base_currency, lock_date, subscription"
    " FROM organisations WHERE id = ?",
    "chartOfAccounts": "SELECT * FROM book_accounts WHERE organisation_id = ? ORDER BY id",
    "taxRates": "SELECT * FROM book_tax_rates WHERE organisation_id = ? ORDER BY id",
    "suppliers": "SELECT * FROM book_contacts WHERE organisation_id = ? AND is_supplier ORDER BY id",
    "customers": "SELECT * FROM book_contacts WHERE organisation_id = ? AND is_customer ORDER BY id",
    "items": "SELECT * FROM book_items WHERE organisation_id = ? ORDER BY id",
    "bills": "SELECT count(*), max(updated_at) FROM book_documents"
    " WHERE organisation_id = ? AND kind = 'bill'",
    "invoices": "SELECT count(*), max(updated_at) FROM book_documents"
    " WHERE organisation_id = ? AND kind = 'invoice'",
}


def fingerprint(db: Database, organisation_id: str, data_type: str) -> str:
    """What tells the present content of the books, as far as the data type goes, from another."""
    found = hashlib.blake2b(digest_size=16)
    for row in db.execute(_CONTENTS[data_type], [organisation_id]):
        found.update(repr(tuple(row)).encode())
    return found.hexdigest()


def queue(db: Database, connection_id: str, data_types: Iterable[str], *, at: str) -> None:
    """Keep a dataset that waits, for each data type that has none waiting."""
    waiting = {row["data_type"] for row in find_open(db, connection_id)}
    db.conn.executemany(
        "INSERT INTO codat_datasets (id, connection_id, data_type, status, requested)"
        " VALUES (?, ?, ?, 'Queued', ?)",
        [(str(uuid4()), connection_id, name, at) for name in data_types if name not in waiting],
    )


def find_open(db: Database, connection_id: str) -> list[Row]:
    """The datasets that wait."""
    return list(
        db.query(
            "SELECT * FROM codat_datasets WHERE connection_id = ? AND completed IS NULL", [connection_id]
        )
    )


def end(
    db: Database,
    connection_id: str,
    data_type: str,
    status: str,
    *,
    error: str | None,
    fingerprint: str | None,
    at: str,
) -> Row:
    """Note how the read ended, of the dataset that waits or else of a new one; returns it."""
    queue(db, connection_id, [data_type], at=at)
    before = latest_of(db, connection_id, data_type, successful=True)
    row = next(
        db.query(
            """
            UPDATE codat_datasets SET status = :status, error_message = :error, fingerprint = :fingerprint,
                records_modified = :modified, completed = :at
            WHERE connection_id = :connection_id AND data_type = :data_type AND completed IS NULL
            RETURNING *
            """,
            {
                "status": status,
                "error": error,
                "fingerprint": fingerprint,
                "modified": fingerprint is not None
                and (before is None or before["fingerprint"] != fingerprint),
                "at": at,
                "connection_id": connection_id,
                "data_type": data_type,
            },
        )
    )
    _forget_old(db, connection_id, data_type, at=at)
    return row


def end_open(db: Database, connection_id: str, status: str, *, error: str, at: str) -> None:
    """Note that whatever waits is not read any more."""
    db.execute(
        "UPDATE codat_datasets SET status = ?, error_message = ?, completed = ?"
        " WHERE connection_id = ? AND completed IS NULL",
        [status, error, at, connection_id],
    )


def latest_of(db: Database, connection_id: str, data_type: str, *, successful: bool = False) -> Row | None:
    """The newest dataset of a connection's data type, or the newest that is complete."""
    only = " AND status = 'Complete'" if successful else ""
    rows = db.query(
        f"""
        SELECT * FROM codat_datasets WHERE connection_id = ? AND data_type = ?{only}
        ORDER BY requested DESC, rowid DESC LIMIT 1
        """,
        [connection_id, data_type],
    )
    return next(rows, None)


def find_page(db: Database, company_id: str, *, page: int, size: int) -> tuple[list[Row], int]:
    """One page of a company's datasets, the newest first, and how many there are in all."""
    values = {"company_id": company_id, "size": size, "skipped": (page - 1) * size}
    total = next(db.query(f"SELECT count(*) AS n {_OF_COMPANY}", {"company_id": company_id}))["n"]
    rows = db.query(
        f"SELECT d.*, c.provider_connection_id {_OF_COMPANY}"
        " ORDER BY d.requested DESC, d.rowid DESC LIMIT :size OFFSET :skipped",
        values,
    )
    return list(rows), int(total)


def find(db: Database, company_id: str, dataset_id: str) -> Row | None:
    """A company's dataset with this id, if there is one."""
    rows = db.query(
        f"SELECT d.*, c.provider_connection_id {_OF_COMPANY} AND d.id = :id",
        {"company_id": company_id, "id": dataset_id},
    )
    return next(rows, None)


def _forget_old(db: Database, connection_id: str, data_type: str, *, at: str) -> None:
    before = clock.stamp(datetime.fromisoformat(at) - KEPT)
    db.execute(
        "DELETE FROM codat_datasets WHERE connection_id = ? AND data_type = ? AND requested < ?",
        [connection_id, data_type, before],
    )
