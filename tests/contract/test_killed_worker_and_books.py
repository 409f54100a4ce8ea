"""The real worker, killed with -9 in the middle of what people asked for, against the emulator."""

from __future__ import annotations

import json
import random
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from app.domain.assignables import AssignQuery, AssignState, Kind
from app.domain.people import Actor, Role
from app.domain.record_lists import LogFilter
from app.domain.sync_rules import USUAL
from app.services import assignments, batches, bulk_assignments, refresh, retries
from app.services.deps import Deps
from app.store import assignables, record_tries, resources
from app.store.database import prepare
from tests.factories import make_deps, make_settings
from tests.processes import free_port, until
from tests.stack import Dashboard, Emulator

pytestmark = pytest.mark.slow
KILLED_AT = (0.1, 0.4, 0.7)
"""How much of the work is done when the worker is killed."""
LINES = 500
BILLS = 500


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    emulator = Emulator(tmp_path_factory.mktemp("emulator"), "http://127.0.0.1:1/connect/return")
    yield emulator
    emulator.stop()


@pytest.fixture
def dashboard(tmp_path: Path, emulator: Emulator) -> Iterator[Dashboard]:
    """A store of its own; its worker starts once there is what a test wants it to read."""
    dashboard = Dashboard(tmp_path, free_port(), emulator, commands=[])
    yield dashboard
    dashboard.stop()


@pytest.fixture
def db(dashboard: Dashboard) -> Iterator[Database]:
    db = prepare(dashboard.instance / "gangway.sqlite3")
    yield db
    db.close()


def deps_for(db: Database, dashboard: Dashboard, emulator: Emulator, entity_id: str) -> Deps:
    state = emulator.state()
    settings = make_settings(
        dashboard.instance,
        monite_api_url=f"{emulator.url}/v1",
        monite_client_id=state["client_id"],
        monite_client_secret=state["client_secret"],
    )
    person = Actor("Marie", Role.BOOKKEEPER, entity_id)
    return make_deps(db, settings, clock=lambda: datetime.now(UTC), actor=person)


def read_to_the_end(db: Database, entity_id: str, resource: str) -> None:
    until(lambda: resources.get(db, entity_id, resource).state == "ok", 60, f"reading {resource}")


def kill_in_the_middle(dashboard: Dashboard, settled: Callable[[], int], total: int) -> None:
    """Kill and start the worker again, several times, each time with a part of the work behind it."""
    for part in KILLED_AT:
        until(lambda part=part: settled() >= part * total, 60, "progress")  # type: ignore[misc]
        time.sleep(random.uniform(0, 0.05))
        dashboard.kill("worker")
        dashboard.start("worker")


def test_a_bulk_assignment_survives_a_worker_killed_again_and_again(
    db: Database, dashboard: Dashboard, emulator: Emulator
) -> None:
    emulator.reset("bulk", payables=BILLS)
    dashboard.start("worker")
    entity_id = emulator.entity_id("Bulk business 1")
    deps = deps_for(db, dashboard, emulator, entity_id)
    read_to_the_end(db, entity_id, "line_items")
    query = AssignQuery(Kind.BILLS, AssignState.NEEDS)
    needing = assignables.all_changeable(db, entity_id, query)[:LINES]
    account = next(a for a in assignments.offered_accounts(deps, entity_id) if a.type == "Expense")

    batch = bulk_assignments.assign_many(
        deps,
        entity_id,
        Kind.BILLS,
        [row.id for row in needing],
        account_id=account.id,
        form_key="bulk",
    )
    kill_in_the_middle(dashboard, lambda: batches.progress(db, batch.id).settled, LINES)
    until(lambda: batches.progress(db, batch.id).finished, 120, "the batch")

    progress = batches.progress(db, batch.id)
    assert progress.total == LINES
    assert (progress.done, progress.refused) == (progress.total, 0)
    assert _claimed_again(db) > 0, "no kill hit a row that was under way"
    at_monite = _accounts_at_monite(deps, {row.payable_id for row in needing})
    assert {at_monite[row.id] for row in needing} == {account.id}


def _claimed_again(db: Database) -> int:
    return int(db.execute("SELECT count(*) FROM outbox WHERE attempts > 1").fetchone()[0])


