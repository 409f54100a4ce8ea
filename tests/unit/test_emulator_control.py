"""The control interface and what is broken through it."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.emulator.config import EmulatorSettings
from app.emulator.factory import create_emulator
from app.emulator.rules.faults import KINDS
from tests.emulator_clients import Face


def test_an_empty_file_gets_the_sample_businesses(tmp_path: Path) -> None:
    app = create_emulator(EmulatorSettings(database=tmp_path / "new" / "e.sqlite3"), engine=False)

    state = app.test_client().get("/_emulator/state").get_json()

    assert (state["scenario"], len(state["entities"])) == ("smooth", 6)
    assert state["base_url"] == "http://127.0.0.1:5001"


def test_a_reset_brings_back_the_samples_and_keeps_the_credentials(monite: Face) -> None:
    before = monite.control("GET", "/state").json

    after = monite.control("POST", "/reset", {"scenario": "smooth"}).json

    assert after["client_secret"] == before["client_secret"]
    assert len(after["entities"]) == 6
    assert monite.send("GET", "/entities").status_code == 401


def test_a_bulk_has_as_much_as_was_asked_for(monite: Face) -> None:
    state = monite.control("POST", "/reset", {"scenario": "bulk", "entities": 2, "payables": 3}).json

    assert len(state["entities"]) == 2


def test_a_bulk_beyond_all_bounds_is_refused_in_words(monite: Face) -> None:
    refused = monite.control("POST", "/reset", {"scenario": "bulk", "entities": 10_000, "payables": 1_000})

    assert refused.status_code == 400
    assert "at most 10000 entities" in refused.json["error"]["message"]


@pytest.mark.parametrize("body", [{"scenario": "storm"}, {"payables": -1}, {"colour": "red"}])
def test_a_reset_to_what_does_not_exist_is_refused(monite: Face, body: dict[str, object]) -> None:
    assert monite.control("POST", "/reset", body).status_code == 422
    assert len(monite.control("GET", "/state").json["entities"]) == 1


def test_the_clock_moves_and_what_is_due_is_run_before_it_answers(monite: Face) -> None:
    connection = monite.connect()
    before = monite.control("GET", "/state").json["now"]

    moved = monite.control("POST", "/clock", {"advance_seconds": 2 * 3600}).json

    assert moved["now"] > before
    assert moved["jobs_run"] >= 1
    assert monite.get(f"/accounting_connections/{connection['id']}")["status"] == "connected"


def test_another_site_cannot_use_the_controls_through_a_browser(monite: Face) -> None:
    client = monite.app.test_client()

    answers = [
        client.post("/_emulator/reset", json={}, headers={"Origin": "https://evil.example"}),
        client.post("/_emulator/reset", json={}, headers={"Sec-Fetch-Site": "cross-site"}),
    ]

    assert [answer.status_code for answer in answers] == [403, 403]


def test_an_organisation_is_chosen_by_its_name(monite: Face) -> None:
    made = monite.send("POST", "/accounting_connections", {"platform": "xero"}).json
    path = f"/connections/{made['id']}/authorise"

    unknown = monite.control("POST", path, {"organisation": "Nobody Ltd"})
    chosen = monite.control("POST", path, {"organisation": "Acme GmbH"})

    assert (unknown.status_code, "Acme GmbH" in unknown.text) == (404, True)
    assert (chosen.json["status"], chosen.json["organisation"]) == ("connected", "Acme GmbH")


def test_a_denied_connection_still_waits(monite: Face) -> None:
    made = monite.send("POST", "/accounting_connections", {"platform": "xero"}).json

    assert monite.control("POST", f"/connections/{made['id']}/deny").json["status"] == "pending_auth"


def test_the_books_of_nobody_are_not_there(monite: Face) -> None:
    assert monite.control("GET", "/books/1d4e1e34-b909-51a8-8f3f-9476620ed855").status_code == 404


def test_every_kind_of_fault_is_told_with_a_line(monite: Face) -> None:
    kinds = monite.control("GET", "/faults").json["kinds"]

    assert kinds == KINDS
    assert monite.control("POST", "/faults", {"kind": "earthquake"}).status_code == 400


@pytest.mark.parametrize(
    ("kind", "status", "content"),
    [
        ("token_revoked", 401, '"message"'),
        ("api_down", 503, "<html>"),
        ("garbage", 200, "<html>"),
        ("server_error", 500, "Internal Server Error"),
        ("rate_limited", 429, "API rate limit exceeded"),
    ],
)
def test_a_fault_breaks_the_answer_as_often_as_it_was_asked_to(
    monite: Face, kind: str, status: int, content: str
) -> None:
    monite.control("POST", "/faults", {"kind": kind, "count": 1})

    broken = monite.send("GET", "/products")

    assert (broken.status_code, content in broken.text) == (status, True)
    assert monite.control("GET", "/faults").json["active"] == []
    assert monite.send("GET", "/products").status_code == (401 if kind == "token_revoked" else 200)


@pytest.mark.parametrize(("kind", "status"), [("conflict", 409), ("unprocessable", 422)])
def test_refusals_of_changes_leave_reading_alone(monite: Face, kind: str, status: int) -> None:
    monite.control("POST", "/faults", {"kind": kind})

    assert monite.send("POST", "/products", {"name": "Logo"}).status_code == status
    assert monite.get("/products")["data"] == []


def test_a_fault_of_one_entity_spares_the_others(monite: Face) -> None:
    other = monite.add_entity("Other GmbH")
    monite.control("POST", "/faults", {"kind": "api_down", "entity_id": other})

    assert monite.send("GET", "/products").status_code == 200
    assert monite.send("GET", "/products", X_Monite_Entity_Id=other).status_code == 503


def test_a_failing_resource_fails_alone(monite: Face) -> None:
    body = {"kind": "resource_failing", "options": {"resource": "accounting_tax_rates"}}
    monite.control("POST", "/faults", body)

    assert monite.send("GET", "/accounting_tax_rates").status_code == 500
    assert monite.send("GET", "/ledger_accounts").status_code == 200


def test_the_failing_resource_is_ledger_accounts_when_none_is_named(monite: Face) -> None:
    monite.control("POST", "/faults", {"kind": "resource_failing"})

    assert monite.send("GET", "/ledger_accounts").status_code == 500


def test_clearing_faults_mends_the_answers(monite: Face) -> None:
    monite.control("POST", "/faults", {"kind": "api_down"})

    monite.control("DELETE", "/faults")

    assert monite.send("GET", "/products").status_code == 200


def test_access_can_be_withdrawn(monite: Face) -> None:
    connection = monite.connect()

    monite.control("POST", "/faults", {"kind": "access_withdrawn", "entity_id": monite.entity_id})

    assert monite.get(f"/accounting_connections/{connection['id']}")["status"] == "deauthorized"


def test_an_archived_account_is_restored_when_the_fault_is_cleared(monite: Face) -> None:
    monite.connect()
    fault = monite.control("POST", "/faults", {"kind": "account_archived", "entity_id": monite.entity_id})
    archived = statuses(monite)
    monite.control("DELETE", "/faults", {"kind": "account_archived"})

    assert fault.status_code == 201
    assert sorted(archived) == ["Active", "Archived"]
    assert statuses(monite) == ["Active", "Active"]


def test_a_renamed_account_has_its_old_name_again_when_the_fault_is_cleared(monite: Face) -> None:
    monite.connect()
    body = {"kind": "account_renamed", "entity_id": monite.entity_id, "options": {"name": "Mail"}}
    books = f"/books/{monite.entity_id}"
    before = [one["name"] for one in monite.control("GET", books).json["accounts"]]

    fault = monite.control("POST", "/faults", body)
    renamed = [one["name"] for one in monite.control("GET", books).json["accounts"]]
    monite.control("DELETE", "/faults")

    assert fault.status_code == 201
    assert set(renamed) - set(before) == {"Mail"}
    assert [one["name"] for one in monite.control("GET", books).json["accounts"]] == before


def test_a_closed_period_is_as_it_was_when_the_fault_is_cleared(monite: Face) -> None:
    body = {"kind": "period_closed", "entity_id": monite.entity_id}
    monite.control("POST", "/faults", body)
    closed = lock_date(monite)
    monite.control("DELETE", "/faults")

    assert (closed is not None, lock_date(monite)) == (True, None)
    assert monite.control("POST", "/faults", {"kind": "period_closed"}).status_code == 400


def test_an_unanswered_request_is_not_served(monite: Face) -> None:
    monite.control("POST", "/faults", {"kind": "no_answer", "count": 1})

    with pytest.raises(ConnectionError):
        monite.send("POST", "/products", {"name": "Logo"})

    assert monite.get("/products")["data"] == []


def statuses(monite: Face) -> list[str]:
    """The statuses of the accounts in the books."""
    found = monite.control("GET", f"/books/{monite.entity_id}").json["accounts"]
    return [account["status"] for account in found]


def lock_date(monite: Face) -> str | None:
    """Up to which day the books are closed."""
    row = next(monite.db.query("SELECT lock_date FROM organisations"))
    found: str | None = row["lock_date"]
    return found
