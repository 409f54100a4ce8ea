"""Pushing, whatever happens in whatever order: nothing twice, nothing unasked, no cent lost."""

from __future__ import annotations

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from app.emulator.rules.statuses import PAYABLE_DEFAULT, PAYABLE_STATUSES, RECEIVABLE_DEFAULT
from app.emulator.store import sync_rules
from app.emulator.store.database import write
from app.emulator.sync import connections as sync
from app.emulator.sync import engine, push
from tests.emulator_factories import Practice

# Weighted towards what is pushed, so that much is written and written again.
BILL_STATUSES = st.sampled_from(["waiting_to_be_paid"] * 4 + ["paid"] * 2 + list(PAYABLE_STATUSES))
INVOICE_STATUSES = st.sampled_from(["issued"] * 3 + ["draft", "paid", "overdue", "canceled", "uncollectible"])
BILL_RULES = st.just(list(PAYABLE_DEFAULT)) | st.lists(st.sampled_from(PAYABLE_STATUSES), unique=True)
LINES = st.lists(
    st.fixed_dictionaries(
        {
            "quantity": st.integers(1, 9),
            "unit_price": st.integers(-500, 99_999),
            "tax": st.sampled_from([1900, 1900, 1900, 700]),
        }
    ),
    min_size=1,
    max_size=3,
)
INVOICE_RULES = st.just(list(RECEIVABLE_DEFAULT)) | st.lists(st.sampled_from(RECEIVABLE_DEFAULT), unique=True)


class KilledError(BaseException):
    """What kill -9 does to a transaction: it never commits."""


