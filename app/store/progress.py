"""How far an entity is: sums over the mirror and the records, each from an index or a counter."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlite_utils import Database

from app.store.database import to_text

COUNTED = 1000


@dataclass(frozen=True, slots=True)
class AssignCount:
    """Products or bill lines: how many still need an account, are being saved, of how many in all."""

    needs: int = 0
    saving: int = 0
    total: int = 0

    @property
    def done(self) -> int:
        return self.total - self.needs


@dataclass(frozen=True, slots=True)
class ProblemCount:
    """How many records stopped for one reason, and what they are worth in each currency."""

    code: str
    records: int


@dataclass(frozen=True, slots=True)
class Progress:
    accounts: int
    tax_rates: int
    counterparts: int
    products: int
    bills_to_read: int
    assign: dict[str, AssignCount] = field(default_factory=dict)
    documents: dict[str, int] = field(default_factory=dict)
    """How many bills and invoices are in each state of their records.

    Customers, suppliers and products are matched rather than sent, so they are left aside.
    """

    def count(self, resource: str) -> int:
        """How many there are of what an import brings."""
        found: int = getattr(self, {"ledger_accounts": "accounts"}.get(resource, resource))
        return found


def get(db: Database, entity_id: str) -> Progress:
    """All sums for one entity."""
    row = next(
        db.query(
            """
            SELECT (SELECT count(*) FROM ledger_accounts WHERE entity_id = :id AND gone = 0) AS accounts,
                   (SELECT count(*) FROM tax_rates WHERE entity_id = :id AND gone = 0) AS tax_rates,
                   (SELECT count(*) FROM counterparts WHERE entity_id = :id AND gone = 0) AS counterparts,
                   (SELECT count(*) FROM products WHERE entity_id = :id AND gone = 0) AS products,
                   (SELECT count(*) FROM payables WHERE entity_id = :id AND lines_due = 1) AS bills_to_read
            """,
            {"id": entity_id},
        )
    )
    return Progress(**row, assign=_assign(db, entity_id), documents=documents(db, entity_id))


def problems(db: Database, entity_id: str, limit: int = 3) -> list[ProblemCount]:
    """The reasons for which most records need attention."""
    rows = db.query(
        """
        SELECT problem, sum(n) AS n FROM record_counts
        WHERE entity_id = :id AND state = 'attention' GROUP BY problem HAVING sum(n) > 0
        ORDER BY sum(n) DESC, problem LIMIT :limit
        """,
        {"id": entity_id, "limit": limit},
    )
    return [ProblemCount(row["problem"], row["n"]) for row in rows]


def sent_since(db: Database, entity_id: str, moment: datetime) -> int:
    """How many bills and invoices were sent at or after this moment; counting stops just above COUNTED."""
    row = db.execute(
        """
        SELECT sum((SELECT count(*) FROM (
            SELECT 1 FROM synced_records r
            WHERE r.entity_id = :id AND r.object_type = kind.value AND r.state = 'sent'
              AND r.updated_at >= :moment LIMIT :most)))
        FROM json_each('["bill", "receivable"]') kind
        """,
        {"id": entity_id, "moment": to_text(moment), "most": COUNTED + 1},
    ).fetchone()
    return int(row[0])


def assigned(db: Database, entity_id: str) -> int:
    """How many products and lines of bills have an account."""
    return sum(count.done for count in _assign(db, entity_id).values())


def _assign(db: Database, entity_id: str) -> dict[str, AssignCount]:
    found: dict[str, dict[str, int]] = {"products": {}, "bills": {}}
    for row in db.query("SELECT kind, state, n FROM assign_counts WHERE entity_id = ?", [entity_id]):
        found[row["kind"]][row["state"]] = row["n"]
    return {
        kind: AssignCount(n.get("needs", 0), n.get("saving", 0), sum(n.values()) - n.get("locked", 0))
        for kind, n in found.items()
    }


def documents(db: Database, entity_id: str) -> dict[str, int]:
    """How many bills and invoices are in each state of their records."""
    rows = db.query(
        """
        SELECT state, sum(n) AS n FROM record_counts
        WHERE entity_id = ? AND object_type IN ('bill', 'receivable') GROUP BY state
        """,
        [entity_id],
    )
    return {row["state"]: row["n"] for row in rows}
