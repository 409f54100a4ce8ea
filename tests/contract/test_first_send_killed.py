"""The real worker, killed with -9 while one record is being sent first, against the emulator."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.first_sends import Phase, Result
from app.domain.people import Actor, Role
from app.services import first_sends
from app.services.deps import Deps
from app.store import first_sends as store
from app.store.database import prepare
from tests.contract.test_killed_worker_and_books import deps_for, read_to_the_end
from tests.processes import free_port, until
from tests.stack import Dashboard, Emulator

pytestmark = pytest.mark.slow
BAKERY = "Boulangerie Grauvelle"


@pytest.fixture
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    emulator = Emulator(tmp_path_factory.mktemp("emulator"), "http://127.0.0.1:1/connect/return")
    yield emulator
    emulator.stop()


@pytest.fixture
def dashboard(tmp_path: Path, emulator: Emulator) -> Iterator[Dashboard]:
    """A worker without pages, and a store of its own."""
    emulator.fault("access_withdrawn", entity_id=emulator.entity_id("Tamarack"))
    dashboard = Dashboard(tmp_path, free_port(), emulator, commands=["worker"])
    yield dashboard
    dashboard.stop()


def phase_of(deps: Deps, entity_id: str) -> Phase:
    send = store.find(deps.db, entity_id)
    return send.phase if send else Phase.NONE


def test_one_that_goes_first_survives_kills_and_arrives_once(
    dashboard: Dashboard, emulator: Emulator
) -> None:
    entity_id = emulator.entity_id(BAKERY)
    db = prepare(dashboard.instance / "gangway.sqlite3")
    deps = deps_for(db, dashboard, emulator, entity_id)
    deps = deps.acting_as(Actor("Dana Price", Role.OWNER, entity_id))
    for resource in ("sync_rules", "ledger_accounts", "tax_rates", "receivables", "line_items"):
        read_to_the_end(db, entity_id, resource)
    chosen = first_sends.view(deps, entity_id).chosen
    assert chosen is not None
    emulator.fault("api_down")
    first_sends.start(deps, entity_id, chosen.key)
    assert phase_of(deps, entity_id) is Phase.OPENING
    dashboard.kill("worker")
    emulator.heal()

    for reached in (Phase.SENDING, Phase.CLOSED):
        dashboard.start("worker")
        until(lambda reached=reached: _is_past(phase_of(deps, entity_id), reached), 60, reached)  # type: ignore[misc]
        dashboard.kill("worker")

    send = store.find(db, entity_id)
    db.close()
    assert send is not None
    assert (send.phase, send.result) == (Phase.CLOSED, Result.SENT)
    assert not any(emulator.client(entity_id).get("/accounting_sync_rules")["push_statuses"].values())
    numbers = Counter(bill["number"] for bill in emulator.books(entity_id)["bills"])
    assert numbers[chosen.number] == 1
    assert set(numbers.values()) == {1}


def _is_past(phase: Phase, reached: Phase) -> bool:
    order = list(Phase)
    return order.index(phase) >= order.index(reached)
