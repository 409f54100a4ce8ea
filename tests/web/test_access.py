from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from app.web.access import ANYONE, declared
from tests.web.conftest import Enter

OPEN = {
    "static",
    "assets.htmx_script",
    "chooser.show",
    "chooser.enter",
    "sign_in.show",
    "sign_in.sign_in",
    "sign_in.sign_out",
    "launch.make",
    "launch.show",
    "launch.go_on",
    "chooser.set_theme",
    "connect.from_provider",
    "invitations.show",
    "invitations.go",
    "invitations.beat",
    "webhooks.receive",
}


def addresses(app: Flask) -> list[Any]:
    return [rule for rule in app.url_map.iter_rules() if "entity_id" in rule.arguments]


def test_every_route_says_who_may_use_it(app: Flask) -> None:
    undeclared = [r.endpoint for r in app.url_map.iter_rules() if declared(app, r.endpoint) is None]

    assert undeclared == []


def test_only_the_front_door_and_the_assets_are_open_to_anyone(app: Flask) -> None:
    found = {r.endpoint for r in app.url_map.iter_rules() if declared(app, r.endpoint) == ANYONE}

    assert found - {"help.show"} == OPEN


@pytest.mark.parametrize("role", ["owner", "bookkeeper", "viewer"])
def test_no_route_answers_a_person_of_another_business(app: Flask, enter: Enter, role: str) -> None:
    browser = enter(role, "e2")

    for rule in addresses(app):
        method = "POST" if "POST" in (rule.methods or ()) else "GET"
        values = dict.fromkeys(rule.arguments, "x") | {"entity_id": "e1"}
        path = app.url_map.bind("localhost").build(rule.endpoint, values)
        assert browser.open(path, method=method).status_code == 403, path


def test_a_refusal_does_not_name_the_other_business(enter: Enter) -> None:
    answer = enter("owner", "e2").get("/e/e1")

    assert "Harbour Lane" not in answer.text


def test_somebody_without_a_session_is_shown_the_front_door(app: Flask, enter: Enter) -> None:
    answer = app.test_client().get("/e/e1/beat?page=log")

    assert answer.status_code == 303
    assert answer.headers["Location"] == "/?next=/e/e1/beat?page%3Dlog"


def test_htmx_without_a_session_is_led_to_the_front_door(app: Flask, enter: Enter) -> None:
    answer = app.test_client().get("/e/e1/beat", headers={"HX-Request": "true"})

    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/"


def test_saving_after_the_session_is_over_leads_to_the_front_door_and_back(app: Flask, enter: Enter) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    shown = {"HX-Request": "true", "HX-Current-URL": "http://localhost/e/e1/assign/bills?show=all"}

    answer = app.test_client().post("/e/e1/assign/bills/l1", headers=shown)

    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/?next=/e/e1/assign/bills?show%3Dall"


def test_the_front_door_leads_nowhere_else_on_the_web(enter: Enter) -> None:
    answer = enter().post("/enter", data={"role": "owner", "entity_id": "e1", "next": "//evil.example/"})

    assert answer.headers["Location"] == "/e/e1"


def test_a_business_that_does_not_exist_cannot_be_entered(enter: Enter) -> None:
    assert enter().post("/enter", data={"role": "owner", "entity_id": "nobody"}).status_code == 404
