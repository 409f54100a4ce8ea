"""The sign-in pages on which the accounting system is chosen first: Railz's, and the newest version's."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.emulator.rules.versions import VERSIONS
from app.emulator.store import faults
from app.emulator.sync import connections, mishaps
from tests.emulator_stages import BACK, Stage, buttons, one, soup

CHOSEN_THERE = [version.date for version in VERSIONS.values() if version.link_style != "codat"]


@pytest.fixture(params=CHOSEN_THERE)
def link(request: pytest.FixtureRequest, stage: Stage) -> tuple[str, str]:
    """The id of a connection whose system is chosen on its pages, and their path."""
    return stage.link(platform=None, version=request.param)


def test_the_first_page_asks_for_the_system_and_names_none(stage: Stage, link: tuple[str, str]) -> None:
    page = stage.client.get(link[1])

    assert one(page, ".ribbon").startswith("Practice page — not your accounting system.")
    assert one(page, "[aria-current=step]") == "1. System"
    assert [found["value"] for found in soup(page).select("[type=radio]")] == ["xero", "quickbooks_online"]
    assert not soup(page).select("[checked]")
    assert buttons(page) == ["Continue", "Cancel", "My system is not on the list"]


@pytest.mark.parametrize(
    ("system", "allow", "step"),
    [("xero", "Allow access", "3. Organisation"), ("quickbooks_online", "Connect", "3. Company")],
)
def test_a_person_chooses_signs_in_allows_and_finishes(
    stage: Stage, link: tuple[str, str], system: str, allow: str, step: str
) -> None:
    connection_id, path = link
    own = stage.organisation("fernlight", platform=system)

    sign_in = stage.press(path, action="system", system=system)
    choose = stage.client.get(f"{path}?system={system}&step=organisation")
    before = stage.connection(connection_id)["platform"]
    allowed = stage.press(f"{path}?system={system}&step=organisation", action="allow", organisation=own)
    finish = stage.client.get(allowed.location)
    back = stage.press(allowed.location, action="finish")

    assert sign_in.location == f"{path}?step=sign_in&system={system}"
    assert (buttons(choose)[0], one(choose, "[aria-current=step]")) == (allow, step)
    assert (buttons(finish), back.location) == (["Finish"], f"{BACK}?statusCode=200")
    connection = stage.connection(connection_id)
    assert (before, connection["platform"], connection["organisation_id"]) == (None, system, own)
    assert (connection["status"], connection["first_pull_done"]) == ("connected", 1)


def test_the_chosen_system_goes_along_to_the_organisations(stage: Stage, link: tuple[str, str]) -> None:
    page = stage.client.get(f"{link[1]}?step=sign_in&system=quickbooks_online")

    (form,) = [found for found in soup(page).select("form") if "Continue as" in found.text]
    fields = {field["name"]: field["value"] for field in form.select("input")}
    assert fields == {"step": "organisation", "system": "quickbooks_online"}


def test_the_choice_can_be_changed_before_access_is_given(stage: Stage, link: tuple[str, str]) -> None:
    page = stage.client.get(f"{link[1]}?step=sign_in&system=xero")

    (form,) = [found for found in soup(page).select("form") if "another system" in found.text]
    assert form.select("input") == []
    assert one(stage.client.get(link[1]), "h1") == "Connect your accounting system"


def test_no_system_is_told_in_words(stage: Stage, link: tuple[str, str]) -> None:
    answer = stage.press(link[1], action="system")

    assert answer.status_code == 422
    assert "Choose the accounting system that you use" in one(answer, "[role=alert]")


@pytest.mark.parametrize("system", ["sage", "", "../x"])
def test_a_system_that_is_not_offered_leads_to_the_choice(
    stage: Stage, link: tuple[str, str], system: str
) -> None:
    connection_id, path = link
    address = {"system": system, "step": "organisation"}

    page = stage.client.get(path, query_string=address)
    allowed = stage.client.post(
        path, query_string=address, data={"action": "allow", "organisation": stage.organisation("fernlight")}
    )

    assert one(page, "h1") == "Connect your accounting system"
    assert allowed.status_code == 303
    assert stage.connection(connection_id)["status"] == "pending_auth"


def test_the_organisation_of_another_system_cannot_be_chosen(stage: Stage, link: tuple[str, str]) -> None:
    connection_id, path = link
    own = stage.organisation("fernlight", platform="quickbooks_online")

    answer = stage.press(f"{path}?system=xero", action="allow", organisation=own)

    assert answer.status_code == 422
    assert stage.connection(connection_id)["status"] == "pending_auth"


def test_a_system_that_is_not_listed_leads_back_with_501(stage: Stage, link: tuple[str, str]) -> None:
    connection_id, path = link

    answer = stage.press(path, action="unlisted")

    assert answer.location == f"{BACK}?statusCode=501&errorMessage=Not+supported."
    assert stage.connection(connection_id)["status"] == "pending_auth"


def test_cancel_leads_back_with_403_before_a_system_is_known(stage: Stage, link: tuple[str, str]) -> None:
    answer = stage.press(link[1], action="cancel")

    assert answer.location == f"{BACK}?statusCode=403&errorMessage=User+cancelled."


@pytest.mark.parametrize("version", VERSIONS)
def test_a_used_link_lets_nobody_in_whatever_is_pressed(stage: Stage, version: str) -> None:
    connection_id, path = stage.link(version=version)
    mishaps.arm(stage.db, "link_used", entity_id=stage.entity("fernlight"), count=1)

    page = stage.client.get(path)
    chosen = stage.press(path, action="system", system="xero")
    allowed = stage.press(path, action="allow", organisation=stage.organisation("fernlight"))
    back = stage.press(path, action="used")

    assert {one(found, "h1") for found in (page, chosen, allowed)} == {"This link was used already"}
    assert back.location == f"{BACK}?statusCode=201"
    assert stage.connection(connection_id)["status"] == "pending_auth"
    assert faults.find_all(stage.db) == []


@pytest.mark.parametrize("version", VERSIONS)
def test_the_wrong_organisation_is_connected_whatever_was_chosen(stage: Stage, version: str) -> None:
    connection_id, path = stage.link(version=version)
    mishaps.arm(stage.db, "wrong_organisation", entity_id=stage.entity("fernlight"), count=1)

    allowed = stage.press(path, action="allow", organisation=stage.organisation("fernlight"))

    wrong = stage.organisation("fernlight", own=False)
    assert stage.connection(connection_id)["organisation_id"] == wrong
    assert "Rook Lettings" in stage.client.get(allowed.location).text
    assert faults.find_all(stage.db) == []


@pytest.mark.parametrize("version", VERSIONS)
def test_an_error_of_the_provider_leads_back_with_500(stage: Stage, version: str) -> None:
    connection_id, path = stage.link(version=version)
    mishaps.arm(stage.db, "sign_in_error", count=1)
    own = stage.organisation("fernlight")

    failed = stage.press(path, action="allow", organisation=own)
    status = stage.connection(connection_id)["status"]
    stage.press(path, action="allow", organisation=own)

    assert failed.location == f"{BACK}?statusCode=500&errorMessage=Unknown+error+occurred."
    assert (status, stage.connection(connection_id)["status"]) == ("pending_auth", "connected")


@pytest.mark.parametrize("version", VERSIONS)
def test_a_person_without_any_organisation_is_told_so(stage: Stage, version: str) -> None:
    _, path = stage.link(version=version)
    entities = [stage.entity("kettwerk"), stage.entity("fernlight")]
    stage.db.execute("UPDATE organisations SET entity_id = ? WHERE entity_id = ?", entities)

    page = stage.client.get(f"{path}?step=organisation")
    back = stage.press(path, action="failed")

    assert one(page, "h1") == "There is no organisation to connect"
    assert "statusCode=500" in back.location


@pytest.mark.parametrize("version", VERSIONS)
def test_access_that_was_lost_is_given_again_at_the_same_address(stage: Stage, version: str) -> None:
    connection_id, path = stage.link(version=version)
    wrong, own = stage.organisation("fernlight", own=False), stage.organisation("fernlight")
    stage.press(path, action="allow", organisation=wrong)
    connections.revoke(stage.db, connection_id)

    page = stage.client.get(path)
    stage.press(path, action="allow", organisation=own)

    assert buttons(page)[0] == "Continue as Maya Rook"
    assert stage.connection(connection_id)["organisation_id"] == own
    assert stage.connection(connection_id)["status"] == "connected"


@pytest.mark.parametrize("version", VERSIONS)
def test_a_link_works_at_its_own_address_only(stage: Stage, version: str) -> None:
    connection_id, path = stage.link(version=version)
    row = stage.connection(connection_id)
    link_id, company_id = row["provider_connection_id"], row["company_id"]
    shapes = {
        f"/ste-{link_id}",
        f"/companies/{company_id}/connections/{link_id}/start",
        f"/link/{link_id.replace('-', '')}",
    }

    answers = {shape: stage.client.get(shape).status_code for shape in shapes}

    assert [shape for shape, status in answers.items() if status == 200] == [path]
    assert sorted(answers.values()) == [200, 404, 404]


def test_no_page_of_the_later_steps_of_xeros_link_belongs_to_the_others(
    stage: Stage, link: tuple[str, str]
) -> None:
    _, path = link
    stage.press(f"{path}?system=xero", action="allow", organisation=stage.organisation("fernlight"))

    answers = [stage.client.get(f"{path}?step={step}") for step in ("confirm", "next")]

    assert [answer.location for answer in answers] == [f"{path}?step=finish"] * 2


def test_placeholders_in_the_way_back_are_filled_in(make_stage: Callable[..., Stage]) -> None:
    stage = make_stage(f"{BACK}?connection={{connectionId}}&system={{platform}}&at={{status}}&in={{lang}}")
    connection_id, path = stage.link(platform=None, version="2023-09-01")

    page = stage.client.get(f"{path}?lang=fr&system=quickbooks_online")
    back = stage.press(f"{path}?lang=fr&system=quickbooks_online", action="cancel")

    link_id = stage.connection(connection_id)["provider_connection_id"]
    assert {"name": "lang", "value": "fr", "type": "hidden"} in [f.attrs for f in soup(page).select("input")]
    assert back.location == f"{BACK}?connection={link_id}&system=qhyg&at=&in=fr"


def test_the_presenter_sees_how_a_connection_was_asked_for(stage: Stage, link: tuple[str, str]) -> None:
    version = stage.connection(link[0])["api_version"]

    page = stage.client.get("/_emulator/", query_string={"entity": stage.entity("fernlight")})

    assert f"in version {version}, through " in one(page, "[aria-labelledby=business]")
    assert soup(page).select(f"a[href='{link[1]}']")
