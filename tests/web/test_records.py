from __future__ import annotations

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlite_utils import Database

from app.services import automatic_tries
from app.store.database import to_text, write
from tests.log_samples import NOW, add_bill, add_books, add_record
from tests.web.conftest import Enter

HTMX = {"HX-Request": "true"}


def soup(html: str) -> BeautifulSoup:
    return BeautifulSoup(html, "html.parser")


def words(html: str) -> str:
    return " ".join(soup(html).get_text(" ").split())


def test_a_record_says_what_happened_what_to_do_and_who(enter: Enter, store: Database) -> None:
    with write(store):
        add_books(store)
        add_record(store, "1042")

    text = words(enter().get("/e/e1/log/1042").text)

    assert "Bill 1042 — Acme Dairy" in text
    assert "No matching tax rate." in text
    assert "Who can put it right: Your accountant" in text
    assert "This record isn't in Xero yet. Retry creates it." in text


def test_a_record_that_is_in_the_books_says_that_retry_updates_it(enter: Enter, store: Database) -> None:
    with write(store):
        add_books(store)
        add_record(store, "1042", platform_object_id="xero-1")

    assert "Retry updates it and makes no second copy." in words(enter().get("/e/e1/log/1042").text)


def test_what_has_arrived_needs_nothing_any_more(enter: Enter, store: Database) -> None:
    with write(store):
        add_books(store)
        add_bill(store, "bill-1042", {"name": "Beans", "tax": 1750})
        add_record(store, "1042", sync_status="done", state="sent", problem="", error_text=None)

    text = words(enter().get("/e/e1/log/1042").text)

    assert "What sending it needs" not in text
    assert "not in Xero" not in text


def test_what_a_bill_lacks_is_listed_with_a_way_to_put_it_right(enter: Enter, store: Database) -> None:
    with write(store):
        add_books(store)
        add_bill(store, "bill-1042", {"ledger_account_id": None}, {"name": "Beans", "tax": 1750})
        add_record(store, "1042", error_text="ledger_account_id missing on a line: Oat milk")

    page = soup(enter().get("/e/e1/log/1042").text)

    missing = [" ".join(item.get_text(" ").split()) for item in page.select(".condition.is-missing")]
    assert missing == [
        "Missing: These lines have no account: Oat milk Assign accounts",
        "Missing: These tax rates aren't in Xero: 17.5 % Choose tax rates",
    ]
    link = page.select_one(".condition.is-missing a")
    assert link is not None
    assert "return=%2Fe%2Fe1%2Flog%2F1042" in str(link["href"])
    assert not page.select("#retry")


def test_once_put_right_the_old_error_is_struck_through(enter: Enter, store: Database) -> None:
    with write(store):
        add_books(store)
        add_bill(store, "bill-1042", {})
        add_record(store, "1042", error_text="ledger_account_id missing on a line: Oat milk")

    page = soup(enter().get("/e/e1/log/1042").text)

    assert "not tried yet" in page.get_text()
    assert [one.get_text(strip=True)[:21] for one in page.select("s")] == ["A line has no account"]
    assert page.select_one("#retry") is not None


@pytest.mark.parametrize(
    "said",
    [
        "The TaxType code OUTPUT2 does not exist or cannot be used for this type of transaction.",
        "Business Validation Error: Make sure all your transactions have a VAT rate before you save.",
    ],
)
def test_a_rate_that_is_there_and_was_refused_all_the_same_is_not_put_right(
    enter: Enter, store: Database, said: str
) -> None:
    with write(store):
        add_books(store)
        add_bill(store, "b1", {})
        add_record(store, "r1", object_id="b1", error_text=said)

    assert "not tried yet" not in enter().get("/e/e1/log/r1").text


def test_an_archived_account_counts_as_put_right_only_after_a_change_here(
    enter: Enter, store: Database
) -> None:
    with write(store):
        add_books(store)
        add_bill(store, "bill-1042", {})
        add_record(store, "1042", error_text="Account code '404' has been archived, or has been deleted.")
    browser = enter()
    before = words(browser.get("/e/e1/log/1042").text)
    with write(store):
        store.execute(
            "INSERT INTO events (entity_id, at, kind, actor_name, actor_role, object_id)"
            " VALUES ('e1', ?, 'account_assigned', 'Dana', 'owner', 'bill-1042-line-0')",
            [to_text(NOW)],
        )

    after = words(browser.get("/e/e1/log/1042").text)

    assert "not tried yet" not in before
    assert "Fixed today 09:42, not tried yet." in after


