"""What somebody might try who means harm; docs/security.md says what is promised against it."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from bs4 import BeautifulSoup
from cryptography.fernet import Fernet
from flask import Flask
from flask.testing import FlaskClient
from sqlite_utils import Database
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from app.config import Settings
from app.domain.errors import InputError
from app.domain.people import Actor, Role
from app.domain.users import User
from app.services import secrets, users, webhooks
from app.store import webhooks as messages
from app.store.database import write
from app.web.access import without_form
from tests.account_samples import OLD, add_product, import_accounts
from tests.dashboards import open_app
from tests.factories import ENCRYPTION_KEY, Clock, make_deps
from tests.log_samples import add_bill, add_books, add_record
from tests.web.conftest import NOW, Enter
from tests.webhook_samples import (
    CODAT_SECRET,
    MONITE_SECRET,
    RULES_HEADER,
    keep_secrets,
    monite_event,
    monite_headers,
    raw,
)
from tests.wire import Wire, on_the_wire

HUGE = 10**26

ELSEWHERE = (
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example/",
    "/\t/evil.example/",
    "/\n//evil.example/",
    "\t//evil.example/",
    "javascript:alert(1)",
    "/e/e1\r\nSet-Cookie: planted=1",
)
WAYS_ON = ("next", "back", "return", "then", "place", "from")
"""The names under which forms and addresses carry where a person goes on to."""
KNOWN: dict[str, Any] = {
    "entity_id": "e1",
    "kind": "bills",
    "record_id": "r1",
    "account_id": "old",
    "object_id": "bill-r1-line-0",
    "payable_id": "bill-r1",
    "code": "PERIOD_CLOSED",
    "webhook_id": 1,
}
"""What an address is made of, as far as it is there once something was filled in."""
MARKUP = "<script>alert(1)</script><img src=x onerror=alert(1)>'\"</textarea></title>"
PASSWORD = "four words that differ"


def read_as_browsers_do(location: str) -> str:
    """The host that a browser goes to from this site when it is told to go there."""
    plain = re.sub(r"[\t\r\n]", "", location.strip("\x00\x20\x0b\x0c")).replace("\\", "/")
    return urlsplit(urljoin("http://localhost/", plain)).netloc


def places(app: Flask, method: str, **known: str) -> Iterator[tuple[Rule, str]]:
    """Each route that has the method, with an address of it."""
    bound = app.url_map.bind("localhost")
    values = KNOWN | known
    for rule in app.url_map.iter_rules():
        if method in (rule.methods or ()):
            filled: dict[str, Any] = {name: values.get(name, "1") for name in rule.arguments}
            yield rule, bound.build(rule.endpoint, filled)


@pytest.fixture
def wire(settings: Settings) -> Iterator[Wire]:
    with on_the_wire(settings.monite_api_url) as wire:
        yield wire


@pytest.fixture
def live(settings: Settings) -> Iterator[Flask]:
    """The dashboard beside the real Monite, where people sign in."""
    with open_app(replace(settings, monite_api_url="https://api.monite.com/v1"), clock=lambda: NOW) as app:
        app.config["WTF_CSRF_ENABLED"] = False
        yield app


# Leading people elsewhere


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/",
        "https://evil.example\\.codat.io/",
        "https://evil.example\\@link.codat.io/",
        "https://link.codat.io@evil.example/",
        "https://evil.example\t.codat.io/",
        "https://evil.example%2f.codat.io/",
        "https://evil.example／.codat.io/",
        "https://link.codat.io.evil.example/",
        "http://link.codat.io/",
        "//link.codat.io/",
        "javascript:alert(1)//.codat.io",
        "https://[evil",
        "https://link.codat.io/\r\nSet-Cookie: planted=1",
    ],
)
def test_a_sign_in_address_leads_to_listed_places_only(wire: Wire, enter: Enter, address: str) -> None:
    wire.leads_to = address

    answer = enter().post("/e/e1/connect/start", data={"platform": "xero"})

    assert "Location" not in answer.headers
    assert answer.status_code == 403
    assert "planted" not in str(answer.headers)


@pytest.mark.parametrize("role", ["owner", "admin"])
def test_no_route_leads_off_the_site_whatever_the_browser_asks_for(
    app: Flask, enter: Enter, store: Database, wire: Wire, role: str
) -> None:
    fill(store)
    browser, gone = enter(role), []

    for method in ("GET", "POST"):
        for rule, path in places(app, method):
            if rule.endpoint in ("sign_in.sign_out", "sessions.end_others"):
                continue
            for wanted in ELSEWHERE if method == "POST" else ELSEWHERE[1:2]:
                told = dict.fromkeys(WAYS_ON, wanted)
                form = {"role": role, "entity_id": "e1", "theme": "dark", **told}
                answer = browser.open(path, method=method, query_string=told, data=form)
                answer.close()
                there = answer.headers.get("Location", "/")
                if read_as_browsers_do(there) != "localhost" and not there.startswith(wire.leads_to):
                    gone.append(f"{method} {path} {wanted!r}: {there}")
                if answer.status_code == 500 or "planted" in str(answer.headers.getlist("Set-Cookie")):
                    gone.append(f"{method} {path} {wanted!r}: {answer.status_code}")

    assert gone == []


@pytest.mark.parametrize("place", ELSEWHERE)
def test_a_sign_in_leads_nowhere_else(live: Flask, store: Database, settings: Settings, place: str) -> None:
    add_alex(store, settings)

    answer = try_to_sign_in(live, next=place)

    assert answer.headers["Location"] == "/support"


# Forms from other sites


def test_no_route_that_changes_something_takes_a_form_without_its_token(app: Flask, enter: Enter) -> None:
    browser = enter("admin")
    app.config["WTF_CSRF_ENABLED"] = True

    taken = [
        path
        for rule, path in places(app, "POST")
        if app.view_functions[rule.endpoint] not in without_form(app)
        and browser.post(path, data={"csrf_token": "guessed"}).status_code != 400
    ]

    assert taken == []
    assert not [
        rule for rule in app.url_map.iter_rules() if {"PUT", "PATCH", "DELETE"} & (rule.methods or set())
    ]


def test_the_routes_without_a_form_are_those_that_other_programs_call(app: Flask) -> None:
    views = without_form(app)
    found = {rule.rule for rule in app.url_map.iter_rules() if app.view_functions[rule.endpoint] in views}

    assert found == {"/api/launch-links", "/webhooks/monite", "/webhooks/codat"}


def test_the_token_of_another_browser_fits_no_form(app: Flask, enter: Enter) -> None:
    mine, theirs = enter("owner"), enter("owner")
    app.config["WTF_CSRF_ENABLED"] = True
    stolen = field(theirs.get("/sessions"), "csrf_token")

    assert theirs.post("/theme", data={"theme": "dark", "csrf_token": stolen}).status_code == 303
    assert mine.post("/theme", data={"theme": "dark", "csrf_token": stolen}).status_code == 400


# Messages that nobody sent


@pytest.fixture
def sender(app: Flask, store: Database, settings: Settings) -> FlaskClient:
    deps = make_deps(store, settings)
    keep_secrets(deps)
    deps.monite.close()
    return app.test_client()


FORGED: tuple[tuple[str, Callable[[bytes], dict[str, str]]], ...] = (
    ("/webhooks/monite", lambda body: {}),
    ("/webhooks/monite", lambda body: {"Monite-Signature": f"t={int(NOW.timestamp())},v1={'0' * 64}"}),
    ("/webhooks/monite", lambda body: monite_headers(raw({"id": "another"}), NOW)),
    ("/webhooks/monite", lambda body: monite_headers(body, NOW.replace(hour=NOW.hour - 1))),
    ("/webhooks/monite", lambda body: {"Authorization": RULES_HEADER}),
    ("/webhooks/codat", lambda body: monite_headers(body, NOW)),
    ("/webhooks/codat", lambda body: {"Authorization": "Bearer guessed"}),
    ("/webhooks/codat", lambda body: {"Authorization": ""}),
)


@pytest.mark.parametrize(("path", "headers"), FORGED)
def test_a_forged_or_old_message_changes_nothing_and_leaves_no_word_of_itself(
    sender: FlaskClient, store: Database, path: str, headers: Callable[[bytes], dict[str, str]]
) -> None:
    body = raw(monite_event(description=MARKUP))
    before = store.execute("SELECT count(*) FROM resources WHERE requested_at IS NOT NULL").fetchone()

    answer = sender.post(path, data=body, headers=headers(body))

    assert (answer.status_code, answer.text) == (401, "Refused")
    assert store.execute("SELECT count(*) FROM resources WHERE requested_at IS NOT NULL").fetchone() == before
    assert "onerror" not in "".join(store.conn.iterdump())


def test_a_message_that_is_sent_again_and_again_is_handled_once(
    sender: FlaskClient, store: Database, settings: Settings
) -> None:
    body = raw(monite_event())
    for _ in range(5):
        assert (
            sender.post("/webhooks/monite", data=body, headers=monite_headers(body, NOW)).status_code == 200
        )
    deps = make_deps(store, settings, clock=lambda: NOW)
    webhooks.run_due(deps, 1)
    deps.monite.close()

    outcomes = [str(message.outcome) for message in messages.find(store)]

    assert outcomes.count("handled") == 1
    assert "new" not in outcomes


# Ways in


KEY = "a-key-of-the-partner-for-tests"


@dataclass
class Door:
    """A dashboard beside the real Monite, for which the partner's backend makes launch links."""

    app: Flask
    clock: Clock

    def link(self, name: str = "Priya Nair") -> str:
        """The path of a new link."""
        wanted = {"entity_id": "e1", "role": "bookkeeper", "name": name}
        headers = {"Authorization": f"Bearer {KEY}"}
        answer = self.app.test_client().post("/api/launch-links", json=wanted, headers=headers)
        assert answer.json is not None
        return urlsplit(str(answer.json["url"])).path


