"""Monite's API in the versions spoken here, a module per resource, on Monite's own paths."""

from __future__ import annotations

from flask import Flask

from app.emulator.api import (
    accounting,
    answers,
    connections,
    counterparts,
    entities,
    entity_settings,
    entity_users,
    events,
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
    webhooks,
)

RESOURCES = (
    accounting,
    connections,
    counterparts,
    entities,
    entity_settings,
    entity_users,
    events,
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
    webhooks,
)


def init_app(app: Flask) -> None:
    """Serve every resource under /v1, behind the gate."""
    gate.init_app(app)
    answers.init_app(app)
    for resource in RESOURCES:
        app.register_blueprint(resource.bp)
