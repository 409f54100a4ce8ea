"""What the documents behind many records still lack, in one question for each kind.

Told here is only what makes another try pointless for certain, by the mirror alone: what may have been
put right in the accounting system meanwhile stops nobody from trying.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlite_utils import Database

from app.domain.sync_rules import SyncRules

_OUT = ":statuses IS NOT NULL AND d.status NOT IN (SELECT value FROM json_each(:statuses))"
_BILLS = f"""
    SELECT r.id, CASE
        WHEN d.lines_for IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM payable_lines l WHERE l.payable_id = d.id) THEN 'LINES_NONE'
        WHEN EXISTS (SELECT 1 FROM payable_lines l
            WHERE l.payable_id = d.id AND l.ledger_account_id IS NULL) THEN 'ACC_LINE'
        WHEN {_OUT} THEN 'RULES' ELSE '' END AS lack
    FROM json_each(:ids) j CROSS JOIN synced_records r ON r.id = j.value
        JOIN payables d ON d.id = r.object_id AND d.entity_id = r.entity_id
    WHERE r.entity_id = :entity AND r.object_type = 'bill'
"""
# An invoice's account stands on its product, or on the line itself when it has no product.
_INVOICES = f"""
    SELECT r.id, CASE
        WHEN json_array_length(d.lines) = 0 THEN 'LINES_NONE'
        WHEN EXISTS (SELECT 1 FROM json_each(d.lines) l
            LEFT JOIN products p ON p.id = l.value ->> 'product_id'
            WHERE CASE WHEN p.id IS NULL THEN l.value ->> 'ledger_account_id' ELSE p.ledger_account_id END
                IS NULL) THEN 'ACC_PRODUCT'
        WHEN d.has_whole_discount THEN 'DISCOUNT_WHOLE'
        WHEN {_OUT} THEN 'RULES' ELSE '' END AS lack
    FROM json_each(:ids) j CROSS JOIN synced_records r ON r.id = j.value
        JOIN receivables d ON d.id = r.object_id AND d.entity_id = r.entity_id
    WHERE r.entity_id = :entity AND r.object_type = 'receivable'
"""


def find(db: Database, entity_id: str, record_ids: Sequence[str], rules: SyncRules | None) -> dict[str, str]:
    """The first thing that each of these records lacks; those that lack nothing are left out."""
    found: dict[str, str] = {}
    for sql, statuses in (
        (_BILLS, None if rules is None else rules.payable),
        (_INVOICES, None if rules is None else rules.receivable),
    ):
        values = {
            "ids": json.dumps(list(record_ids)),
            "entity": entity_id,
            "statuses": None if statuses is None else json.dumps(statuses),
        }
        rows = db.execute(f"SELECT id, lack FROM ({sql}) WHERE lack <> ''", values)
        found.update(rows.fetchall())
    return found
