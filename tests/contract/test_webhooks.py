"""Webhooks as the emulator sends them, to a dashboard that listens on a port."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from waitress import wasyncore
from waitress.server import create_server

from app.domain.connections import Connection
from app.domain.resources import CONNECTION, ENTITIES, EVERYBODY
from app.domain.webhooks import Channel, Outcome, Topic, Webhook
from app.factory import create_app
from app.services import refresh, secrets, webhooks
from app.services.clients import open_monite
from app.services.deps import Deps
from app.store import connections, import_types, resources, synced_records
from app.store import webhooks as rows
from app.store.database import write
from tests.contract.gangways import open_deps
from tests.emulator_servers import Running, serve

RULES_HEADER = "Bearer chosen-by-the-partner"
IMPORTED = {"ledger_accounts", "tax_rates", "products", "counterparts"}


@dataclass
class House:
    """A dashboard that listens, its worker that works when it is told to, and a browser at one business."""

    emulator: Running
    deps: Deps
    app: Flask
    entity_id: str = ""

    def read_nothing_by_itself(self) -> None:
        """What is read from now on is read because of a webhook."""
        with write(self.deps.db) as db:
            db.execute("UPDATE resources SET next_due = NULL, interactive = 0")

    def connection(self) -> Connection:
        found = connections.current(self.deps.db, self.entity_id)
        assert found is not None
        return found

    def work(self) -> None:
        """A round of the worker, a few seconds later."""
        webhooks.run_due(self.deps, 5)
        soon = datetime.now(UTC) + timedelta(seconds=4)
        refresh.run_due(later(self.deps, soon), 5)

    def fault(self, kind: str, **options: Any) -> None:
        self.emulator.control("POST", "/faults", {"kind": kind, "count": 1, "options": options})

    def revoke(self) -> None:
        self.emulator.control("POST", f"/connections/{self.connection().id}/revoke", {})

    def authorise(self) -> None:
        self.emulator.control("POST", f"/connections/{self.connection().id}/authorise", {})

    def listen_to_codat(self, style: str) -> None:
        """As the partner does in Codat's portal, with the secret pasted here."""
        body = {"url": webhooks.address_of(self.deps.settings, Channel.CODAT_EVENTS), "style": style}
        if style == "rules":
            body["authorization"] = RULES_HEADER
        made = self.emulator.control("POST", "/codat/webhooks", body)
        name = secrets.CODAT_RULES if style == "rules" else secrets.CODAT_EVENTS
        secrets.keep(self.deps, name, RULES_HEADER if style == "rules" else made["secret"])

    def page(self) -> str:
        browser: FlaskClient = self.app.test_client()
        browser.post("/enter", data={"role": "owner", "entity_id": self.entity_id})
        return browser.get(f"/e/{self.entity_id}/log").text

    def received(self) -> list[Webhook]:
        return rows.find(self.deps.db)


def later(deps: Deps, moment: datetime) -> Deps:
    return replace(deps, clock=lambda: moment)