@pytest.fixture
def door(settings: Settings, store: Database) -> Iterator[Door]:
    clock = Clock(NOW)
    there = replace(settings, monite_api_url="https://api.monite.com/v1", partner_key=KEY)
    with open_app(there, clock=clock) as app:
        yield Door(app, clock)


def test_of_many_who_open_a_launch_link_at_once_one_comes_in(door: Door, store: Database) -> None:
    path = door.link()

    def come_in(_number: int) -> int:
        try:
            return int(door.app.test_client().get(path).status_code)
        finally:
            door.app.extensions["gangway"].connections.close()

    with ThreadPoolExecutor(8) as several:
        statuses = sorted(several.map(come_in, range(8)))

    assert statuses == [303] + [410] * 7
    assert store.execute("SELECT count(*) FROM sessions").fetchone()[0] == 1


def test_a_launch_link_is_of_no_use_afterwards_nor_where_it_was_changed(door: Door) -> None:
    used, late = door.link(), door.link()
    door.app.test_client().get(used)
    again = door.app.test_client().get(used)
    door.clock.advance(601)
    old = door.app.test_client().get(late)
    guessed = door.app.test_client().get(late[:-1] + ("A" if late[-1] != "A" else "B"))

    assert [answer.status_code for answer in (again, old, guessed)] == [410, 410, 404]
    for answer in (again, old, guessed):
        assert not [c for c in answer.headers.getlist("Set-Cookie") if "gangway_session=" in c]


