"""Pushing, whatever happens in whatever order: nothing twice, nothing unasked, no cent lost."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from app.emulator.rules.statuses import PAYABLE_STATUSES
from app.emulator.store import clock, jobs
from app.emulator.store.database import write
from app.emulator.sync import connections as sync
from app.emulator.sync import engine, push
from tests.emulator_factories import Practice

INVOICE_STATUSES = ("draft", "issued", "paid", "overdue", "canceled", "uncollectible")
BILL_RULES = st.lists(st.sampled_from(PAYABLE_STATUSES), unique=True)
INVOICE_RULES = st.lists(st.sampled_from(INVOICE_STATUSES[1:]), unique=True)


class KilledError(BaseException):
    """What kill -9 does to a transaction: it never commits."""


class Pushing(RuleBasedStateMachine):
    """One business, and everything that a person, a clock and an accountant can do to it."""

    def __init__(self) -> None:
        super().__init__()
        self.practice = Practice()
        self.practice.connect()
        self.allowed: dict[str, set[str]] = {}
        self.vendors = [self.practice.counterpart(name) for name in ("Kohl AG", "Blatt KG")]
        self.customers = [self.practice.counterpart("Kundin GmbH", vendor=False, customer=True)]

    def teardown(self) -> None:
        self.practice.close()

    def status(self) -> str:
        return str(self.practice.connection["status"])

    # What Monite's side does

    @rule(
        status=st.sampled_from(PAYABLE_STATUSES),
        vendor=st.integers(0, 1),
        lines=st.lists(
            st.fixed_dictionaries(
                {
                    "quantity": st.integers(1, 9),
                    "unit_price": st.integers(-500, 99_999),
                    "tax": st.sampled_from([1900, 1900, 700]),
                }
            ),
            max_size=3,
        ),
        currency=st.sampled_from(["EUR", "EUR", "USD"]),
    )
    def a_bill_comes(self, status: str, vendor: int, lines: list[dict[str, Any]], currency: str) -> None:
        number = f"B-{len(self.practice.records()) % 4}"
        self.practice.bill(self.vendors[vendor], status=status, number=number, lines=lines, currency=currency)

    @rule(status=st.sampled_from(INVOICE_STATUSES), number=st.integers(1, 3), tax=st.sampled_from([1900, 700]))
    def an_invoice_comes(self, status: str, number: int, tax: int) -> None:
        self.practice.invoice(self.customers[0], status=status, number=f"I-{number}", tax=tax)

    @rule(pick=st.integers(0, 50), status=st.sampled_from(PAYABLE_STATUSES))
    def a_bill_changes(self, pick: int, status: str) -> None:
        self._change("payables", pick, status)

    @rule(pick=st.integers(0, 50), status=st.sampled_from(INVOICE_STATUSES))
    def an_invoice_changes(self, pick: int, status: str) -> None:
        self._change("receivables", pick, status)

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

    @rule(pick=st.integers(0, 3))
    def somebody_enters_a_contact_by_hand(self, pick: int) -> None:
        name = ("Kohl AG", "Blatt KG", "Kundin GmbH", "Other")[pick]
        key = f"hand-{len(self.practice.books()['contacts'])}"
        self.practice.contact(key, name, city=f"City {key}")

    # What happens to the connection and to the machine

    @precondition(lambda self: self.status() == "connected")
    @rule()
    def a_sync_is_asked_for(self) -> None:
        sync.request_sync(self.practice.db, self.practice.connection_id)

    @precondition(lambda self: self.status() == "connected")
    @rule(pick=st.integers(0, 50))
    def a_record_is_retried(self, pick: int) -> None:
        again = [
            row
            for row in self.practice.records()
            if row["sync_status"] != "pending" and row["organisation_id"] == self.practice.connection["organisation_id"]
        ]
        if again:
            push.push(self.practice.db, again[pick % len(again)]["id"])

    @rule()
    def the_engine_runs(self) -> None:
        self.practice.run()

    @rule(steps=st.integers(1, 3))
    def the_engine_is_killed_after_so_many_transactions(self, steps: int) -> None:
        for step in range(steps):
            now = clock.stamp(clock.now(self.practice.db))
            if not jobs.any_due(self.practice.db, now, instant=True):
                return
            try:
                with write(self.practice.db):
                    engine.run_due(self.practice.db, self.practice.settings)
                    raise KilledError
            except KilledError:
                continue
            finally:
                assert step < steps

    @precondition(lambda self: self.status() == "connected")
    @rule()
    def access_is_withdrawn(self) -> None:
        sync.revoke(self.practice.db, self.practice.connection_id)

    @precondition(lambda self: self.status() == "deauthorized")
    @rule()
    def access_is_given_again(self) -> None:
        sync.authorise(self.practice.db, self.practice.connection_id)

    @precondition(lambda self: self.status() == "connected")
    @rule()
    def it_is_disconnected_and_connected_again(self) -> None:
        self.practice.disconnect()
        self.practice.connect()

    # What must hold after each of these

    @invariant()
    def nothing_is_there_twice(self) -> None:
        links = Counter(
            row["platform_object_id"]
            for row in self.practice.records()
            if row["object_type"] in ("bill", "receivable") and row["platform_object_id"]
        )
        documents = self._documents()
        assert set(links.values()) <= {1}
        assert set(links) == {document["id"] for document in documents}

    @invariant()
    def no_cent_is_lost(self) -> None:
        for document in self._documents():
            (row,) = self.practice.db.query(
                "SELECT total FROM book_documents WHERE id = ?", [document["id"]]
            )
            (lines,) = self.practice.db.query(
                "SELECT SUM(amount + tax_amount) AS total FROM book_lines WHERE document_id = ?", [document["id"]]
            )
            assert row["total"] == lines["total"] == self._total(document["id"])

    @invariant()
    def nothing_stands_in_the_books_that_was_never_allowed(self) -> None:
        for row in self.practice.records():
            if row["object_type"] == "bill" and row["sync_status"] == "done":
                assert row["platform_object_id"]

    @invariant()
    def held_means_held(self) -> None:
        """While both lists are empty the engine adds nothing."""
        rules = next(self.practice.db.query("SELECT * FROM sync_rules"), None)
        if rules is None or (rules["payable"], rules["receivable"]) != ("[]", "[]"):
            return
        before = (len(self._documents()), len(self.practice.books()["contacts"]))
        self.practice.run()
        if self.status() == "connected":
            self.practice.sync()
        after = (len(self._documents()), len(self.practice.books()["contacts"]))
        assert after[0] == before[0]

    def _documents(self) -> list[dict[str, Any]]:
        books = self.practice.books()
        return [*books["bills"], *books["invoices"]]

    def _total(self, document_id: str) -> int:
        (record,) = [row for row in self.practice.records() if row["platform_object_id"] == document_id]
        return push.documents.total(self.practice.db, record["object_type"], record["object_id"])

    def _change(self, table: str, pick: int, status: str) -> None:
        rows = list(self.practice.db.query(f"SELECT id FROM {table} ORDER BY rowid"))
        if rows:
            self.practice.touch(table, rows[pick % len(rows)]["id"], status=status)


TestPushing = Pushing.TestCase
TestPushing.settings = settings(
    max_examples=40, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
