"""What a bookkeeper changes in the books by hand: causes of refusals, made and put right."""

from __future__ import annotations

import json
from typing import Any

from sqlite_utils import Database

from app.emulator.rules.statuses import PAYABLE_DEFAULT, RECEIVABLE_DEFAULT

Row = dict[str, Any]

FACTS = ("lock_date", "year_end_lock_date", "subscription", "plan", "user_rights", "repeated_numbers")


def set_lock_date(db: Database, organisation_id: str, lock_date: str | None) -> None:
    """Close the period up to and including a day, or open it again."""
    db.execute("UPDATE organisations SET lock_date = ? WHERE id = ?", [lock_date, organisation_id])


def set_subscription(db: Database, organisation_id: str, subscription: str) -> None:
    """Let the organisation's subscription lapse ("ended"), or renew it ("active")."""
    db.execute("UPDATE organisations SET subscription = ? WHERE id = ?", [subscription, organisation_id])


def set_fact(db: Database, organisation_id: str, column: str, value: str | None) -> None:
    """Set one of the organisation's facts that decide what it lets in."""
    if column not in FACTS:
        raise ValueError(column)
    db.execute(f"UPDATE organisations SET {column} = ? WHERE id = ?", [value, organisation_id])


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


def rename_account(db: Database, organisation_id: str, account_id: str, name: str) -> None:
    """Give an account another name."""
    db.execute(
        "UPDATE book_accounts SET name = ? WHERE organisation_id = ? AND id = ?",
        [name, organisation_id, account_id],
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


def disable_currency(db: Database, organisation_id: str, currency: str) -> None:
    """Take a currency away from the organisation."""
    db.execute(
        "DELETE FROM book_currencies WHERE organisation_id = ? AND currency = ?", [organisation_id, currency]
    )


def most_used_contact(db: Database, entity_id: str, organisation_id: str) -> str | None:
    """The contact to which most of the entity's documents lead, of those in use."""
    rows = db.query(
        """
        SELECT r.platform_object_id AS id FROM synced_records r
        JOIN book_contacts c ON c.organisation_id = r.organisation_id AND c.id = r.platform_object_id
            AND c.status = 'Active'
        JOIN (SELECT counterpart_id FROM payables WHERE entity_id = :entity_id
              UNION ALL SELECT counterpart_id FROM receivables WHERE entity_id = :entity_id) d
            ON d.counterpart_id = r.object_id
        WHERE r.entity_id = :entity_id AND r.organisation_id = :organisation_id
          AND r.object_type IN ('vendor', 'customer')
        GROUP BY r.platform_object_id ORDER BY count(*) DESC, r.platform_object_id LIMIT 1
        """,
        {"entity_id": entity_id, "organisation_id": organisation_id},
    )
    row = next(rows, None)
    return str(row["id"]) if row else None


_UNSENT = """
    SELECT o.document_id AS number, o.currency, o.total_amount AS total, c.platform_object_id AS contact_id
    FROM {table} o
    LEFT JOIN synced_records r ON r.entity_id = o.entity_id AND r.organisation_id = :organisation_id
        AND r.object_type = '{object_type}' AND r.object_id = o.id
    LEFT JOIN synced_records c ON c.entity_id = o.entity_id AND c.organisation_id = :organisation_id
        AND c.object_type = '{role}' AND c.object_id = o.counterpart_id
    WHERE o.entity_id = :entity_id AND o.document_id IS NOT NULL AND r.platform_object_id IS NULL
      AND o.status IN (SELECT value FROM json_each(:statuses)) AND {more}
      AND (:number IS NULL OR o.document_id = :number)
    ORDER BY o.created_at, o.id LIMIT 1
"""
_UNSENT_OF = {
    "bill": (
        _UNSENT.format(
            # The number of a bill counts within its supplier, who must be known for that.
            table="payables",
            object_type="bill",
            role="vendor",
            more="c.platform_object_id IS NOT NULL",
        ),
        PAYABLE_DEFAULT,
    ),
    "invoice": (
        _UNSENT.format(
            table="receivables",
            object_type="receivable",
            role="customer",
            # A discount on the whole stops an invoice before the books see its number.
            more="o.type = 'invoice'"
            " AND (o.document_id = :number OR json_extract(o.body, '$.discount') IS NULL)",
        ),
        RECEIVABLE_DEFAULT,
    ),
}


def find_unsent(
    db: Database, entity_id: str, organisation_id: str, kind: str, number: str | None
) -> Row | None:
    """The oldest bill or invoice with a number that is still to be pushed, or the one of this number."""
    statement, statuses = _UNSENT_OF[kind]
    values = {
        "entity_id": entity_id,
        "organisation_id": organisation_id,
        "statuses": json.dumps(statuses),
        "number": number,
    }
    return next(db.query(statement, values), None)


def enter_document(
    db: Database, organisation_id: str, document_id: str, kind: str, document: Row, *, at: str
) -> None:
    """Enter a document by hand: `number`, `contact_id`, `currency` and `total`, dated now."""
    db.execute(
        """
        INSERT INTO book_documents
            (id, organisation_id, kind, number, contact_id, date, due_date, currency, total, status, source,
             created_at, updated_at)
        VALUES (:id, :organisation_id, :kind, :number, :contact_id, substr(:at, 1, 10), substr(:at, 1, 10),
                :currency, :total, 'open', 'books', :at, :at)
        """,
        {
            "id": document_id,
            "organisation_id": organisation_id,
            "kind": kind,
            "number": document["number"],
            "contact_id": document["contact_id"],
            "currency": document["currency"] or "",
            "total": document["total"] or 0,
            "at": at,
        },
    )


def remove_document(db: Database, organisation_id: str, document_id: str) -> None:
    """Take a document that was entered by hand out of the books again."""
    db.execute(
        "DELETE FROM book_documents WHERE organisation_id = ? AND id = ?", [organisation_id, document_id]
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
