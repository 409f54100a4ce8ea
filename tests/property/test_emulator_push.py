"""Pushing, whatever happens in whatever order: nothing twice, nothing unasked, no cent lost."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from hypothesis import Phase, event, given, settings
from hypothesis import strategies as st

from app.emulator.rules.statuses import PAYABLE_DEFAULT, PAYABLE_STATUSES, RECEIVABLE_DEFAULT
from app.emulator.store import clock, connections, meta, sync_rules
from app.emulator.store.database import write
from app.emulator.store.ids import made_of
from app.emulator.sync import connections as sync
from app.emulator.sync import engine, mishaps, push
from tests.emulator_factories import Practice

# Weighted towards what is pushed, so that much is written and written again.
BILL_STATUSES = ["waiting_to_be_paid"] * 5 + ["paid"] * 3 + list(PAYABLE_STATUSES)
INVOICE_STATUSES = ["issued"] * 4 + [
    "draft", "paid", "paid", "partially_paid", "partially_paid", "overdue", "canceled", "uncollectible",
]  # fmt: skip
VERSIONS = ("2024-01-31", "2024-05-25", "2024-05-25", "2023-09-01")
MISHAPS = ("codat-timeout", "codat-stuck", "xero-lock-date", "xero-email", "qbo-subscription")


class KilledError(BaseException):
    """What kill -9 does to a transaction: it never commits."""


class World:
    """One business, and everything that a person, a clock and an accountant can do to it."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self.practice = Practice(platform=chance.choice(["xero", "quickbooks_online"]))
        self.practice.account("acc-bank", code="090", type="Asset", selectable=0)
        self.practice.speak(chance.choice(VERSIONS))
        self.practice.connect()
        self.practice.defaults(payments=self.practice.account_id("acc-bank"))
        self.totals: dict[str, int] = {}
        self.links: dict[str, str] = {}
        self.vendors = [self.practice.counterpart(name) for name in ("Kohl AG", "Blatt KG")]
        self.customer = self.practice.counterpart("Kundin GmbH", vendor=False, customer=True)

    @property
    def connected(self) -> bool:
        return bool(self.practice.connection["status"] == "connected")

    # What Monite's side does

    def a_bill_comes(self) -> None:
        lines = [self._line() for _ in range(self.chance.choice([0] + [1, 2, 3] * 4))]
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
        tax = self.chance.choice([1900] * 8 + [700])
        number = f"I-{self.chance.randint(1, 6)}"
        status = self.chance.choice(INVOICE_STATUSES)
        paid = self.chance.randint(1, 2000) if status == "partially_paid" else 0
        invoice = self.practice.invoice(
            self.customer, status=status, number=number, tax=tax, amount_paid=paid
        )
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

    def the_version_changes(self) -> None:
        self.practice.speak(self.chance.choice(VERSIONS))

    def payments_get_or_lose_their_account(self) -> None:
        account = self.chance.choice(["acc-bank", "acc-bank", "acc-bank", "acc-costs", None])
        self.practice.defaults(payments=self.practice.account_id(account) if account else None)

    # What the accounting side does

    def something_goes_wrong_on_the_way(self) -> None:
        error, entity_id = self.chance.choice(MISHAPS), self.practice.entity_id
        mishaps.arm(self.practice.db, "refusal", entity_id=entity_id, options={"error": error})

    def an_hour_passes(self) -> None:
        clock.advance(self.practice.db, 3700)

    def the_period_is_closed_or_opened(self) -> None:
        self.practice.change_organisation(lock_date=self.chance.choice([None, None, None, "2026-12-31"]))

    def the_account_is_put_away_or_back(self) -> None:
        status = self.chance.choice(["Active", "Active", "Archived"])
        self.practice.db.execute("UPDATE book_accounts SET status = ?", [status])

    def somebody_enters_a_contact_by_hand(self) -> None:
        name = self.chance.choice(["Kohl AG", "Kundin GmbH", "Other"])
        self.practice.contact(f"hand-{self.chance.random()}", name)

    # What happens to the connection and to the machine

    def a_sync_is_asked_for(self) -> None:
        if self.connected:
            sync.request_sync(self.practice.db, self.practice.connection_id)

    def a_record_is_retried(self) -> None:
        settled = [
            row["id"]
            for row in self.practice.records()
            if row["sync_status"] != "pending" and row["organisation_id"] == self.organisation
        ]
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
        platform, organisation = self.practice.platform, self.practice.organisation_id
        if self.chance.random() < 0.1:
            organisation = self.practice.wrong_id
        row = sync.create(self.practice.db, self.practice.entity_id, platform, settings_provider="codat")
        self.practice.connection_id = str(row["id"])
        sync.authorise(self.practice.db, self.practice.connection_id, organisation_id=organisation)

    # What must hold after each of these

    def check(self) -> None:
        books, organisation = self.practice.books(), self.organisation
        documents = [*books["bills"], *books["invoices"]]
        self._check_links(documents, organisation)
        self._check_totals(documents, organisation)
        self._check_payments(books["invoices"])
        self._check_queue()
        self._check_numbers(books)

    def _check_links(self, documents: list[dict[str, Any]], organisation: str) -> None:
        there = [document["id"] for document in documents]
        assert len(there) == len(set(there))
        assert set(there) <= self._ids(organisation).keys(), "a document that is nobody's"
        for row in self.practice.records():
            link = row["platform_object_id"]
            assert self.links.get(row["id"]) in (None, link), "a link was lost or changed"
            if link:
                self.links[row["id"]] = link
            if (
                link
                and row["object_type"] in ("bill", "receivable")
                and row["organisation_id"] == organisation
            ):
                assert self._ids(organisation)[link] == row["object_id"], "linked to somebody else's"

    def _check_totals(self, documents: list[dict[str, Any]], organisation: str) -> None:
        owners = self._ids(organisation)
        for document in documents:
            (row,) = self.practice.db.query(
                "SELECT SUM(amount + tax_amount) AS total FROM book_lines WHERE document_id = ?",
                [document["id"]],
            )
            emptied = document["status"] == "void" and self.practice.platform == "quickbooks_online"
            expected = 0 if emptied else self.totals[owners[document["id"]]]
            assert document["total"] == row["total"] == expected, "a total changed on the way"

    def _check_payments(self, invoices: list[dict[str, Any]]) -> None:
        for invoice in invoices:
            paid = sum(payment["amount"] for payment in invoice["payments"])
            assert paid == invoice["amount_paid"] <= invoice["total"], "paid twice, or half"
            expected = "paid" if paid == invoice["total"] else "partially_paid"
            assert not paid or invoice["status"] == expected

    def _check_numbers(self, books: dict[str, Any]) -> None:
        numbers = [one["number"] for one in books["invoices"] if one["status"] != "void"]
        assert len(numbers) == len(set(numbers)), "an invoice number is there twice"
        if self.practice.platform == "quickbooks_online":
            bills = [(one["contact"], one["number"]) for one in books["bills"]]
            assert len(bills) == len(set(bills)), "a bill number of one vendor is there twice"

    @property
    def organisation(self) -> str:
        found = connections.current_organisation(self.practice.db, self.practice.entity_id)
        assert found is not None
        return found

    def _ids(self, organisation: str) -> dict[str, str]:
        """The one id that each object can have in these books, with the object."""
        rows = self.practice.db.query(
            "SELECT 'bill' AS kind, id FROM payables UNION ALL SELECT 'invoice', id FROM receivables"
        )
        return {made_of("document", organisation, row["kind"], row["id"]): row["id"] for row in rows}

    def _check_queue(self) -> None:
        waiting = {row["record_id"] for row in self.practice.db.query("SELECT record_id FROM jobs")} - {None}
        pending = {row["id"] for row in self.practice.records() if row["sync_status"] == "pending"}
        assert waiting == pending, "a record is pending with no push to come, or the other way round"

    def _one_transaction(self) -> int:
        """Let the engine do one thing; what it adds to the books is what the rules allow just now."""
        before, payments = self._by_object().keys(), len(self.practice.records("payment_record"))
        done = engine.run_next(self.practice.db, self.practice.settings)
        rules = sync_rules.in_force(self.practice.db, self.practice.entity_id)
        if "payment_record" not in meta.background_version(self.practice.db).record_types:
            assert len(self.practice.records("payment_record")) == payments, "a payment in an early version"
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

    def _by_object(self) -> dict[str, str]:
        """Which objects are in the books, with their ids there."""
        books, owners = self.practice.books(), self._ids(self.organisation)
        return {owners[one["id"]]: one["id"] for one in [*books["bills"], *books["invoices"]]}

    def _line(self) -> dict[str, Any]:
        return {
            "quantity": self.chance.randint(1, 9),
            "unit_price": self.chance.randint(-500, 99_999),
            "tax": self.chance.choice([1900] * 12 + [700]),
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
    World.the_version_changes,
    World.payments_get_or_lose_their_account,
    World.payments_get_or_lose_their_account,
    World.something_goes_wrong_on_the_way,
    World.an_hour_passes,
    World.access_is_withdrawn_or_given_again,
    World.it_is_disconnected_and_connected_again,
]


@given(st.randoms(use_true_random=True))
# What fails is not made smaller: it takes minutes, and the last step tells enough.
@settings(max_examples=60, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
def test_nothing_is_written_twice_unasked_or_wrong_whatever_the_order(chance: Random) -> None:
    steps = chance.choices(OFTEN * 6 + SELDOM, k=chance.randint(40, 100))
    world = World(chance)
    try:
        for step in steps:
            step(world)
            world.check()
        for table in ("book_documents", "book_payments"):
            count = next(world.practice.db.query(f"SELECT count(*) AS n FROM {table}"))["n"]
            event(f"{table}: {min(count, 5)}")
    finally:
        world.practice.close()
