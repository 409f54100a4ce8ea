"""The accounting system's books: organisations, and what each of them holds."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from sqlite_utils import Database

from app.emulator.rules.documents import Account, Contact, Item, Organisation, TaxRate
from app.emulator.rules.matching import Party
from app.emulator.rules.statuses import is_archived

Row = dict[str, Any]


def books_platform(platform: str | None) -> str:
    """The accounting system that is meant; QuickBooks goes by several names."""
    return "quickbooks_online" if (platform or "").startswith("quickbooks") else "xero"


def find_organisation(db: Database, organisation_id: str) -> Row | None:
    """The organisation with this id, if there is one."""
    return next(db.query("SELECT * FROM organisations WHERE id = ?", [organisation_id]), None)


def find_organisations(db: Database, entity_id: str, platform: str | None = None) -> list[Row]:
    """The organisations that the entity's person sees on signing in, its own first."""
    return list(
        db.query(
            """
            SELECT * FROM organisations
            WHERE entity_id = :entity_id AND (:platform IS NULL OR platform = :platform)
            ORDER BY is_own DESC, rowid
            """,
            {"entity_id": entity_id, "platform": books_platform(platform) if platform else None},
        )
    )


def organisation_facts(db: Database, organisation_id: str) -> Organisation:
    """What decides which documents the organisation lets in."""
    row = next(db.query("SELECT * FROM organisations WHERE id = ?", [organisation_id]))
    currencies = db.query("SELECT currency FROM book_currencies WHERE organisation_id = ?", [organisation_id])
    return Organisation(
        id=row["id"],
        platform=row["platform"],
        base_currency=row["base_currency"],
        country=row["country"],
        lock_date=row["lock_date"],
        year_end_lock_date=row["year_end_lock_date"],
        subscription=row["subscription"],
        plan=row["plan"],
        user_rights=row["user_rights"],
        repeated_numbers=row["repeated_numbers"],
        currencies=frozenset(found["currency"] for found in currencies),
    )


def accounts(db: Database, organisation_id: str) -> dict[str, Account]:
    """The chart of accounts, by the books' ids."""
    rows = db.query("SELECT * FROM book_accounts WHERE organisation_id = ? ORDER BY rowid", [organisation_id])
    return {
        row["id"]: Account(
            id=row["id"],
            code=row["code"],
            name=row["name"],
            archived=is_archived(row["status"]),
            selectable=bool(row["selectable"]),
            kind=row["type"],
        )
        for row in rows
    }


def tax_rates(db: Database, organisation_id: str) -> dict[str, TaxRate]:
    """The tax rates, by the books' ids, in the order in which they were set up."""
    rows = db.query(
        "SELECT * FROM book_tax_rates WHERE organisation_id = ? ORDER BY rowid", [organisation_id]
    )
    return {
        row["id"]: TaxRate(
            id=row["id"],
            rate=row["rate"],
            code=row["code"],
            active=not is_archived(row["status"]),
            on_purchases=bool(row["on_purchases"]),
            on_sales=bool(row["on_sales"]),
        )
        for row in rows
    }


def contacts(db: Database, organisation_id: str) -> list[Row]:
    """The contacts, archived ones too."""
    return list(
        db.query("SELECT * FROM book_contacts WHERE organisation_id = ? ORDER BY rowid", [organisation_id])
    )


def contacts_named(db: Database, organisation_id: str, name: str) -> list[Row]:
    """The contacts of one name, archived ones too."""
    return list(
        db.query(
            "SELECT * FROM book_contacts WHERE organisation_id = ? AND name = ? ORDER BY rowid",
            [organisation_id, name],
        )
    )


def find_contact(db: Database, organisation_id: str, contact_id: str) -> Contact | None:
    """The contact with this id, if the books hold one."""
    rows = db.query(
        "SELECT * FROM book_contacts WHERE organisation_id = ? AND id = ?", [organisation_id, contact_id]
    )
    row = next(rows, None)
    if row is None:
        return None
    return Contact(row["id"], row["name"], is_archived(row["status"]), row["currency"], row["address"])


def name_taken(db: Database, organisation_id: str, name: str, *, archived_count: bool) -> bool:
    """Whether a contact has the name, in upper or lower case; archived ones keep theirs where they count."""
    rows = db.query(
        "SELECT status FROM book_contacts WHERE organisation_id = ? AND name = ? COLLATE NOCASE",
        [organisation_id, name],
    )
    return any(archived_count or not is_archived(row["status"]) for row in rows)


def insert_contact(
    db: Database, organisation_id: str, contact_id: str, party: Party, *, supplier: bool
) -> None:
    """Add a contact; it is a supplier or a customer until documents say more."""
    db.execute(
        """
        INSERT INTO book_contacts
            (id, organisation_id, name, is_supplier, is_customer, country, city, address, status)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'Active')
        """,
        [
            contact_id,
            organisation_id,
            party.name,
            int(supplier),
            int(not supplier),
            party.country,
            party.city,
            party.address,
        ],
    )


def set_role(db: Database, organisation_id: str, contact_id: str, *, supplier: bool) -> None:
    """Note that the contact is a supplier (or a customer) from now on, beside what it was."""
    column = "is_supplier" if supplier else "is_customer"
    db.execute(
        f"UPDATE book_contacts SET {column} = 1 WHERE organisation_id = ? AND id = ? AND {column} = 0",
        [organisation_id, contact_id],
    )


def settle_currency(db: Database, organisation_id: str, contact_id: str, currency: str) -> None:
    """Give the contact its one currency, unless it has one."""
    db.execute(
        "UPDATE book_contacts SET currency = ? WHERE organisation_id = ? AND id = ? AND currency IS NULL",
        [currency, organisation_id, contact_id],
    )


def items(db: Database, organisation_id: str) -> list[Row]:
    """The items that are in use."""
    rows = db.query("SELECT * FROM book_items WHERE organisation_id = ? ORDER BY rowid", [organisation_id])
    return [row for row in rows if not is_archived(row["status"])]


def find_items(db: Database, organisation_id: str, item_ids: Collection[str]) -> dict[str, Item]:
    """The items with these ids, those put away too."""
    if not item_ids:
        return {}
    rows = db.query(
        "SELECT * FROM book_items WHERE organisation_id = ? AND id IN (SELECT value FROM json_each(?))",
        [organisation_id, json.dumps(list(item_ids))],
    )
    return {row["id"]: Item(row["id"], row["code"], row["name"], is_archived(row["status"])) for row in rows}


def items_named(db: Database, organisation_id: str, name: str) -> list[Row]:
    """The items of one name that are in use."""
    rows = db.query(
        "SELECT * FROM book_items WHERE organisation_id = ? AND name = ? ORDER BY rowid",
        [organisation_id, name],
    )
    return [row for row in rows if not is_archived(row["status"])]
