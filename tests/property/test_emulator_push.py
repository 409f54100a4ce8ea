"""Pushing, whatever happens in whatever order: nothing twice, nothing unasked, no cent lost."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from hypothesis import event, given, settings
from hypothesis import strategies as st

from app.emulator.rules.statuses import PAYABLE_DEFAULT, PAYABLE_STATUSES, RECEIVABLE_DEFAULT
from app.emulator.store import sync_rules
from app.emulator.store.database import write
from app.emulator.sync import connections as sync
from app.emulator.sync import engine, push
from tests.emulator_factories import Practice

# Weighted towards what is pushed, so that much is written and written again.
BILL_STATUSES = ["waiting_to_be_paid"] * 5 + ["paid"] * 3 + list(PAYABLE_STATUSES)
INVOICE_STATUSES = ["issued"] * 4 + ["draft", "paid", "overdue", "canceled", "uncollectible"]


class KilledError(BaseException):
    """What kill -9 does to a transaction: it never commits."""


class World:
    """One business, and everything that a person, a clock and an accountant can do to it."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self.practice = Practice()
        self.practice.connect()
        self.totals: dict[str, int] = {}
        self.vendors = [self.practice.counterpart(name) for name in ("Kohl AG", "Blatt KG")]
        self.customer = self.practice.counterpart("Kundin GmbH", vendor=False, customer=True)

    @property
    def connected(self) -> bool:
        return bool(self.practice.connection["status"] == "connected")

    # What Monite's side does

    def a_bill_comes(self) -> None:
        lines = [self._line() for _ in range(self.chance.randint(0, 3))]
        bill = self.practice.bill(
            self.chance.choice(self.vendors),
            status=self.chance.choice(BILL_STATUSES),
            number=f"B-{self.chance.randint(1, 3)}",
            lines=lines,
            currency=self.chance.choice(["EUR", "EUR", "EUR", "USD"]),
        )
        amounts = [line["quantity"] * line["unit_price"] for line in lines]
        taxes = [round(amount * line["tax"] / 10_000) for amount, line in zip(amounts, lines, strict=True)]
        self.totals[bill] = sum(amounts) + sum(taxes)

    def an_invoice_comes(self) -> None:
        tax = self.chance.choice([1900, 1900, 700])
        number = f"I-{self.chance.randint(1, 3)}"
        status = self.chance.choice(INVOICE_STATUSES)
        invoice = self.practice.invoice(self.customer, status=status, number=number, tax=tax)
        self.totals[invoice] = 2000 + tax // 5

    def a_bill_changes(self) -> None:
        number = f"B-{self.chance.randint(1, 3)}"
        self._change("payables", status=self.chance.choice(BILL_STATUSES), document_id=number)

    def an_invoice_changes(self) -> None:
        self._change("receivables", status=self.chance.choice(INVOICE_STATUSES))

    def the_rules_change(self) -> None:
        payable = self.chance.choice([[], PAYABLE_DEFAULT, PAYABLE_STATUSES, self._some(PAYABLE_STATUSES)])
        receivable = self.chance.choice([[], RECEIVABLE_DEFAULT, self._some(RECEIVABLE_DEFAULT)])
        self.practice.rules(list(payable), list(receivable))

    # What the accounting side does

    def the_period_is_closed_or_opened(self) -> None:
        self.practice.change_organisation(lock_date=self.chance.choice([None, None, "2026-12-31"]))

    def the_account_is_put_away_or_back(self) -> None:
        status = self.chance.choice(["Active", "Active", "Archived"])
        self.practice.db.execute("UPDATE book_accounts SET status = ?", [status])

    def somebody_enters_a_contact_by_hand(self) -> None:
        name = self.chance.choice(["Kohl AG", "Kundin GmbH", "Other"])
        self.practice.contact(f"hand-{len(self.practice.books()['contacts'])}", name)

    # What happens to the connection and to the machine

    def a_sync_is_asked_for(self) -> None:
        if self.connected:
            sync.request_sync(self.practice.db, self.practice.connection_id)

    def a_record_is_retried(self) -> None:
        settled = [row["id"] for row in self.practice.records() if row["sync_status"] != "pending"]
        if self.connected and settled:
            push.push(self.practice.db, self.chance.choice(settled))

    def the_engine_runs(self) -> None:
        while self._one_transaction():
            pass

    def the_engine_is_killed(self) -> None:
        for _ in range(self.chance.randint(0, 2)):
            self._one_transaction()
        try:
            with write(self.practice.db):
                engine.run_next(self.practice.db, self.practice.settings)
                raise KilledError
        except KilledError:
            return

    def access_is_withdrawn_or_given_again(self) -> None:
        change = sync.revoke if self.connected else sync.authorise
        change(self.practice.db, self.practice.connection_id)

    def it_is_disconnected_and_connected_again(self) -> None:
        self.practice.disconnect()
        row = sync.create(self.practice.db, self.practice.entity_id, "xero", settings_provider="codat")
        self.practice.connection_id = str(row["id"])
        sync.authorise(self.practice.db, self.practice.connection_id)

    # What must hold after each of these

    def check(self) -> None:
        written = self._by_object()
        self._check_links(written)
        self._check_totals(written)
        self._check_queue()
        numbers = [one["number"] for one in self.practice.books()["invoices"] if one["status"] == "open"]
        assert len(numbers) == len(set(numbers)), "an invoice number is open twice"

    def _check_links(self, written: dict[str, dict[str, Any]]) -> None:
        books = self.practice.books()
        there = sorted(document["id"] for document in [*books["bills"], *books["invoices"]])
        assert sorted(one["id"] for one in written.values()) == there, (
            "a document nobody's or somebody's twice"
        )

    def _check_totals(self, written: dict[str, dict[str, Any]]) -> None:
        for object_id, document in written.items():
            (row,) = self.practice.db.query(
                "SELECT SUM(amount + tax_amount) AS total FROM book_lines WHERE document_id = ?",
                [document["id"]],
            )
            assert document["total"] == row["total"] == self.totals[object_id], "a total changed on the way"

    def _check_queue(self) -> None:
        waiting = {row["record_id"] for row in self.practice.db.query("SELECT record_id FROM jobs")} - {None}
        pending = {row["id"] for row in self.practice.records() if row["sync_status"] == "pending"}
        assert waiting == pending, "a record is pending with no push to come, or the other way round"

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
            assert row["status"] in rules[row["list"]], "outside the rules, and written"
        return done

    def _by_object(self) -> dict[str, dict[str, Any]]:
        books = self.practice.books()
        there = {document["id"]: document for document in [*books["bills"], *books["invoices"]]}
        return {
            row["object_id"]: there[row["platform_object_id"]]
            for row in self.practice.records()
            if row["platform_object_id"] in there
        }

    def _line(self) -> dict[str, Any]:
        return {
            "quantity": self.chance.randint(1, 9),
            "unit_price": self.chance.randint(-500, 99_999),
            "tax": self.chance.choice([1900] * 6 + [700]),
        }

    def _some(self, statuses: tuple[str, ...]) -> list[str]:
        return [status for status in statuses if self.chance.random() < 0.6]

    def _change(self, table: str, **changes: str) -> None:
        rows = list(self.practice.db.query(f"SELECT id FROM {table} ORDER BY rowid"))
        if rows:
            self.practice.touch(table, self.chance.choice(rows)["id"], **changes)