def test_every_try_stays_on_the_page(enter: Enter, store: Database) -> None:
    with write(store):
        add_books(store)
        add_record(store, "1042", sync_status="done")
        for result, message in (("failed", "Account code '200' is not valid"), ("sent", None)):
            store.execute(
                "INSERT INTO record_tries (entity_id, record_id, at, actor_name, actor_role, result, message)"
                " VALUES ('e1', '1042', ?, 'Dana Price', 'owner', ?, ?)",
                [to_text(NOW), result, message],
            )

    tries = [
        item.get_text(" ", strip=True) for item in soup(enter().get("/e/e1/log/1042").text).select("ol li")
    ]

    assert [text.split(" ·")[0] for text in tries] == ["Sent", "Stopped"]
    assert "Account code '200' is not valid" in tries[1]


def test_retry_without_an_answer_keeps_it_queued_and_comes_back_to_the_record(
    enter: Enter, store: Database
) -> None:
    with write(store):
        add_books(store)
        add_record(store, "1042")
    browser = enter()

    answer = browser.post("/e/e1/log/1042/retry")

    assert (answer.status_code, answer.headers["Location"]) == (303, "/e/e1/log/1042")
    assert "Queued to be tried again." in words(browser.get("/e/e1/log/1042").text)


def test_htmx_gets_the_new_state_of_a_row_and_the_button_s_word(enter: Enter, store: Database) -> None:
    with write(store):
        add_books(store)
        add_record(store, "1042")

    page = soup(enter().post("/e/e1/log/1042/retry", data={"at": "row"}, headers=HTMX).text)

    state, word = page.select_one("#rec-1042-state"), page.select_one("[hx-swap-oob$='#retry-1042-word']")
    assert state is not None
    assert word is not None
    assert (state.get_text(strip=True), word.get_text()) == ("Waiting", "Trying…")


def test_a_viewer_cannot_retry(enter: Enter, store: Database) -> None:
    with write(store):
        add_books(store)
        add_record(store, "1042")
    browser = enter("viewer")

    assert browser.post("/e/e1/log/1042/retry").status_code == 403
    assert browser.get("/e/e1/log/retry?ids=1042").status_code == 403
    assert not soup(browser.get("/e/e1/log/1042").text).select("#retry")


def test_the_review_counts_and_names_before_anything_is_sent(enter: Enter, store: Database) -> None:
    with write(store):
        add_books(store)
        add_bill(store, "bill-2", {"ledger_account_id": None})
        add_record(store, "1")
        add_record(store, "2")

    text = words(enter().get("/e/e1/log/retry?all=1").text)

    assert "1 record can be tried again now" in text
    assert "Bill 2 (a line still has no account)" in text
    assert store.execute("SELECT count(*) FROM outbox").fetchone() == (0,)


def test_the_form_of_the_review_starts_the_batch_and_its_page_tells_how_far_it_is(
    enter: Enter, store: Database
) -> None:
    with write(store):
        add_books(store)
        for n in range(3):
            add_record(store, f"r{n}")
    browser = enter()
    form = soup(browser.get("/e/e1/log/retry?all=1&problem=TAX_NO_MATCH").text).select_one("#review form")
    assert form is not None

    data = {str(field["name"]): str(field["value"]) for field in form.select("input[name]")}
    answer = browser.post(str(form["action"]), data=data)
    page = browser.get(answer.headers["Location"]).text

    assert answer.status_code == 303
    assert "0 of 3 · 0 sent · 0 still failing" in words(page)
    assert soup(page).select_one("#stop-batch") is not None


def test_stopping_a_batch_says_what_was_not_tried(enter: Enter, store: Database) -> None:
    with write(store):
        add_books(store)
        add_record(store, "1")
    browser = enter()
    at = browser.post("/e/e1/log/retry", data={"ids": "1", "form_key": "k"}).headers["Location"]

    browser.post(f"{at}/stop")

    assert "0 sent, 1 not tried." in words(browser.get(at).text)


def test_another_business_s_batch_is_not_there(enter: Enter, store: Database, app: Flask) -> None:
    with write(store):
        add_books(store)
        add_record(store, "1")
    at = enter().post("/e/e1/log/retry", data={"ids": "1", "form_key": "k"}).headers["Location"]

    assert enter("owner", "e2").get(at.replace("/e1/", "/e2/")).status_code == 404


def test_each_problem_has_a_page_of_its_own(enter: Enter) -> None:
    browser = enter()

    assert "The date is in a closed period" in browser.get("/help/errors/PERIOD_CLOSED").text
    assert browser.get("/help/errors/NOTHING").status_code == 404
    assert browser.get("/help/errors").text.count("/help/errors/") > 20


def plan(store: Database, record_id: str, *, tries: int = 0) -> None:
    """A record that stopped because the system was busy, and is tried by itself in a minute."""
    add_record(store, record_id, error_text="Too many requests", at=NOW, automatic_tries=tries)
    automatic_tries.plan(store, "e1", NOW)


