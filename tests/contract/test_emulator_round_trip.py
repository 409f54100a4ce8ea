"""The whole story over a real port: from a token to a bill in the books, and out again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.emulator_servers import Client, Running, serve


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[Running]:
    with serve(tmp_path) as running:
        yield running


@pytest.fixture
def api(emulator: Running) -> Client:
    return emulator.client(emulator.entity_id("Fernlight"))


def test_a_bill_goes_from_nothing_into_the_books_and_the_entity_out_again(
    emulator: Running, api: Client
) -> None:
    connection = connect(emulator, api)
    before = books(emulator, api)
    accounts = api.all("/ledger_accounts")
    assert {account["name"] for account in accounts} == {account["name"] for account in before["accounts"]}

    expense = next(account for account in accounts if account["name"] == "Advertising & Marketing")
    payables = api.all("/payables", status="waiting_to_be_paid")
    assign(api, payables, expense["id"])
    release(api, ["waiting_to_be_paid"])
    assert api.send("POST", f"/accounting_connections/{connection['id']}/sync").status_code == 202

    records = {
        record["object_id"]: record for record in api.all("/accounting_synced_records", object_type="bill")
    }
    assert set(records) == {payable["id"] for payable in payables}
    sent = [payable for payable in payables if records[payable["id"]]["sync_status"] == "done"]
    assert sent
    for payable in sent:
        bill = the_bill(emulator, api, records[payable["id"]])
        assert (bill["number"], bill["total"]) == (payable["document_id"], payable["total_amount"])
        assert {line["account_code"] for line in bill["lines"]} == {expense["nominal_code"]}

    assert api.send("POST", f"/accounting_connections/{connection['id']}/disconnect").status_code == 200
    assert [row["status"] for row in api.get("/accounting_connections")["data"]] == ["disconnected"]
    assert the_bill(emulator, api, records[sent[0]["id"]])


def test_a_refused_bill_is_pushed_again_once_its_cause_is_put_right(emulator: Running, api: Client) -> None:
    connection = connect(emulator, api)
    payable = api.all("/payables", status="waiting_to_be_paid")[0]
    assign(api, [payable], api.all("/ledger_accounts")[0]["id"])
    emulator.control("POST", "/faults", {"kind": "period_closed", "entity_id": api.entity_id})
    release(api, ["waiting_to_be_paid"])
    api.send("POST", f"/accounting_connections/{connection['id']}/sync")
    failed = record_of(api, payable)
    assert failed["sync_status"] == "error"
    assert failed["errors"]["message"]
    assert failed["platform_object_id"] is None

    emulator.control("DELETE", "/faults")
    expense = next(row for row in api.all("/ledger_accounts") if row["type"] == "Expense")
    assign(api, [payable], expense["id"])
    assert record_of(api, payable)["sync_status"] == "error"
    answer = api.send("POST", f"/accounting_synced_records/{failed['id']}/push")

    assert (answer.status_code, answer.json()["sync_status"]) == (200, "pending")
    mended = record_of(api, payable)
    assert (mended["sync_status"], mended["errors"]) == ("done", {})
    assert the_bill(emulator, api, mended)["total"] == payable["total_amount"]


def test_nothing_of_ours_is_in_the_books_before_sending_is_released(emulator: Running, api: Client) -> None:
    connection = api.send("POST", "/accounting_connections", json={"platform": "xero"}).json()
    before = books(emulator, api)
    release(api, [])
    emulator.control("POST", f"/connections/{connection['id']}/authorise")
    assign(api, api.all("/payables", status="waiting_to_be_paid"), api.all("/ledger_accounts")[0]["id"])
    emulator.control("POST", "/clock", {"advance_seconds": 3 * 3600})

    after = books(emulator, api)
    assert (after["bills"], after["invoices"]) == (before["bills"], before["invoices"])
    assert api.all("/accounting_synced_records", object_type="bill") == []


def test_the_wrong_organisation_can_be_left_for_the_right_one(emulator: Running, api: Client) -> None:
    seen = emulator.control("GET", f"/organisations/{api.entity_id}")["data"]
    wrong = next(one["name"] for one in seen if one["platform"] == "xero" and not one["is_own"])
    first = api.send("POST", "/accounting_connections", json={"platform": "xero"}).json()
    release(api, [])
    emulator.control("POST", f"/connections/{first['id']}/authorise", {"organisation": wrong})
    shown = api.get(f"/accounting_connections/{first['id']}")
    assert shown["business_info"]["name"] == wrong
    of_the_wrong_one = {account["id"] for account in api.all("/ledger_accounts")}

    api.send("POST", f"/accounting_connections/{first['id']}/disconnect")
    second = connect(emulator, api)

    assert second["id"] != first["id"]
    assert api.get(f"/accounting_connections/{second['id']}")["business_info"]["name"] != wrong
    assert of_the_wrong_one.isdisjoint(account["id"] for account in api.all("/ledger_accounts"))


def test_a_broken_line_gives_no_answer_at_all_and_the_next_request_is_served(
    emulator: Running, api: Client
) -> None:
    emulator.control("POST", "/faults", {"kind": "no_answer", "count": 1})

    with pytest.raises(OSError, match="Connection aborted"):
        api.get("/products")

    assert api.get("/products")["data"]


def test_a_push_whose_answer_was_lost_is_done_once(emulator: Running, api: Client) -> None:
    connection = connect(emulator, api)
    payable = api.all("/payables", status="waiting_to_be_paid")[0]
    release(api, ["waiting_to_be_paid"])
    api.send("POST", f"/accounting_connections/{connection['id']}/sync")
    expense = next(row for row in api.all("/ledger_accounts") if row["type"] == "Expense")
    assign(api, [payable], expense["id"])
    emulator.control("POST", "/faults", {"kind": "timeout_after_push", "count": 1})

    record = record_of(api, payable)
    assert api.send("POST", f"/accounting_synced_records/{record['id']}/push").status_code == 504
    assert api.send("POST", f"/accounting_synced_records/{record['id']}/push").status_code == 200

    numbers = [bill["number"] for bill in books(emulator, api)["bills"]]
    assert numbers.count(payable["document_id"]) == 1


def connect(emulator: Running, api: Client) -> dict[str, Any]:
    """A connection to the entity's own organisation, with nothing released yet."""
    response = api.send("POST", "/accounting_connections", json={"platform": "xero"})
    assert response.status_code == 201, response.text
    connection: dict[str, Any] = response.json()
    assert connection["status"] == "pending_auth"
    release(api, [])
    done = emulator.control("POST", f"/connections/{connection['id']}/authorise")
    assert (done["status"], done["first_pull_done"]) == ("connected", True)
    return connection