def _accounts_at_monite(deps: Deps, payable_ids: set[str | None]) -> dict[str, str | None]:
    """The account of each line of these bills, as Monite has it."""
    entity_id = deps.actor.entity_id or ""
    return {
        item.id: item.ledger_account_id
        for payable_id in payable_ids
        for page in deps.monite.line_items(entity_id, payable_id or "")
        for item, _ in page
    }


def test_a_retry_of_500_survives_kills_and_lost_answers_and_the_books_hold_each_bill_as_it_is(
    db: Database, dashboard: Dashboard, emulator: Emulator
) -> None:
    emulator.reset("bulk", payables=BILLS, records=BILLS)
    entity_id = emulator.entity_id("Bulk business 1")
    should_be = let_every_bill_have_failed(emulator, entity_id)
    dashboard.start("worker")
    deps = deps_for(db, dashboard, emulator, entity_id)
    deps.monite.patch_sync_rules(entity_id, USUAL)
    for resource in ("sync_rules", "payables", "synced_records:bill"):
        read_to_the_end(db, entity_id, resource)
    refresh.read_now(deps, entity_id, "sync_rules")
    for _ in range(5):
        emulator.fault("timeout_after_push", count=1)

    batch = retries.start(deps, entity_id, retries.Selection(wanted=LogFilter(object_type="bill")), "retry")
    assert batch.total == BILLS
    kill_in_the_middle(dashboard, lambda: batches.progress(db, batch.id).done, BILLS)
    until(lambda: batches.progress(db, batch.id).finished, 120, "the batch")

    progress = batches.progress(db, batch.id)
    assert (progress.done, progress.sent) == (BILLS, BILLS)
    assert _claimed_again(db) > 0, "no kill hit a push that was under way"
    bills = [bill for bill in emulator.books(entity_id)["bills"] if bill["number"] in should_be]
    assert len(bills) == BILLS, "a bill is missing, or there twice"
    assert {bill["number"]: _as_booked(bill) for bill in bills} == should_be
    tried = Counter(one.record_id for one in record_tries.find_in_batch(db, batch.id))
    assert (len(tried), set(tried.values())) == (BILLS, {1})


def _as_booked(bill: dict[str, Any]) -> tuple[Any, ...]:
    marks = ("description", "account_code", "tax_rate", "amount")
    lines = sorted(tuple(line[mark] for mark in marks) for line in bill["lines"])
    return bill["contact"], bill["date"], bill["currency"], bill["total"], lines


def let_every_bill_have_failed(emulator: Emulator, entity_id: str) -> dict[str, tuple[Any, ...]]:
    """Every bill has failed once, has been given accounts since, and belongs into the books like this."""
    with closing(sqlite3.connect(emulator.instance / "emulator.sqlite3", timeout=10)) as world, world:
        accounts = world.execute(
            """
            SELECT id FROM ledger_accounts
            WHERE entity_id = ? AND type = 'Expense' AND status = 'Active' LIMIT 2
            """,
            [entity_id],
        ).fetchall()
        world.execute(
            """
            UPDATE payable_line_items SET ledger_account_id = iif(rowid % 2 = 0, ?, ?)
            WHERE payable_id IN (SELECT id FROM payables WHERE entity_id = ?)
            """,
            [accounts[0][0], accounts[1][0], entity_id],
        )
        world.execute("UPDATE payables SET status = 'waiting_to_be_paid' WHERE entity_id = ?", [entity_id])
        world.execute(
            """
            UPDATE synced_records SET sync_status = 'error', errors = '{"message": "Account period closed"}',
                platform_object_id = NULL, provider_object_id = NULL
            WHERE entity_id = ?
            """,
            [entity_id],
        )
        rows = world.execute(
            """
            SELECT p.document_id, p.counterpart_name, p.issued_at, p.currency, p.total_amount,
                json_group_array(json_array(coalesce(l.body ->> 'description', l.body ->> 'name'),
                    a.nominal_code, l.tax, l.body ->> 'subtotal'))
            FROM payables p JOIN payable_line_items l ON l.payable_id = p.id
                JOIN ledger_accounts a ON a.id = l.ledger_account_id
            WHERE p.entity_id = ? GROUP BY p.id
            """,
            [entity_id],
        ).fetchall()
    return {
        number: (contact, day, currency, total, sorted(map(tuple, json.loads(lines))))
        for number, contact, day, currency, total, lines in rows
    }