def test_a_cookie_that_was_planted_before_the_way_in_opens_nothing_after_it(door: Door) -> None:
    browser, thief = door.app.test_client(), door.app.test_client()
    for one in (browser, thief):
        one.set_cookie("gangway_session", "planted-by-somebody-else")

    assert browser.get(door.link()).status_code == 303

    assert browser.get("/e/e1").status_code == 200
    assert thief.get("/e/e1").status_code == 303


def test_guessing_is_not_helped_by_claiming_to_come_from_elsewhere(
    live: Flask, store: Database, settings: Settings
) -> None:
    statuses = [
        try_to_sign_in(
            live, f"{n}@partner.example", "wrong wrong wrong", {"X-Forwarded-For": f"203.0.113.{n}"}
        )
        for n in range(21)
    ]

    assert [answer.status_code for answer in statuses] == [422] * 20 + [429]


def test_guessing_one_person_is_over_after_five_tries_from_anywhere(
    live: Flask, store: Database, settings: Settings
) -> None:
    add_alex(store, settings)
    for n in range(5):
        try_to_sign_in(live, password="wrong wrong wrong", address=f"203.0.113.{n}")

    assert try_to_sign_in(live, address="198.51.100.7").status_code == 429


# What is shown


def test_names_from_outside_are_text_on_every_page(
    app: Flask, enter: Enter, store: Database, settings: Settings
) -> None:
    fill(store)
    alex = add_alex(store, settings)
    spoil(store)
    dirty, showing = [], set()
    for role in ("owner", "admin"):
        browser = enter(role)
        browser.post("/support/e/e1/act", data={"reason": MARKUP})
        for rule, path in places(app, "GET", user_id=alex.id):
            answer = browser.get(path)
            if answer.status_code == 200 and "alert(1)" in answer.text:
                showing.add(rule.endpoint)
            if "html" in answer.content_type and (found := strange_elements(answer)):
                dirty.append(f"{path}: {found[0]}")
            assert answer.status_code != 500, path
            assert rule.endpoint == "static" or "alert(1)>" not in str(answer.headers), path

    assert dirty == []
    # Were the names not there to be shown, nothing would have been proved.
    assert len(showing) > 40


