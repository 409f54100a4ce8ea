"""Linking one product again, after its name was put right; products are never written to the books."""

from __future__ import annotations

from typing import Any

from sqlite_utils import Database

from app.emulator.rules.matching import Named, match_products
from app.emulator.rules.objections import say
from app.emulator.store import books, parties, synced_records
from app.emulator.sync.books import RefusedError

Row = dict[str, Any]


def same_name(name: str) -> str:
    """Why a product is not linked whose name several have."""
    return say("monite-product-ambiguous", name=name)


def named(rows: list[Row]) -> list[Named]:
    """The rows as matching looks at them."""
    return [Named(row["id"], row["name"]) for row in rows]


def link_product(db: Database, connection: Row, record: Row, *, at: str) -> None:
    """Look for the product's item once more, unless it is linked; raises RefusedError when none is it."""
    if record["platform_object_id"] and record["object_id"]:
        synced_records.set_unchanged(db, record["id"], at=at)
        return
    product = parties.find_product(db, record["object_id"] or "")
    if product is None:
        raise RefusedError(["The product does not exist"])
    matches = match_products(
        named(parties.products_named(db, connection["entity_id"], product["name"])),
        named(books.items_named(db, connection["organisation_id"], product["name"])),
    )
    item_id = next((item.id for ours, item in matches.pairs if ours.id == product["id"]), None)
    if item_id is None:
        tied = any(one.id == product["id"] for one in matches.tied_products)
        raise RefusedError(
            [same_name(product["name"]) if tied else f"No item has this name: {product['name']}"]
        )
    synced_records.set_done(db, record["id"], item_id, object_updated_at=product["updated_at"], at=at)
