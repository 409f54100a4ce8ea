"""Ledger accounts as pulled from the accounting system: /v1/ledger_accounts."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from app.emulator.api import answers
from app.emulator.api.gate import entity_id, version
from app.emulator.deps import database
from app.emulator.store import listings

bp = Blueprint("ledger_accounts", __name__, url_prefix="/v1/ledger_accounts")


@bp.get("")
def index() -> Response:
    """One page of them."""
    args = request.args.to_dict(flat=False)
    return answers.page(listings.ledger_accounts(database(), entity_id(), args, version()))


@bp.get("/<ledger_account_id>")
def show(ledger_account_id: str) -> Response:
    """One of them."""
    return jsonify(listings.ledger_account(database(), entity_id(), ledger_account_id))
