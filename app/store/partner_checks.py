"""The newest result of each check of the partner's set-up, and the steps that a person marked as done."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from app.domain.partner_checks import Check, Line, Outcome, Result
from app.store.database import from_text, to_text


@dataclass(frozen=True, slots=True)
class Mark:
    """Somebody's word that a step is done."""

    at: datetime
    by: str


def save(db: Database, line: Line, result: Result, at: datetime, by: str) -> None:
    """Keep a result in place of the one before; how long it has come out like this goes on."""
    db.execute(
        """
        INSERT INTO partner_checks (line, outcome, code, found, checked_at, checked_by, since)
        VALUES (:line, :outcome, :code, :found, :at, :by, :at)
        ON CONFLICT (line) DO UPDATE SET
            since = CASE WHEN outcome = excluded.outcome THEN since ELSE excluded.since END,
            outcome = excluded.outcome, code = excluded.code, found = excluded.found,
            checked_at = excluded.checked_at, checked_by = excluded.checked_by
        """,
        {
            "line": line.value,
            "outcome": result.outcome.value,
            "code": result.code,
            "found": json.dumps(dict(result.values)),
            "at": to_text(at),
            "by": by,
        },
    )


def find(db: Database) -> dict[Line, Check]:
    """The newest result of each line that was ever checked."""
    return {
        Line(row["line"]): Check(
            line=Line(row["line"]),
            result=Result(Outcome(row["outcome"]), row["code"], json.loads(row["found"])),
            checked_at=from_text(row["checked_at"]),
            checked_by=row["checked_by"],
            since=from_text(row["since"]),
        )
        for row in db.query("SELECT * FROM partner_checks")
    }


def mark(db: Database, step: str, at: datetime, by: str) -> None:
    """Keep somebody's word that the step is done."""
    db.execute(
        """
        INSERT INTO partner_marks (step, marked_at, marked_by) VALUES (?, ?, ?)
        ON CONFLICT (step) DO UPDATE SET marked_at = excluded.marked_at, marked_by = excluded.marked_by
        """,
        [step, to_text(at), by],
    )


def unmark(db: Database, step: str) -> bool:
    """Take the word back; whether there was one."""
    return db.execute("DELETE FROM partner_marks WHERE step = ?", [step]).rowcount == 1


def marks(db: Database) -> dict[str, Mark]:
    """Who said of which step that it is done, and when."""
    rows = db.query("SELECT * FROM partner_marks")
    return {row["step"]: Mark(from_text(row["marked_at"]), row["marked_by"]) for row in rows}
