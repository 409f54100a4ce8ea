"""Which test shows an operation of Monite's API; docs/emulator.md prints it.

Most are walked by Monite's own package, an area at a time (tests/monite_walks.py); the test of the walks
holds what is said here against what was called.
"""

from __future__ import annotations

from collections.abc import Mapping

WALKS = "tests/contract/test_emulator_monite_package.py::test_the_package_reads_every_answer_of_an_area"
AREAS: Mapping[str, str] = {
    "accounting": "documents_in_the_books",
    "accounting_connections": "connections",
    "accounting_sync_rules": "sync_rules",
    "accounting_synced_records": "synced_records",
    "accounting_tax_rates": "tax_rates",
    "auth": "auth",
    "counterparts": "counterparts",
    "entities": "entities",
    "entities/settings": "entity_settings",
    "entity_users": "people",
    "events": "events",
    "ledger_accounts": "ledger_accounts",
    "measure_units": "measure_units",
    "payables": "payables",
    "payables/line_items": "line_items",
    "products": "products",
    "receivables": "receivables",
    "roles": "people",
    "settings": "partner_settings",
    "webhook_deliveries": "events",
    "webhook_subscriptions": "subscriptions",
}
"""The area of a resource, and of what belongs to one where that has an area of its own."""
OLD_NAMES = "tests/unit/test_emulator_webhooks.py::test_the_oldest_version_has_them_under_its_own_names"
OTHERWISE: Mapping[str, str] = {"webhook_settings": OLD_NAMES, "webhooks": OLD_NAMES}
"""What the package does not know: the oldest version's names of webhooks."""


def area_of(path: str) -> str | None:
    """The area in which the package walks an operation with this path; None when it does not know it."""
    parts = path.strip("/").split("/")
    within = (AREAS.get(f"{parts[0]}/{part}") for part in parts[1:])
    return next(filter(None, within), AREAS.get(parts[0]))


def shown_by(path: str) -> str:
    """The test of an operation, as documents name it. Raises KeyError when nothing is said of it."""
    area = area_of(path)
    return f"walk `{area}`" if area else f"`{OTHERWISE[path.strip('/').split('/')[0]]}`"
