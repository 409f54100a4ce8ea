"""The mirror follows the emulator: a first load, an import, trouble on the way, a scan that is killed."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from app.domain.errors import UnavailableError
from app.domain.resources import ENTITIES, EVERYBODY, RESOURCES
from app.services import refresh, sightings
from app.services.deps import Deps
from app.store import (
    api_calls,
    connections,
    entities,
    events,
    ledger_accounts,
    payable_lines,
    payables,
    products,
    receivables,
    resources,
    sync_rules,
)
from app.store.database import write
from tests.contract.gangways import open_deps
from tests.emulator_servers import Running, serve
from tests.factories import make_monite, make_settings

ROOT = Path(__file__).parents[2]


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[Running]:
    with serve(tmp_path) as running:
        yield running


@pytest.fixture
def deps(emulator: Running, tmp_path: Path) -> Iterator[Deps]:
    """The list of entities waits until it is asked for, so that a test reads its own entity alone."""
    with open_deps(emulator, tmp_path) as deps:
        resources.schedule_if_new(deps.db, EVERYBODY, ENTITIES, deps.clock() + timedelta(days=1))
        yield deps


def read_all(deps: Deps, entity_id: str) -> None:
    """Everything of one entity, as when a person asks for it."""
    refresh.want(deps, entity_id)
    until_read(deps, entity_id)


def until_read(deps: Deps, entity_id: str) -> None:
    end = time.monotonic() + 60
    while any(state.under_way for state in refresh.overview(deps.db, entity_id).values()):
        assert time.monotonic() < end, refresh.overview(deps.db, entity_id)
        refresh.run_due(deps, 1)


def test_the_first_load_holds_what_monite_lists(emulator: Running, deps: Deps) -> None:
    entity_id = emulator.entity_id("Saguaro")
    read_all(deps, entity_id)
    api = emulator.client(entity_id)

    assert payables.count(deps.db, entity_id) == len(api.all("/payables"))
    assert receivables.count(deps.db, entity_id) == len(api.all("/receivables", type="invoice"))
    assert products.count(deps.db, entity_id) == len(api.all("/products"))
    assert ledger_accounts.count(deps.db, entity_id) == len(api.all("/ledger_accounts"))
    assert sync_rules.find(deps.db, entity_id) == deps.monite.get_sync_rules(entity_id)
    for payable in payables.find(deps.db, entity_id, ["waiting_to_be_paid", "paid"]):
        told = api.all(f"/payables/{payable.id}/line_items")
        kept = payable_lines.find(deps.db, payable.id)
        assert {line.id for line in kept} == {line["id"] for line in told}
    records = {record["id"] for record in api.all("/accounting_synced_records", object_type="bill")}
    kept_records = deps.db.query(
        "SELECT id FROM synced_records WHERE object_type = 'bill' AND entity_id = ?", [entity_id]
    )
    assert {row["id"] for row in kept_records} == records
    assert {state.state for state in refresh.overview(deps.db, entity_id).values()} == {"ok"}


def test_bills_in_the_log_are_named_by_number_supplier_and_amount(emulator: Running, deps: Deps) -> None:
    entity_id = emulator.entity_id("Saguaro")
    read_all(deps, entity_id)

    nameless = deps.db.execute(
        "SELECT count(*) FROM synced_records WHERE object_type IN ('bill', 'receivable')"
        " AND (title = '' OR party = '' OR amount IS NULL OR currency = '')"
    ).fetchone()[0]
    assert nameless == 0


def test_the_worker_finds_every_entity_and_its_connection_by_itself(emulator: Running, deps: Deps) -> None:
    refresh.want(deps, EVERYBODY, [ENTITIES])
    until_read(deps, EVERYBODY)
    found = [entity.id for entity in entities.find(deps.db)]
    end = time.monotonic() + 60
    while any(refresh.overview(deps.db, entity_id)["connection"].under_way for entity_id in found):
        assert time.monotonic() < end
        refresh.run_due(deps, 0.1)

    by_name = {
        entity.name.split()[0]: connections.current(deps.db, entity.id) for entity in entities.find(deps.db)
    }
    assert by_name["Fernlight"] is None
    statuses = {name: found.status.value for name, found in by_name.items() if found}
    assert statuses["Saguaro"] == "connected"
    assert statuses["Wattlebrae"] == "deauthorized"


def test_connecting_brings_the_import_and_its_history(emulator: Running, deps: Deps) -> None:
    entity_id = emulator.entity_id("Fernlight")
    created = deps.monite.create_connection(entity_id, "xero")
    with write(deps.db) as db:
        sightings.connection(db, entity_id, created, deps.clock())
    refresh.read_now(deps, entity_id, "connection")
    assert connections.current(deps.db, entity_id) is not None
    assert ledger_accounts.count(deps.db, entity_id) == 0

    emulator.control("POST", f"/connections/{created.id}/authorise", {})
    refresh.read_now(deps, entity_id, "connection")
    until_read(deps, entity_id)

    current = connections.current(deps.db, entity_id)
    assert current is not None
    assert current.imported_at is not None
    assert ledger_accounts.count(deps.db, entity_id) > 0
    told = [event.kind for event in events.find(deps.db, entity_id)]
    assert sorted(told) == ["connected", "import_finished"]


def test_access_withdrawn_at_the_other_side_is_seen(emulator: Running, deps: Deps) -> None:
    entity_id = emulator.entity_id("Saguaro")
    refresh.read_now(deps, entity_id, "connection")
    current = connections.current(deps.db, entity_id)
    assert current is not None

    emulator.control("POST", f"/connections/{current.id}/revoke", {})
    refresh.read_now(deps, entity_id, "connection")

    newest = events.latest(deps.db, entity_id, "access_withdrawn")
    assert newest is not None
    assert newest.object_id == current.id


def test_what_fails_alone_leaves_the_rest_fresh(emulator: Running, deps: Deps) -> None:
    entity_id = emulator.entity_id("Saguaro")
    emulator.control("POST", "/faults", {"kind": "resource_failing"})

    refresh.want(deps, entity_id, ["ledger_accounts", "products"])
    until_read(deps, entity_id)

    seen = refresh.overview(deps.db, entity_id)
    assert (seen["products"].state, seen["ledger_accounts"].state) == ("ok", "error")
    assert seen["ledger_accounts"].error
    assert seen["ledger_accounts"].next_due is not None


def test_an_api_that_went_away_leaves_the_mirror_as_it_was(emulator: Running, deps: Deps) -> None:
    entity_id = emulator.entity_id("Saguaro")
    refresh.read_now(deps, entity_id, "products")
    before = refresh.overview(deps.db, entity_id)["products"].as_of
    emulator.control("POST", "/faults", {"kind": "api_down"})

    with pytest.raises(UnavailableError):
        refresh.read_now(deps, entity_id, "products")

    state = refresh.overview(deps.db, entity_id)["products"]
    assert (state.state, state.as_of) == ("error", before)
    assert products.count(deps.db, entity_id) > 0

    emulator.control("DELETE", "/faults", {"kind": "api_down"})
    refresh.read_now(deps, entity_id, "products")
    assert refresh.overview(deps.db, entity_id)["products"].error is None


def test_a_scan_stopped_again_and_again_reads_each_bill_once(emulator: Running, deps: Deps) -> None:
    entity_id = emulator.entity_id("Saguaro")
    refresh.read_now(deps, entity_id, "payables")
    while refresh.run_due(deps, 0.05):
        pass
    until_read(deps, entity_id)

    done, total = payables.lines_progress(deps.db, entity_id)
    assert done == total > 50
    calls = [call for call in api_calls.find(deps.db, entity_id, 1000) if call.path.endswith("/line_items")]
    assert len(calls) == total


@pytest.mark.slow
def test_a_scan_that_is_killed_goes_on_where_it_was(emulator: Running, deps: Deps) -> None:
    emulator.control("POST", "/reset", {"scenario": "bulk", "payables": 400})
    entity_id = emulator.entity_id("Bulk business 1")
    refresh.read_now(deps, entity_id, "payables", 20)
    _, total = payables.lines_progress(deps.db, entity_id)
    script = "import sys; from tests.contract.test_refresh import scan_for_ever; scan_for_ever(*sys.argv[1:])"
    worker = subprocess.Popen(
        [sys.executable, "-c", script, emulator.url, str(deps.settings.instance)], cwd=ROOT
    )
    try:
        while payables.lines_progress(deps.db, entity_id)[0] < 100:
            time.sleep(0.05)
            assert worker.poll() is None
    finally:
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
    kept, _ = payables.lines_progress(deps.db, entity_id)
    assert 100 <= kept < total
    # The killed read's lease runs out; here it is given back, so that nobody waits a minute.
    deps.db.execute(
        "UPDATE resources SET lease_until = NULL, next_due = requested_at WHERE state = 'running'"
    )

    until_read(deps, entity_id)

    assert payables.lines_progress(deps.db, entity_id) == (total, total)
    calls = api_calls.find(deps.db, entity_id, 5000)
    read = sum(call.path.endswith("/line_items") for call in calls)
    assert total <= read <= total + 50


def scan_for_ever(url: str, instance: str) -> None:
    """What the killed process does: the worker's own reading, until it is killed."""
    import requests

    with requests.Session() as http, open_deps(Running(url, http), Path(instance), rate_limit=300) as deps:
        while True:
            refresh.run_due(deps, 1)


def test_a_person_waits_no_longer_than_told(deps: Deps, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings = make_settings(tmp_path, monite_api_url=f"http://127.0.0.1:{silent.getsockname()[1]}/v1")
        monite = make_monite(settings)
        began = time.monotonic()
        with monite.hurried(0.5), pytest.raises(UnavailableError):
            monite.list_connections("e1")
        monite.close()

    assert time.monotonic() - began < 1.5


def test_nothing_is_written_for_a_look_at_what_is_fresh(emulator: Running, deps: Deps) -> None:
    entity_id = emulator.entity_id("Saguaro")
    refresh.read_now(deps, entity_id, "products")
    before = deps.db.conn.total_changes

    refresh.freshen(deps, entity_id, ["products"])

    assert deps.db.conn.total_changes == before


def test_every_resource_can_be_read(deps: Deps, emulator: Running) -> None:
    entity_id = emulator.entity_id("Kettwerk")
    refresh.want(deps, EVERYBODY, [ENTITIES])
    read_all(deps, entity_id)

    assert set(refresh.overview(deps.db, entity_id)) == set(RESOURCES)
    assert refresh.as_of(deps.db, entity_id) is not None
    assert refresh.overview(deps.db, EVERYBODY)["entities"].state == "ok"
