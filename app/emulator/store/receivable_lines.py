"""The lines of receivables: what they sell, at which rate of tax, and what they come to.

A line's catalogue product is kept as its id and looked up with each reading, so an account given to
the product shows on the invoice at once; an inline product is kept whole and frozen.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import uuid4

from sqlite_utils import Database

from app.emulator.errors import BadRequestError, InvalidError
from app.emulator.rules.amounts import LARGEST
from app.emulator.store import measure_units, products
from app.emulator.store.objects import Row

INLINE: Row = {
    "description": None,
    "external_reference": None,
    "ledger_account_id": None,
    "measure_unit": None,
    "smallest_amount": None,
    "type": "product",
}


def resolve(db: Database, entity_id: str, bodies: list[Row], *, only: str | None = None) -> None:
    """Write into each line, or those of one product, its catalogue product as the product is now."""
    lines = [line for body in bodies for line in body["line_items"]]
    if only is not None:
        lines = [line for line in lines if line["product"].get("id") == only]
    live = products.by_id(db, entity_id, [line["product"]["id"] for line in lines if _is_catalogue(line)])
    units = {unit["id"]: unit for unit in measure_units.find_all(db, entity_id)} if live else {}
    for line in lines:
        product = live.get(line["product"]["id"]) if _is_catalogue(line) else None
        if product is not None:
            line["product"] = {**line["product"], **_embedded(product, units)}
        _price_after_tax(line["product"])


def _is_catalogue(line: Row) -> bool:
    product = line["product"]
    return bool(product.get("id")) and not product.get("is_inline")


def _embedded(product: Row, units: Mapping[str, Row]) -> Row:
    unit = units.get(product["measure_unit_id"])
    named = {name: unit[name] for name in ("id", "description", "name")} if unit else None
    kept = (
        "id",
        "description",
        "external_reference",
        "ledger_account_id",
        "name",
        "price",
        "smallest_amount",
        "type",
    )
    return {**{name: product[name] for name in kept}, "is_inline": False, "measure_unit": named}


def _price_after_tax(product: Row) -> None:
    price, rate = product.get("price"), (product.get("vat_rate") or {}).get("value", 0)
    if price and "price_after_vat" not in product:
        after = _whole(min(Decimal(LARGEST), Decimal(price["value"]) * (10_000 + rate) / 10_000))
        product["price_after_vat"] = {"currency": price["currency"], "value": after}


def build(db: Database, entity_id: str, body: Row, given: Row) -> Row:
    """A line of this receivable as it is kept, with its sums; raises BadRequestError, InvalidError."""
    rate = _rate(db, entity_id, body, given)
    tax = {"accounting_tax_rate_id": given.get("accounting_tax_rate_id"), "vat_rate": rate}
    if given.get("product") is not None:
        product = {"id": str(uuid4()), "is_inline": True, **INLINE, **given["product"], **tax}
        price = product["price"]["value"]
    else:
        found = products.by_id(db, entity_id, [given["product_id"]]).get(given["product_id"])
        if found is None or found["price"] is None:
            raise BadRequestError("Product not found.")
        product, price = {"id": found["id"], **tax}, found["price"]["value"]
    before = _discounted(Decimal(price) * Decimal(str(given["quantity"])), given.get("discount"))
    return {
        "discount": given.get("discount"),
        "product": product,
        "quantity": given["quantity"],
        "total_after_vat": _rounded(before * (10_000 + rate["value"]) / 10_000),
        "total_before_vat": _rounded(before),
    }


def _rate(db: Database, entity_id: str, body: Row, given: Row) -> Row:
    """The line's tax rate: given as a number, or one that the entity's receivables already use."""
    if given.get("tax_rate_value") is not None:
        name = given.get("tax_rate_name") or "Tax"
        country = (body["entity_address"] or {}).get("country")
        return {
            "id": None,
            "country": country,
            "is_custom": True,
            "name": name,
            "value": given["tax_rate_value"],
        }
    rows = db.query(
        """
        SELECT json_extract(l.value, '$.product.vat_rate') AS rate
        FROM receivables r, json_each(r.body, '$.line_items') l
        WHERE r.entity_id = ? AND json_extract(l.value, '$.product.vat_rate.id') = ? LIMIT 1
        """,
        [entity_id, given.get("vat_rate_id") or given.get("custom_vat_rate_id")],
    )
    row = next(rows, None)
    if row is None:
        raise BadRequestError("VAT rate not found.")
    found: Row = json.loads(row["rate"])
    return found


def _discounted(amount: Decimal, discount: Row | None) -> Decimal:
    if not discount:
        return amount
    size = int(discount["amount"])
    left = amount * (10_000 - size) / 10_000 if discount["type"] == "percentage" else amount - size
    if left < 0:
        raise BadRequestError("The discount is larger than what it is taken from.")
    return left


def totals(body: Row) -> dict[str, Any]:
    """What the receivable comes to, by its lines and its own discount."""
    subtotal = sum(line["total_before_vat"] for line in body["line_items"])
    tax = sum(line["total_after_vat"] - line["total_before_vat"] for line in body["line_items"])
    discounted = _rounded(_discounted(Decimal(subtotal), body["discount"]))
    total = discounted + (_rounded(Decimal(tax) * discounted / subtotal) if subtotal else 0)
    return {
        "subtotal": subtotal,
        "discounted_subtotal": discounted,
        "total_vat_amount": total - discounted,
        "subtotal_after_vat": total,
        **dict.fromkeys(("total_amount", "total_amount_with_credit_notes"), total),
        **dict.fromkeys(("amount_due", "amount_to_pay"), total - body["amount_paid"]),
    }


def _rounded(amount: Decimal) -> int:
    if abs(amount) > LARGEST:
        message = f"ensure this value is less than or equal to {LARGEST}"
        raise InvalidError(message, ["body", "data"], "value_error.number.not_le")
    return _whole(amount)


def _whole(amount: Decimal) -> int:
    return int(amount.quantize(Decimal(1), rounding=ROUND_HALF_UP))
