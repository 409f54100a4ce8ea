"""Bills and invoices in the accounting system, read-only: /v1/accounting/payables and /receivables."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from app.emulator.api.gate import entity_id
from app.emulator.deps import database
from app.emulator.store import accounting_documents
from app.emulator.store.accounting_documents import Kind
from app.emulator.store.pages import whole_number

bp = Blueprint("accounting", __name__, url_prefix="/v1/accounting")

LARGEST_PAGE, USUAL_PAGE, LARGEST_OFFSET = 500, 100, 2**63 - 1


@bp.get("/payables")
def payables() -> Response:
    """Bills of the books; this list has no tokens."""
    return _list("bill")


@bp.get("/payables/<payable_id>")
def payable(payable_id: str) -> Response:
    """One bill of the books, by their id."""
    return jsonify(accounting_documents.get(database(), entity_id(), "bill", payable_id))


@bp.get("/receivables")
def receivables() -> Response:
    """Invoices of the books; this list has no tokens."""
    return _list("invoice")


@bp.get("/receivables/<invoice_id>")
def receivable(invoice_id: str) -> Response:
    """One invoice of the books, by their id."""
    return jsonify(accounting_documents.get(database(), entity_id(), "invoice", invoice_id))


def _list(kind: Kind) -> Response:
    args = request.args.to_dict(flat=False)
    limit = whole_number(args, "limit", USUAL_PAGE, 1, LARGEST_PAGE)
    offset = whole_number(args, "offset", 0, 0, LARGEST_OFFSET)
    found = accounting_documents.find(database(), entity_id(), kind, limit=limit, offset=offset)
    return jsonify({"data": found})
