"""Codat's own API, as far as it matters behind Monite, on /codat: companies, reads, pushes, webhooks."""

from __future__ import annotations

from flask import Blueprint, Flask
from werkzeug.exceptions import HTTPException

from app.emulator.codat import companies, data, elsewhere, operations, profiles, webhooks
from app.emulator.codat.door import enter, fault, leave, plain, refusal
from app.emulator.errors import ApiError

bp = Blueprint("codat", __name__, url_prefix="/codat")
bp.before_request(enter)
bp.after_request(leave)
bp.register_error_handler(ApiError, refusal)
bp.register_error_handler(HTTPException, fault)
for part in (companies, data, operations, webhooks, profiles, elsewhere):
    bp.register_blueprint(part.bp)


def init_app(app: Flask) -> None:
    """Serve Codat's API, and answer in its shape even where no route was found."""
    app.register_blueprint(bp)
    app.after_request(plain)
