"""Tax rates as pulled from the accounting system: /v1/accounting_tax_rates."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from app.emulator.api import answers
from app.emulator.api.gate import entity_id, version
from app.emulator.deps import database
from app.emulator.store import listings

bp = Blueprint("tax_rates", __name__, url_prefix="/v1/accounting_tax_rates")


@bp.get("")
def index() -> Response:
    """One page of them."""
    args = request.args.to_dict(flat=False)
    return answers.page(listings.tax_rates(database(), entity_id(), args, version()))


@bp.get("/<tax_rate_id>")
def show(tax_rate_id: str) -> Response:
    """One of them."""
    return jsonify(listings.tax_rate(database(), entity_id(), tax_rate_id))
