"""The mirror: what Monite lists is kept, what is ours stays, and copies follow."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from sqlite_utils import Database

from app.domain.accounts import LedgerAccount
from app.domain.documents import Counterpart, LineItem, Payable, Product
from app.domain.synced_records import SyncedRecord
from app.store import (
    counterparts,
    ledger_accounts,
    payable_lines,
    payables,
    products,
    synced_records,
)

AT = datetime(2026, 6, 8, 10, tzinfo=UTC)
NEXT = AT + timedelta(hours=1)
TEA = Product("p1", "Tea", "product", None, 1200, "EUR", AT)
BILL = Payable(
    id="b1",
    status="waiting_to_be_paid",
    document_id="1042",
    counterpart_name="Acme",
    counterpart_id="s1",
    currency="EUR",
    total_amount=11900,
    issued_at=date(2026, 6, 1),
    due_date=None,
    created_at=AT,
    updated_at=AT,
)
LINE = LineItem("l1", "b1", "Paper", None, 4.0, 10000, 11900, 1900, None, None)
RECORD = SyncedRecord(
    id="r1",
    object_type="bill",
    object_id="b1",
    sync_status="done",
    error_text=None,
    platform="xero",
    platform_object_id=None,
    provider="codat",
    provider_object_id=None,
    last_pulled_at=AT,
    object_updated_at=AT,
    created_at=AT,
    updated_at=AT,
)


def rows(db: Database, sql: str) -> list[tuple[object, ...]]:
    return [tuple(row) for row in db.execute(sql).fetchall()]


def test_only_what_is_new_or_differs_counts_as_a_change(db: Database) -> None:
    assert products.save(db, "e1", [(TEA, {"id": "p1"})], AT) == 1
    assert products.save(db, "e1", [(TEA, {"id": "p1"})], NEXT) == 0
    assert products.save(db, "e1", [(replace(TEA, name="Green tea"), {"id": "p1"})], NEXT) == 1


def test_what_a_person_chose_survives_a_refresh(db: Database) -> None:
    products.save(db, "e1", [(TEA, {})], AT)
    db.execute("UPDATE products SET wanted_account_id = 'a1', save_state = 'saving'")

    products.save(db, "e1", [(replace(TEA, name="Green tea"), {})], NEXT)

    assert rows(db, "SELECT name, wanted_account_id, assign_state FROM products") == [
        ("Green tea", "a1", "saving")
    ]


def test_an_answer_without_raw_json_keeps_the_one_that_is_known(db: Database) -> None:
    products.save(db, "e1", [(TEA, {"id": "p1", "extra": 1})], AT)

    products.save(db, "e1", [(replace(TEA, ledger_account_id="a1"), None)], NEXT)

    assert rows(db, "SELECT ledger_account_id, raw FROM products") == [("a1", '{"id":"p1","extra":1}')]


def test_what_a_full_read_does_not_list_is_gone_and_comes_back(db: Database) -> None:
    products.save(db, "e1", [(TEA, {})], AT)
    products.save(db, "e2", [(replace(TEA, id="p2"), {})], AT)

    assert products.retire(db, "e1", NEXT) == 1
    assert (products.count(db, "e1"), products.count(db, "e2")) == (0, 1)

    products.save(db, "e1", [(TEA, {})], NEXT)
    assert products.count(db, "e1") == 1


def test_counts_follow_a_product_that_goes_and_comes(db: Database) -> None:
    products.save(db, "e1", [(TEA, {})], AT)
    products.retire(db, "e1", NEXT)
    assert rows(db, "SELECT n FROM assign_counts WHERE state = 'needs'") == [(0,)]

    products.save(db, "e1", [(replace(TEA, ledger_account_id="a1"), {})], NEXT)
    assert rows(db, "SELECT state, n FROM assign_counts WHERE n > 0") == [("assigned", 1)]


def test_an_account_of_another_entity_is_not_found(db: Database) -> None:
    account = LedgerAccount("a1", "Sales", "200", "Income", None, "Active", False)
    ledger_accounts.save(db, "e1", [(account, {})], AT)

    assert ledger_accounts.get(db, "e1", "a1") == account
    assert ledger_accounts.get(db, "e2", "a1") is None


def test_lines_show_their_bill_and_follow_its_changes(db: Database) -> None:
    payables.save(db, "e1", [(BILL, {})], AT)
    payable_lines.replace(db, "e1", "b1", [(LINE, {})], AT)
    shown = "SELECT supplier, document_id, payable_status, editable, assign_state FROM payable_lines"
    assert rows(db, shown) == [("Acme", "1042", "waiting_to_be_paid", 1, "needs")]

    payables.save(db, "e1", [(replace(BILL, status="paid", document_id="1042-B"), {})], NEXT)
    payable_lines.follow_payables(db, ["b1"])

    assert rows(db, shown) == [("Acme", "1042-B", "paid", 0, "locked")]


def test_a_line_that_is_no_longer_on_the_bill_goes_and_a_choice_stays(db: Database) -> None:
    payables.save(db, "e1", [(BILL, {})], AT)
    payable_lines.replace(db, "e1", "b1", [(LINE, {}), (replace(LINE, id="l2"), {})], AT)
    db.execute("UPDATE payable_lines SET wanted_account_id = 'a1', save_state = 'saving' WHERE id = 'l2'")

    payable_lines.replace(db, "e1", "b1", [(replace(LINE, id="l2", name="Ink"), {})], NEXT)

    assert rows(db, "SELECT id, name, position, wanted_account_id FROM payable_lines") == [
        ("l2", "Ink", 0, "a1")
    ]


def test_lines_are_due_once_for_each_state_of_a_bill_that_matters(db: Database) -> None:
    payables.save(db, "e1", [(BILL, {}), (replace(BILL, id="b2", status="draft"), {})], AT)
    assert [p.id for p in payables.lines_due(db, "e1", 10)] == ["b1"]
    assert payables.lines_progress(db, "e1") == (0, 1)

    payables.lines_read(db, BILL, 1)
    assert payables.lines_due(db, "e1", 10) == []
    assert payables.lines_progress(db, "e1") == (1, 1)

    payables.save(db, "e1", [(replace(BILL, updated_at=NEXT), {})], NEXT)
    assert [p.id for p in payables.lines_due(db, "e1", 10)] == ["b1"]


def test_the_lines_of_a_bill_that_is_gone_go_too(db: Database) -> None:
    payables.save(db, "e1", [(BILL, {})], AT)
    payable_lines.replace(db, "e1", "b1", [(LINE, {})], AT)
    payables.lines_read(db, BILL, 1)

    payables.retire(db, "e1", NEXT)
    payable_lines.drop_of_gone(db, "e1")

    assert payable_lines.find(db, "b1") == []


def described(db: Database) -> list[tuple[object, ...]]:
    return rows(db, "SELECT title, party, amount, currency, object_status FROM synced_records")


def test_a_record_is_described_by_the_bill_that_is_known(db: Database) -> None:
    payables.save(db, "e1", [(BILL, {})], AT)

    synced_records.save(db, "e1", [(RECORD, {})], AT)

    assert described(db) == [("1042", "Acme", 11900, "EUR", "waiting_to_be_paid")]


def test_a_record_is_described_when_its_bill_comes_later(db: Database) -> None:
    synced_records.save(db, "e1", [(RECORD, {})], AT)
    assert described(db) == [("", "", None, "", None)]

    payables.save(db, "e1", [(BILL, {})], AT)
    assert synced_records.follow(db, "payables", ["b1"]) == 1

    assert described(db) == [("1042", "Acme", 11900, "EUR", "waiting_to_be_paid")]
    assert rows(db, "SELECT currency, n, amount FROM record_counts WHERE n > 0") == [("EUR", 1, 11900)]


def test_a_supplier_is_described_by_name(db: Database) -> None:
    counterparts.save(db, "e1", [(Counterpart("s1", "Acme", True, False), {})], AT)

    synced_records.save(db, "e1", [(replace(RECORD, object_type="vendor", object_id="s1"), {})], AT)

    assert described(db) == [("Acme", "", None, "", None)]