def test_a_record_that_is_tried_by_itself_says_when_and_that_nobody_needs_to_act(
    enter: Enter, store: Database
) -> None:
    with write(store):
        add_books(store)
        plan(store, "1042", tries=1)
    browser = enter()

    page = words(browser.get("/e/e1/log/1042").text)
    waiting = words(browser.get("/e/e1/log?tab=waiting").text)

    assert "The accounting system is busy." in page
    assert "It is tried again by itself about 09:47, try 2 of 3." in page
    assert "Nobody needs to act" in page
    assert soup(browser.get("/e/e1/log/1042").text).select_one("button#retry") is not None
    assert "Tried again by itself about 09:47" in waiting


def test_after_three_automatic_tries_the_record_says_that_nothing_more_happens(
    enter: Enter, store: Database
) -> None:
    with write(store):
        add_books(store)
        plan(store, "1042", tries=3)

    page = words(enter().get("/e/e1/log/1042").text)

    assert "It was tried 3 times by itself, after 1, 5 and 30 minutes." in page
    assert "Needs attention" in page


def test_a_watch_draws_a_planned_record_anew_when_its_next_try_has_moved(
    enter: Enter, store: Database
) -> None:
    with write(store):
        add_books(store)
        plan(store, "1042")
    browser = enter()
    watch = soup(browser.get("/e/e1/log/1042").text).select_one("#record-watch")
    assert watch is not None
    address = str(watch["hx-get"])

    same = browser.get(address, headers=HTMX).text
    with write(store):
        store.execute("UPDATE outbox SET not_before = ?", [to_text(NOW + timedelta(minutes=5))])
    moved = browser.get(address, headers=HTMX).text

    assert "record-body" not in same
    assert "It is tried again by itself about 09:47" in words(moved)


def test_what_may_be_there_already_can_be_compared_and_asked_about(enter: Enter, store: Database) -> None:
    with write(store):
        add_books(store)
        add_record(store, "1042", error_text="Request timed out")
    browser = enter()

    page = words(browser.get("/e/e1/log/1042").text)
    asked = browser.post("/e/e1/log/1042/check", follow_redirects=True)

    assert "Compare with Xero" in page
    assert "Number 1042 Supplier Acme Dairy Amount £43.20" in page
    assert "There was no answer just now." in words(asked.text)


def test_a_review_of_many_names_the_left_alone_by_reason(enter: Enter, store: Database) -> None:
    with write(store):
        add_books(store)
        for n in range(25):
            add_record(store, f"a{n:02}")
            add_bill(store, f"bill-a{n:02}", {"ledger_account_id": None})
        add_record(store, "1042")
        add_record(store, "1043", object_status="draft", object_id="bill-x")
        add_bill(store, "bill-x", {}, status="draft")

    page = words(enter().get("/e/e1/log/retry?all=1&tab=attention").text)

    assert "1 record can be tried again now" in page
    assert "26 won't be tried" in page
    assert "A line still has no account 25" in page
    assert "and 5 more" in page
    assert "Your sync rules leave it out 1" in page


@pytest.mark.parametrize(
    ("error", "kind", "said"),
    [
        ("Tax rate does not exist", "tax_rate_set", "Tax rate chosen. Ready to send."),
        ("Ledger account is missing", "account_assigned", "Account added. Ready to send."),
    ],
)
def test_what_was_put_right_here_is_said_and_the_old_failure_struck_through(
    enter: Enter, store: Database, error: str, kind: str, said: str
) -> None:
    with write(store):
        add_books(store)
        add_bill(store, "bill-1042", {})
        add_record(store, "1042", error_text=error)
        store.execute(
            "INSERT INTO events (entity_id, at, kind, actor_name, actor_role, object_id)"
            " VALUES ('e1', ?, ?, 'Dana', 'owner', 'bill-1042-line-0')",
            [to_text(NOW), kind],
        )

    page = soup(enter().get("/e/e1/log/1042").text)

    text = " ".join(page.get_text(" ").split())
    assert "Fixed today 09:42, not tried yet." in text
    assert said in text
    assert page.select_one("#record-body s") is not None


def test_a_document_that_was_deleted_says_after_when(enter: Enter, store: Database) -> None:
    with write(store):
        add_books(store)
        add_bill(store, "bill-1042", {}, gone=1)
        add_record(store, "1042")

    assert "This record was deleted here after 8 May, 09:42." in words(enter().get("/e/e1/log/1042").text)


def test_what_is_in_the_books_is_updated_even_outside_the_rules(enter: Enter, store: Database) -> None:
    with write(store):
        add_books(store)
        add_bill(store, "bill-1042", {}, status="canceled")
        add_record(store, "1042", object_status="canceled", platform_object_id="xero-1")
        add_bill(store, "bill-1043", {}, status="canceled")
        add_record(store, "1043", object_status="canceled")

    text = words(enter().get("/e/e1/log/retry?all=1").text)

    assert "1 record can be tried again now" in text
    assert "Bill 1043 (your sync rules leave it out)" in text
