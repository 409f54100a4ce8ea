"""Connections as each version of the API creates, shows, loses and ends them."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from app.emulator.rules.versions import VERSIONS
from tests.emulator_clients import Answer, Face

RAILZ, CODAT, NEWEST = VERSIONS
ID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
ADDRESSES = {
    RAILZ: f"http://127.0.0.1:5001/ste-{ID}",
    CODAT: f"http://127.0.0.1:5001/companies/{ID}/connections/{ID}/start",
    NEWEST: "http://127.0.0.1:5001/link/[0-9a-f]{32}",
}


def create(monite: Face, version: str, body: Any = None) -> Answer:
    return monite.send("POST", "/accounting_connections", body, X_Monite_Version=version)


def make(monite: Face, version: str) -> dict[str, Any]:
    """A new connection in the way of this version."""
    answer = create(monite, version, {"platform": "xero"} if version == CODAT else None)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json
    return made


def show(monite: Face, connection_id: str, version: str) -> dict[str, Any]:
    answer = monite.send("GET", f"/accounting_connections/{connection_id}", X_Monite_Version=version)
    found: dict[str, Any] = answer.json
    return found


def authorise(monite: Face, connection_id: str, **body: str) -> Answer:
    return monite.control("POST", f"/connections/{connection_id}/authorise", body or None)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_new_connection_waits_at_an_address_of_its_versions_kind(monite: Face, version: str) -> None:
    made = make(monite, version)

    assert re.fullmatch(ADDRESSES[version], made["connection_url"])
    assert (made["status"], made["errors"], made["last_pull"]) == ("pending_auth", None, made["created_at"])
    assert made["platform"] == ("xero" if version == CODAT else None)


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_shows_a_connection_at_the_same_address(monite: Face, version: str) -> None:
    made = make(monite, version)

    shown = {show(monite, made["id"], other)["connection_url"] for other in VERSIONS}

    assert shown == {made["connection_url"]}


@pytest.mark.parametrize("body", [None, {}, {"platform": None}])
def test_the_railz_way_needs_no_key_and_no_platform(monite: Face, body: Any) -> None:
    monite.send("PATCH", "/settings", {"accounting": None})

    made = create(monite, RAILZ, body)

    assert (made.status_code, made.json["platform"]) == (201, None)


def test_the_railz_way_takes_a_platform_all_the_same(monite: Face) -> None:
    assert create(monite, RAILZ, {"platform": "quickbooks"}).json["platform"] == "quickbooks_online"


@pytest.mark.parametrize("body", [{"platform": "sage"}, {"colour": "red"}, {"platform": 1}, []])
def test_a_body_that_does_not_fit_is_refused_where_bodies_are_read(monite: Face, body: Any) -> None:
    answers = [create(monite, version, body) for version in (RAILZ, CODAT)]

    assert [answer.status_code for answer in answers] == [422, 422]
    assert monite.get("/accounting_connections")["data"] == []


@pytest.mark.parametrize(("body", "loc"), [(None, ["body"]), ({}, ["body", "platform"])])
def test_with_codat_the_platform_is_required(monite: Face, body: Any, loc: list[str]) -> None:
    refused = create(monite, CODAT, body)

    assert refused.status_code == 422
    assert refused.json["detail"][0]["loc"] == loc


@pytest.mark.parametrize(("body", "platform"), [(None, None), ({}, None), ({"platform": "xero"}, "xero")])
def test_with_another_providers_key_the_platform_is_optional(
    monite: Face, body: Any, platform: str | None
) -> None:
    monite.send("PATCH", "/settings", {"accounting": {"provider": "railz", "token": "a2V5"}})

    made = create(monite, CODAT, body)

    assert (made.status_code, made.json["platform"]) == (201, platform)
    assert re.fullmatch(ADDRESSES[RAILZ], made.json["connection_url"])


def test_without_a_key_the_codat_way_is_refused(monite: Face) -> None:
    monite.send("PATCH", "/settings", {"accounting": None})

    refused = create(monite, CODAT, {"platform": "xero"})

    assert (refused.status_code, list(refused.json)) == (400, ["error"])


@pytest.mark.parametrize("raw", [b"", b"{", b'{"platform": "sage"}', b"[1]"])
def test_the_newest_way_ignores_whatever_is_sent(monite: Face, raw: bytes) -> None:
    monite.headers["X-Monite-Version"] = NEWEST

    made = monite.post_raw("/accounting_connections", raw)

    assert (made.status_code, json.loads(made.text)["platform"]) == (201, None)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_second_active_connection_is_refused(monite: Face, version: str) -> None:
    make(monite, version)

    assert [create(monite, other, {"platform": "xero"}).status_code for other in VERSIONS] == [409] * 3


def test_of_many_who_connect_at_once_one_does(monite: Face) -> None:
    with ThreadPoolExecutor(4) as pool:
        answers = pool.map(lambda _: create(monite, NEWEST).status_code, range(4))

        assert sorted(answers) == [201, 409, 409, 409]


@pytest.mark.parametrize(
    ("version", "stored", "provider"),
    [
        (RAILZ, "codat", "railz"),
        (CODAT, "codat", "codat"),
        (NEWEST, "codat", "codat"),
        (NEWEST, None, "railz"),
    ],
)
def test_synced_records_name_the_provider(
    monite: Face, version: str, stored: str | None, provider: str
) -> None:
    monite.add_payable()
    key = {"provider": stored, "token": "a2V5"} if stored else None
    monite.send("PATCH", "/settings", {"accounting": key})

    authorise(monite, make(monite, version)["id"])

    (record,) = monite.get("/accounting_synced_records?object_type=bill")["data"]
    assert (record["provider"], record["platform"]) == (provider, "xero")


@pytest.mark.parametrize("version", VERSIONS)
def test_a_connection_lives_through_the_states_of_its_life(monite: Face, version: str) -> None:
    made = make(monite, version)
    path = f"/accounting_connections/{made['id']}"
    waiting = monite.send("POST", f"{path}/sync", X_Monite_Version=version)
    authorise(monite, made["id"])
    connected = show(monite, made["id"], version)
    synced = monite.send("POST", f"{path}/sync", X_Monite_Version=version)
    monite.control("POST", f"/connections/{made['id']}/revoke")
    lost = show(monite, made["id"], version)
    authorise(monite, made["id"])
    again = show(monite, made["id"], version)
    ended = [monite.send("POST", f"{path}/disconnect", X_Monite_Version=version) for _ in range(2)]

    assert (waiting.status_code, synced.status_code) == (409, 202)
    assert (connected["status"], connected["platform"], connected["errors"]) == ("connected", "xero", None)
    assert lost["status"] == "deauthorized"
    assert [list(error) for error in lost["errors"]] == [["message"]]
    assert (again["status"], again["errors"]) == ("connected", None)
    assert [answer.status_code for answer in ended] == [200, 200]
    assert [answer.json["status"] for answer in ended] == ["disconnected"] * 2
    shown = (made, connected, lost, again, ended[0].json)
    assert {row["connection_url"] for row in shown} == {made["connection_url"]}
    assert authorise(monite, made["id"]).status_code == 409


@pytest.mark.parametrize(("version", "told"), [(RAILZ, False), (CODAT, True), (NEWEST, True)])
def test_the_business_is_told_by_the_versions_that_know_of_it(monite: Face, version: str, told: bool) -> None:
    made = make(monite, version)
    authorise(monite, made["id"])

    shown = show(monite, made["id"], version)

    assert ("business_info" in made, "business_info" in shown) == (told, told)
    if told:
        assert made["business_info"] is None
        assert shown["business_info"]["name"] == "Acme GmbH"


@pytest.mark.parametrize("version", [CODAT, NEWEST])
def test_the_business_can_be_left_out_by_a_switch(monite: Face, version: str) -> None:
    monite.control("PATCH", "/switches", {"omit_business_info": True})

    assert "business_info" not in make(monite, version)


@pytest.mark.parametrize("version", [RAILZ, NEWEST])
@pytest.mark.parametrize("name", ["quickbooks", "quickbooks_online"])
def test_the_system_named_at_the_sign_in_becomes_the_connections(
    monite: Face, version: str, name: str
) -> None:
    monite.add_organisation("Acme Books", platform="quickbooks_online")

    done = authorise(monite, make(monite, version)["id"], platform=name)

    assert (done.json["platform"], done.json["organisation"]) == ("quickbooks_online", "Acme Books")


@pytest.mark.parametrize("version", [RAILZ, NEWEST])
def test_without_a_name_it_is_the_system_used_last_and_xero_at_first(monite: Face, version: str) -> None:
    monite.add_organisation("Acme Books", platform="quickbooks_online")
    platforms = []
    for body in ({}, {"platform": "quickbooks"}, {}):
        made = make(monite, version)
        platforms.append(authorise(monite, made["id"], **body).json["platform"])
        monite.send("POST", f"/accounting_connections/{made['id']}/disconnect")

    assert platforms == ["xero", "quickbooks_online", "quickbooks_online"]


def test_an_accounting_system_that_nobody_knows_is_refused(monite: Face) -> None:
    made = make(monite, RAILZ)

    assert authorise(monite, made["id"], platform="sage").status_code == 422
    assert show(monite, made["id"], RAILZ)["status"] == "pending_auth"


@pytest.mark.parametrize("version", VERSIONS)
def test_deny_leaves_everything_as_it_was(monite: Face, version: str) -> None:
    made = make(monite, version)

    denied = monite.control("POST", f"/connections/{made['id']}/deny")

    assert denied.status_code == 200
    assert show(monite, made["id"], version) == made


@pytest.mark.parametrize("version", VERSIONS)
def test_the_next_access_goes_to_the_wrong_organisation_once(monite: Face, version: str) -> None:
    monite.add_organisation("Acme Holding", own=False)
    monite.control("POST", "/faults", {"kind": "wrong_organisation", "count": 1})
    made = make(monite, version)

    first = authorise(monite, made["id"], organisation="Acme GmbH")
    monite.control("POST", f"/connections/{made['id']}/revoke")
    second = authorise(monite, made["id"], organisation="Acme GmbH")

    assert (first.json["organisation"], second.json["organisation"]) == ("Acme Holding", "Acme GmbH")


def test_a_wrong_organisation_waits_until_there_is_one(monite: Face) -> None:
    monite.control("POST", "/faults", {"kind": "wrong_organisation", "count": 1})

    done = authorise(monite, make(monite, RAILZ)["id"])

    assert done.json["organisation"] == "Acme GmbH"
    assert len(monite.control("GET", "/faults").json["active"]) == 1


@pytest.mark.parametrize("version", VERSIONS)
def test_a_slow_first_pull_is_slow_in_every_version(monite: Face, version: str) -> None:
    monite.control("POST", "/faults", {"kind": "slow_pull", "count": 1})

    authorise(monite, make(monite, version)["id"])

    assert monite.get("/ledger_accounts")["data"] == []
    monite.control("POST", "/clock", {"advance_seconds": 150})
    assert len(monite.get("/ledger_accounts")["data"]) == 2
