"""The partner's settings, where the key of the accounting provider is stored: /v1/settings."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from app.emulator.bodies import Field, anything, nested, read, text
from app.emulator.deps import database
from app.emulator.errors import BadRequestError
from app.emulator.store import meta
from app.emulator.store.database import write

bp = Blueprint("partner_settings", __name__, url_prefix="/v1/settings")

ACCOUNTING = {
    "provider": Field(text(minimum=1), required=True),
    "token": Field(text(minimum=1), required=True),
}
UPDATE = {name: Field(anything) for name in meta.DEFAULT_PARTNER_SETTINGS} | {
    "accounting": Field(nested(ACCOUNTING))
}


@bp.get("")
def show() -> Response:
    """All settings, the provider's key among them."""
    return jsonify(meta.partner_settings(database()))


@bp.patch("")
def update() -> Response:
    """Replace the given top-level settings."""
    changes = read(UPDATE)
    if str((changes.get("accounting") or {}).get("token", "")).startswith("Basic "):
        raise BadRequestError("The token must be given without the leading 'Basic '.")
    with write(database()) as db:
        return jsonify(meta.save_partner_settings(db, changes))
