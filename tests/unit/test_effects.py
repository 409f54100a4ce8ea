"""What a change of the sync rules will do, in numbers."""

from __future__ import annotations

import json
from itertools import combinations
from typing import Any

import pytest
from sqlite_utils import Database

from app.domain.effects import DocumentCount, Outlook, changes, fingerprint, never_sent, outlook
from app.domain.facts import Context
from app.domain.readiness import verdict
from app.domain.sync_rules import NOTHING, SyncRules
from app.store import document_facts, rule_effects
from tests.log_samples import add_bill, add_books, add_invoice, add_record

OVERDUE = SyncRules((), ("overdue",))


def make_count(
    n: int,
    *,
    kind: str = "receivable",
    status: str = "overdue",
    record: str | None = None,
    blocked: bool = False,
    lack: str = "",
    locked: bool = False,
) -> DocumentCount:
    return DocumentCount(kind, status, record, blocked, lack, locked, n)


def test_stopping_tells_what_stays_and_what_waits() -> None:
    [change] = changes(OVERDUE, NOTHING, [make_count(3, record="sent"), make_count(2)])

    assert (change.starts, change.sent, change.fresh) == (False, 3, 2)


def test_starting_counts_only_what_was_never_tried() -> None:
    counts = [make_count(4), make_count(1, record="attention"), make_count(2, blocked=True)]

    [change] = changes(NOTHING, OVERDUE, counts)

    assert (change.fresh, change.stopping, change.stopped, change.blocked) == (4, 0, 1, 2)


def test_what_will_stop_is_counted_by_reason() -> None:
    counts = [
        make_count(5),
        make_count(1, lack="TAX_NO_MATCH"),
        make_count(3, lack="ACC_PRODUCT", locked=True),
        make_count(2, lack="UNREAD"),
        make_count(1, lack="SAVING", locked=True),
    ]

    [change] = changes(NOTHING, OVERDUE, counts)

    assert change.outlook == Outlook(
        tried=12, lacks=(("ACC_PRODUCT", 3), ("TAX_NO_MATCH", 1)), locked=3, unread=2, saving=1
    )


def test_what_stays_the_same_is_not_a_change() -> None:
    assert changes(OVERDUE, OVERDUE, [make_count(3)]) == []


def test_bills_and_invoices_of_one_status_are_told_apart() -> None:
    counts = [make_count(5, kind="payable", status="paid"), make_count(7, status="paid")]

    found = changes(NOTHING, SyncRules(("paid",), ("paid",)), counts)

    assert [(c.kind, c.fresh) for c in found] == [("payable", 5), ("receivable", 7)]


def test_waiting_leaves_out_what_can_never_be_sent() -> None:
    counts = [make_count(3), make_count(2, blocked=True), make_count(9, status="paid")]

    assert (outlook(OVERDUE, counts).tried, never_sent(counts)) == (3, 2)


def test_a_fingerprint_does_not_depend_on_order() -> None:
    one, other = SyncRules(("paid", "new"), ("issued",)), SyncRules(("new", "paid", "paid"), ("issued",))

    assert fingerprint(one) == fingerprint(other)
    assert fingerprint(one) != fingerprint(SyncRules(("issued",), ("new", "paid")))


XERO = Context(system="Xero", platform="xero")


def fates(db: Database) -> dict[tuple[str | None, str], int]:
    return {(c.record, c.lack): c.n for c in rule_effects.counts(db, "e1", XERO)}


def test_the_store_counts_by_status_and_fate(db: Database) -> None:
    add_books(db)
    add_bill(db, "b1", {}, status="paid")
    add_record(db, "r", object_id="b1", sync_status="done")
    add_bill(db, "b2", {"ledger_account_id": None}, {}, status="paid")
    add_bill(db, "b3", {}, status="paid")
    add_bill(db, "gone", {}, status="paid", gone=1)

    [sent] = rule_effects.find(db, "e1", XERO, kind="payable", status="paid", group="sent")
    [stopping] = rule_effects.find(db, "e1", XERO, kind="payable", status="paid", group="stopping")

    assert fates(db) == {("sent", ""): 1, (None, "ACC_LINE"): 1, (None, ""): 1}
    assert (sent.id, sent.record_id) == ("b1", "r")
    assert (stopping.id, stopping.lack) == ("b2", "ACC_LINE")


def test_a_line_whose_account_is_being_saved_is_not_yet_a_reason_to_stop(db: Database) -> None:
    add_books(db)
    saving = {"ledger_account_id": None, "wanted_account_id": "account-310", "save_state": "saving"}
    add_bill(db, "b1", saving)

    assert fates(db) == {(None, "SAVING"): 1}


def test_nothing_is_said_of_accounts_and_rates_that_were_never_read(db: Database) -> None:
    add_bill(db, "b1", {})

    assert fates(db) == {(None, ""): 1}


LINE_KINDS: tuple[dict[str, Any], ...] = (
    {},
    {"ledger_account_id": None},
    {"ledger_account_id": "account-404"},
    {"ledger_account_id": "account-of-nobody"},
    {"tax": None},
    {"tax": 1750},
    {"tax": 1, "accounting_tax_rate_id": "rate-20"},
    {"accounting_tax_rate_id": "rate-of-nobody"},
)


@pytest.mark.parametrize("lines", [(), *combinations(LINE_KINDS, 1), *combinations(LINE_KINDS, 2)])
def test_counting_agrees_with_what_the_record_page_says_is_missing(
    db: Database, lines: tuple[dict[str, Any], ...]
) -> None:
    add_books(db)
    add_bill(db, "bill", *lines)
    add_invoice(
        db, "invoice", json.dumps([{"tax": 2000, "ledger_account_id": "account-310"} | x for x in lines])
    )

    for kind, object_id in (("bill", "bill"), ("receivable", "invoice")):
        [brief] = rule_effects.find(
            db,
            "e1",
            XERO,
            kind="payable" if kind == "bill" else kind,
            status="waiting_to_be_paid" if kind == "bill" else "issued",
            group="fresh",
        )
        document = document_facts.facts(db, "e1", kind, object_id, XERO)
        assert brief.lack == verdict(document, XERO).headline
