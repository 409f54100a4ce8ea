"""What a person chose for products and bill lines, until Monite confirms or refuses it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlite_utils import Database

from app.domain.assignables import Choice, Kind, Refusal
from app.store import assignables
from app.store.assignables import TABLES

AT_ONCE = 1000


def key(object_id: str) -> str:
    """The key under which the outbox holds a row's account: of two choices only the newest is sent."""
    return f"account:{object_id}"


def choose(db: Database, kind: Kind, choices: Sequence[Choice]) -> None:
    """Note what a person chose for these rows; it is not confirmed yet. No account is kept as ''."""
    db.conn.executemany(
        f"""
        UPDATE {TABLES[kind]} SET wanted_account_id = ?, save_state = 'saving', save_error = NULL
        WHERE id = ?
        """,
        [(choice.account_id or "", choice.row.id) for choice in choices],
    )


def confirm(db: Database, kind: Kind, object_id: str, sent_id: str | None, account_id: str | None) -> None:
    """Take over the account that Monite answered with. What was chosen since then stays wanted."""
    db.execute(
        f"""
        UPDATE {TABLES[kind]} SET ledger_account_id = :account,
            raw = json_set(raw, '$.ledger_account_id', :account),
            save_state = CASE WHEN wanted_account_id IS :sent THEN '' ELSE save_state END,
            save_error = CASE WHEN wanted_account_id IS :sent THEN NULL ELSE save_error END,
            wanted_account_id = CASE WHEN wanted_account_id IS :sent THEN NULL ELSE wanted_account_id END
        WHERE id = :id
        """,
        {"account": account_id, "sent": sent_id or "", "id": object_id},
    )


def refuse(db: Database, kind: Kind, object_id: str, sent_id: str | None, words: str) -> None:
    """Say why a choice was not accepted and keep it, unless another was made since."""
    db.execute(
        f"""
        UPDATE {TABLES[kind]} SET save_state = 'refused', save_error = ?
        WHERE id = ? AND wanted_account_id = ?
        """,
        [words, object_id, sent_id or ""],
    )


def forget(db: Database, kind: Kind, object_id: str) -> bool:
    """Drop a choice that was refused; whether there was one."""
    changed = db.execute(
        f"""
        UPDATE {TABLES[kind]} SET wanted_account_id = NULL, save_state = '', save_error = NULL
        WHERE id = ? AND save_state = 'refused'
        """,
        [object_id],
    )
    return changed.rowcount > 0


def drop_stranded(db: Database, entity_id: str, kind: Kind, limit: int = AT_ONCE) -> int:
    """Drop choices that nobody will send any more, because their sending was stopped; says how many."""
    return db.execute(
        f"""
        UPDATE {TABLES[kind]} SET wanted_account_id = NULL, save_state = '', save_error = NULL
        WHERE id IN (
            SELECT id FROM {TABLES[kind]} AS mine
            WHERE entity_id = ? AND {"gone = 0 AND " if kind is Kind.PRODUCTS else ""}assign_state = 'saving'
              AND NOT EXISTS (SELECT 1 FROM outbox
                  WHERE key = 'account:' || mine.id AND state IN ('queued', 'running'))
            LIMIT ?)
        """,
        [entity_id, limit],
    ).rowcount


def refusals(db: Database, entity_id: str, kind: Kind, batch_id: str, limit: int = 50) -> list[Refusal]:
    """What a bulk assignment could not save, and why."""
    rows = list(
        db.query(
            """
            SELECT object_id, last_error FROM outbox
            WHERE batch_id = ? AND entity_id = ? AND state = 'refused' ORDER BY id LIMIT ?
            """,
            [batch_id, entity_id, limit],
        )
    )
    found = {row.id: row for row in assignables.find(db, entity_id, kind, [row["object_id"] for row in rows])}
    return [Refusal(found.get(row["object_id"]), row["object_id"], row["last_error"] or "") for row in rows]
