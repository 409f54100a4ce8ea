"""Codat's words: how its API and its webhooks call what the emulator keeps."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import UTC, datetime

STATUSES: Mapping[str, str] = {
    "pending_auth": "PendingAuth",
    "connected": "Linked",
    "deauthorized": "Deauthorized",
    "disconnected": "Unlinked",
}

DATA_TYPES: Mapping[str, str] = {
    "company": "company details",
    "chartOfAccounts": "ledger accounts",
    "taxRates": "tax rates",
    "suppliers": "suppliers",
    "customers": "customers",
    "items": "items",
    "bills": "bills",
    "invoices": "invoices",
}
"""What a pull reads, in this order, and what people call it."""

WRITTEN = ("bills", "invoices", "payments", "suppliers", "customers")
VALIDATORS: Mapping[str, str] = {
    "bills": "Bill",
    "invoices": "Invoice",
    "suppliers": "Supplier",
    "payments": "Payment",
    "customers": "Customer",
}
"""Who signs a validation error, per data type that is pushed."""
PUSHED_AS: Mapping[str, str] = {
    "bill": "bills",
    "invoice": "invoices",
    "payment_record": "payments",
    "vendor": "suppliers",
    "customer": "customers",
}

PUSH_RULE = "Push Operation Status Changed()"
SYNC_RULE = "Data sync completed"
CONNECTION_RULE = "DataConnectionStatusChanged"
RULES = (PUSH_RULE, SYNC_RULE, CONNECTION_RULE)

EVENTS = (
    "connection.created",
    "connection.connected",
    "connection.disconnected",
    "connection.reconnected",
    "connection.failed",
    "read.completed",
    "read.completed.initial",
    *(f"{name}.write.{outcome}" for name in WRITTEN for outcome in ("successful", "unsuccessful")),
)
TYPES: Mapping[str, tuple[str, ...]] = {"rules": RULES, "events": EVENTS}
"""What a consumer of each style may ask for."""


def known_type(style: str, asked: str) -> str | None:
    """The type as Codat writes it, or None; case and brackets do not count, for the guides differ in them."""
    return next((known for known in TYPES[style] if _plain(known) == _plain(asked)), None)


def wants(types: Collection[str], type_: str) -> bool:
    """Whether a consumer of these types is told; no types are all types."""
    return not types or type_ in types


def connection_event(before: str | None, after: str) -> str | None:
    """The event that tells of a connection's change between Monite's statuses, if one does."""
    if before is None:
        return "connection.created"
    if after == "connected":
        return "connection.reconnected" if before == "deauthorized" else "connection.connected"
    return "connection.disconnected" if before == "connected" else None


def company_name(name: str) -> str:
    """The name with what Codat takes out of names taken out."""
    return re.sub(r"[^\w\s\-'&@.,?!]|_", "", name)


def seconds(stamp: str) -> str:
    """A stored time as most of Codat's objects write it: 2026-11-15T10:00:21Z."""
    return _moment(stamp).strftime("%Y-%m-%dT%H:%M:%SZ")


def milliseconds(stamp: str) -> str:
    """A stored time as pushes and events write it: 2026-11-15T10:17:58.923Z."""
    moment = _moment(stamp)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def _moment(stamp: str) -> datetime:
    return datetime.fromisoformat(stamp).astimezone(UTC)


def _plain(name: str) -> str:
    return re.sub(r"[\s()]", "", name).lower()
