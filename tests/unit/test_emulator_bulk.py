"""The scenario for measuring: each of its businesses can do what any other can."""

from __future__ import annotations

from typing import Any

from tests.emulator_clients import Face

RULES = {"push_statuses": {"payable": ["waiting_to_be_paid", "paid", "partially_paid"], "receivable": []}}


def _enter(monite: Face, **counts: int) -> list[str]:
    """A bulk, with a token for it; the ids of its businesses."""
    state = monite.control("POST", "/reset", {"scenario": "bulk", **counts}).json
    told = {"grant_type": "client_credentials"} | {key: state[key] for key in ("client_id", "client_secret")}
    token = monite.send("POST", "/auth/token", told).json["access_token"]
    monite.headers["Authorization"] = f"Bearer {token}"
    return [entity["id"] for entity in state["entities"]]


def _assign(monite: Face) -> int:
    """Give every line of every bill an account; returns how many bills there are."""
    accounts = monite.get("/ledger_accounts")["data"]
    account = next(row["id"] for row in accounts if row["nominal_code"] == "429")
    bills = monite.get("/payables?limit=100")["data"]
    for bill in bills:
        for line in monite.get(f"/payables/{bill['id']}/line_items")["data"]:
            path = f"/payables/{bill['id']}/line_items/{line['id']}"
            monite.send("PATCH", path, {"ledger_account_id": account})
    return len(bills)


def _connection(monite: Face, status: str) -> dict[str, Any]:
    rows = monite.get("/accounting_connections")["data"]
    found: dict[str, Any] = next(row for row in rows if row["status"] == status)
    return found


def test_every_business_of_a_bulk_walks_the_whole_way(monite: Face) -> None:
    for entity_id in _enter(monite, entities=4, payables=6):
        monite.headers["X-Monite-Entity-Id"] = entity_id

        assert _assign(monite) == 6
        monite.send("PATCH", "/accounting_sync_rules", RULES)
        monite.send("POST", f"/accounting_connections/{_connection(monite, 'connected')['id']}/sync")
        records = monite.get("/accounting_synced_records?object_type=bill")["data"]
        assert "done" in {record["sync_status"] for record in records}
        assert "pending" not in {record["sync_status"] for record in records}
        assert monite.get("/accounting_tax_rates")["data"]
        assert monite.get("/products")["data"]

        monite.send("POST", f"/accounting_connections/{_connection(monite, 'connected')['id']}/disconnect")
        made = monite.send("POST", "/accounting_connections", {"platform": "xero"}).json
        monite.control("POST", f"/connections/{made['id']}/authorise", {})
        assert _connection(monite, "connected")["id"] == made["id"]


def test_a_failed_record_of_a_bulk_goes_through_when_it_is_pushed_again(monite: Face) -> None:
    (monite.headers["X-Monite-Entity-Id"],) = _enter(monite, entities=1, payables=10, records=10)
    _assign(monite)
    monite.send("PATCH", "/accounting_sync_rules", RULES)
    records = monite.get("/accounting_synced_records?object_type=bill")["data"]
    (failed, *_) = [record for record in records if record["sync_status"] == "error"]

    monite.send("POST", f"/accounting_synced_records/{failed['id']}/push")

    assert monite.get(f"/accounting_synced_records/{failed['id']}")["sync_status"] == "done"
