"""Access that is lost and regained, of the same organisation and of another, against a real emulator."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.domain.resources import (
    CONNECTION,
    DEFAULTS,
    ENTITIES,
    EVERYBODY,
    IMPORTED,
    LINE_ITEMS,
    RECORDS,
    SYNC_RULES,
    Share,
)
from app.factory import create_app
from app.services import outbox, reconnect_checks, reconnects, refresh
from app.services.deps import Deps
from app.store import carry_overs, events
from tests.contract.gangways import open_deps
from tests.emulator_servers import Running, serve

OTHER = "Kettwerk Holding UG (haftungsbeschränkt)"


@dataclass
class Again:
    """A business that is connected and sends, its owner, and a worker that works when it is told to."""

    emulator: Running
    deps: Deps
    browser: FlaskClient
    entity_id: str

    @property
    def page(self) -> str:
        return f"/e/{self.entity_id}/connection/reconnect"

    def read(self, *resources: str) -> None:
        for resource in resources:
            refresh.read_now(self.deps, self.entity_id, resource, 20)

    def connection(self) -> dict[str, Any]:
        rows = self.emulator.client(self.entity_id).get("/accounting_connections")["data"]
        found: dict[str, Any] = next(row for row in rows if row["status"] != "disconnected")
        return found

    def withdraw(self) -> None:
        self.emulator.control("POST", f"/connections/{self.connection()['id']}/revoke")
        self.read(CONNECTION)

    def set_out(self, **more: str) -> TestResponse:
        return self.browser.post(f"/e/{self.entity_id}/connect/start", data={"platform": "xero", **more})

    def sign_in(self, organisation: str = "") -> None:
        """Do what the provider's pages do, see the import to its end and read it."""
        body = {"organisation": organisation} if organisation else {}
        self.emulator.control("POST", f"/connections/{self.connection()['id']}/authorise", body)
        self.read(CONNECTION, CONNECTION, *IMPORTED, *RECORDS)

    def say(self, answer: str, **more: str) -> str:
        answered = self.browser.post(self.page, data={"answer": answer, **more}, follow_redirects=True)
        return answered.text

    def look(self) -> str:
        return self.browser.get(self.page).text

    def push_lists(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = self.emulator.client(self.entity_id).get("/accounting_sync_rules")[
            "push_statuses"
        ]
        return found

    def books(self) -> dict[str, Any]:
        """What stands in the books that are or were connected last."""
        return self.emulator.control("GET", f"/books/{self.entity_id}")

    def links(self) -> set[tuple[str, str, str]]:
        """What stands for what there, and the account of each line of a bill here."""
        client = self.emulator.client(self.entity_id)
        found = {
            (row["object_id"], row["platform_object_id"], row["sync_status"])
            for kind in ("bill", "receivable", "product", "vendor", "customer")
            for row in client.all("/accounting_synced_records", object_type=kind, limit=100)
        }
        lines = self.deps.db.query(
            "SELECT id, ledger_account_id, '' FROM payable_lines WHERE entity_id = ?", [self.entity_id]
        )
        return found | {tuple(row.values()) for row in lines}

    def sync(self) -> None:
        """Everything that the rules allow is sent now."""
        self.emulator.control("POST", "/clock", {"advance_seconds": 3700})

    def kinds(self) -> list[str]:
        return [event.kind for event in events.find(self.deps.db, self.entity_id)]


@pytest.fixture(params=["2024-01-31"])
def again(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Again]:
    with (
        serve(tmp_path) as emulator,
        open_deps(
            emulator, tmp_path, monite_api_version=request.param, public_url="http://localhost"
        ) as deps,
    ):
        app = create_app(deps.settings, monite=deps.monite, wake=lambda: None)
        app.config["WTF_CSRF_ENABLED"] = False
        found = Again(emulator, deps, app.test_client(), emulator.entity_id("Kettwerk"))
        refresh.read_now(deps, EVERYBODY, ENTITIES, 20)
        able = deps.monite.capabilities
        found.read(
            CONNECTION, *([SYNC_RULES] if able.sync_rules else [DEFAULTS] if able.default_accounts else [])
        )
        found.read(*IMPORTED, "payables", *RECORDS)
        refresh.want(deps, found.entity_id, [LINE_ITEMS])
        while refresh.run_due(deps, 5, Share.SCANS):
            pass
        found.browser.post("/enter", data={"role": "owner", "entity_id": found.entity_id})
        yield found
        app.extensions["gangway"].connections.close()


def numbers(books: dict[str, Any]) -> list[str]:
    """The number of every bill and invoice in the books, as often as it stands there."""
    return sorted(document["number"] for document in books["bills"] + books["invoices"])


def test_the_same_organisation_is_recognised_and_nothing_is_created_twice(again: Again) -> None:
    before, rules, connection = again.books(), again.push_lists(), again.connection()
    again.withdraw()

    assert again.set_out().headers["Location"] == connection["connection_url"]
    again.sign_in()
    again.sync()

    back = again.browser.get("/connect/return", follow_redirects=True)
    assert back.request.path == again.page
    assert "Same organisation." in back.text
    assert "accounts found" in back.text
    assert again.push_lists() == {"payable": [], "receivable": []}
    assert "Sending resumes" in again.say("resume")
    assert again.push_lists() == rules
    again.sync()
    assert numbers(again.books()) == numbers(before)
    assert {"connect_started", "connected", "reconnect_checked", "sending_resumed"} <= set(again.kinds())
    assert again.browser.get(again.page).status_code == 303


def test_another_organisation_is_caught_and_the_right_one_can_be_chosen_after_it(again: Again) -> None:
    before, rules = again.books(), again.push_lists()
    again.withdraw()
    again.set_out()
    again.sign_in(OTHER)
    again.sync()

    page = again.look()
    assert "looks like a different organisation" in page
    assert "Resume sending" not in page
    colleague = again.browser.application.test_client()
    colleague.post("/enter", data={"role": "bookkeeper", "entity_id": again.entity_id})
    seen = colleague.get(again.page).text
    assert "Only an owner can say whether it is the right one." in seen
    assert "It's right" not in seen
    assert numbers(again.books()) == []
    again.say("resume")
    by_the_rules = again.browser.post(f"/e/{again.entity_id}/rules/resume")
    assert by_the_rules.headers["Location"] == again.page
    assert again.push_lists() == {"payable": [], "receivable": []}

    assert "nothing was sent to it" in again.say("again")
    again.set_out()
    again.sign_in()
    assert "Same organisation." in again.look()
    again.say("resume")
    again.sync()
    assert again.push_lists() == rules
    assert numbers(again.books()) == numbers(before)


def test_a_tab_left_open_resumes_nothing_before_the_accounts_of_this_organisation_are_here(
    again: Again,
) -> None:
    again.withdraw()
    again.set_out()
    again.browser.post(f"/e/{again.entity_id}/rules/resume")
    assert again.push_lists() == {"payable": [], "receivable": []}
    body = {"organisation": OTHER}
    again.emulator.control("POST", f"/connections/{again.connection()['id']}/authorise", body)
    again.read(CONNECTION)

    early = again.browser.get(f"{again.page}?so_far=1").text
    again.say("resume")

    assert "Same organisation." not in early
    assert again.push_lists() == {"payable": [], "receivable": []}


def test_another_organisation_may_be_wanted_and_that_is_kept(again: Again) -> None:
    again.withdraw()
    again.set_out()
    again.sign_in(OTHER)

    page = again.say("accept")

    assert "You said that this one is right." in page
    assert "Needs you" in page
    assert again.push_lists() == {"payable": [], "receivable": []}
    accepted = events.latest(again.deps.db, again.entity_id, "organisation_accepted")
    assert accepted is not None
    assert (accepted.actor.role.value, accepted.became) == ("owner", OTHER)


def test_what_uses_accounts_of_the_same_code_and_name_follows_and_the_rest_waits_for_a_choice(
    again: Again,
) -> None:
    again.withdraw()
    again.set_out()
    again.sign_in(OTHER)
    again.say("accept")
    found = reconnect_checks.check(again.deps, again.entity_id)
    assert found is not None
    assert found.following
    assert found.needing
    new = found.following[0].now
    assert new is not None

    again.say("assign", **{f"account-{found.needing[0].before.id}": new.id})
    outbox.pump(again.deps, 20)

    after = reconnect_checks.check(again.deps, again.entity_id)
    assert after is not None
    assert after.may_finish
    assert after.following == []
    assert len(after.needing) == len(found.needing) - 1
    page = again.look()
    assert "Resume sending" in page
    assert "Undo" in page


def test_what_was_put_on_accounts_of_the_wrong_one_follows_back_to_the_right_one(again: Again) -> None:
    links = again.links()
    products = "SELECT id, ledger_account_id FROM products WHERE entity_id = ? ORDER BY id"
    before = list(again.deps.db.query(products, [again.entity_id]))
    again.withdraw()
    again.set_out()
    again.sign_in(OTHER)
    again.say("accept")
    again.say("assign")
    outbox.pump(again.deps, 20)
    again.say("again")
    again.set_out()
    again.sign_in()

    page = again.look()
    assert "Same organisation." in page
    assert "Resume sending" not in page
    again.say("assign")
    outbox.pump(again.deps, 20)

    assert list(again.deps.db.query(products, [again.entity_id])) == before
    assert again.links() == links
    assert "Resume sending" in again.look()


def test_a_refused_import_is_enough_to_see_that_access_is_gone_and_every_page_says_so(again: Again) -> None:
    again.emulator.control("POST", f"/connections/{again.connection()['id']}/revoke")
    assert "Access withdrawn" not in again.browser.get(f"/e/{again.entity_id}/rules").text

    again.browser.post(f"/e/{again.entity_id}/import")
    refresh.run_due(again.deps, 5, Share.PEOPLE)

    for page in ("", "/rules", "/log", "/accounts", "/assign/bills"):
        text = again.browser.get(f"/e/{again.entity_id}{page}").text
        assert "Xero took away our access today" in text
        assert "Reconnect to Xero" in text
    card = again.browser.get(f"/e/{again.entity_id}/connection").text
    assert "Probably the password was changed" in card
    assert "de-authorized access" in card


def test_access_that_comes_back_by_itself_to_the_same_organisation_needs_nobody(again: Again) -> None:
    rules = again.push_lists()
    again.withdraw()

    again.sign_in()
    assert "Check what you reconnected" in again.browser.get(f"/e/{again.entity_id}").text
    reconnects.look_after(again.deps)

    assert carry_overs.find(again.deps.db, again.entity_id) is None
    assert again.push_lists() == rules


def test_access_given_elsewhere_to_another_organisation_puts_sending_on_hold(again: Again) -> None:
    again.withdraw()
    body = {"organisation": OTHER}
    again.emulator.control("POST", f"/connections/{again.connection()['id']}/authorise", body)
    again.read(CONNECTION)

    reconnects.look_after(again.deps)

    assert again.push_lists() == {"payable": [], "receivable": []}
    again.read(CONNECTION, *IMPORTED)
    assert "looks like a different organisation" in again.look()


def test_access_given_to_another_organisation_while_nobody_looked_is_caught_all_the_same(
    again: Again,
) -> None:
    connection = again.connection()["id"]
    again.emulator.control("POST", f"/connections/{connection}/revoke")
    again.emulator.control("POST", f"/connections/{connection}/authorise", {"organisation": OTHER})
    again.read(CONNECTION)

    reconnects.look_after(again.deps)

    assert again.push_lists() == {"payable": [], "receivable": []}
    assert "organisation_changed" in again.kinds()
    assert "Leads to another organisation" in again.browser.get(f"/e/{again.entity_id}/connection").text
    again.read(CONNECTION, *IMPORTED)
    assert "looks like a different organisation" in again.look()


@pytest.mark.parametrize("ended", ["on its page", "by starting again"])
def test_a_new_connection_to_the_same_organisation_leaves_everything_as_it_was(
    again: Again, ended: str
) -> None:
    before, old, links = again.books(), again.connection(), again.links()
    if ended == "on its page":
        again.browser.post(f"/e/{again.entity_id}/connection/disconnect", data={"reason": "a new bookkeeper"})
        assert "a new bookkeeper" in again.browser.get(f"/e/{again.entity_id}/connection").text
        again.set_out()
    else:
        again.withdraw()
        assert "Reconnect with a new link" in again.browser.get(f"/e/{again.entity_id}/connect").text
        again.set_out(afresh="1")
    again.sign_in()
    assert again.connection()["id"] != old["id"]
    assert "Same organisation." in again.look()
    again.say("resume")
    again.sync()

    assert numbers(again.books()) == numbers(before)
    assert again.links() == links
    assert again.kinds().count("disconnected") == 1


def test_the_same_answer_given_twice_is_given_once(again: Again) -> None:
    again.withdraw()
    again.set_out()
    again.sign_in()

    again.say("resume")
    answered = again.browser.post(again.page, data={"answer": "resume"})

    assert answered.headers["Location"] == f"/e/{again.entity_id}/connection"
    assert again.kinds().count("reconnect_checked") == 1


def test_a_person_who_had_put_sending_on_hold_finds_it_on_hold_again(again: Again) -> None:
    again.browser.post(f"/e/{again.entity_id}/rules/hold")
    assert again.push_lists() == {"payable": [], "receivable": []}
    again.withdraw()
    again.set_out()
    again.sign_in()

    page = again.look()

    assert "Sending was on hold before, and stays on hold." in page
    assert "Sending stays on hold" in again.say("finish")
    assert again.push_lists() == {"payable": [], "receivable": []}


@pytest.mark.parametrize("again", ["2023-09-01", "2024-05-25"], indirect=True)
def test_where_sending_cannot_be_held_the_check_says_so(again: Again) -> None:
    again.withdraw()
    again.set_out()
    again.emulator.control(
        "POST", f"/connections/{again.connection()['id']}/authorise", {"organisation": OTHER}
    )
    again.read(CONNECTION, CONNECTION, *IMPORTED)
    assert "can't be held with this API version" in again.look()
    again.say("again")
    again.set_out()
    again.sign_in()

    page = again.look()

    assert "can't be held with this API version" in page
    assert "Resume sending" not in page
    answer = "finish" if "Same organisation." in page else "accept"
    assert "The check is done." in (again.say(answer) if answer == "finish" else again.say("finish"))