class Pushing(RuleBasedStateMachine):
    """One business, and everything that a person, a clock and an accountant can do to it."""

    def __init__(self) -> None:
        super().__init__()
        self.practice = Practice()
        self.practice.connect()
        self.totals: dict[str, int] = {}
        self.vendors = [self.practice.counterpart(name) for name in ("Kohl AG", "Blatt KG")]
        self.customer = self.practice.counterpart("Kundin GmbH", vendor=False, customer=True)

    def teardown(self) -> None:
        self.practice.close()

    # What Monite's side does

    @rule(
        status=BILL_STATUSES,
        vendor=st.integers(0, 1),
        number=st.integers(1, 3),
        lines=LINES,
        currency=st.sampled_from(["EUR", "EUR", "EUR", "USD"]),
    )
    def a_bill_comes(
        self, status: str, vendor: int, number: int, lines: list[dict[str, Any]], currency: str
    ) -> None:
        bill = self.practice.bill(
            self.vendors[vendor], status=status, number=f"B-{number}", lines=lines, currency=currency
        )
        amounts = [line["quantity"] * line["unit_price"] for line in lines]
        taxes = [round(amount * line["tax"] / 10_000) for amount, line in zip(amounts, lines, strict=True)]
        self.totals[bill] = sum(amounts) + sum(taxes)

    @rule(status=INVOICE_STATUSES, number=st.integers(1, 3), tax=st.sampled_from([1900, 700]))
    def an_invoice_comes(self, status: str, number: int, tax: int) -> None:
        invoice = self.practice.invoice(self.customer, status=status, number=f"I-{number}", tax=tax)
        self.totals[invoice] = 2000 + tax // 5

    @rule(pick=st.integers(0, 50), status=BILL_STATUSES)
    def a_bill_changes(self, pick: int, status: str) -> None:
        self._change("payables", pick, status=status, document_id=f"B-{pick}")

    @rule(pick=st.integers(0, 50), status=INVOICE_STATUSES)
    def an_invoice_changes(self, pick: int, status: str) -> None:
        self._change("receivables", pick, status=status)

    @rule(payable=BILL_RULES, receivable=INVOICE_RULES)
    def the_rules_change(self, payable: list[str], receivable: list[str]) -> None:
        self.practice.rules(payable, receivable)

    # What the accounting side does

    @rule(closed=st.booleans())
    def the_period_is_closed_or_opened(self, closed: bool) -> None:
        self.practice.change_organisation(lock_date="2026-12-31" if closed else None)

    @rule(status=st.sampled_from(["Active", "Archived"]))
    def the_account_is_put_away_or_back(self, status: str) -> None:
        self.practice.db.execute("UPDATE book_accounts SET status = ?", [status])

    @rule(name=st.sampled_from(["Kohl AG", "Blatt KG", "Kundin GmbH"]))
    def somebody_enters_a_contact_by_hand(self, name: str) -> None:
        self.practice.contact(f"hand-{len(self.practice.books()['contacts'])}", name)

    # What happens to the connection and to the machine

    @precondition(lambda self: self.practice.connection["status"] == "connected")
    @rule()
    def a_sync_is_asked_for(self) -> None:
        sync.request_sync(self.practice.db, self.practice.connection_id)

    @precondition(lambda self: self.practice.connection["status"] == "connected")
    @rule(pick=st.integers(0, 50))
    def a_record_is_retried(self, pick: int) -> None:
        settled = [row for row in self.practice.records() if row["sync_status"] != "pending"]
        if settled:
            push.push(self.practice.db, settled[pick % len(settled)]["id"])

    @precondition(lambda self: self.practice.connection["status"] == "connected")
    @rule()
    def a_sync_runs_through(self) -> None:
        sync.request_sync(self.practice.db, self.practice.connection_id)
        self.the_engine_runs()

    @rule()
    def the_engine_runs(self) -> None:
        while self._one_transaction():
            pass

    @rule(transactions=st.integers(0, 3))
    def the_engine_is_killed(self, transactions: int) -> None:
        for _ in range(transactions):
            self._one_transaction()
        try:
            with write(self.practice.db):
                engine.run_next(self.practice.db, self.practice.settings)
                raise KilledError
        except KilledError:
            return

    @precondition(lambda self: self.practice.connection["status"] == "connected")
    @rule()
    def access_is_withdrawn(self) -> None:
        sync.revoke(self.practice.db, self.practice.connection_id)

    @precondition(lambda self: self.practice.connection["status"] == "deauthorized")
    @rule()
    def access_is_given_again(self) -> None:
        sync.authorise(self.practice.db, self.practice.connection_id)

    @rule()
    def it_is_disconnected_and_connected_again(self) -> None:
        self.practice.disconnect()
        row = sync.create(self.practice.db, self.practice.entity_id, "xero", settings_provider="codat")
        self.practice.connection_id = str(row["id"])
        sync.authorise(self.practice.db, self.practice.connection_id)

    # What must hold after each of these

    @invariant()
    def every_document_in_the_books_belongs_to_one_record_and_no_other(self) -> None:
        links = [
            row["platform_object_id"]
            for row in self.practice.records()
            if row["object_type"] in ("bill", "receivable") and row["platform_object_id"]
        ]

        assert sorted(links) == sorted(self._written())

    @invariant()
    def no_cent_is_lost(self) -> None:
        for object_id, document in self._by_object().items():
            net = sum(line["amount"] for line in document["lines"])
            (row,) = self.practice.db.query(
                "SELECT SUM(tax_amount) AS tax FROM book_lines WHERE document_id = ?", [document["id"]]
            )
            assert document["total"] == net + row["tax"] == self.totals[object_id]

    @invariant()
    def only_what_is_pending_waits_in_the_queue(self) -> None:
        waiting = {row["record_id"] for row in self.practice.db.query("SELECT record_id FROM jobs")} - {None}
        pending = {row["id"] for row in self.practice.records() if row["sync_status"] == "pending"}

        assert waiting == pending

    @invariant()
    def an_invoice_number_is_open_once(self) -> None:
        numbers = [one["number"] for one in self.practice.books()["invoices"] if one["status"] == "open"]

        assert len(numbers) == len(set(numbers))

    def _one_transaction(self) -> int:
        """Let the engine do one thing; what it adds to the books is what the rules allow just now."""
        before = self._by_object().keys()
        done = engine.run_next(self.practice.db, self.practice.settings)
        rules = sync_rules.get(self.practice.db, self.practice.entity_id)
        for object_id in self._by_object().keys() - before:
            (row,) = self.practice.db.query(
                """
                SELECT 'payable' AS list, status FROM payables WHERE id = :id
                UNION ALL SELECT 'receivable', status FROM receivables WHERE id = :id
                """,
                {"id": object_id},
            )
            assert row["status"] in rules[row["list"]]
        return done

    def _written(self) -> dict[str, dict[str, Any]]:
        books = self.practice.books()
        return {document["id"]: document for document in [*books["bills"], *books["invoices"]]}

    def _by_object(self) -> dict[str, dict[str, Any]]:
        written = self._written()
        return {
            row["object_id"]: written[row["platform_object_id"]]
            for row in self.practice.records()
            if row["platform_object_id"] in written
        }

    def _change(self, table: str, pick: int, **changes: str) -> None:
        rows = list(self.practice.db.query(f"SELECT id FROM {table} ORDER BY rowid"))
        if rows:
            self.practice.touch(table, rows[pick % len(rows)]["id"], **changes)


TestPushing = Pushing.TestCase
TestPushing.settings = settings(max_examples=60, stateful_step_count=50, deadline=None)
