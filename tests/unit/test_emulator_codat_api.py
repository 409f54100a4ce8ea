"""Codat's own API beside Monite's, with the key that the partner gave to Monite."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from app.emulator.store import meta
from app.emulator.store.database import write
from tests.emulator_clients import Face, face
from tests.emulator_listeners import listening

Body = dict[str, Any]
NOBODY = "8a210b68-6988-11ed-a1eb-0242ac120002"


@dataclass
class Desk:
    """A client of both APIs."""

    monite: Face

    def send(self, method: str, path: str, body: Any = None, *, key: str | None = "a2V5") -> TestResponse:
        """One request under /codat."""
        headers = {"Authorization": f"Basic {key}"} if key else {}
        client = self.monite.app.test_client()
        return client.open(f"/codat{path}", method=method, json=body, headers=headers)

    def get(self, path: str) -> Any:
        """The answer to a read, which must succeed."""
        response = self.send("GET", path)
        assert response.status_code == 200, response.text
        return response.json

    def company(self) -> str:
        """The one company, as its address."""
        (found,) = self.get("/companies")["results"]
        return f"/companies/{found['id']}"

    def push_a_bill(self) -> str:
        """A bill that a sync has tried to push; its id."""
        monite = self.monite
        organization = {"legal_name": "Kohl AG", "is_vendor": True, "is_customer": False}
        address = {"country": "DE", "city": "Kiel", "line1": "Kai 1", "postal_code": "24103"}
        body = {"type": "organization", "organization": {**organization, "address": address}}
        vendor = monite.send("POST", "/counterparts", body)
        assert vendor.status_code == 201, vendor.text
        dates = {"issued_at": "2026-06-01", "due_date": "2026-07-01", "document_id": "B-1"}
        bill = monite.add_payable(counterpart_id=vendor.json["id"], **dates)
        line = {"name": "Rent", "quantity": 1, "unit_price": 10000, "tax": 1900}
        line["ledger_account_id"] = monite.account()
        answer = monite.send("POST", f"/payables/{bill['id']}/line_items", line)
        assert answer.status_code == 201, answer.text
        rules = {"push_statuses": {"payable": ["waiting_to_be_paid"]}}
        monite.send("PATCH", "/accounting_sync_rules", rules)
        self.send("POST", f"{self.company()}/data/all")
        return str(bill["id"])

    def link(self) -> str:
        """The one connection, as its address."""
        (found,) = self.get(self.company())["dataConnections"]
        return f"{self.company()}/connections/{found['id']}"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with face(tmp_path) as monite:
        yield Desk(monite)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """For requests that change nothing."""
    with face(tmp_path_factory.mktemp("codat")) as monite:
        yield Desk(monite)


@pytest.fixture
def linked(desk: Desk) -> Desk:
    desk.monite.connect()
    return desk


def test_a_company_is_there_once_a_connection_was_asked_for(desk: Desk) -> None:
    before = desk.get("/companies")["totalResults"]
    desk.monite.send("POST", "/accounting_connections", {"platform": "xero"})

    (found,) = desk.get("/companies")["results"]
    assert before == 0
    assert (found["name"], found["description"]) == ("Acme GmbH", desk.monite.entity_id)
    assert [one["status"] for one in found["dataConnections"]] == ["PendingAuth"]


def test_a_connection_has_codats_shape(linked: Desk) -> None:
    found = linked.get(linked.link())

    assert list(found) == [
        "id", "integrationId", "integrationKey", "sourceId", "sourceType", "platformName", "status",
        "created", "lastSync", "linkUrl", "dataConnectionErrors", "connectionInfo",
    ]  # fmt: skip
    assert (found["integrationKey"], found["platformName"], found["status"]) == ("gbol", "Xero", "Linked")
    monite = linked.monite.get("/accounting_connections")["data"][0]
    assert found["linkUrl"] == monite["connection_url"]


def test_lists_come_in_pages(desk: Desk) -> None:
    for number in range(3):
        entity = desk.monite.add_entity(f"Number {number}")
        desk.monite.send("POST", "/accounting_connections", {"platform": "xero"}, X_Monite_Entity_Id=entity)

    page = desk.get("/companies?page=2&pageSize=2")
    assert [one["name"] for one in page["results"]] == ["Number 2"]
    assert (page["pageNumber"], page["pageSize"], page["totalResults"]) == (2, 2, 3)
    assert page["_links"] == {
        "self": {"href": "/companies"},
        "current": {"href": "/companies?page=2&pageSize=2"},
        "previous": {"href": "/companies?page=1&pageSize=2"},
    }


def test_unlinking_is_disconnecting_at_monite(linked: Desk) -> None:
    answer = linked.send("PATCH", linked.link(), {"status": "Unlinked"})

    assert (answer.status_code, answer.get_json()["status"]) == (200, "Unlinked")
    assert linked.monite.get("/accounting_connections")["data"][0]["status"] == "disconnected"


def test_only_a_linked_connection_can_be_unlinked(desk: Desk) -> None:
    desk.monite.send("POST", "/accounting_connections", {"platform": "xero"})

    assert desk.send("PATCH", desk.link(), {"status": "Unlinked"}).status_code == 400
    assert desk.get(desk.link())["status"] == "PendingAuth"


def test_lost_access_is_an_error_of_the_connection(linked: Desk) -> None:
    connection = linked.monite.get("/accounting_connections")["data"][0]
    linked.monite.control("POST", f"/connections/{connection['id']}/revoke")

    found = linked.get(linked.link())
    assert found["status"] == "Deauthorized"
    assert [(one["statusCode"], one["status"]) for one in found["dataConnectionErrors"]] == [
        ("401", "Active")
    ]


def test_the_data_status_tells_of_every_data_type(linked: Desk) -> None:
    found = linked.get(f"{linked.company()}/dataStatus")

    assert {one["currentStatus"] for one in found.values()} == {"Complete"}
    accounts = found["chartOfAccounts"]
    assert accounts["latestSyncId"] == accounts["latestSuccessfulSyncId"]
    assert (
        linked.get(f"{linked.company()}/data/history/{accounts['latestSyncId']}")["dataType"]
        == "chartOfAccounts"
    )


def test_everything_can_be_read_again(linked: Desk) -> None:
    before = linked.monite.get("/accounting_connections")["data"][0]["last_pull"]
    answer = linked.send("POST", f"{linked.company()}/data/all")

    assert (answer.status_code, answer.data) == (204, b"")
    assert linked.monite.get("/accounting_connections")["data"][0]["last_pull"] > before
    assert linked.get(f"{linked.company()}/data/history")["totalResults"] == 16


def test_a_data_type_is_queued_once(linked: Desk) -> None:
    answer = linked.send("POST", f"{linked.company()}/data/queue/items")

    queued = answer.get_json()
    assert (answer.status_code, queued["status"], queued["progress"]) == (200, "Queued", 0)
    assert linked.get(f"{linked.company()}/data/history/{queued['id']}")["status"] == "Complete"


def test_nothing_is_read_without_access(desk: Desk) -> None:
    desk.monite.send("POST", "/accounting_connections", {"platform": "xero"})

    assert desk.send("POST", f"{desk.company()}/data/all").status_code == 409
    assert desk.get(f"{desk.company()}/dataStatus")["items"]["currentStatus"] == "Initial"


def test_a_push_can_be_read_by_its_key(linked: Desk) -> None:
    bill = linked.push_a_bill()

    history = linked.get(f"{linked.company()}/push")["results"]
    (found,) = [one for one in history if one["dataType"] == "bills"]
    shown = linked.get(f"{linked.company()}/push/{found['pushOperationKey']}")
    records = linked.monite.get("/accounting_synced_records?object_type=bill")["data"]
    (record,) = [one for one in records if one["object_id"] == bill]
    written = {"id": record["platform_object_id"], "dataType": "bills"}
    assert shown == found
    assert (shown["status"], shown["statusCode"], shown["errorMessage"]) == ("Success", 200, None)
    assert shown["changes"] == [{"type": "Created", "recordRef": written, "attachmentId": None}]
    assert shown["validation"] == {"errors": [], "warnings": []}


def test_a_push_that_waits_has_no_end_and_no_id(linked: Desk) -> None:
    linked.monite.control("POST", "/faults", {"kind": "push_stuck", "count": 1})
    linked.push_a_bill()

    history = linked.get(f"{linked.company()}/push")["results"]
    (found,) = [one for one in history if one["dataType"] == "bills"]
    assert (found["status"], found["statusCode"], found["completedOnUtc"]) == ("Pending", 202, None)
    assert found["changes"] == [{"type": "Created", "recordRef": {"dataType": "bills"}}]


@pytest.mark.parametrize("key", [None, "b3RoZXI=", "", "käse"])
def test_another_key_opens_nothing(shared: Desk, key: str | None) -> None:
    answer = shared.send("GET", "/companies", key=key)

    assert (answer.status_code, answer.get_json()["error"]) == (401, "Unauthorized")


def test_no_key_opens_anything_when_monite_has_none(desk: Desk) -> None:
    with write(desk.monite.db) as db:
        meta.save_partner_settings(db, {"accounting": None})

    assert desk.send("GET", "/companies").status_code == 401


def test_an_unknown_company_is_refused_in_codats_shape(shared: Desk) -> None:
    answer = shared.send("GET", f"/companies/{NOBODY}")

    body = answer.get_json()
    assert re.fullmatch("[0-9a-f]{32}", body.pop("correlationId"))
    assert answer.status_code == 404
    assert body == {
        "statusCode": 404,
        "service": "PublicApi",
        "error": f"No company was found with ID {NOBODY}",
        "canBeRetried": "Unknown",
        "detailedErrorCode": 0,
        "validation": None,
    }


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/companies/x/connections/y", 404),
        ("GET", "/companies/x/dataStatus", 404),
        ("POST", "/companies/x/data/all", 404),
        ("POST", "/companies/x/data/queue/items", 404),
        ("GET", "/companies/x/data/history/y", 404),
        ("GET", "/companies/x/push", 404),
        ("DELETE", f"/webhooks/{NOBODY}", 404),
        ("GET", "/nonsense", 404),
        ("GET", "/", 404),
        ("POST", "/companies", 501),
        ("DELETE", "/companies/x", 501),
        ("GET", "/companies/x/data/bills", 501),
        ("GET", "/companies/x/connections/y/options/bills", 501),
        ("GET", "/apiKeys", 501),
        ("GET", "/companies?page=0", 400),
        ("GET", "/companies?pageSize=5001", 400),
        ("GET", "/companies?page=²", 400),
        ("GET", "/companies?query=name%3Dx", 400),
        ("POST", "/webhooks", 400),
    ],
)
def test_what_cannot_be_answered_is_refused_in_codats_shape(
    shared: Desk, method: str, path: str, status: int
) -> None:
    answer = shared.send(method, path)

    assert answer.status_code == status, answer.text
    assert answer.get_json()["statusCode"] == status


@pytest.mark.parametrize("raw", [b"{", b"[]", b'"x"', b"\xff", b"[" * 5000, b'{"url": 1}', b'{"other": 1}'])
def test_a_body_that_is_none_is_a_bad_request(shared: Desk, raw: bytes) -> None:
    client = shared.monite.app.test_client()
    answer = client.post("/codat/webhooks", data=raw, headers={"Authorization": "Basic a2V5"})

    assert (answer.status_code, answer.get_json()["statusCode"]) == (400, 400)


def test_one_may_subscribe_at_codat_and_leave_again(desk: Desk) -> None:
    given = {"url": "https://example.com/hook", "eventTypes": ["connection.connected"]}
    made = desk.send("POST", "/webhooks", given).get_json()
    listed = desk.get("/webhooks")["results"]
    desk.send("DELETE", f"/webhooks/{made['id']}")

    assert listed == [made]
    assert re.fullmatch(r"whsec_[A-Za-z0-9+/]{32}", made["secret"])
    assert made["eventTypes"] == ["connection.connected"]
    assert desk.get("/webhooks")["results"] == []


def test_one_may_subscribe_at_the_control_interface_too(desk: Desk) -> None:
    given = {"url": "http://127.0.0.1:9/", "style": "rules", "types": ["datasynccompleted"]}
    answer = desk.monite.control("POST", "/codat/webhooks", given)
    shown = desk.monite.control("GET", "/codat/webhooks").json
    left = desk.monite.control("DELETE", "/codat/webhooks").json["data"]

    assert answer.status_code == 201
    assert answer.json["types"] == ["Data sync completed"]
    assert shown["data"] == [answer.json]
    assert left == []


def test_the_profile_keeps_the_way_back_for_the_sign_in_pages(linked: Desk) -> None:
    target = "https://partner.example/return?status={statusCode}"
    answer = linked.send("PUT", "/profile", {"redirectUrl": target})
    link = linked.get(linked.link())["linkUrl"]
    finished = linked.monite.app.test_client().post(link, data={"action": "finish"})

    assert (answer.status_code, answer.get_json()["redirectUrl"]) == (200, target)
    assert finished.headers["Location"] == "https://partner.example/return?status=200"


@pytest.mark.parametrize(
    "target", ["javascript:alert(1)", "https://{host}/", "https://", "https://a b/", "https://a;b/", "//a/"]
)
def test_the_way_back_is_an_address(shared: Desk, target: str) -> None:
    assert shared.send("PUT", "/profile", {"redirectUrl": target}).status_code == 400


def test_a_listener_is_told_of_a_connection_under_a_signature(desk: Desk) -> None:
    with listening() as listener:
        given = {"url": listener.url, "eventTypes": ["connection.connected"]}
        secret = desk.send("POST", "/webhooks", given).get_json()["secret"]
        desk.monite.connect()

    (heard,) = listener.heard
    signed = f"{heard.headers['webhook-id']}.{heard.headers['webhook-timestamp']}.".encode() + heard.raw
    key = base64.b64decode(secret.removeprefix("whsec_"))
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert heard.headers["webhook-signature"] == f"v1,{expected}"
    assert heard.json["payload"]["connection"] == {
        name: value
        for name, value in desk.get(desk.link()).items()
        if name not in ("dataConnectionErrors", "connectionInfo", "lastSync")
    } | {"lastSync": None}


def test_a_listener_to_the_rules_is_told_with_the_header_it_asked_for(desk: Desk) -> None:
    with listening() as listener:
        given = {"url": listener.url, "style": "rules", "authorization": "Bearer mine"}
        desk.send("POST", "/webhooks", given)
        desk.monite.connect()

    rules = [body["RuleType"] for body in listener.bodies]
    assert rules == ["DataConnectionStatusChanged", *["Data sync completed"] * 8]
    headers = listener.heard[0].headers
    assert headers["authorization"] == "Bearer mine"
    assert headers["x-codat-clientid"] == listener.bodies[0]["ClientId"]
    assert "webhook-signature" not in headers
