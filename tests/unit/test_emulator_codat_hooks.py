"""What Codat's webhooks carry, against the examples in Codat's documents."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from app.emulator.errors import BadRequestError
from app.emulator.rules.codat import DATA_TYPES
from app.emulator.rules.versions import VERSIONS
from app.emulator.sync import codat_consumers as consumers
from app.emulator.sync import connections as sync
from app.emulator.sync import mishaps
from tests.emulator_factories import Practice

Row = dict[str, Any]

ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z")
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@pytest.fixture
def practice() -> Iterator[Practice]:
    made = Practice()
    yield made
    made.close()


def sent(practice: Practice, channel: str) -> list[Row]:
    """The bodies on their way, the oldest first."""
    rows = practice.db.query("SELECT body FROM outgoing WHERE channel = ? ORDER BY id", [channel])
    return [json.loads(row["body"]) for row in rows]


def of_type(practice: Practice, event: str) -> Row:
    """The one event of this type."""
    (found,) = [body for body in sent(practice, "codat_events") if body["eventType"] == event]
    return found


def listen(practice: Practice, style: str, *types: str) -> Row:
    return consumers.subscribe(practice.db, "http://127.0.0.1:9/hook", style=style, types=types)


def begin(practice: Practice) -> str:
    """A connection that waits for its person."""
    row = sync.create(practice.db, practice.entity_id, "xero", settings_provider="codat")
    practice.connection_id = str(row["id"])
    return practice.connection_id


def masked(given: Any) -> Any:
    """The same with ids and times made equal, so that it can be held against an example."""
    if isinstance(given, dict):
        return {name: masked(value) for name, value in given.items()}
    if isinstance(given, list):
        return [masked(value) for value in given]
    return UUID.sub("ID", ISO.sub("TIME", given)) if isinstance(given, str) else given


def test_a_changed_status_is_told_as_the_rule_does(practice: Practice) -> None:
    listen(practice, "rules", "DataConnectionStatusChanged")
    practice.connect()

    assert masked(sent(practice, "codat_rules")) == [
        {
            "AlertId": "ID",
            "RuleId": "ID",
            "RuleType": "DataConnectionStatusChanged",
            "ClientId": "ID",
            "ClientName": "Practice partner",
            "CompanyId": "ID",
            "DataConnectionId": "ID",
            "Message": "Data connection for Xero status changed from PendingAuth to Linked",
            "Data": {
                "dataConnectionId": "ID",
                "newStatus": "Linked",
                "oldStatus": "PendingAuth",
                "platformKey": "gbol",
            },
        }
    ]


def test_a_connection_without_a_platform_is_told_of_without_one(practice: Practice) -> None:
    listen(practice, "rules")
    made = sync.create(
        practice.db, practice.entity_id, settings_provider="codat", version=VERSIONS["2024-05-25"]
    )
    sync.disconnect(practice.db, made["id"])

    (body,) = sent(practice, "codat_rules")
    assert body["Message"] == "Data connection status changed from PendingAuth to Unlinked"
    assert body["Data"]["platformKey"] is None


def test_a_read_is_told_once_per_data_type(practice: Practice) -> None:
    listen(practice, "rules", "Data sync completed")
    practice.connect()
    first = sent(practice, "codat_rules")
    practice.sync()

    assert [body["Data"]["dataType"] for body in first] == list(DATA_TYPES)
    assert len(sent(practice, "codat_rules")) == 2 * len(DATA_TYPES)
    assert len({body["AlertId"] for body in sent(practice, "codat_rules")}) == 2 * len(DATA_TYPES)
    body = masked(first[1])
    assert body["Message"] == "Data sync of type chartOfAccounts completed for company ID"
    assert body["Data"] == {"dataType": "chartOfAccounts", "datasetId": "ID"}


def test_the_rule_is_silent_about_what_was_not_read(practice: Practice) -> None:
    listen(practice, "rules", "Data sync completed")
    mishaps.arm(practice.db, "pull_failing", count=1)
    practice.connect()

    assert "items" not in [body["Data"]["dataType"] for body in sent(practice, "codat_rules")]


def test_a_push_is_told_without_its_reason(practice: Practice) -> None:
    listen(practice, "rules", "Push Operation Status Changed")
    practice.connect()
    practice.contact("c", "Kohl AG")
    practice.bill(practice.counterpart())
    practice.bill(practice.counterpart(), number="B-2", date="2026-01-31")
    practice.change_organisation(lock_date="2026-03-31")
    practice.sync()

    bodies = [masked(body) for body in sent(practice, "codat_rules") if body["Data"]["dataType"] == "bills"]
    assert {body["RuleType"] for body in bodies} == {"Push Operation Status Changed()"}
    assert {body["Message"] for body in bodies} == {
        "bills triggered notification for PushOperationStatusChanged at TIME"
    }
    assert sorted(body["Data"]["status"] for body in bodies) == ["Failed", "Success"]
    assert all(set(body["Data"]) == {"dataType", "status", "pushOperationKey"} for body in bodies)


def test_a_connection_is_told_as_the_event_does(practice: Practice) -> None:
    listen(practice, "events")
    practice.connect()
    sync.revoke(practice.db, practice.connection_id)

    company = {"id": "ID", "name": "Acme", "description": "ID", "tags": {}}
    links = {"portal": "https://app.codat.io/companies/ID/summary"}
    link = "http://127.0.0.1:5001/companies/ID/connections/ID/start"
    assert masked(of_type(practice, "connection.disconnected")) == {
        "id": "ID",
        "eventType": "connection.disconnected",
        "generatedDate": "TIME",
        "payload": {
            "referenceCompany": {**company, "links": links},
            "connection": {
                "id": "ID",
                "integrationId": "ID",
                "integrationKey": "gbol",
                "sourceId": "ID",
                "sourceType": "Accounting",
                "platformName": "Xero",
                "status": "Deauthorized",
                "created": "TIME",
                "lastSync": "TIME",
                "linkUrl": link,
            },
        },
    }


def test_each_turn_in_the_life_of_a_connection_has_its_event(practice: Practice) -> None:
    types = ("created", "failed", "connected", "disconnected", "reconnected")
    listen(practice, "events", *(f"connection.{name}" for name in types))
    key = begin(practice)
    sync.deny(practice.db, key)
    sync.authorise(practice.db, key)
    sync.revoke(practice.db, key)
    sync.authorise(practice.db, key)
    sync.disconnect(practice.db, key)

    told = [body["eventType"] for body in sent(practice, "codat_events")]
    assert told == [f"connection.{name}" for name in (*types, "disconnected")]


def test_a_run_is_told_once_with_every_data_type(practice: Practice) -> None:
    listen(practice, "events", "read.completed", "read.completed.initial")
    practice.connect()
    practice.sync()

    first, initial, second = sent(practice, "codat_events")
    assert [first["eventType"], initial["eventType"]] == ["read.completed", "read.completed.initial"]
    assert first["payload"]["modifiedFromDate"] is None
    assert second["payload"]["modifiedFromDate"] is not None
    assert masked(second["payload"]["dataTypes"][1]) == {
        "connectionId": "ID",
        "dataType": "chartOfAccounts",
        "recordsModified": False,
        "status": "Complete",
        "issues": [],
    }
    assert all(one["recordsModified"] for one in first["payload"]["dataTypes"])


def test_a_run_that_lacks_something_is_not_the_initial_one(practice: Practice) -> None:
    listen(practice, "events", "read.completed", "read.completed.initial")
    mishaps.arm(practice.db, "pull_failing", count=1)
    practice.connect()
    (first,) = sent(practice, "codat_events")
    practice.advance(3600)

    (items,) = [one for one in first["payload"]["dataTypes"] if one["dataType"] == "items"]
    assert (items["status"], items["issues"][0]["type"]) == ("FetchError", "error.fetch")
    assert [body["eventType"] for body in sent(practice, "codat_events")][-1] == "read.completed.initial"


def test_a_push_is_told_as_the_event_does(practice: Practice) -> None:
    listen(practice, "events", "bills.write.successful", "bills.write.unsuccessful")
    practice.connect()
    practice.contact("c", "Kohl AG")
    practice.bill(practice.counterpart())
    practice.sync()

    (body,) = masked(sent(practice, "codat_events"))
    assert body == {
        "id": "ID",
        "eventType": "bills.write.successful",
        "generatedDate": "TIME",
        "payload": {
            "id": "ID",
            "type": "Create",
            "referenceCompany": {"id": "ID", "name": "Acme", "description": "ID"},
            "connectionId": "ID",
            "requestedOnDate": "TIME",
            "completedOnDate": "TIME",
            "status": "Success",
            "record": {"id": "ID"},
        },
    }


def test_a_push_that_timed_out_has_neither_record_nor_reason(practice: Practice) -> None:
    listen(practice, "events", "bills.write.unsuccessful")
    practice.connect()
    mishaps.arm(practice.db, "push_timed_out", count=1)
    practice.bill(practice.counterpart())
    practice.sync()

    (body,) = sent(practice, "codat_events")
    assert body["payload"]["status"] == "TimedOut"
    assert "record" not in body["payload"]


def test_an_event_has_one_id_for_all_who_listen(practice: Practice) -> None:
    listen(practice, "events", "connection.created")
    listen(practice, "events", "connection.created")
    begin(practice)

    rows = list(practice.db.query("SELECT message_id, secret FROM outgoing"))
    assert len(rows) == 2
    assert len({row["message_id"] for row in rows}) == 1
    assert re.fullmatch(r"msg_[A-Za-z0-9]{27}", rows[0]["message_id"])
    assert all(row["secret"].startswith("whsec_") for row in rows)


def test_nothing_is_kept_for_nobody(practice: Practice) -> None:
    made = listen(practice, "rules")
    consumers.unsubscribe(practice.db, made["id"])
    practice.connect()
    practice.bill(practice.counterpart())
    practice.sync()

    assert practice.db.table("outgoing").count == 0


@pytest.mark.parametrize("asked", ["push operation status changed", "Push Operation Status Changed()"])
def test_rules_go_by_the_names_of_either_guide(practice: Practice, asked: str) -> None:
    assert listen(practice, "rules", asked)["types"] == ["Push Operation Status Changed()"]


@pytest.mark.parametrize(("style", "asked"), [("rules", "connection.created"), ("events", "company.made")])
def test_a_type_that_nobody_tells_is_refused(practice: Practice, style: str, asked: str) -> None:
    with pytest.raises(BadRequestError, match="There is no type"):
        listen(practice, style, asked)


@pytest.mark.parametrize("url", ["http://example.com/hook", "ftp://example.com", "nonsense", "https://"])
def test_messages_go_to_https_or_to_this_machine(practice: Practice, url: str) -> None:
    with pytest.raises(BadRequestError, match="must be HTTPS"):
        consumers.subscribe(practice.db, url)
