"""Checks of ids that a body names: what they point to must be there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlite_utils import Database

from app.emulator.errors import BadRequestError, NotFoundError
from app.emulator.store import counterparts, listings, measure_units

NAMED = {
    "ledger_account_id": (listings.ledger_account, "Ledger account not found."),
    "accounting_tax_rate_id": (listings.tax_rate, "Accounting tax rate not found."),
    "measure_unit_id": (measure_units.get, "Measure unit not found."),
    "counterpart_id": (counterparts.get, "Counterpart not found."),
}


def check(db: Database, entity_id: str, bodies: Iterable[Mapping[str, Any]]) -> None:
    """Raises BadRequestError for the first id of which the entity has nothing; null is no id."""
    for body in bodies:
        if body.get("tag_ids"):
            # Tags are made by operations that the emulator does not have, so there are none.
            raise BadRequestError("Tag not found.")
        for name, (get, message) in NAMED.items():
            if body.get(name) is None:
                continue
            try:
                get(db, entity_id, body[name])
            except NotFoundError as exc:
                raise BadRequestError(message) from exc


def check_address(db: Database, entity_id: str, body: Mapping[str, Any], *, owner: str | None = None) -> None:
    """Raises BadRequestError when the body names an address that its counterpart does not have.

    `owner` is the counterpart so far, for a body that names no other.
    """
    if body.get("counterpart_address_id") is None:
        return
    owner = body.get("counterpart_id", owner)
    known = counterparts.addresses(db, entity_id, owner) if owner else []
    if body["counterpart_address_id"] not in {address["id"] for address in known}:
        raise BadRequestError("Counterpart address not found.")
