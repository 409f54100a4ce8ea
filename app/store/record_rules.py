"""Records whose documents the sync rules leave out as they stand now."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlite_utils import Database

from app.domain.sync_rules import SyncRules


def outside_rules(db: Database, record_ids: Sequence[str], rules: SyncRules | None) -> set[str]:
    """Those of these records whose document has a status that isn't sent; none while rules aren't known."""
    if rules is None:
        return set()
    rows = db.execute(
        """
        SELECT id FROM synced_records
        WHERE id IN (SELECT value FROM json_each(:ids)) AND object_status IS NOT NULL
          AND CASE object_type
            WHEN 'bill' THEN object_status NOT IN (SELECT value FROM json_each(:bills))
            WHEN 'receivable' THEN object_status NOT IN (SELECT value FROM json_each(:invoices)) END
        """,
        {
            "ids": json.dumps(list(record_ids)),
            "bills": json.dumps(rules.payable),
            "invoices": json.dumps(rules.receivable),
        },
    )
    return {row[0] for row in rows.fetchall()}