def test_a_name_in_a_launch_or_share_link_is_text_to_whoever_reads_it(
    door: Door, app: Flask, enter: Enter, store: Database, wire: Wire
) -> None:
    path = door.link(name=MARKUP[:60])
    browser = door.app.test_client()
    browser.get(path)
    owner = enter("owner")
    sent = owner.post("/e/e1/connect/share", data={"platform": "xero"}).headers["Location"]
    address = str(one(owner.get(sent), "#address")["value"]).removeprefix("http://localhost")
    app.test_client().post(address, data={"name": MARKUP[:60]})

    shown = [browser.get("/e/e1"), browser.get("/sessions"), owner.get(sent), owner.get("/e/e1/audit")]

    assert all("alert(1)" in answer.text for answer in shown)
    assert [strange_elements(answer) for answer in shown] == [[]] * 4


def test_no_secret_is_on_any_page_or_in_the_log(
    app: Flask, enter: Enter, store: Database, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    fill(store)
    deps = make_deps(store, settings)
    keep_secrets(deps)
    deps.monite.close()
    caplog.set_level(logging.DEBUG)
    told = []
    for role in ("owner", "admin"):
        browser = enter(role)
        told += [browser.get(path).text for _rule, path in places(app, "GET")]

    everything = "".join(told) + caplog.text
    shown = [s for s in (*SECRETS, settings.secret_key, ENCRYPTION_KEY) if s in everything]

    assert shown == []
    assert not [secret for secret in SECRETS if secret in "".join(store.conn.iterdump())]


SECRETS = (MONITE_SECRET, CODAT_SECRET, RULES_HEADER)


def test_no_link_can_be_read_from_the_store(door: Door, app: Flask, enter: Enter, store: Database) -> None:
    launch = door.link().rsplit("/", 1)[1]
    owner = enter("owner")
    sent = owner.post("/e/e1/connect/share", data={"platform": "xero"}).headers["Location"]
    share = str(one(owner.get(sent), "#address")["value"]).rsplit("/", 1)[1]

    kept = "".join(store.conn.iterdump())

    assert len(launch) > 30
    assert len(share) > 30
    assert not [token for token in (launch, share) if token in kept]


def test_an_older_key_still_opens_what_it_closed_and_a_foreign_one_does_not(settings: Settings) -> None:
    newer, foreign = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    sealed = secrets.seal(settings, "of the partner")

    assert (
        secrets.unseal(replace(settings, encryption_keys=(newer, ENCRYPTION_KEY)), sealed) == "of the partner"
    )
    with pytest.raises(InputError, match="GANGWAY_ENCRYPTION_KEYS"):
        secrets.unseal(replace(settings, encryption_keys=(foreign,)), sealed)


def test_every_answer_forbids_frames_foreign_scripts_and_caches(app: Flask, enter: Enter) -> None:
    browser, bare = enter("admin"), []
    for rule, path in places(app, "GET"):
        if rule.endpoint in ("static", "assets.htmx_script"):
            continue
        headers = browser.get(path).headers
        policy = headers.get("Content-Security-Policy", "")
        if (
            "default-src 'none'" not in policy
            or "frame-ancestors 'none'" not in policy
            or "unsafe" in policy
            or headers.get("X-Content-Type-Options") != "nosniff"
            or headers.get("Cache-Control") != "no-store"
        ):
            bare.append(path)

    assert bare == []


# Headers


@pytest.mark.parametrize("name", ["status", "statusCode", "errorMessage", "error", "company", "connection"])
def test_what_comes_back_from_outside_ends_no_header(enter: Enter, wire: Wire, name: str) -> None:
    browser = enter()
    browser.post("/e/e1/connect/start", data={"platform": "xero"})

    answer = browser.get(f"/connect/return?{name}=%0d%0aSet-Cookie:%20planted=1%0d%0a%0d%0a<script>")

    assert answer.status_code == 303
    assert answer.headers["Location"] == "/e/e1/connect/return"
    assert "planted" not in str(answer.headers)


def test_a_name_ends_no_header_of_a_file(enter: Enter, store: Database) -> None:
    fill(store)
    with write(store):
        store.execute("UPDATE entities SET name = ?", ['Evil"\r\nSet-Cookie: planted=1\r\n; filename="x'])

    for path in ("/e/e1/audit.csv", "/e/e1/log/handover.csv", "/e/e1/assign/bills.csv"):
        with enter().get(path) as answer:
            assert answer.status_code == 200, path
            named = answer.headers["Content-Disposition"]
            assert re.fullmatch(r'attachment; filename="[\w.-]+"', named), path
            assert "planted" not in str(answer.headers)


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example"])
def test_a_foreign_host_name_is_refused_and_stands_in_no_link(app: Flask, enter: Enter, host: str) -> None:
    browser = enter("owner")

    refused = browser.get("/e/e1", headers={"Host": host})

    assert refused.status_code == 400
    assert host not in refused.text
    assert host not in browser.get("/e/e1/log", headers={"X-Forwarded-Host": host}).text


# What the tests above stand on


def add_alex(store: Database, settings: Settings) -> User:
    """A support agent who may sign in."""
    deps = make_deps(store, settings, actor=Actor("Robin Hale", Role.ADMIN), clock=lambda: NOW)
    alex = users.add(deps, email="alex@partner.example", name="Alex Lind", role="support", password=PASSWORD)
    deps.monite.close()
    return alex


def try_to_sign_in(
    app: Flask,
    email: str = "alex@partner.example",
    password: str = PASSWORD,
    headers: dict[str, str] | None = None,
    address: str = "192.0.2.1",
    **more: str,
) -> TestResponse:
    return app.test_client().post(
        "/sign-in",
        data={"email": email, "password": password, **more},
        headers=headers,
        environ_overrides={"REMOTE_ADDR": address},
    )


def fill(store: Database) -> None:
    """Something of everything that names come with."""
    with write(store):
        add_books(store)
        add_bill(store, "bill-r1", {"name": "Oat milk"})
        add_record(store, "r1")
    import_accounts(store, OLD)
    add_product(store, "1", "account-310")


NAMED = {
    "name",
    "title",
    "party",
    "counterpart_name",
    "error_text",
    "document_id",
    "note",
    "was",
    "became",
    "actor",
}


def spoil(store: Database) -> None:
    """Every name that came from outside becomes markup."""
    with write(store):
        for table in store.tables:
            for column in table.columns:
                if column.name in NAMED and not table.name.startswith(("_", "sqlite")):
                    store.execute(f"UPDATE {table.name} SET {column.name} = ? || rowid", [MARKUP])


def strange_elements(answer: TestResponse) -> list[str]:
    """Elements that no template of ours has."""
    page = BeautifulSoup(answer.text, "html.parser")
    found = page.select("script:not([src^='/']), img[src='x'], [onerror], [onclick]")
    return [str(element)[:80] for element in found]


def one(answer: TestResponse, selector: str) -> Any:
    found = BeautifulSoup(answer.text, "html.parser").select_one(selector)
    assert found is not None, selector
    return found


def field(answer: TestResponse, name: str) -> str:
    return str(one(answer, f'input[name="{name}"]')["value"])


@pytest.mark.parametrize(
    ("role", "address", "status"),
    [
        ("owner", f"/e/e1/audit?before={HUGE}", 404),
        ("owner", f"/e/e1/assign/products/changes?before={HUGE}", 404),
        ("admin", f"/support/activity?before={HUGE}", 404),
        ("admin", f"/partner/webhooks?before={HUGE}", 404),
        ("owner", "/e/e1/log?q=abc%00d", 200),
        ("admin", "/support?q=abc%00d", 200),
    ],
)
def test_odd_numbers_and_signs_in_an_address_are_no_fault(
    enter: Enter, role: str, address: str, status: int
) -> None:
    assert enter(role, "" if role == "admin" else "e1").get(address).status_code == status


def test_the_store_cannot_tell_the_browser_that_set_out(enter: Enter, wire: Wire, store: Database) -> None:
    browser = enter()
    browser.post("/e/e1/connect/start", data={"platform": "xero"})
    cookie = browser.get_cookie("gangway_attempt")
    assert cookie is not None

    kept = [row["browser"] for row in store.query("SELECT browser FROM attempts")]

    assert len(kept) == 1
    assert cookie.value not in kept