def release(api: Client, payable: list[str]) -> None:
    """Let payables in these statuses be sent, and no invoices."""
    rules = {"push_statuses": {"payable": payable, "receivable": []}}
    assert api.send("PATCH", "/accounting_sync_rules", json=rules).json() == rules
    assert api.get("/accounting_sync_rules") == rules


def assign(api: Client, payables: list[dict[str, Any]], ledger_account_id: str) -> None:
    """Give every line of the payables this account."""
    for payable in payables:
        for line in api.all(f"/payables/{payable['id']}/line_items"):
            path = f"/payables/{payable['id']}/line_items/{line['id']}"
            response = api.send("PATCH", path, json={"ledger_account_id": ledger_account_id})
            assert response.json()["ledger_account_id"] == ledger_account_id


def record_of(api: Client, payable: dict[str, Any]) -> dict[str, Any]:
    """The synced record of a payable."""
    query = {"object_type": "bill", "object_id": payable["id"]}
    (record,) = api.all("/accounting_synced_records", **query)
    return record


def books(emulator: Running, api: Client) -> dict[str, Any]:
    """The accounting system's books of the client's entity."""
    return emulator.control("GET", f"/books/{api.entity_id}")


def the_bill(emulator: Running, api: Client, record: dict[str, Any]) -> dict[str, Any]:
    """The one bill in the books that the record speaks of."""
    (bill,) = [bill for bill in books(emulator, api)["bills"] if bill["id"] == record["platform_object_id"]]
    found: dict[str, Any] = bill
    return found
