"""Monite's API of version 2024-01-31, a module per resource, on Monite's own paths."""

from __future__ import annotations

from flask import Flask

from app.emulator.api import (
    answers,
    connections,
    counterparts,
    entities,
    entity_users,
    gate,
    ledger_accounts,
    line_items,
    measure_units,
    partner_settings,
    payables,
    products,
    receivables,
    roles,
    sync_rules,
    synced_records,
    tax_rates,
    tokens,
)

RESOURCES = (
    connections,
    counterparts,
    entities,
    entity_users,
    ledger_accounts,
    line_items,
    measure_units,
    partner_settings,
    payables,
    products,
    receivables,
    roles,
    sync_rules,
    synced_records,
    tax_rates,
    tokens,
)


def init_app(app: Flask) -> None:
    """Serve every resource under /v1, behind the gate."""
    gate.init_app(app)
    answers.init_app(app)
    for resource in RESOURCES:
        app.register_blueprint(resource.bp)
