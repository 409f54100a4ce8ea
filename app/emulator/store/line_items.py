"""Lines of payables: where a ledger account and a tax rate are assigned."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from uuid import uuid4

from sqlite_utils import Database

from app.emulator.errors import InvalidError, NotFoundError
from app.emulator.rules.amounts import LARGEST
from app.emulator.store import objects, pages, payables
from app.emulator.store.filters import compile_filters, identifier
from app.emulator.store.objects import Row, body_of

TABLE = "payable_line_items"
LISTING = pages.Listing(
    "payable_line_items",
    TABLE,
    {"created_at": "created_at", "updated_at": "updated_at"},
    scope_column="payable_id",
)
FILTERS = {"was_created_by_user_id": identifier("json_extract(body, '$.was_created_by_user_id')")}
# fmt: off
FIELDS = (
    "id", "accounting_tax_rate_id", "description", "ledger_account_id", "name", "ocr_set_quantity_to_one",
    "payable_id", "quantity", "subtotal", "tax", "tax_amount", "total", "unit", "unit_price",
    "was_created_by_user_id",
)
# fmt: on
TEMPLATE: Row = {**dict.fromkeys(FIELDS), "ocr_set_quantity_to_one": False}
AMOUNTS = ("quantity", "unit_price", "tax", "subtotal", "total")


def find(db: Database, payable_id: str, args: Mapping[str, list[str]]) -> pages.Page:
    """One page of the payable's lines, in Monite's shape."""
    query = pages.read_query(LISTING, args, payable_id)
    where, values = compile_filters(FILTERS, query.filters)
    return pages.fetch(db, LISTING, query, payable_id, where=where, values=values).shaped(_shaped)


def get(db: Database, payable_id: str, line_item_id: str) -> Row:
    """One line; raises NotFoundError when the payable has none with this id."""
    return _shaped(_row(db, payable_id, line_item_id))


def find_ids(db: Database, payable_id: str) -> list[str]:
    """The ids of the payable's lines, in their order."""
    rows = db.query("SELECT id FROM payable_line_items WHERE payable_id = ? ORDER BY position", [payable_id])
    return [row["id"] for row in rows]


def create(db: Database, entity_id: str, payable_id: str, given: Row) -> Row:
    """Add a line behind the others and return it."""
    rows = db.query("SELECT count(*) AS n FROM payable_line_items WHERE payable_id = ?", [payable_id])
    row = {
        "id": str(uuid4()),
        "entity_id": entity_id,
        "payable_id": payable_id,
        "position": next(rows)["n"],
        **_columns({**TEMPLATE, **given}),
    }
    made = _shaped(objects.insert(db, TABLE, row))
    _touch(db, entity_id, payable_id, amounts=True)
    return made


def update(db: Database, entity_id: str, payable_id: str, line_item_id: str, changes: Row) -> Row:
    """Change a line and return it; the payable counts as changed, and follows its lines' amounts."""
    row = _row(db, payable_id, line_item_id)
    amounts = any(name in changes for name in AMOUNTS)
    body = {**_shaped(row), **changes}
    if amounts:
        body |= dict.fromkeys(("subtotal", "total", "tax_amount"))
    made = _shaped(objects.update(db, TABLE, row, _columns(body)))
    _touch(db, entity_id, payable_id, amounts=amounts)
    return made


def replace(db: Database, entity_id: str, payable_id: str, lines: list[Row]) -> list[Row]:
    """Put these lines in the place of all that were there; returns them."""
    db.execute("DELETE FROM payable_line_items WHERE payable_id = ?", [payable_id])
    return [create(db, entity_id, payable_id, line) for line in lines]


def delete(db: Database, entity_id: str, payable_id: str, line_item_id: str) -> None:
    """Remove a line; the payable's amounts follow."""
    _row(db, payable_id, line_item_id)
    objects.delete(db, TABLE, line_item_id)
    _touch(db, entity_id, payable_id, amounts=True)


def _row(db: Database, payable_id: str, line_item_id: str) -> Row:
    rows = db.query(
        "SELECT * FROM payable_line_items WHERE id = ? AND payable_id = ?", [line_item_id, payable_id]
    )
    row = next(rows, None)
    if row is None:
        raise NotFoundError
    return row


def _shaped(row: Row) -> Row:
    columns = ("payable_id", "ledger_account_id", "accounting_tax_rate_id", "tax")
    whole = body_of(row, TEMPLATE, *columns)
    del whole["created_at"], whole["updated_at"]
    return whole


def _columns(body: Row) -> Row:
    plain = {name: body[name] for name in ("ledger_account_id", "accounting_tax_rate_id", "tax")}
    return {**plain, "body": json.dumps(_counted(body))}


def _counted(body: Row) -> Row:
    """The line with what its price, quantity and tax come to; sums that were given stay."""
    subtotal = body["subtotal"]
    if subtotal is None and body["unit_price"] is not None and body["quantity"] is not None:
        subtotal = _rounded(Decimal(str(body["unit_price"])) * Decimal(str(body["quantity"])))
    if subtotal is None:
        return body
    tax_amount = body["tax_amount"]
    if tax_amount is None:
        tax_amount = _rounded(Decimal(subtotal) * (body["tax"] or 0) / 10_000)
    total = body["total"] if body["total"] is not None else subtotal + tax_amount
    _refuse_too_large(total)
    return {**body, "subtotal": subtotal, "tax_amount": tax_amount, "total": total}


def _refuse_too_large(amount: Decimal | int) -> None:
    if not -LARGEST <= amount <= LARGEST:
        message = f"ensure this value is less than or equal to {LARGEST}"
        raise InvalidError(message, ["body", "total"], "value_error.number.not_le")


def _rounded(amount: Decimal) -> int:
    _refuse_too_large(amount)
    return int(amount.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _touch(db: Database, entity_id: str, payable_id: str, *, amounts: bool) -> None:
    """Say that the payable changed, for a push looks at its time of change."""
    changes = _sums(db, payables.get(db, entity_id, payable_id)) if amounts else {}
    payables.update(db, entity_id, payable_id, changes)


def _sums(db: Database, payable: Row) -> Row:
    rows = db.query("SELECT body FROM payable_line_items WHERE payable_id = ?", [payable["id"]])
    lines = [json.loads(row["body"]) for row in rows]
    subtotal = sum(line["subtotal"] or 0 for line in lines)
    tax_amount = sum(line["tax_amount"] or 0 for line in lines)
    total = subtotal + tax_amount - (payable["discount"] or 0)
    _refuse_too_large(total)
    return {"subtotal": subtotal, "tax_amount": tax_amount, "total_amount": total}