@contextmanager
def open_house(folder: Path) -> Iterator[House]:
    """Both sides, each on a port of its own."""
    listening = socket.create_server(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    with serve(folder) as emulator, open_deps(emulator, folder, public_url=address) as deps:
        app = create_app(deps.settings, monite=deps.monite, wake=lambda: None)
        app.config["WTF_CSRF_ENABLED"] = False
        server: Any = create_server(app, sockets=[listening], threads=2)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        try:
            yield House(emulator, deps, app)
        finally:
            server.trigger.pull_trigger(lambda: wasyncore.close_all(server._map))
            thread.join(10)
            server.task_dispatcher.shutdown()
            app.extensions["gangway"].connections.close()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with open_house(tmp_path_factory.mktemp("house")) as found:
        refresh.read_now(found.deps, EVERYBODY, ENTITIES, 20)
        yield found


@pytest.fixture
def house(shared: House) -> House:
    """The house as it stands, with its business connected and nobody told of anything."""
    emulator, db = shared.emulator, shared.deps.db
    shared.entity_id = emulator.entity_id("Saguaro")
    emulator.control("DELETE", "/codat/webhooks", {})
    for one in shared.deps.monite.subscriptions.find():
        emulator.client().send("DELETE", f"/webhook_subscriptions/{one.id}")
    with write(db):
        db.execute("DELETE FROM webhooks")
        db.execute("DELETE FROM import_types")
        db.execute("DELETE FROM synced_records")
        db.execute("DELETE FROM secrets")
    refresh.read_now(shared.deps, shared.entity_id, CONNECTION, 20)
    if shared.connection().status != "connected":
        shared.authorise()
        refresh.read_now(shared.deps, shared.entity_id, CONNECTION, 20)
    shared.read_nothing_by_itself()
    return shared


def test_access_taken_away_is_on_every_page_as_soon_as_monite_says_so(house: House) -> None:
    assert webhooks.subscribe(house.deps).did == "made"
    assert webhooks.subscribe(house.deps).did == "unchanged"
    assert "Access withdrawn" not in house.page()

    house.fault("webhook_doubled")
    house.revoke()
    house.work()

    assert "Access withdrawn" in house.page()
    (message,) = house.received()
    assert (message.outcome, message.repeats) == (Outcome.HANDLED, 1)


def test_messages_that_come_in_the_wrong_order_end_in_what_is_true(house: House) -> None:
    webhooks.subscribe(house.deps)

    house.fault("webhook_out_of_order")
    house.revoke()
    house.authorise()
    house.work()

    assert [one.event.rpartition(".")[2] for one in house.received()] == ["deauthorized", "connected"]
    assert house.connection().status == "connected"


def test_a_message_that_is_lost_makes_it_slower_and_nothing_else(house: House) -> None:
    webhooks.subscribe(house.deps)
    with write(house.deps.db) as db:
        resources.due_by(db, house.entity_id, [CONNECTION], datetime.now(UTC) + timedelta(hours=1))

    house.fault("webhook_lost")
    house.revoke()
    house.work()
    assert house.connection().status == "connected"
    refresh.run_due(later(house.deps, datetime.now(UTC) + timedelta(hours=1)), 5)

    assert house.connection().status == "deauthorized"


def test_the_earliest_version_tells_of_connections_too(house: House) -> None:
    settings = replace(house.deps.settings, monite_api_version="2023-09-01")
    with open_monite(settings) as early:
        webhooks.subscribe(replace(house.deps, monite=early, settings=settings))
    house.emulator.client().send("PATCH", "/settings", json={"api_version": "2023-09-01"})

    house.revoke()
    house.work()
    house.emulator.client().send("PATCH", "/settings", json={"api_version": "2024-01-31"})

    assert house.connection().status == "deauthorized"
    assert '"object_id"' in house.received()[0].body


@pytest.mark.parametrize("style", ["events", "rules"])
def test_codat_tells_of_each_data_type_and_of_lost_access(house: House, style: str) -> None:
    connection = house.connection()
    house.listen_to_codat(style)

    house.deps.monite.sync(house.entity_id, connection.id)
    house.work()

    found = import_types.find(house.deps.db, connection.id)
    assert {name for name, one in found.items() if one.state == "done"} == IMPORTED
    if style == "rules":
        # The events say that nothing in it is new.
        assert all(resources.get(house.deps.db, house.entity_id, name).as_of for name in IMPORTED)

    house.revoke()
    house.work()

    assert house.connection().status == "deauthorized"
    assert {one.outcome for one in house.received()} == {Outcome.HANDLED}


def test_codat_says_which_data_type_could_not_be_read_and_that_it_can_again(house: House) -> None:
    connection = house.connection()
    house.listen_to_codat("events")

    house.fault("pull_failing", data_type="items")
    house.deps.monite.sync(house.entity_id, connection.id)
    house.work()
    failed = import_types.find(house.deps.db, connection.id)["products"]
    house.deps.monite.sync(house.entity_id, connection.id)
    house.work()

    assert failed.state == "failed"
    assert failed.message
    assert import_types.find(house.deps.db, connection.id)["products"].state == "done"


@pytest.mark.parametrize("style", ["events", "rules"])
def test_codat_tells_that_a_bill_was_written_or_could_not_be(house: House, style: str) -> None:
    house.listen_to_codat(style)
    records = house.emulator.client(house.entity_id).all("/accounting_synced_records", object_type="bill")
    sent = next(record["id"] for record in records if record["sync_status"] == "done")

    house.deps.monite.push_record(house.entity_id, sent)
    house.work()

    (message,) = house.received()
    assert (message.topic, message.outcome) == (Topic.PUSH, Outcome.HANDLED)
    assert synced_records.get(house.deps.db, house.entity_id, sent) is not None


def test_one_message_that_comes_many_times_at_once_is_kept_once(house: House) -> None:
    secrets.keep(house.deps, secrets.CODAT_RULES, RULES_HEADER)
    address = webhooks.address_of(house.deps.settings, Channel.CODAT_RULES)
    body = {"AlertId": "the-same", "RuleType": "DataConnectionStatusChanged"}

    def post(_: int) -> int:
        return requests.post(
            address, json=body, headers={"Authorization": RULES_HEADER}, timeout=20
        ).status_code

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(post, range(24)))

    assert answers == [200] * 24
    (message,) = house.received()
    assert message.repeats == 23


def test_a_test_message_goes_all_the_way(house: House) -> None:
    webhooks.subscribe(house.deps)
    for style in ("events", "rules"):
        house.listen_to_codat(style)

    trials = {channel: webhooks.send_test(house.deps, channel) for channel in Channel}
    webhooks.run_due(house.deps, 5)

    assert all(trial.passed for trial in trials.values()), trials
    assert {one.outcome for one in house.received()} == {Outcome.HANDLED}
