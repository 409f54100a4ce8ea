"""When the mirror is read again, and what a failure does to that."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import responses
from sqlite_utils import Database

from app.config import Settings
from app.domain.errors import CredentialsError
from app.domain.outbox import Intent
from app.domain.resources import RESOURCES, Share
from app.services import refresh
from app.services.deps import Deps
from app.store import ledger_accounts, outbox, resources, sync_rules
from app.store.database import write
from tests.account_samples import OLD, import_accounts
from tests.factories import MARIE, NOW, Clock, make_deps, make_monite, make_settings

BASE = "http://127.0.0.1:1/v1"
CONNECTIONS = f"{BASE}/accounting_connections"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def deps(db: Database, settings: Settings, clock: Clock) -> Deps:
    return make_deps(db, settings, clock=clock)


@pytest.fixture
def wire() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as wire:
        wire.post(f"{BASE}/auth/token", json={"access_token": "t1", "expires_in": 1800})
        yield wire


def connection(status: str, **changes: Any) -> dict[str, Any]:
    times = {name: NOW.isoformat() for name in ("created_at", "updated_at", "last_pull")}
    return {"id": "c1", "status": status, "platform": "xero", "connection_url": "u"} | times | changes


def read_connection(deps: Deps, wire: responses.RequestsMock, *listed: dict[str, Any]) -> timedelta:
    """The time from this read of the connection to the next."""
    wire.upsert("GET", CONNECTIONS, json={"data": list(listed)})
    refresh.read_now(deps, "e1", "connection")
    due = resources.get(deps.db, "e1", "connection").next_due
    assert due is not None
    return due - deps.clock()


@pytest.mark.parametrize(("status", "kept"), [("connected", 0), ("disconnected", 1), ("deauthorized", 1)])
def test_an_empty_list_of_accounts_says_nothing_while_nothing_is_connected(
    deps: Deps, wire: responses.RequestsMock, clock: Clock, status: str, kept: int
) -> None:
    import_accounts(deps.db, OLD, at=clock())
    clock.advance(60)
    read_connection(deps, wire, connection(status))
    wire.get(f"{BASE}/ledger_accounts", json={"data": [], "next_pagination_token": None})

    refresh.read_now(deps, "e1", "ledger_accounts")

    assert ledger_accounts.count(deps.db, "e1") == kept


def test_a_connection_is_looked_at_often_while_it_matters(
    deps: Deps, wire: responses.RequestsMock, clock: Clock
) -> None:
    assert read_connection(deps, wire) == timedelta(days=1)
    assert read_connection(deps, wire, connection("pending_auth")) == timedelta(seconds=3)
    clock.advance(60)
    assert read_connection(deps, wire, connection("connected")) == timedelta(seconds=2)
    imported = connection("connected", last_pull=(NOW + timedelta(seconds=50)).isoformat())
    assert read_connection(deps, wire, imported) == timedelta(hours=1)


def test_an_import_that_nobody_expects_any_more_is_looked_at_less(
    deps: Deps, wire: responses.RequestsMock, clock: Clock
) -> None:
    read_connection(deps, wire, connection("pending_auth"))
    read_connection(deps, wire, connection("connected"))
    clock.advance(45 * 60)

    assert read_connection(deps, wire, connection("connected")) == timedelta(minutes=1)


def test_lists_are_read_hourly_only_while_something_is_connected(
    deps: Deps, wire: responses.RequestsMock, clock: Clock
) -> None:
    wire.get(f"{BASE}/payables", json={"data": []})
    refresh.read_now(deps, "e1", "payables")
    assert resources.get(deps.db, "e1", "payables").next_due is None

    read_connection(deps, wire, connection("connected"))
    clock.advance(1)
    refresh.read_now(deps, "e1", "payables")
    assert resources.get(deps.db, "e1", "payables").next_due == clock() + timedelta(hours=1)


def read_for_the_worker(deps: Deps) -> None:
    """One round of the worker in which only the wanted list is due."""
    resources.schedule_if_new(deps.db, "", "entities", deps.clock() + timedelta(days=9))
    with deps.monite.hurried(0.5):
        refresh.run_due(deps, 0.2)


def test_failures_are_left_alone_for_longer_and_longer(
    deps: Deps, wire: responses.RequestsMock, clock: Clock
) -> None:
    wire.get(f"{BASE}/payables", status=503)
    waits = []
    for _ in range(3):
        resources.want(deps.db, "e1", ["payables"], clock())
        read_for_the_worker(deps)
        due = resources.get(deps.db, "e1", "payables").next_due
        assert due is not None
        waits.append((due - clock()).total_seconds())
        clock.advance(3600)

    assert waits == [5, 10, 20]


def test_refused_credentials_are_not_tried_every_second(deps: Deps, clock: Clock) -> None:
    with responses.RequestsMock() as wire:
        wire.post(f"{BASE}/auth/token", status=401, json={"error": {"message": "Wrong secret."}})
        with pytest.raises(CredentialsError):
            refresh.read_now(deps, "e1", "payables")

    state = resources.get(deps.db, "e1", "payables")
    assert (state.error, state.next_due) == ("Wrong secret.", clock() + timedelta(minutes=5))


def test_asking_wakes_the_worker_and_says_that_it_is_under_way(deps: Deps) -> None:
    refresh.want(deps, "e1", ["payables"])

    seen = refresh.overview(deps.db, "e1")
    assert seen["payables"].under_way
    assert not seen["products"].under_way
    assert set(seen) == set(RESOURCES)


def test_rules_are_not_asked_of_a_version_that_has_none(db: Database, settings: Settings) -> None:
    later = make_settings(settings.instance, monite_api_version="2024-05-25")
    deps = make_deps(db, later, monite=make_monite(later))

    refresh.want(deps, "e1")
    asked = set(resources.overview(db, "e1"))
    refresh.read_now(deps, "e1", "sync_rules")

    assert asked == set(RESOURCES) - {"sync_rules"}
    assert sync_rules.find(db, "e1") is None


def test_the_first_answer_after_a_failure_hurries_what_waits_for_one(
    deps: Deps, wire: responses.RequestsMock, clock: Clock
) -> None:
    intent = Intent("test", "bill", "b1")
    with write(deps.db):
        row_id = outbox.add(deps.db, "e1", MARIE, intent, NOW)
        [row] = outbox.claim(deps.db, NOW, NOW + timedelta(seconds=8), 1)
        outbox.put_back(deps.db, row, NOW, NOW + timedelta(minutes=5), error="down", status=503)
    resources.want(deps.db, "e1", ["connection"], NOW, interactive=False)
    with write(deps.db):
        deps.db.execute("UPDATE resources SET failures = 1")
    wire.get(CONNECTIONS, json={"data": []})
    wire.get(f"{BASE}/entities", json={"data": []})

    refresh.run_due(deps, 1, Share.LISTS)

    assert outbox.find(deps.db, [row_id])[0].not_before == NOW
