"""The assignment screen: with htmx, without script, and for people who may only look."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup, Tag
from flask.testing import FlaskClient
from sqlite_utils import Database
from werkzeug.test import TestResponse

from app.config import Settings
from app.domain.assignables import Kind
from app.domain.people import Actor, Role
from app.store import account_saves, assignables, events, remembered_choices
from app.store.database import to_text, write
from app.web import assign
from tests.log_samples import add_bill, add_books, add_record
from tests.web.conftest import NOW, Enter
from tests.wire import on_the_wire

HTMX = {"HX-Request": "true"}


@pytest.fixture
def filled(store: Database) -> Database:
    """Two accounts, a product and two bill lines; one name is markup."""
    now = to_text(NOW)
    with write(store):
        for account_id, code, kind in (("a1", "310", "Expense"), ("a2", "200", "Income")):
            store.execute(
                "INSERT INTO ledger_accounts (id, entity_id, name, nominal_code, type, status,"
                " is_bank_account, raw, seen_at) VALUES (?, 'e1', ?, ?, ?, 'Active', 0, '{}', ?)",
                [account_id, f"Account {code}", code, kind, now],
            )
        for line_id, name in (("l1", "<b>Milk</b>"), ("l2", "Beans")):
            store.execute(
                "INSERT INTO payable_lines (id, entity_id, payable_id, position, name, supplier,"
                " payable_status, editable, raw, seen_at)"
                " VALUES (?, 'e1', 'b1', 0, ?, 'Acme & Sons', 'new', 1, '{}', ?)",
                [line_id, name, now],
            )
        store.execute(
            "INSERT INTO products (id, entity_id, name, updated_at, raw, seen_at)"
            " VALUES ('p1', 'e1', 'Flat white', ?, '{}', ?)",
            [now, now],
        )
    return store


def read(html: str) -> BeautifulSoup:
    return BeautifulSoup(html, "html.parser")


def test_the_page_lists_what_needs_an_account(enter: Enter, filled: Database) -> None:
    page = read(enter().get("/e/e1/assign/bills").text)

    assert [row["id"] for row in page.select("tr[data-row]")] == ["row-l1", "row-l2"]
    assert page.select_one("#assign-progress").text.strip() == "0 of 2 done"  # type: ignore[union-attr]


def test_names_from_the_api_are_never_markup(enter: Enter, filled: Database) -> None:
    page = read(enter().get("/e/e1/assign/bills").text)

    assert page.select("tr b") == []
    assert "<b>Milk</b>" in page.get_text()


def test_htmx_gets_the_table_alone(enter: Enter, filled: Database) -> None:
    answer = enter().get("/e/e1/assign/bills?show=all", headers=HTMX)

    assert "<html" not in answer.text
    assert read(answer.text).select_one("#assign-table") is not None
    assert "HX-Request" in answer.headers["Vary"]


def test_the_picker_offers_the_usual_types_and_counts_the_others(enter: Enter, filled: Database) -> None:
    browser = enter()
    usual = read(browser.get("/e/e1/assign/accounts?kind=bills&q=account", headers=HTMX).text)
    every = read(browser.get("/e/e1/assign/accounts?kind=bills&q=account&all=1", headers=HTMX).text)

    assert [o["data-value"] for o in usual.select("[role=option]")] == ["a1"]
    assert "1 of another type" in usual.get_text()
    assert len(every.select("[role=option]")) == 2


def test_a_choice_is_kept_and_marked_as_not_confirmed_while_nobody_answers(
    enter: Enter, filled: Database
) -> None:
    answer = enter().post("/e/e1/assign/bills/l1", data={"account_id": "a1", "seen": ""}, headers=HTMX)

    status = read(answer.text).select_one("#row-l1-status")
    assert status is not None
    assert "not confirmed yet" in status.get_text()
    assert (status["data-value"], status["hx-get"]) == ("a1", "/e/e1/assign/bills/l1/status")


def test_without_script_saving_goes_back_to_the_list(enter: Enter, filled: Database) -> None:
    answer = enter().post("/e/e1/assign/bills/l1", data={"account_id": "a1", "seen": ""})

    assert answer.status_code == 303
    assert answer.headers["Location"] == "/e/e1/assign/bills#row-l1"


def test_saving_goes_back_to_the_record_but_never_off_the_site(enter: Enter, filled: Database) -> None:
    browser = enter()
    form = {"account_id": "a1"}

    home = browser.post("/e/e1/assign/bills/l1", data={**form, "next": "/e/e1/log/r1"})
    away = browser.post("/e/e1/assign/bills/l2", data={**form, "next": "//evil.example"})

    assert home.headers["Location"] == "/e/e1/log/r1"
    assert away.headers["Location"] == "/e/e1/assign/bills#row-l2"


def test_a_row_without_a_choice_is_an_error_in_words(enter: Enter, filled: Database) -> None:
    answer = enter().post("/e/e1/assign/bills/l1", data={"account_id": "", "seen": ""})

    page = read(answer.text)
    assert answer.status_code == 422
    assert page.title is not None
    assert page.title.text.startswith("Error: ")
    assert page.select_one("#error-summary a[href='#account']") is not None


def test_a_choice_that_somebody_else_made_meanwhile_shows_both(enter: Enter, filled: Database) -> None:
    browser = enter()
    browser.post("/e/e1/assign/bills/l1", data={"account_id": "a1", "seen": ""}, headers=HTMX)

    answer = browser.post("/e/e1/assign/bills/l1", data={"account_id": "a2", "seen": ""}, headers=HTMX)

    assert 'hx-swap-oob="innerHTML:#alert"' in answer.text
    assert answer.status_code == 409
    assert [b.text for b in read(answer.text).select("button")] == ["Keep 310", "Use 200"]


def test_ticked_rows_become_one_batch_with_its_progress_on_the_list(enter: Enter, filled: Database) -> None:
    browser = enter()
    form = {"ids": ["l1", "l2"], "account_id": "a1", "form_key": "k1", "show": "needs"}

    answer = browser.post("/e/e1/assign/bills", data=form)
    page = read(browser.get(answer.headers["Location"]).text)

    assert answer.status_code == 303
    assert page.select_one("#batch-title").text.strip() == "Assigning 310 Account 310 to 2 rows"  # type: ignore[union-attr]
    assert assignables.progress(filled, "e1", Kind.BILLS).saving == 2


def test_a_batch_of_another_business_is_not_shown(enter: Enter, filled: Database) -> None:
    form = {"ids": ["l1"], "account_id": "a1", "form_key": "k1"}
    place = enter().post("/e/e1/assign/bills", data=form).headers["Location"]
    batch_id = place.partition("batch=")[2].partition("&")[0]

    assert enter("owner", "e2").get(f"/e/e2/assign/batches/{batch_id}").status_code == 404


def test_a_bulk_form_without_ticks_keeps_the_page_and_says_so(enter: Enter, filled: Database) -> None:
    answer = enter().post("/e/e1/assign/bills", data={"account_id": "a1"})

    assert answer.status_code == 422
    assert "Tick at least one row." in answer.text


def test_a_viewer_sees_accounts_as_text(enter: Enter, filled: Database) -> None:
    browser = enter("viewer")
    page = read(browser.get("/e/e1/assign/bills").text)

    assert (
        page.select("main select[name=account_id], main input[type=checkbox][name=ids], #assign-bulk") == []
    )
    assert browser.post("/e/e1/assign/bills/l1", data={"account_id": "a1"}).status_code == 403


def test_a_row_has_a_page_of_its_own_with_every_account(enter: Enter, filled: Database) -> None:
    page = read(enter().get("/e/e1/assign/products/p1?return=/e/e1/log/r1").text)

    assert [o["value"] for o in page.select("#account option")] == ["", "a2", "a1"]
    assert page.select_one("main input[name=next]")["value"] == "/e/e1/log/r1"  # type: ignore[index]


@pytest.mark.parametrize("path", ["/assign/suppliers", "/assign/bills/nothing", "/assign/batches/nothing"])
def test_what_does_not_exist_is_a_404(enter: Enter, filled: Database, path: str) -> None:
    assert enter().get(f"/e/e1{path}").status_code == 404


def test_a_page_without_script_stays_within_its_weight(enter: Enter, filled: Database) -> None:
    now = to_text(NOW)
    with write(filled):
        for n in range(300):
            filled.execute(
                "INSERT INTO ledger_accounts (id, entity_id, name, nominal_code, type, status,"
                " is_bank_account, raw, seen_at) VALUES (?, 'e1', ?, ?, 'Expense', 'Active', 0, '{}', ?)",
                [f"0d9c3a52-6f4e-4d0e-8a36-{n:012}", f"A rather long account name {n}", str(n), now],
            )
        for n in range(60):
            filled.execute(
                "INSERT INTO payable_lines (id, entity_id, payable_id, position, name, supplier,"
                " payable_status, editable, raw, seen_at)"
                " VALUES (?, 'e1', 'b2', 0, ?, ?, 'new', 1, '{}', ?)",
                [f"6a0f2b44-2a0b-4b5c-9a7b-{n:012}", f"Line {n}", f"Supplier {n}", now],
            )

    answer = enter().get("/e/e1/assign/bills")

    assert len(read(answer.text).select("tr[data-row]")) == 50
    assert len(answer.data) < 170_000


def test_the_bulk_bar_says_to_how_many(enter: Enter, filled: Database) -> None:
    page = read(enter().get("/e/e1/assign/bills?pick=all").text)
    ticking = read(enter().get("/e/e1/assign/bills").text)

    assert page.select_one("#assign-bulk #bulk-go").text == "Assign to all 2"  # type: ignore[union-attr]
    assert ticking.select_one("#assign-bulk #bulk-go")["data-many"] == "Assign to {n}"  # type: ignore[index]


def send(browser: FlaskClient, form: Tag, account_id: str) -> TestResponse:
    """Fill in a form as a browser without scripts would."""
    values = {str(field["name"]): str(field.get("value", "")) for field in form.select("input[name]")}
    return browser.post(str(form["action"]), data=values | {"account_id": account_id})


@pytest.fixture
def stopped(settings: Settings, store: Database) -> Iterator[str]:
    """A bill that was stopped by two lines without an account; gives the address of its record."""
    with write(store):
        add_books(store)
        lines = [{"ledger_account_id": None, "name": name} for name in ("Milk", "Beans")]
        add_bill(store, "bill-1042", *lines)
        add_record(store, "1042", error_text="ledger_account_id missing on a line: Milk")
    with on_the_wire(settings.monite_api_url):
        yield "/e/e1/log/1042"


def test_without_script_the_way_back_to_the_record_stays(enter: Enter, stopped: str) -> None:
    browser = enter()
    record = read(browser.get(stopped).text)
    place = str(record.select_one("a[href*='/assign/bills?']")["href"])  # type: ignore[index]

    for line in (0, 1):
        rows = read(browser.get(place).text)
        form = rows.select_one(f"#row-bill-1042-line-{line} form")
        assert form is not None
        place = send(browser, form, "account-310").headers["Location"]
        assert place.endswith(f"#row-bill-1042-line-{line}")
    [back] = read(browser.get(place).text).select(".back-line a")
    fixed = read(browser.get(str(back["href"])).text).get_text()

    assert back["href"] == stopped
    assert "not tried yet" in fixed


def test_without_script_a_bulk_assignment_keeps_the_way_back_too(enter: Enter, stopped: str) -> None:
    browser = enter()
    place = f"/e/e1/assign/bills?bill=bill-1042&show=all&return={stopped}"
    form = read(browser.get(place).text).select_one("#assign-bulk")
    assert form is not None

    values = {str(field["name"]): str(field["value"]) for field in form.select("input[name]")}
    ticked = {"ids": ["bill-1042-line-0", "bill-1042-line-1"], "account_id": "account-310"}
    answer = browser.post(str(form["action"]), data=values | ticked)

    page = read(browser.get(answer.headers["Location"]).text)
    assert page.select_one(".back-line a")["href"] == stopped  # type: ignore[index]


def test_without_script_a_page_for_one_row_leads_back_to_the_list_and_its_way_back(
    enter: Enter, stopped: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assign, "MOST_OPTIONS", 0)
    browser = enter()
    rows = read(browser.get(f"/e/e1/assign/bills?bill=bill-1042&show=all&return={stopped}").text)

    one = read(browser.get(str(rows.select_one(".plain-choice a")["href"])).text)  # type: ignore[index]
    form = one.select_one("main form")
    assert form is not None
    answer = send(browser, form, "account-310")

    page = read(browser.get(answer.headers["Location"]).text)
    assert page.select_one(".back-line a")["href"] == stopped  # type: ignore[index]


def test_a_row_leads_to_a_page_of_its_own_and_back_whatever_its_id(
    enter: Enter, filled: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assign, "MOST_OPTIONS", 0)
    with write(filled):
        filled.execute("UPDATE payable_lines SET id = 'l 2?&#' WHERE id = 'l2'")
    browser = enter()

    rows = BeautifulSoup(browser.get("/e/e1/assign/bills?q=beans").text, "html.parser")
    link = rows.select_one(".plain-choice a")

    assert link is not None
    page = BeautifulSoup(browser.get(str(link["href"])).text, "html.parser")
    assert "Beans" in page.get_text()
    back = page.select_one("main input[name=next]")
    assert back is not None
    assert str(back["value"]) == "/e/e1/assign/bills?q=beans#row-l 2?&#"


@pytest.fixture
def suggested(filled: Database) -> Database:
    """The first account is remembered for the supplier of both lines, so it is suggested for them."""
    with write(filled):
        filled.execute(
            "INSERT INTO remembered_choices (entity_id, supplier, account_id, answer, actor_name,"
            " actor_role, at) VALUES ('e1', 'Acme & Sons', 'a1', 'yes', 'Sam', 'owner', ?)",
            [to_text(NOW)],
        )
    return filled


def fields(form: Tag) -> dict[str, list[str]]:
    """What a browser without scripts sends of a form, ticks aside."""
    values: dict[str, list[str]] = {}
    for field in form.select("input[type=hidden][name]"):
        values.setdefault(str(field["name"]), []).append(str(field.get("value", "")))
    return values


def test_a_suggestion_stands_beside_its_row_and_fills_nothing(enter: Enter, suggested: Database) -> None:
    row = read(enter().get("/e/e1/assign/bills").text).select_one("#row-l1")

    assert row is not None
    assert row.select_one(".suggestion .cell-main").text == "310 Account 310"  # type: ignore[union-attr]
    assert row.select_one(".suggestion .cell-sub").text == "Strong · remembered for this supplier"  # type: ignore[union-attr]
    assert row.select_one("[data-picker=row]")["data-value"] == ""  # type: ignore[index]


def test_who_may_only_look_gets_no_button_to_use(enter: Enter, suggested: Database) -> None:
    browser = enter("viewer")

    assert read(browser.get("/e/e1/assign/bills").text).select(".use, .strong-line a") == []
    assert browser.post("/e/e1/assign/bills/suggestions", data={"ids": "l1"}).status_code == 403


def test_without_script_one_suggestion_is_used_by_its_button(enter: Enter, suggested: Database) -> None:
    browser = enter()
    page = read(browser.get("/e/e1/assign/bills").text)
    pairs = [str(field["value"]) for field in page.select("input[name=suggestion]")]

    answer = browser.post("/e/e1/assign/bills", data={"only": "l1", "suggestion": pairs, "ids": ["l2"]})

    rows = {row.id: row.wanted_id for row in assignables.find(suggested, "e1", Kind.BILLS, ["l1", "l2"])}
    assert answer.headers["Location"] == "/e/e1/assign/bills#row-l1"
    assert rows == {"l1": "a1", "l2": None}


def test_a_suggestion_on_a_page_that_is_old_does_not_replace_what_somebody_chose(
    enter: Enter, suggested: Database
) -> None:
    browser = enter()
    browser.post("/e/e1/assign/bills/l1", data={"account_id": "a2", "seen": ""})

    browser.post("/e/e1/assign/bills", data={"only": "l1", "suggestion": ["l1|a1"]})

    [row] = assignables.find(suggested, "e1", Kind.BILLS, ["l1"])
    assert row.wanted_id == "a2"
    assert "Someone else chose an account" in browser.get("/e/e1/assign/bills").text


def test_strong_suggestions_are_listed_before_any_is_used_and_unticked_ones_are_left(
    enter: Enter, suggested: Database
) -> None:
    browser = enter()
    page = read(browser.get("/e/e1/assign/bills").text)
    link = page.select_one(".strong-line a")
    assert link is not None
    review = read(browser.get(str(link["href"])).text)
    form = review.select_one("#review-form")
    assert form is not None

    answer = browser.post(str(form["action"]), data=fields(form) | {"ids": ["l2"]})

    assert link.text == "Review and use all 2"
    assert [str(tick["value"]) for tick in form.select("input[name=ids][checked]")] == ["l1", "l2"]
    assert "Looked at all 2 rows of the page you came from." in review.get_text()
    result = read(browser.get(answer.headers["Location"]).text)
    assert result.select_one("#batch-title").text.strip() == "Using 1 suggestion"  # type: ignore[union-attr]


def test_a_batch_under_way_can_be_stopped_without_script(enter: Enter, filled: Database) -> None:
    browser = enter()
    form = {"ids": ["l1", "l2"], "account_id": "a1", "form_key": "k1"}
    page = read(browser.get(browser.post("/e/e1/assign/bills", data=form).headers["Location"]).text)
    stop = page.select_one("#batch-stop")
    assert stop is not None
    assert stop.parent is not None

    answer = browser.post(str(stop.parent["action"]))

    stopped = read(browser.get(answer.headers["Location"]).text)
    assert stopped.select_one("#batch-title").text.strip() == "Stopped: 0 of 2 were assigned"  # type: ignore[union-attr]
    assert assignables.progress(filled, "e1", Kind.BILLS).needs == 2


def test_what_a_batch_could_not_save_stays_ticked_and_names_its_bill(enter: Enter, filled: Database) -> None:
    browser = enter()
    form = {"ids": ["l1", "l2"], "account_id": "a1", "form_key": "k1"}
    place = browser.post("/e/e1/assign/bills", data=form).headers["Location"]
    with write(filled):
        filled.execute("UPDATE payable_lines SET document_id = '1042' WHERE id = 'l2'")
        filled.execute(
            "UPDATE outbox SET state = iif(object_id = 'l1', 'done', 'refused'), last_error = 'no'"
        )
        account_saves.confirm(filled, Kind.BILLS, "l1", "a1", "a1")
        account_saves.refuse(filled, Kind.BILLS, "l2", "a1", "locked")

    page = read(browser.get(place).text)

    title = page.select_one("#batch-title")
    assert title is not None
    assert title.text.strip() == "Assigned 1 of 2. 1 wasn't saved"
    assert "Bill 1042 was just paid or locked." in page.select_one("#assign-batch").text  # type: ignore[union-attr]
    assert [str(tick["value"]) for tick in page.select("input[name=ids][checked]")] == ["l2"]


def test_a_batch_that_ends_under_the_eyes_leads_to_what_it_could_not_save(
    enter: Enter, filled: Database
) -> None:
    browser = enter()
    form = {"ids": ["p1"], "account_id": "a1", "form_key": "k1"}
    place = browser.post("/e/e1/assign/products", data=form).headers["Location"]
    with write(filled):
        filled.execute("UPDATE outbox SET state = 'refused', last_error = 'no'")
        account_saves.refuse(filled, Kind.PRODUCTS, "p1", "a1", "locked")
    batch_id = place.split("batch=")[1].split("&")[0]

    swapped = read(browser.get(f"/e/e1/assign/batches/{batch_id}", headers=HTMX).text)

    assert swapped.select_one(f"#batch-again[href$='batch={batch_id}']") is not None
    assert "Bill" not in swapped.select_one("#assign-batch ul").text  # type: ignore[union-attr]


def test_many_accounts_without_script_have_a_page_of_their_own(
    enter: Enter, filled: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assign, "MOST_IN_BAR", 1)
    browser = enter()
    page = read(browser.get("/e/e1/assign/bills").text)
    form, button = page.select_one("#assign-bulk"), page.select_one("#assign-bulk [formaction]")
    assert form is not None
    assert button is not None

    chosen = browser.post(str(button["formaction"]), data=fields(form) | {"ids": ["l1", "l2"]})
    choice = read(chosen.text).select_one("main form")
    assert choice is not None
    browser.post(str(choice["action"]), data=fields(choice) | {"account_id": "a1"})

    assert page.select("#assign-bulk select") == []
    assert choice.select_one("button").text == "Assign to 2"  # type: ignore[union-attr]
    assert assignables.progress(filled, "e1", Kind.BILLS).saving == 2


def test_what_the_picker_shows_is_not_taken_for_a_search(enter: Enter, filled: Database) -> None:
    browser = enter()
    form = read(browser.get("/e/e1/assign/bills?pick=all").text).select_one("#assign-bulk")
    assert form is not None

    # The script's field for the account is called q too, and stands behind the hidden fields.
    sent = fields(form)
    sent["q"].append("310 Account 310")
    browser.post(str(form["action"]), data=sent | {"account_id": "a1"})

    assert assignables.progress(filled, "e1", Kind.BILLS).saving == 2


def test_a_saved_row_offers_to_undo_and_without_script_that_leads_back(
    enter: Enter, filled: Database
) -> None:
    browser = enter()
    browser.post("/e/e1/assign/bills/l1", data={"account_id": "a1", "seen": ""})
    with write(filled):
        account_saves.confirm(filled, Kind.BILLS, "l1", "a1", "a1")
    saved = read(browser.get("/e/e1/assign/bills/l1/status", headers=HTMX).text)
    form = read(browser.get("/e/e1/assign/bills/changes").text).select_one("form.undo")
    assert form is not None

    answer = browser.post(str(form["action"]), data=fields(form))

    assert saved.select_one("form.undo button").text.strip().startswith("Undo")  # type: ignore[union-attr]
    assert answer.headers["Location"] == "/e/e1/assign/bills/changes"
    [row] = assignables.find(filled, "e1", Kind.BILLS, ["l1"])
    assert row.wanted_id == ""


def test_the_title_of_the_list_follows_what_is_saved(enter: Enter, filled: Database) -> None:
    browser = enter()
    before = read(browser.get("/e/e1/assign/bills").text).title
    here = {**HTMX, "HX-Current-URL": "http://localhost/e/e1/assign/bills?show=needs"}

    answer = read(browser.post("/e/e1/assign/bills/l1", data={"account_id": "a1"}, headers=here).text)
    elsewhere = browser.get("/e/e1/assign/bills/l1/status", headers=HTMX).text

    assert before is not None
    assert answer.title is not None
    assert before.text.partition(" (")[0] == answer.title.text.partition(" (")[0]
    assert before.text != answer.title.text
    assert before.text.partition(")")[2] == answer.title.text.partition(")")[2]
    assert "<title>" not in elsewhere


def test_a_supplier_is_asked_about_and_the_answer_is_kept_without_script(
    enter: Enter, filled: Database
) -> None:
    browser = enter()
    for line in ("l1", "l2"):
        answer = browser.post(f"/e/e1/assign/bills/{line}", data={"account_id": "a1"}, headers=HTMX)
        with write(filled):
            account_saves.confirm(filled, Kind.BILLS, line, "a1", "a1")
    answer = browser.get("/e/e1/assign/bills/l2/status", headers=HTMX)
    form = read(answer.text).select_one("form.remember")
    assert form is not None

    kept = browser.post(str(form["action"]), data=fields(form) | {"answer": "yes"})

    assert "Use 310 for Acme & Sons from now on?" in form.get_text()
    assert kept.status_code == 303
    [row] = remembered_choices.all_yes(filled, "e1")
    assert (row.supplier, row.account_id) == ("Acme & Sons", "a1")


def test_a_sent_line_says_when_and_where_it_is_changed(enter: Enter, filled: Database) -> None:
    with write(filled):
        add_record(filled, "r1", object_id="b1", sync_status="done", state="sent", at=NOW)

    row = read(enter().get("/e/e1/assign/bills?show=all").text).select_one("#row-l1")

    assert row is not None
    assert "Sent on 9 May. Change it in your accounting system." in row.get_text()
    assert row.select("form, input, button") == []


def test_old_accounts_are_told_of_with_a_way_to_import_them_again(enter: Enter, filled: Database) -> None:
    with write(filled):
        add_books(filled)
        filled.execute("UPDATE connections SET last_pull = ?", [to_text(NOW - timedelta(hours=30))])
        filled.execute("UPDATE connections SET created_at = ?", [to_text(NOW - timedelta(hours=50))])
        filled.execute("UPDATE connections SET first_connected_at = created_at")

    line = read(enter().get("/e/e1/assign/bills").text).select_one(".stale-line")

    assert line is not None
    assert "Accounts were imported 30 hours ago." in line.get_text()
    assert line.select_one("form button").text == "Import accounts again"  # type: ignore[union-attr]


def test_changes_of_a_file_say_so(enter: Enter, filled: Database) -> None:
    with write(filled):
        events.add(
            filled,
            "e1",
            NOW,
            "account_assigned",
            Actor("Sam", Role.OWNER),
            object_type="line_item",
            object_id="l1",
            became="a1",
            note="Milk",
            details={"file": "lines.csv"},
        )

    page = read(enter().get("/e/e1/assign/bills/changes").text)

    assert "as in lines.csv" in page.select_one(".changes-table").text  # type: ignore[union-attr]


def test_what_is_typed_to_find_an_account_is_not_sent_as_a_search(enter: Enter, filled: Database) -> None:
    page = enter().get("/e/e1/assign/bills").text

    field = page[page.index('role="combobox"') :].split(">")[0]

    assert "name=" not in field  # the bulk bar's form would carry it as the filter `q`


def test_a_search_says_how_many_rows_there_are(enter: Enter, filled: Database) -> None:
    browser = enter()

    swapped = browser.get("/e/e1/assign/bills?q=nobody", headers={"HX-Request": "true"}).text

    assert '<div hx-swap-oob="innerHTML:#live">0 rows</div>' in swapped
    assert "0 rows</div>" not in browser.get("/e/e1/assign/bills").text
