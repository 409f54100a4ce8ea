"""A small business beside its books, for tests of the emulator; only what matters is spelled out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlite_utils import Database

from app.emulator.config import EmulatorSettings
from app.emulator.rules.matching import address_line
from app.emulator.store import clock, connections, entities, meta, sync_rules
from app.emulator.store.book_pages import books_of
from app.emulator.sync import connections as sync_connections
from app.emulator.sync import engine, push
from tests import empty_files

Row = dict[str, Any]

START = "2026-01-01T00:00:00.000000+00:00"
BERLIN = {"country": "DE", "city": "Berlin", "line1": "Hauptstr. 1"}


class Practice:
    """One entity with its own organisation and a wrong one on each platform, in a file of its own."""

    def __init__(
        self, path: Path | str = ":memory:", *, platform: str = "xero", instant: bool = True
    ) -> None:
        self.db: Database = empty_files.emulator(path)
        self.settings = EmulatorSettings(database=Path(path), instant=instant)
        self.platform = platform
        self.entity_id = str(uuid4())
        self.connection_id = ""
        self._insert(
            "entities",
            id=self.entity_id,
            key="acme",
            name="Acme",
            country="DE",
            currency="EUR",
            body="{}",
            created_at=START,
            updated_at=START,
        )
        self.organisation_id = self._organisation("Acme", own=True)
        self.wrong_id = self._organisation("Acme Holding", own=False)

    def _organisation(self, name: str, *, own: bool) -> str:
        organisation_id = f"org-{name}"
        self._insert(
            "organisations",
            id=organisation_id,
            entity_id=self.entity_id,
            platform=self.platform,
            is_own=int(own),
            name=name,
            legal_name=name,
            email=None,
            country="DE",
            base_currency="EUR",
            lock_date=None,
        )
        self.account("acc-costs", organisation_id=organisation_id)
        self.tax_rate("rate-19", 1900, organisation_id=organisation_id)
        return organisation_id

    # The books

    def account(self, key: str, *, organisation_id: str | None = None, **more: Any) -> str:
        """An account in the books; `code` is 400 unless told."""
        row: Row = {
            "code": "400",
            "name": "Costs",
            "type": "Expense",
            "status": "Active",
            "is_bank_account": 0,
            "selectable": 1,
        }
        organisation = organisation_id or self.organisation_id
        self._insert("book_accounts", **(row | {"id": key, "organisation_id": organisation} | more))
        return key

    def tax_rate(
        self,
        key: str,
        rate: int,
        *,
        organisation_id: str | None = None,
        purchases: bool = True,
        sales: bool = True,
    ) -> str:
        """A tax rate in the books."""
        self._insert(
            "book_tax_rates",
            id=key,
            organisation_id=organisation_id or self.organisation_id,
            name=f"{rate / 100:g}%",
            code=key,
            rate=rate,
            components="[]",
            status="Active",
            on_purchases=int(purchases),
            on_sales=int(sales),
        )
        return key

    def contact(
        self, key: str, name: str, *, status: str = "Active", supplier: bool = True, **address: str
    ) -> str:
        """A contact in the books, a supplier unless told."""
        place = BERLIN | address
        self._insert(
            "book_contacts",
            id=key,
            organisation_id=self.organisation_id,
            name=name,
            is_supplier=int(supplier),
            is_customer=int(not supplier),
            country=place["country"],
            city=place["city"],
            address=address_line(place["line1"]),
            status=status,
        )
        return key

    def item(self, key: str, name: str, **more: Any) -> str:
        """An item in the books."""
        row: Row = {"code": key, "unit_price": 500, "account_id": None, "status": "Active"}
        self._insert(
            "book_items", **(row | {"id": key, "organisation_id": self.organisation_id, "name": name} | more)
        )
        return key

    def change_organisation(self, **changes: Any) -> None:
        """Set columns of the own organisation, such as lock_date."""
        for column, value in changes.items():
            self.db.execute(
                f"UPDATE organisations SET {column} = ? WHERE id = ?", [value, self.organisation_id]
            )

    # Monite's side

    def counterpart(
        self, name: str = "Kohl AG", *, vendor: bool = True, customer: bool = False, **address: str
    ) -> str:
        """A counterpart in Berlin, a vendor unless told."""
        counterpart_id = str(uuid4())
        self._insert(
            "counterparts",
            id=counterpart_id,
            entity_id=self.entity_id,
            type="organization",
            name=name,
            is_vendor=int(vendor),
            is_customer=int(customer),
            body="{}",
            created_at=START,
            updated_at=START,
        )
        self._insert(
            "counterpart_addresses", id=str(uuid4()), counterpart_id=counterpart_id, **(BERLIN | address)
        )
        return counterpart_id

    def product(self, name: str, *, account: str | None = None, price: int = 1000) -> str:
        """A product of the catalogue; `account` is a ledger account's id at Monite."""
        product_id = str(uuid4())
        self._insert(
            "products",
            id=product_id,
            entity_id=self.entity_id,
            name=name,
            type="product",
            ledger_account_id=account,
            price=price,
            currency="EUR",
            body="{}",
            created_at=START,
            updated_at=START,
        )
        return product_id

    def bill(
        self,
        counterpart_id: str | None = None,
        *,
        status: str = "waiting_to_be_paid",
        number: str = "B-1",
        lines: Sequence[Row] | None = None,
        currency: str = "EUR",
        date: str = "2026-06-01",
    ) -> str:
        """A payable with one complete line unless told; a None counterpart gets a new one."""
        bill_id = str(uuid4())
        self._insert(
            "payables",
            id=bill_id,
            entity_id=self.entity_id,
            status=status,
            document_id=number,
            counterpart_id=counterpart_id or self.counterpart(),
            currency=currency,
            issued_at=date,
            due_date=date,
            body="{}",
            created_at=START,
            updated_at=START,
        )
        for position, line in enumerate([{}] if lines is None else lines):
            self._line(bill_id, position, line)
        return bill_id

    def _line(self, bill_id: str, position: int, line: Row) -> None:
        full: Row = {
            "account": self.account_id(),
            "tax": 1900,
            "rate_id": None,
            "quantity": 2,
            "unit_price": 1000,
        } | line
        subtotal = full["quantity"] * full["unit_price"]
        tax_amount = round(subtotal * (full["tax"] or 0) / 10_000)
        body = {
            "name": "Paper",
            "quantity": full["quantity"],
            "unit_price": full["unit_price"],
            "subtotal": subtotal,
            "tax_amount": tax_amount,
        }
        self._insert(
            "payable_line_items",
            id=str(uuid4()),
            entity_id=self.entity_id,
            payable_id=bill_id,
            position=position,
            ledger_account_id=full["account"],
            accounting_tax_rate_id=full["rate_id"],
            tax=full["tax"],
            body=json.dumps(body),
            created_at=START,
            updated_at=START,
        )

    def invoice(
        self,
        counterpart_id: str | None = None,
        *,
        status: str = "issued",
        number: str = "I-1",
        product_id: str | None = None,
        discount: Row | None = None,
        line_discount: Row | None = None,
        tax: int = 1900,
        **body: Any,
    ) -> str:
        """An invoice with one line of a product that has an account, unless told; `body` is added to it."""
        invoice_id = str(uuid4())
        product = product_id or self.product(f"Tea {invoice_id}", account=self.account_id())
        line = {
            "product": {"id": product, "vat_rate": {"value": tax}},
            "quantity": 2,
            "discount": line_discount,
        }
        self._insert(
            "receivables",
            id=invoice_id,
            entity_id=self.entity_id,
            type="invoice",
            status=status,
            document_id=number,
            counterpart_id=counterpart_id or self.counterpart("Kundin GmbH", vendor=False, customer=True),
            currency="EUR",
            issue_date="2026-06-01",
            due_date="2026-07-01",
            body=json.dumps({"line_items": [line], "discount": discount, **body}),
            created_at=START,
            updated_at=START,
        )
        return invoice_id

    def account_id(self, key: str = "acc-costs") -> str | None:
        """Monite's id of a pulled account, or None before the first pull."""
        rows = self.db.query(
            "SELECT id FROM ledger_accounts WHERE platform_account_id = ? AND organisation_id = ?",
            [key, self.organisation_id],
        )
        row = next(rows, None)
        return row["id"] if row else None

    def speak(self, version: str) -> None:
        """Let syncs go by a version of Monite's API."""
        meta.save_partner_settings(self.db, {"api_version": version})

    def defaults(self, *, products: str | None = None, payments: str | None = None) -> None:
        """Set the entity's default accounts, by Monite's ids."""
        accounts = {"products": products, "payments": payments}
        entities.save_settings(self.db, self.entity_id, {"accounting": {"ledger_account_ids": accounts}})

    def rules(self, payable: Sequence[str] | None = None, receivable: Sequence[str] | None = None) -> None:
        """Set the lists that are given."""
        sync_rules.save(self.db, self.entity_id, payable=payable, receivable=receivable)

    def touch(self, table: str, object_id: str, **changes: Any) -> None:
        """Change columns of an object, as a person at Monite would: now."""
        changes["updated_at"] = clock.stamp(clock.now(self.db))
        for column, value in changes.items():
            self.db.execute(f"UPDATE {table} SET {column} = ? WHERE id = ?", [value, object_id])

    # What happens

    def connect(self, *, wrong: bool = False) -> str:
        """A new connection to the own organisation (or the wrong one), its first pull done when instant."""
        row = sync_connections.create(self.db, self.entity_id, self.platform, settings_provider="codat")
        self.connection_id = str(row["id"])
        organisation_id = self.wrong_id if wrong else self.organisation_id
        sync_connections.authorise(self.db, self.connection_id, organisation_id=organisation_id)
        self.run()
        return self.connection_id

    def run(self) -> int:
        """Let the engine do what is due."""
        return engine.run_due(self.db, self.settings)

    def advance(self, seconds: float) -> int:
        """Move the clock, and let the engine do what became due."""
        clock.advance(self.db, seconds)
        return self.run()

    def sync(self) -> None:
        """A forced sync, done when instant."""
        sync_connections.request_sync(self.db, self.connection_id)
        self.run()

    def retry(self, object_id: str) -> Row:
        """Push an object's record again; returns the record as it then is."""
        push.push(self.db, self.record(object_id)["id"])
        self.run()
        return self.record(object_id)

    def disconnect(self) -> None:
        """End the connection."""
        sync_connections.disconnect(self.db, self.connection_id)

    # What can be seen

    @property
    def connection(self) -> Row:
        """The connection as it is now."""
        found = connections.find(self.db, self.connection_id)
        assert found is not None
        return found

    def records(self, object_type: str | None = None) -> list[Row]:
        """All synced records, or those of one type."""
        return list(
            self.db.query(
                "SELECT * FROM synced_records WHERE :type IS NULL OR object_type = :type ORDER BY rowid",
                {"type": object_type},
            )
        )

    def record(self, object_id: str) -> Row:
        """The one record of an object."""
        (found,) = [row for row in self.records() if row["object_id"] == object_id]
        return found

    def error(self, object_id: str) -> str:
        """The message of an object's record, empty when there is none."""
        message: str = json.loads(self.record(object_id)["errors"]).get("message", "")
        return message

    def books(self) -> dict[str, Any]:
        """The books of the organisation now or last connected."""
        return books_of(self.db, self.entity_id)

    def close(self) -> None:
        """Close the file."""
        self.db.close()

    def _insert(self, table: str, **row: Any) -> None:
        names = ", ".join(row)
        values = ", ".join(f":{name}" for name in row)
        self.db.execute(f"INSERT INTO {table} ({names}) VALUES ({values})", row)
