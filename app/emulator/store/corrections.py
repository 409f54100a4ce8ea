"""What a bookkeeper changes in the books by hand: causes of refusals, made and put right."""

from __future__ import annotations

from typing import Any

from sqlite_utils import Database

Row = dict[str, Any]


def set_lock_date(db: Database, organisation_id: str, lock_date: str | None) -> None:
    """Close the period up to and including a day, or open it again."""
    db.execute("UPDATE organisations SET lock_date = ? WHERE id = ?", [lock_date, organisation_id])


def set_subscription(db: Database, organisation_id: str, subscription: str) -> None:
    """Let the organisation's subscription lapse ("ended"), or renew it ("active")."""
    db.execute("UPDATE organisations SET subscription = ? WHERE id = ?", [subscription, organisation_id])


def find_accounts(db: Database, organisation_id: str) -> list[Row]:
    """The accounts that a line may carry, archived ones too."""
    return list(
        db.query(
            """
            SELECT id, code, name, status FROM book_accounts
            WHERE organisation_id = ? AND selectable = 1 ORDER BY code IS NULL, code, name
            """,
            [organisation_id],
        )
    )


def set_account_status(db: Database, organisation_id: str, account_id: str, status: str) -> None:
    """Archive an account ("Archived"), or restore it ("Active")."""
    db.execute(
        "UPDATE book_accounts SET status = ? WHERE organisation_id = ? AND id = ?",
        [status, organisation_id, account_id],
    )


def find_contacts(db: Database, organisation_id: str) -> list[Row]:
    """The contacts with their statuses, by name."""
    return list(
        db.query(
            "SELECT id, name, city, status FROM book_contacts WHERE organisation_id = ? ORDER BY name, id",
            [organisation_id],
        )
    )


def set_contact_status(db: Database, organisation_id: str, contact_id: str, status: str) -> None:
    """Archive a contact ("Archived"), or restore it ("Active")."""
    db.execute(
        "UPDATE book_contacts SET status = ? WHERE organisation_id = ? AND id = ?",
        [status, organisation_id, contact_id],
    )


def rename_contact(db: Database, organisation_id: str, contact_id: str, name: str) -> None:
    """Give a contact another name."""
    db.execute(
        "UPDATE book_contacts SET name = ? WHERE organisation_id = ? AND id = ?",
        [name, organisation_id, contact_id],
    )


def find_twins(db: Database, organisation_id: str) -> list[Row]:
    """Contacts whose name, country, city and address an earlier one has as well."""
    return list(
        db.query(
            """
            SELECT later.id, later.name FROM book_contacts later
            WHERE later.organisation_id = :organisation_id AND EXISTS (
                SELECT 1 FROM book_contacts one
                WHERE one.organisation_id = :organisation_id AND one.rowid < later.rowid
                  AND one.name = later.name AND one.country IS later.country
                  AND one.city IS later.city AND one.address IS later.address)
            ORDER BY later.name, later.rowid
            """,
            {"organisation_id": organisation_id},
        )
    )


def find_currencies(db: Database, organisation_id: str) -> list[str]:
    """The currencies in which the organisation may write."""
    rows = db.query(
        "SELECT currency FROM book_currencies WHERE organisation_id = ? ORDER BY rowid", [organisation_id]
    )
    return [row["currency"] for row in rows]


def enable_currency(db: Database, organisation_id: str, currency: str) -> None:
    """Let the organisation write in one currency more."""
    db.execute(
        """
        INSERT INTO book_currencies (organisation_id, currency) VALUES (?, ?)
        ON CONFLICT (organisation_id, currency) DO NOTHING
        """,
        [organisation_id, currency],
    )


def add_tax_rate(
    db: Database, organisation_id: str, *, name: str, rate: int, on_purchases: bool, on_sales: bool
) -> str:
    """Set up a tax rate, in hundredths of a percent, and return its id in the books."""
    row = next(
        db.query(
            """
            INSERT INTO book_tax_rates
                (id, organisation_id, name, code, rate, components, status, on_purchases, on_sales)
            SELECT key, :organisation_id, :name, key, :rate,
                json_array(json_object('name', :name, 'rate', :rate, 'is_compound', json('false'))),
                'Active', :on_purchases, :on_sales
            FROM (SELECT CASE platform WHEN 'xero' THEN 'TAX9' ELSE '9' END
                || printf('%02d', (SELECT count(*) FROM book_tax_rates t WHERE t.organisation_id = o.id))
                AS key FROM organisations o WHERE o.id = :organisation_id)
            RETURNING id
            """,
            {
                "organisation_id": organisation_id,
                "name": name,
                "rate": rate,
                "on_purchases": int(on_purchases),
                "on_sales": int(on_sales),
            },
        )
    )
    return str(row["id"])