OFTEN: list[Callable[[World], None]] = [
    World.a_bill_comes,
    World.an_invoice_comes,
    World.a_bill_changes,
    World.an_invoice_changes,
    World.a_sync_is_asked_for,
    World.a_sync_is_asked_for,
    World.the_engine_runs,
    World.the_engine_runs,
    World.a_record_is_retried,
    World.the_engine_is_killed,
]
SELDOM: list[Callable[[World], None]] = [
    World.the_rules_change,
    World.the_rules_change,
    World.the_period_is_closed_or_opened,
    World.the_account_is_put_away_or_back,
    World.somebody_enters_a_contact_by_hand,
    World.access_is_withdrawn_or_given_again,
    World.it_is_disconnected_and_connected_again,
]


@given(
    st.lists(st.sampled_from(OFTEN * 3 + SELDOM), min_size=20, max_size=60),
    st.randoms(use_true_random=True),
)
@settings(max_examples=150, deadline=None)
def test_nothing_is_written_twice_unasked_or_wrong_whatever_the_order(
    steps: list[Callable[[World], None]], chance: Random
) -> None:
    world = World(chance)
    try:
        for step in steps:
            step(world)
            world.check()
        books = world.practice.books()
        event(f"documents in the books: {min(len(books['bills']) + len(books['invoices']), 5)}")
    finally:
        world.practice.close()
