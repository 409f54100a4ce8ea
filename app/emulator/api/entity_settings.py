"""Settings of one entity, with its default ledger accounts: /v1/entities/{id}/settings."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify
from sqlite_utils import Database

from app.emulator.api import references
from app.emulator.api.gate import version
from app.emulator.api.partner_settings import CURRENCY
from app.emulator.bodies import (
    Field,
    choice,
    email,
    flag,
    identifier,
    language,
    listed,
    nested,
    read,
    text,
    whole,
)
from app.emulator.deps import database
from app.emulator.store import entities, events, meta
from app.emulator.store.database import write

bp = Blueprint("entity_settings", __name__, url_prefix="/v1/entities/<entity_id>/settings")

FLAG = Field(flag, nullable=False)
ACCOUNTING = {
    "ledger_account_ids": Field(nested({"payments": Field(identifier), "products": Field(identifier)})),
    "tax_ids": Field(nested({"deductions": Field(identifier)})),
}
DOCUMENTS = ("credit_note", "delivery_note", "invoice", "purchase_order", "quote")
DOCUMENT_IDS = {
    "document_type_prefix": Field(
        nested(dict.fromkeys(DOCUMENTS, Field(text(1, 25), nullable=False))), nullable=False
    ),
    "include_date": FLAG,
    "min_digits": Field(whole(1, 25), nullable=False),
    "next_number": Field(nested(dict.fromkeys(DOCUMENTS, Field(whole(1, 2**63 - 1))))),
    "prefix": Field(text(1, 25)),
    "separator": Field(choice(("/", "-", "|", ".", "")), nullable=False),
}
COLUMN = {"display": FLAG, "label": Field(text(1, 32), nullable=False)}
NUMBERS = {**COLUMN, "precision": Field(whole(2, 4), nullable=False)}
_column = Field(nested(COLUMN, closed=False), nullable=False)
_numbers = Field(nested(NUMBERS, closed=False), nullable=False)
COLUMNS = {
    **dict.fromkeys(("discount", "measure_unit", "name", "quantity"), _column),
    **dict.fromkeys(
        ("price", "price_after_vat", "total_price", "total_price_after_vat", "vat_amount", "vat_rate"),
        _numbers,
    ),
}
_bank_account = {"display_entity_bank_account": FLAG}
RENDERING = {
    **_bank_account,
    "display_line_items": FLAG,
    "credit_note": Field(nested(_bank_account, closed=False), nullable=False),
    "invoice": Field(nested(_bank_account, closed=False), nullable=False),
    "line_items": Field(nested(COLUMNS, closed=False), nullable=False),
    "quote": Field(nested({**_bank_account, "display_signature": FLAG}, closed=False), nullable=False),
}
TAGGING = {
    "enabled": Field(flag, required=True),
    "keywords": Field(listed(text(), 1, 50), required=True),
    "tag_id": Field(identifier, required=True),
}
MODES = choice(("exclusive", "inclusive"))
UPDATE = {
    "allow_purchase_order_autolinking": Field(flag),
    "currency": Field(nested(CURRENCY)),
    "document_ids": Field(nested(DOCUMENT_IDS, closed=False)),
    "document_rendering": Field(nested(RENDERING), nullable=False),
    "generate_paid_invoice_pdf": FLAG,
    "language": Field(language),
    "mail": Field(nested({"reply_to": Field(listed(email))})),
    "payables_ocr_auto_tagging": Field(listed(nested(TAGGING))),
    "payables_skip_approval_flow": FLAG,
    "payment_priority": Field(choice(("working_capital", "balanced", "bottom_line"))),
    "quote_signature_required": FLAG,
    "receivable_edit_flow": Field(choice(("compliant", "partially_compliant", "non_compliant"))),
    "reminder": Field(nested({"enabled": FLAG}, closed=False)),
    "vat_inclusive_discount_mode": Field(MODES, nullable=False),
    "vat_mode": Field(MODES),
}


@bp.get("")
def show(entity_id: str) -> Response:
    """The entity's settings, over the partner's where the version merges them."""
    return jsonify(_shown(database(), entity_id))


@bp.patch("")
def update(entity_id: str) -> Response:
    """The settings with the given ones in the place of what was set."""
    fields = UPDATE
    if version().default_accounts:
        fields = {**UPDATE, "accounting": Field(nested(ACCOUNTING))}
    changes = read(fields)
    with write(database()) as db:
        entities.get(db, entity_id)
        references.check(db, entity_id, _named(changes.get("accounting") or {}))
        (changes.get("document_ids") or {}).pop("next_number", None)
        entities.save_settings(db, entity_id, changes)
        events.emit(db, entity_id, "entity_settings", "updated", entity_id)
        return jsonify(_shown(db, entity_id))


def _named(accounting: dict[str, Any]) -> list[dict[str, Any]]:
    """The ids that the defaults name, as what they are."""
    accounts = (accounting.get("ledger_account_ids") or {}).values()
    rates = (accounting.get("tax_ids") or {}).values()
    return [
        *({"ledger_account_id": account} for account in accounts),
        *({"accounting_tax_rate_id": rate} for rate in rates),
    ]


def _shown(db: Database, entity_id: str) -> dict[str, Any]:
    found = entities.settings(db, entity_id)
    if not version().default_accounts:
        del found["accounting"]
    if not version().merged_settings:
        return found
    partner = meta.partner_settings(db)
    own = {name: value for name, value in found.items() if value is not None or name not in partner}
    return {**partner, **own}
