"""What messages lead to: that Monite is asked, once, whatever order and however often they come in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from sqlite_utils import Database

from app.config import Settings
from app.domain.entities import Entity
from app.domain.errors import NotThereError
from app.domain.resources import CONNECTION, ENTITIES, EVERYBODY
from app.domain.webhooks import Channel, Note, Outcome, Topic, Webhook
from app.services import webhooks
from app.services.deps import Deps
from app.services.webhooks import handling
from app.store import entities, events, import_types, resources
from app.store import webhooks as rows
from app.store.database import write
from tests.factories import NOW, Clock, make_deps
from tests.webhook_samples import (
    LINK,
    RULES_HEADER,
    add_connection,
    codat_headers,
    event,
    keep_secrets,
    monite_event,
    monite_headers,
    raw,
    read_completed,
    rule,
)

STATUS_CHANGED = {"dataConnectionId": LINK, "newStatus": "Deauthorized", "oldStatus": "Linked"}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def deps(db: Database, settings: Settings, clock: Clock) -> Deps:
    """All channels are set up, and one business is connected."""
    deps = make_deps(db, settings, clock=clock)
    keep_secrets(deps)
    with write(db):
        entities.save(db, [(Entity("e1", "Harbour Lane", "GB", "GBP", None, "active"), None)], NOW)
    add_connection(db, NOW)
    return deps


def post_monite(deps: Deps, **changes: Any) -> Note:
    body = raw(monite_event(**changes))
    return webhooks.receive(deps, "/webhooks/monite", monite_headers(body, deps.clock()), body)


def post_event(deps: Deps, told: dict[str, Any], message_id: str = "msg_1") -> Note:
    body = raw(told)
    return webhooks.receive(deps, "/webhooks/codat", codat_headers(body, deps.clock(), message_id), body)


def post_rule(deps: Deps, told: dict[str, Any], header: str = RULES_HEADER) -> Note:
    return webhooks.receive(deps, "/webhooks/codat", {"authorization": header}, raw(told))


def only(deps: Deps) -> Webhook:
    """The one message that is kept."""
    (found,) = rows.find(deps.db)
    return found


def due(deps: Deps, resource: str = CONNECTION, entity_id: str = "e1") -> timedelta | None:
    """In what time the resource is read again; None when it is not."""
    at = resources.get(deps.db, entity_id, resource).next_due
    return None if at is None else at - deps.clock()


def test_monites_word_has_the_connection_read_at_once(deps: Deps) -> None:
    assert post_monite(deps) is Note.NONE
    assert due(deps) is None

    webhooks.run_due(deps, 1)

    assert due(deps) == timedelta()
    assert (only(deps).outcome, only(deps).entity_id) == (Outcome.HANDLED, "e1")


def test_the_same_message_is_handled_once_however_often_it_comes(deps: Deps) -> None:
    for _ in range(3):
        post_monite(deps)
        webhooks.run_due(deps, 1)

    assert webhooks.run_due(deps, 1) == 0
    assert only(deps).repeats == 2


def test_the_bell_rings_for_what_is_new_alone(deps: Deps) -> None:
    rung: list[int] = []
    heard = Deps(deps.db, deps.monite, deps.settings, deps.actor, deps.clock, lambda: rung.append(1))
    post_monite(heard)
    webhooks.run_due(deps, 1)
    post_monite(heard)

    assert len(rung) == 1


def test_a_business_that_monite_knows_and_we_do_not_is_looked_for(deps: Deps) -> None:
    post_monite(deps, entity_id="e9")
    webhooks.run_due(deps, 1)

    assert due(deps, entity_id="e9") == timedelta()
    assert due(deps, ENTITIES, EVERYBODY) == timedelta()


def test_what_monite_tells_of_other_things_is_ignored(deps: Deps) -> None:
    post_monite(deps, action="payable.updated", object_type="payable")
    webhooks.run_due(deps, 1)

    assert (only(deps).outcome, only(deps).note) == (Outcome.IGNORED, Note.UNUSED)
    assert due(deps) is None


def test_the_event_of_the_earliest_version_is_understood(deps: Deps) -> None:
    early = {"object": None, "description": None, "name": "accounting_connection_deauthorized"}
    post_monite(deps, action=None, object_id="connection-of-e1", **early)
    webhooks.run_due(deps, 1)

    assert due(deps) == timedelta()


def test_codats_word_is_followed_by_further_looks_since_monite_hears_it_at_the_same_moment(
    deps: Deps, clock: Clock
) -> None:
    post_rule(deps, rule("DataConnectionStatusChanged", STATUS_CHANGED))
    looks = []
    for _ in range(40):
        webhooks.run_due(deps, 1)
        if due(deps) == timedelta():
            looks.append((clock() - NOW).total_seconds())
        with write(deps.db) as db:
            resources.stop(db, "e1", [CONNECTION])
        clock.advance(1)

    assert looks == [0, 5, 35]


@pytest.mark.parametrize("name", ["connection.disconnected", "connection.reconnected", "company.deleted"])
def test_codats_events_about_a_connection_find_the_business_by_its_sign_in_address(
    deps: Deps, name: str
) -> None:
    post_event(deps, event(name, {"connection": {"id": LINK.upper()}, "referenceCompany": {"id": "x"}}))
    webhooks.run_due(deps, 1)

    assert due(deps) == timedelta()


@pytest.mark.parametrize("company", [{"description": "e1"}, {"tags": {"entity": "e1"}}])
def test_else_by_the_id_that_the_company_carries(deps: Deps, company: dict[str, Any]) -> None:
    post_event(deps, event("connection.connected", {"referenceCompany": company}))
    webhooks.run_due(deps, 1)

    assert due(deps) == timedelta()


def test_a_part_of_an_id_finds_no_business(deps: Deps) -> None:
    told = event("connection.connected", {"connection": {"id": LINK[:8]}})
    post_event(deps, told)
    webhooks.run_due(deps, 1)

    assert (only(deps).outcome, only(deps).note) == (Outcome.IGNORED, Note.NOBODY)


def test_what_found_no_business_is_handled_when_it_comes_again_and_there_is_one(
    deps: Deps, clock: Clock
) -> None:
    told = event("connection.connected", {"connection": {"id": "new-link"}})
    post_event(deps, told)
    webhooks.run_due(deps, 1)
    add_connection(deps.db, clock(), link="new-link")

    post_event(deps, told)
    webhooks.run_due(deps, 1)

    assert only(deps).outcome is Outcome.HANDLED


def test_a_read_that_ended_is_kept_by_type_and_what_changed_is_read_soon(deps: Deps, clock: Clock) -> None:
    told = read_completed(
        ("chartOfAccounts", "Complete", []),
        ("items", "FetchError", ["Xero refused access to items."]),
        ("suppliers", "Complete", []),
        ("bills", "Complete", []),
        at="2026-06-08T09:59:30Z",
    )
    post_event(deps, told)
    webhooks.run_due(deps, 1)

    found = import_types.find(deps.db, "connection-of-e1")
    assert {name: (one.state, one.message) for name, one in found.items()} == {
        "ledger_accounts": ("done", ""),
        "products": ("failed", "Xero refused access to items."),
    }
    assert found["products"].at == NOW - timedelta(seconds=30)
    assert due(deps, "ledger_accounts") == handling.MONITE_FOLLOWS
    assert due(deps, "tax_rates") is None


def test_customers_and_suppliers_are_done_when_both_are(deps: Deps) -> None:
    for number, name in enumerate(("suppliers", "customers")):
        assert "counterparts" not in import_types.find(deps.db, "connection-of-e1")
        post_rule(deps, rule("Data sync completed", {"dataType": name}, f"a{number}"))
        webhooks.run_due(deps, 1)

    assert import_types.find(deps.db, "connection-of-e1")["counterparts"].state == "done"


@pytest.mark.parametrize("newest_first", [True, False])
def test_the_newest_word_of_the_provider_stands_in_whatever_order_it_comes(
    deps: Deps, newest_first: bool
) -> None:
    old = read_completed(("items", "FetchError", ["No."]), at="2026-06-08T09:58:00Z")
    new = read_completed(("items", "Complete", []), at="2026-06-08T09:59:00Z")
    told = [new, old] if newest_first else [old, new]
    for number, one in enumerate(told):
        post_event(deps, one, f"msg_{number}")
    webhooks.run_due(deps, 1)

    assert import_types.find(deps.db, "connection-of-e1")["products"].state == "done"


def test_a_rule_tells_of_a_read_that_failed(deps: Deps) -> None:
    told = {"dataType": "items", "datasetStatus": "FetchError", "datasetId": "d1"}
    post_rule(deps, rule("Data Sync Status Changed To Error", told))
    webhooks.run_due(deps, 1)

    failed = import_types.find(deps.db, "connection-of-e1")["products"]
    assert (failed.state, failed.message, failed.at) == ("failed", "FetchError", NOW)


@pytest.mark.parametrize("name", ["Push Operation Status Changed()", "Push Operation Status Changed"])
def test_a_push_that_ended_has_the_records_of_its_type_read(deps: Deps, name: str) -> None:
    post_rule(deps, rule(name, {"dataType": "bills", "status": "Success"}))
    webhooks.run_due(deps, 1)

    assert due(deps, "synced_records:bill") == handling.MONITE_FOLLOWS
    assert resources.is_due(deps.db, NOW + handling.MONITE_FOLLOWS)


def test_many_pushes_become_one_read(deps: Deps, clock: Clock) -> None:
    told = {"connectionId": LINK, "status": "Failed"}
    for number in range(4):
        post_event(deps, event("invoices.write.unsuccessful", told), f"msg_{number}")
        webhooks.run_due(deps, 1)
        clock.advance(1)

    assert due(deps, "synced_records:receivable") == timedelta(seconds=-1)


def test_nothing_of_a_refused_message_is_kept(deps: Deps) -> None:
    note = post_rule(deps, rule("DataConnectionStatusChanged", STATUS_CHANGED), "Bearer guessed")

    assert note is Note.WRONG
    kept = only(deps)
    assert (kept.outcome, kept.body, kept.event, kept.message_id) == (Outcome.REFUSED, "", "", None)
    assert rows.arrivals(deps.db) == {}
    assert webhooks.run_due(deps, 1) == 0


def test_whoever_forges_messages_does_not_fill_the_disk(deps: Deps, clock: Clock) -> None:
    with patch.object(rows, "MOST_REFUSED", 5):
        for number in range(40):
            post_rule(deps, {}, "" if number % 2 else "Bearer guessed")
            clock.advance(61)
    for _ in range(20):
        post_rule(deps, {}, "")
        clock.advance(0.5)

    refused = rows.find(deps.db)
    assert len(refused) == 6
    assert refused[0].repeats == 9


def test_a_message_is_refused_while_there_is_no_secret_for_its_channel(
    db: Database, settings: Settings
) -> None:
    deps = make_deps(db, settings)

    assert post_monite(deps) is Note.NO_KEY
    assert post_event(deps, event("connection.connected", {})) is Note.NO_KEY
    assert post_rule(deps, {}, "Bearer ") is Note.NO_KEY


@pytest.mark.parametrize("body", [b"", b"[]", b"not json", b"\xff\xfe", b"[" * 100_000, b'"text"'])
def test_a_signed_message_that_is_no_json_object_is_refused(deps: Deps, body: bytes) -> None:
    note = webhooks.receive(deps, "/webhooks/monite", monite_headers(body, NOW), body)

    assert note is Note.UNREADABLE


def test_a_message_without_an_id_is_known_by_what_is_in_it(deps: Deps) -> None:
    for _ in range(2):
        post_monite(deps, id=None)
    post_monite(deps, id=None, created_at="2026-06-08T09:59:11Z")

    assert [found.repeats for found in rows.find(deps.db)] == [0, 1]


def test_one_that_breaks_its_handling_is_left_alone_after_some_tries(deps: Deps) -> None:
    post_monite(deps, id="poison")
    post_monite(deps, id="fine")
    handle = handling._handle

    def breaks(db: Database, message: Webhook, now: Any) -> None:
        if message.message_id == "poison":
            raise KeyError("a mistake of ours")
        handle(db, message, now)

    with patch.object(handling, "_handle", breaks):
        for _ in range(rows.MOST_TRIES):
            with pytest.raises(KeyError):
                webhooks.run_due(deps, 1)
        webhooks.run_due(deps, 1)

    outcomes = {one.message_id: (one.outcome, one.note) for one in rows.find(deps.db)}
    assert outcomes == {
        "poison": (Outcome.FAILED, Note.STOPPED),
        "fine": (Outcome.HANDLED, Note.NONE),
    }


def test_one_whose_handling_was_cut_off_is_handled_after_all(deps: Deps) -> None:
    post_monite(deps)
    with write(deps.db) as db:
        rows.take(db, NOW)

    webhooks.run_due(deps, 1)

    assert only(deps).outcome is Outcome.HANDLED


def test_a_message_is_handled_again_on_request_and_the_request_is_told(deps: Deps) -> None:
    post_monite(deps)
    webhooks.run_due(deps, 1)
    with write(deps.db) as db:
        resources.stop(db, "e1", [CONNECTION])

    webhooks.handle_again(deps, only(deps).id)
    webhooks.run_due(deps, 1)

    assert due(deps) == timedelta()
    told = events.latest(deps.db, "e1", handling.HANDLED_AGAIN)
    assert told is not None
    assert (told.actor.name, told.was, told.note) == (
        "Marie",
        "handled",
        "accounting_connection.deauthorized",
    )


def test_what_was_refused_cannot_be_handled(deps: Deps) -> None:
    post_rule(deps, {}, "Bearer guessed")

    with pytest.raises(NotThereError):
        webhooks.handle_again(deps, only(deps).id)


def test_old_messages_are_dropped_and_when_the_last_came_is_not_forgotten(deps: Deps, clock: Clock) -> None:
    post_monite(deps)
    webhooks.run_due(deps, 1)
    clock.advance(15 * 24 * 3600)

    webhooks.run_due(deps, 1)

    assert rows.find(deps.db) == []
    assert rows.arrivals(deps.db)[(Channel.MONITE, Topic.CONNECTION)].at == NOW


def test_more_than_so_many_are_not_kept(deps: Deps) -> None:
    for number in range(8):
        post_monite(deps, id=str(number))
    with patch.object(handling, "MOST_KEPT", 3):
        webhooks.run_due(deps, 1)

    assert [one.message_id for one in rows.find(deps.db)] == ["7", "6", "5"]
