"""What a change of the sync rules will do, in numbers."""

from __future__ import annotations

from sqlite_utils import Database

from app.domain.effects import DocumentCount, changes, fingerprint, never_sent, waiting
from app.domain.sync_rules import NOTHING, SyncRules
from app.store import rule_effects
from app.store.database import to_text
from tests.factories import NOW

OVERDUE = SyncRules((), ("overdue",))


def make_count(
    n: int,
    *,
    kind: str = "receivable",
    status: str = "overdue",
    record: str | None = None,
    blocked: bool = False,
    lacking: bool = False,
) -> DocumentCount:
    return DocumentCount(kind, status, record, blocked, lacking, n)


def test_stopping_tells_what_stays_and_what_waits() -> None:
    [change] = changes(OVERDUE, NOTHING, [make_count(3, record="sent"), make_count(2)])

    assert (change.starts, change.sent, change.fresh) == (False, 3, 2)


def test_starting_counts_only_what_was_never_tried() -> None:
    counts = [make_count(4, lacking=True), make_count(1, record="attention"), make_count(2, blocked=True)]

    [change] = changes(NOTHING, OVERDUE, counts)

    assert (change.fresh, change.lacking, change.stopped, change.blocked) == (4, 4, 1, 2)


def test_what_stays_the_same_is_not_a_change() -> None:
    assert changes(OVERDUE, OVERDUE, [make_count(3)]) == []


def test_bills_and_invoices_of_one_status_are_told_apart() -> None:
    counts = [make_count(5, kind="payable", status="paid"), make_count(7, status="paid")]

    found = changes(NOTHING, SyncRules(("paid",), ("paid",)), counts)

    assert [(c.kind, c.fresh) for c in found] == [("payable", 5), ("receivable", 7)]


def test_waiting_leaves_out_what_can_never_be_sent() -> None:
    counts = [make_count(3), make_count(2, blocked=True), make_count(9, status="paid")]

    assert (waiting(OVERDUE, counts), never_sent(counts)) == (3, 2)


def test_a_fingerprint_does_not_depend_on_order() -> None:
    one, other = SyncRules(("paid", "new"), ("issued",)), SyncRules(("new", "paid", "paid"), ("issued",))

    assert fingerprint(one) == fingerprint(other)
    assert fingerprint(one) != fingerprint(SyncRules(("issued",), ("new", "paid")))


def add_bill(db: Database, payable_id: str, *, status: str = "paid", gone: int = 0) -> None:
    now = to_text(NOW)
    db.execute(
        "INSERT INTO payables (id, entity_id, status, gone, created_at, updated_at, raw, seen_at)"
        " VALUES (?, 'e1', ?, ?, ?, ?, '{}', ?)",
        [payable_id, status, gone, now, now, now],
    )


def test_the_store_counts_by_status_and_fate(db: Database) -> None:
    now = to_text(NOW)
    for name in ("b1", "b2", "b3"):
        add_bill(db, name)
    add_bill(db, "gone", gone=1)
    db.execute(
        "INSERT INTO synced_records (id, entity_id, object_type, object_id, sync_status, state, created_at,"
        " updated_at, raw, seen_at) VALUES ('r', 'e1', 'bill', 'b1', 'done', 'sent', ?, ?, '{}', ?)",
        [now, now, now],
    )
    db.execute(
        "INSERT INTO payable_lines (id, entity_id, payable_id, position, payable_status, editable, raw,"
        " seen_at) VALUES ('l', 'e1', 'b2', 0, 'paid', 0, '{}', ?)",
        [now],
    )

    counts = {(c.record, c.lacking): c.n for c in rule_effects.counts(db, "e1")}
    [sent] = rule_effects.find(db, "e1", kind="payable", status="paid", group="sent")

    assert counts == {("sent", False): 1, (None, True): 1, (None, False): 1}
    assert (sent.id, sent.record_id) == ("b1", "r")
