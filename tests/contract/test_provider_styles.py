"""There and back in every style of the provider's pages, on a way back whose names the partner chose."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from app.domain.people import SYSTEM
from app.domain.resources import CONNECTION, ENTITIES, EVERYBODY, IMPORTED
from app.factory import create_app
from app.services import refresh
from app.services.deps import Deps
from app.store.database import connect
from tests import empty_files
from tests.emulator_servers import Running, serve
from tests.factories import make_monite, make_settings
from tests.provider_pages import Provider

BACK = (
    "http://localhost/connect/return?company={companyId}&connection={connectionId}"
    "&status={statusCode}&error={errorMessage}"
)
STUDIO = "Fernlight & Rook Design Studio Ltd"


@dataclass
class Person:
    """Somebody with scripts off, at the dashboard and at the provider."""

    emulator: Running
    browser: FlaskClient
    entity_id: str
    work: Callable[[], None]

    def set_out(self, **form: str) -> Provider:
        answer = self.browser.post(f"/e/{self.entity_id}/connect/start", data=form)
        assert answer.status_code == 303, answer.text
        return Provider(self.emulator.http, answer.headers["Location"])

    def come_back(self, provider: Provider) -> str:
        """Follow the provider's way back; what the page says there."""
        assert provider.left_for is not None, provider.heading
        there = urlsplit(provider.left_for)
        answer = self.browser.get(f"{there.path}?{there.query}", follow_redirects=True)
        main = BeautifulSoup(answer.text, "html.parser").select_one("main")
        assert main is not None
        return " ".join(main.get_text().split())

    def statuses(self) -> list[str]:
        rows = self.emulator.client(self.entity_id).get("/accounting_connections")["data"]
        return sorted(str(row["status"]) for row in rows)


Meet = Callable[[str], Person]


@pytest.fixture
def meet(tmp_path: Path) -> Iterator[Meet]:
    """`meet("2024-05-25")`: an owner at a dashboard of this API version."""
    with ExitStack() as stack:
        emulator = stack.enter_context(serve(tmp_path, redirect_url=BACK))

        def meet(version: str) -> Person:
            state = emulator.state()
            settings = make_settings(
                tmp_path / version,
                monite_api_url=f"{emulator.url}/v1",
                monite_client_id=state["client_id"],
                monite_client_secret=state["client_secret"],
                monite_api_version=version,
            )
            empty_files.store(settings.database).close()
            monite = make_monite(settings)
            stack.callback(monite.close)
            app = create_app(settings, monite=monite, wake=lambda: None)
            stack.callback(app.extensions["gangway"].connections.close)
            app.config["WTF_CSRF_ENABLED"] = False

            def read(entity_id: str, *resources: str) -> None:
                with closing(connect(settings.database)) as db:
                    deps = Deps(db, monite, settings, SYSTEM, lambda: datetime.now(UTC), lambda: None)
                    for resource in resources:
                        refresh.read_now(deps, entity_id, resource)

            entity_id = emulator.entity_id("Fernlight")
            read(EVERYBODY, ENTITIES)
            browser = app.test_client()
            browser.post("/enter", data={"role": "owner", "entity_id": entity_id})
            return Person(emulator, browser, entity_id, lambda: read(entity_id, CONNECTION, *IMPORTED))

        yield meet


@pytest.mark.parametrize(
    ("version", "platform", "chosen", "last"),
    [
        ("2024-01-31", "xero", None, ["Confirm", "Next", "Finish"]),
        ("2024-01-31", "quickbooks_online", None, ["Finish"]),
        ("2024-05-25", None, "QuickBooks", ["Finish"]),
        ("2023-09-01", None, "Xero", ["Finish"]),
    ],
)
def test_a_person_connects_and_imports_in_every_style(
    meet: Meet, version: str, platform: str | None, chosen: str | None, last: list[str]
) -> None:
    person = meet(version)
    provider = person.set_out(**({"platform": platform} if platform else {}))
    if chosen:
        assert "your accounting system" in " ".join(provider.page.get_text().split())
        provider.press("Continue", choose=chosen)
    provider.press("Continue as ")
    quickbooks = "quickbooks" in (platform or "") or chosen == "QuickBooks"
    provider.press("Connect" if quickbooks else "Allow access", choose=STUDIO)
    for button in last:
        provider.press(button)

    page = person.come_back(provider)
    answer = person.browser.post(f"/e/{person.entity_id}/connect/confirm", data={"answer": "yes"})
    person.work()
    imported = person.browser.get(answer.headers["Location"]).text

    assert parse_qs(urlsplit(provider.left_for or "").query)["status"] == ["200"]
    assert f"Is this the right {'company' if quickbooks else 'organisation'}?" in page
    told = version != "2023-09-01"
    assert ("Name and currency are the same as here." in page) == told
    assert ("Your API version doesn't tell us which" in page) != told
    assert "Import finished" in imported
    assert person.statuses() == ["connected"]


@pytest.mark.parametrize("version", ["2024-05-25", "2023-09-01"])
def test_cancel_on_any_page_connects_nothing_where_the_system_is_chosen_there(
    meet: Meet, version: str
) -> None:
    person = meet(version)
    ways: list[list[tuple[str, str | None]]] = [[], [("Continue", "Xero")]]
    ways.append([*ways[1], ("Continue as ", None)])

    for way in ways:
        provider = person.set_out()
        for button, choose in way:
            provider.press(button, choose=choose)
        provider.press("Cancel")

        page = person.come_back(provider)

        assert "You didn't give access. Nothing was connected and nothing was changed." in page
        assert "connected" not in person.statuses()


def test_a_system_that_is_not_on_the_list_is_told_as_such(meet: Meet) -> None:
    person = meet("2024-05-25")
    provider = person.set_out()
    provider.press("My system is not on the list")

    page = person.come_back(provider)

    assert "Your accounting system isn't on the list." in page
    assert "Xero and QuickBooks Online can be connected" in page
    assert person.statuses() == ["pending_auth"]


def test_access_that_is_cancelled_after_it_was_given_is_no_connection(meet: Meet) -> None:
    person = meet("2024-01-31")
    provider = person.set_out(platform="xero")
    provider.press("Continue as ")
    provider.press("Allow access", choose=STUDIO)
    provider.press("Cancel")

    page = person.come_back(provider)

    assert "You didn't give access." in page
    assert "connected" not in person.statuses()
