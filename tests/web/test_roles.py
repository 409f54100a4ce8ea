"""Every route of the app with everybody: what is not declared for them is refused, before any of it runs."""

from __future__ import annotations

from collections.abc import Iterator
from functools import wraps

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlite_utils import Database
from werkzeug.routing import Rule

from app.domain.people import Action
from app.store.database import write
from app.web.access import ANYONE, declared
from tests.log_samples import add_bill, add_books, add_record
from tests.web.conftest import Enter

REASON = "They asked in ticket 4711"
# The table of the design, written out once more: who may do what in a business, and in the whole house.
ENTITY = {"viewer", "bookkeeper", "owner"}
WORKERS = {"bookkeeper", "owner"}
PARTNER = {"support", "support with a reason", "admin", "admin with a reason"}
WITH_REASON = {"support with a reason", "admin with a reason"}
MAY = {
    Action.SEE: ENTITY | PARTNER,
    Action.ASSIGN: WORKERS | WITH_REASON,
    Action.RETRY: WORKERS | WITH_REASON,
    Action.IMPORT: WORKERS | WITH_REASON,
    Action.CHANGE_RULES: WORKERS,
    Action.CONNECT: {"owner"},
    Action.SHARE: {"owner"} | WITH_REASON,
    Action.SUPPORT: PARTNER,
    Action.SETUP: {"admin", "admin with a reason"},
}
EVERYBODY = (
    *sorted(ENTITY | PARTNER),
    "owner of another business",
    "owner with a forged business",
    "owner with an ended session",
    "nobody",
)
REFUSED = {303, 401, 403}


@pytest.fixture
def reached(app: Flask) -> Iterator[None]:
    """Each route answers 299 in place of its work, so that what is seen is the guard alone."""
    kept = dict(app.view_functions)
    for endpoint, view in kept.items():
        app.view_functions[endpoint] = wraps(view)(lambda **_values: ("reached", 299))
    yield
    app.view_functions.update(kept)


def come_in(app: Flask, enter: Enter, store: Database, who: str) -> FlaskClient:
    role, _, more = who.partition(" ")
    if who == "nobody":
        return app.test_client()
    home = {"of another business": "e2", "with a forged business": "e2"}.get(more, "e1")
    browser = enter(role, home)
    if more == "with a reason":
        assert browser.post("/support/e/e1/act", data={"reason": REASON}).status_code == 303
    if more == "with an ended session":
        with write(store):
            store.execute("UPDATE sessions SET ended_at = created_at")
    return browser


def calls(app: Flask) -> list[tuple[Rule, str, str]]:
    """Each route with each of its methods, at an address of the first business."""
    bound = app.url_map.bind("localhost")
    found = []
    for rule in app.url_map.iter_rules():
        values = dict.fromkeys(rule.arguments, "1") | {"entity_id": "e1"}
        path = bound.build(rule.endpoint, {name: values[name] for name in rule.arguments})
        found += [(rule, path, method) for method in sorted(rule.methods or ())]
    return found


def allowed(app: Flask, rule: Rule, who: str) -> bool:
    needed = declared(app, rule.endpoint)
    if needed == ANYONE:
        return True
    assert isinstance(needed, Action), f"{rule.endpoint} says nobody who may use it"
    if who.endswith("ended session"):
        return False
    if who.startswith("owner "):
        return "entity_id" not in rule.arguments and "owner" in MAY[needed]
    return who in MAY[needed]


@pytest.mark.parametrize("who", EVERYBODY)
def test_every_route_answers_those_that_it_declares_and_nobody_else(
    app: Flask, enter: Enter, store: Database, request: pytest.FixtureRequest, who: str
) -> None:
    browser = come_in(app, enter, store, who)
    request.getfixturevalue("reached")
    forged = {"entity_id": "e2", "role": "admin", "reason": REASON}

    wrong = []
    for rule, path, method in calls(app):
        told = forged if who == "owner with a forged business" else {}
        status = browser.open(path, method=method, query_string=told, data=told).status_code
        if method == "OPTIONS" and who in ENTITY | PARTNER:
            continue  # Flask answers it after the guard, for all the routes of an address at once.
        reaches = {200, 299} if method == "OPTIONS" else {299}
        if status not in (reaches if allowed(app, rule, who) else REFUSED):
            wrong.append(f"{method} {path}: {status}")

    assert wrong == []


def test_each_action_is_needed_somewhere_and_everybody_of_the_table_is_tried(app: Flask) -> None:
    used = {declared(app, rule.endpoint) for rule in app.url_map.iter_rules()}

    assert {Action.SEE, Action.ASSIGN, Action.RETRY, Action.IMPORT, Action.CONNECT} <= used
    assert set().union(*MAY.values()) <= set(EVERYBODY)


def test_a_route_that_declares_nothing_is_shut(
    app: Flask, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.view_functions, "help.errors", lambda: "forgotten")

    assert enter("owner", "e1").get("/help/errors").status_code == 403


@pytest.mark.parametrize("who", ["viewer", "support", "support with a reason", "admin with a reason"])
def test_every_page_opens_for_those_who_may_see_it(
    app: Flask, enter: Enter, store: Database, who: str
) -> None:
    with write(store):
        add_books(store)
        add_bill(store, "b1", {"ledger_account_id": None})
        add_record(store, "1", object_id="b1")
    browser = come_in(app, enter, store, who)

    broken = []
    for rule, path, method in calls(app):
        if (
            method == "GET"
            and rule.endpoint not in ("static", "connect.from_provider")
            and allowed(app, rule, who)
        ):
            status = browser.get(path, headers={"Accept": "text/html"}).status_code
            if status in REFUSED - {303} or (status >= 500 and status != 502):
                broken.append(f"{path}: {status}")

    assert broken == []
