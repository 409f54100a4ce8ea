"""Bills and invoices of the books as Monite passes them on: major units, ids of the accounting system.

They are as they were when the books were last pulled: what came into the books since is not there yet.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Literal

from sqlite_utils import Database

from app.emulator.errors import ConflictError, NotFoundError
from app.emulator.rules.codes import minor_digits
from app.emulator.store import connections, ledger_accounts
from app.emulator.store.objects import Row

Kind = Literal["bill", "invoice"]

STATUSES = ("open", "draft", "partially_paid", "paid", "void")
SETTLED = ("paid", "void")

_DOCUMENTS = """
    SELECT d.*, c.name AS contact, o.base_currency FROM book_documents d
    JOIN organisations o ON o.id = d.organisation_id
    LEFT JOIN book_contacts c ON c.organisation_id = d.organisation_id AND c.id = d.contact_id
    WHERE d.organisation_id = :organisation_id AND d.kind = :kind AND d.created_at <= :last_pull
"""
_LINES = """
    SELECT * FROM book_lines WHERE organisation_id = :organisation_id
      AND document_id IN (SELECT value FROM json_each(:documents)) ORDER BY document_id, position
"""


def find(db: Database, entity_id: str, kind: Kind, *, limit: int, offset: int) -> list[Row]:
    """So many of the documents, the oldest first; raises ConflictError without a connection."""
    connection = _connection(db, entity_id)
    paging = {"limit": limit, "offset": offset}
    rows = db.query(
        f"{_DOCUMENTS} ORDER BY d.created_at, d.id LIMIT :limit OFFSET :offset",
        {**_scope(connection, kind), **paging},
    )
    return _shaped(db, connection, kind, list(rows))


def get(db: Database, entity_id: str, kind: Kind, document_id: str) -> Row:
    """One document; raises ConflictError without a connection, NotFoundError when the books lack it."""
    connection = _connection(db, entity_id)
    rows = db.query(f"{_DOCUMENTS} AND d.id = :id", {**_scope(connection, kind), "id": document_id})
    found = _shaped(db, connection, kind, list(rows))
    if not found:
        raise NotFoundError
    return found[0]


def _connection(db: Database, entity_id: str) -> Row:
    found = connections.find_active(db, entity_id)
    if found is None or found["status"] != "connected":
        raise ConflictError("The entity has no established accounting connection")
    return found


def _scope(connection: Row, kind: Kind) -> Row:
    """Nothing is known of the books before their first pull is through."""
    return {
        "organisation_id": connection["organisation_id"],
        "kind": kind,
        "last_pull": connection["last_pull"] if connection["first_pull_done"] else "",
    }


def _shaped(db: Database, connection: Row, kind: Kind, documents: list[Row]) -> list[Row]:
    organisation_id = connection["organisation_id"]
    pulled = ledger_accounts.platform_ids(db, connection["entity_id"], organisation_id)
    accounts = {platform_id: account_id for account_id, platform_id in pulled.items()}
    lines: dict[str, list[Row]] = {document["id"]: [] for document in documents}
    for line in db.query(_LINES, {"organisation_id": organisation_id, "documents": json.dumps(list(lines))}):
        lines[line["document_id"]].append(line)
    shape = _bill if kind == "bill" else _invoice
    return [shape(document, lines[document["id"]], accounts) for document in documents]


def _bill(document: Row, lines: list[Row], accounts: Mapping[str, str]) -> Row:
    major = _major(document["currency"])
    status = document["status"] if document["status"] in STATUSES else "unknown"
    return {
        **_common(document, lines, accounts),
        "amount_due": 0.0 if status in SETTLED else major(document["total"] - document["amount_paid"]),
        "purchase_order_refs": [],
        "status": status,
        "subtotal": major(document["total"] - _tax(lines)),
        "tax_amount": major(_tax(lines)),
        "total_amount": major(document["total"]),
        "vendor_ref": {"id": document["contact_id"], "name": document["contact"]},
    }


def _invoice(document: Row, lines: list[Row], accounts: Mapping[str, str]) -> Row:
    return {
        **_common(document, lines, accounts),
        "customer_ref": {"id": document["contact_id"], "company_name": document["contact"]},
        "pass_through": {},
    }


def _common(document: Row, lines: list[Row], accounts: Mapping[str, str]) -> Row:
    same = document["currency"] == document["base_currency"]
    return {
        "id": document["id"],
        "currency": document["currency"],
        # The books keep no exchange rates.
        "currency_rate": 1.0 if same else None,
        "due_date": document["due_date"],
        "invoice_number": document["number"],
        "lines": [_line(line, accounts, _major(document["currency"])) for line in lines],
        "memo": None,
        "posted_date": document["date"],
    }


def _line(line: Row, accounts: Mapping[str, str], major: Callable[[int], float]) -> Row:
    whole, discount = line["quantity"] * line["unit_amount"], line["discount_amount"]
    rate = line["tax_rate_id"]
    return {
        "description": line["description"],
        "discount_amount": major(discount),
        "discount_percentage": round(100 * discount / whole, 4) if whole else 0.0,
        "ledger_account_id": accounts.get(line["account_id"]),
        "quantity": line["quantity"],
        "tax_rate_ref": {"id": rate} if rate else None,
        "unit_amount": major(line["unit_amount"]),
    }


def _tax(lines: list[Row]) -> int:
    return sum(line["tax_amount"] for line in lines)


def _major(currency: str) -> Callable[[int], float]:
    digits = minor_digits(currency)
    return lambda amount: float(Decimal(amount).scaleb(-digits))
