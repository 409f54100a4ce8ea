"""The emulator's own affairs: scenario, credentials, partner settings and switches."""

from __future__ import annotations

import json
from typing import Any

from sqlite_utils import Database

from app.emulator.rules.codat_hooks import CLIENT_NAME as CODAT_CLIENT_NAME
from app.emulator.rules.defaults import filled
from app.emulator.rules.versions import VERSIONS, Version

CLIENT_ID = "5f1c2e0a-6d0b-4c36-9a67-2f7c6a1d9b10"
CLIENT_SECRET = "gangway-practice-secret"  # noqa: S105 - opens the emulator only, and is shown by it
DEFAULT_VERSION = "2024-01-31"

DEFAULT_SWITCHES: dict[str, bool] = {
    # How to read what Monite's sources leave open.
    "hide_disconnected_connections": False,
    "omit_business_info": False,
    "push_discounted_invoices": False,
    "skip_documents_before_first_sync": False,
}

DEFAULT_PARTNER_SETTINGS: dict[str, Any] = {
    "accounting": None,
    "api_version": DEFAULT_VERSION,
    "commercial_conditions": None,
    "currency": {"default": "EUR", "exchange_rates": None},
    "default_role": None,
    "mail": {"attach_documents_as_pdf": True, "from_email_username": None, "from_name": None},
    "payable": {
        "allow_cancel_duplicates_automatically": False,
        "allow_counterpart_autocreation": False,
        "allow_counterpart_autolinking": False,
        "allow_credit_note_autolinking": False,
        "approve_page_url": "https://example.com/",
        "default_state": "new",
        "enable_line_items": True,
        "skip_approval_for_paid_invoice": False,
    },
    "payments": {"payment_page_domain": None, "payment_page_theme": None, "support_email": None},
    "receivable": {"create_without_personal_info": False, "deduction_title": None},
    "units": None,
    "website": None,
}


DEFAULT_CODAT_PROFILE: dict[str, Any] = {
    "name": CODAT_CLIENT_NAME,
    "logoUrl": None,
    "iconUrl": None,
    "redirectUrl": None,
    "confirmCompanyName": False,
    "whiteListUrls": [],
}


def find(db: Database, key: str, default: str = "") -> str:
    """The stored value, or the default when nothing was stored."""
    row = next(db.query("SELECT value FROM meta WHERE key = ?", [key]), None)
    return str(row["value"]) if row else default


def save(db: Database, key: str, value: str) -> None:
    """Keep the value under the key."""
    db.execute(
        "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        [key, value],
    )


def credentials(db: Database) -> tuple[str, str]:
    """The client id and the secret that this emulator takes."""
    return find(db, "client_id", CLIENT_ID), find(db, "client_secret", CLIENT_SECRET)


def base_url(db: Database) -> str:
    """Where a browser reaches the emulator, for addresses that are written outside of a request."""
    return find(db, "base_url", "http://127.0.0.1:5001")


def codat_profile(db: Database) -> dict[str, Any]:
    """The partner's profile at Codat."""
    stored: dict[str, Any] = json.loads(find(db, "codat_profile", "{}"))
    return {**DEFAULT_CODAT_PROFILE, **stored}


def save_codat_profile(db: Database, changes: dict[str, Any]) -> None:
    """Set the given fields of the profile."""
    save(db, "codat_profile", json.dumps({**codat_profile(db), **changes}))


def partner_settings(db: Database) -> dict[str, Any]:
    """The partner's settings as stored, over Monite's defaults."""
    stored: dict[str, Any] = json.loads(find(db, "partner_settings", "{}"))
    return {**DEFAULT_PARTNER_SETTINGS, **stored}


def save_partner_settings(db: Database, changes: dict[str, Any]) -> dict[str, Any]:
    """Merge the given top-level keys into the settings, and return all of them.

    What an object leaves out is as Monite starts with it.
    """
    given = {name: filled(DEFAULT_PARTNER_SETTINGS.get(name), value) for name, value in changes.items()}
    merged = {**partner_settings(db), **given}
    save(db, "partner_settings", json.dumps(merged))
    return merged


def background_version(db: Database) -> Version:
    """The version by which syncs run and events are written: the partner setting `api_version`."""
    return VERSIONS[partner_settings(db)["api_version"] or DEFAULT_VERSION]


def accounting_provider(db: Database) -> str | None:
    """The provider whose key is stored in the partner settings, if there is one."""
    accounting = partner_settings(db)["accounting"] or {}
    return accounting.get("provider") if accounting.get("token") else None


def switches(db: Database) -> dict[str, bool]:
    """Every switch with its present position."""
    stored: dict[str, bool] = json.loads(find(db, "switches", "{}"))
    return {**DEFAULT_SWITCHES, **stored}


def save_switches(db: Database, changes: dict[str, bool]) -> dict[str, bool]:
    """Set the given switches, and return all of them."""
    merged = {**switches(db), **changes}
    save(db, "switches", json.dumps(merged))
    return merged
