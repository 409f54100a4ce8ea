"""The partner's settings, where the key of the accounting provider is stored: /v1/settings."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify

from app.emulator.api.gate import version
from app.emulator.bodies import (
    Field,
    above,
    choice,
    currency,
    email,
    flag,
    json_object,
    listed,
    nested,
    optional,
    read,
    text,
    url,
)
from app.emulator.deps import database
from app.emulator.errors import BadRequestError
from app.emulator.rules.versions import VERSIONS
from app.emulator.store import meta
from app.emulator.store.database import write

bp = Blueprint("partner_settings", __name__, url_prefix="/v1/settings")

EXCHANGE_RATE = {
    "base": Field(currency, required=True),
    "to": Field(currency, required=True),
    "rate": Field(above(0), required=True),
}
CURRENCY = {
    "default": Field(currency, required=True),
    "exchange_rates": Field(listed(optional(nested(EXCHANGE_RATE)))),
}
MAIL = {
    "attach_documents_as_pdf": Field(flag, nullable=False),
    "from_email_username": Field(text(1, 64)),
    "from_name": Field(text(1, 30)),
}
PAYABLE = {
    "allow_cancel_duplicates_automatically": Field(flag),
    "allow_counterpart_autocreation": Field(flag),
    "allow_counterpart_autolinking": Field(flag),
    "allow_credit_note_autolinking": Field(flag),
    "approve_page_url": Field(url, required=True),
    "default_state": Field(text()),
    "enable_line_items": Field(flag, nullable=False),
    "skip_approval_for_paid_invoice": Field(flag),
}
COLOUR = Field(text(1))
BUTTON = dict.fromkeys(
    ("primary_color", "primary_hover_color", "secondary_color", "secondary_hover_color"), COLOUR
)
THEME = {
    "background_color": COLOUR,
    "border_radius": Field(text()),
    "button": Field(nested(BUTTON, closed=False)),
    "card": Field(nested({"background_color": COLOUR}, closed=False)),
    "font_color": COLOUR,
    "font_family": Field(text()),
    "font_link_href": Field(url),
    "logo_src": Field(url),
}
PAYMENTS = {
    "payment_page_domain": Field(text()),
    "payment_page_theme": Field(nested(THEME, closed=False)),
    "support_email": Field(email),
}
RECEIVABLE = {
    "create_without_personal_info": Field(flag, required=True),
    "deduction_title": Field(text(1, 32)),
}
UNIT = {"designation": Field(text(1), required=True), "name": Field(text(1), required=True)}
UPDATE = {
    "api_version": Field(choice(VERSIONS)),
    "commercial_conditions": Field(listed(text())),
    "currency": Field(nested(CURRENCY)),
    "default_role": Field(json_object),
    "mail": Field(nested(MAIL, closed=False)),
    "payable": Field(nested(PAYABLE, closed=False)),
    "payments": Field(nested(PAYMENTS, closed=False)),
    "receivable": Field(nested(RECEIVABLE, closed=False)),
    "units": Field(listed(nested(UNIT, closed=False))),
    "website": Field(text()),
}
ACCOUNTING = {"provider": Field(text(1), required=True), "token": Field(text(1), nullable=False)}


@bp.get("")
def show() -> Response:
    """All settings; the provider's key is among them in the version that has it."""
    return jsonify(_shown(meta.partner_settings(database())))


@bp.patch("")
def update() -> Response:
    """Replace the given top-level settings."""
    fields = UPDATE
    if version().accounting_in_settings:
        fields = {**UPDATE, "accounting": Field(nested(ACCOUNTING))}
    changes = read(fields, closed=not version().settings_open)
    if str((changes.get("accounting") or {}).get("token", "")).startswith("Basic "):
        raise BadRequestError("The token must be given without the leading 'Basic '.")
    with write(database()) as db:
        return jsonify(_shown(meta.save_partner_settings(db, changes)))


def _shown(found: dict[str, Any]) -> dict[str, Any]:
    hidden = () if version().accounting_in_settings else ("accounting",)
    return {name: value for name, value in found.items() if name not in hidden}
