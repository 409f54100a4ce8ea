"""What an entity that was just created finds: organisations to sign in to, and a unit to count in."""

from __future__ import annotations

from typing import Any

from sqlite_utils import Database

from app.emulator.samples import books, countries
from app.emulator.samples.calendar import Calendar
from app.emulator.store import clock, entities, measure_units, meta, snapshots

Body = dict[str, Any]

UNIT = {"designation": "pc", "name": "Piece"}


def settle(db: Database, entity_id: str, body: Body) -> None:
    """Give the entity two organisations on each platform, and the units of the partner's settings."""
    snapshots.fill(db, books.tables(_business(entity_id, body), Calendar(clock.now(db))))
    for unit in meta.partner_settings(db)["units"] or [UNIT]:
        measure_units.create(db, entity_id, {"name": unit["designation"], "description": unit["name"]})


def _business(entity_id: str, body: Body) -> books.Business:
    address, name = body["address"], entities.name_of(body)
    return {
        "id": entity_id,
        "key": entity_id,
        "name": name,
        "legal_name": name,
        "email": body["email"],
        "country": address["country"],
        "currency": countries.currency(address["country"]),
        "currencies": [countries.currency(address["country"])],
        "address": address,
        "other_organisation": f"{name} (former company)",
        "other_contacts": ["Landlord", "City utilities"],
        "products": [],
        "book_contacts": [],
        "book_items": [],
    }
