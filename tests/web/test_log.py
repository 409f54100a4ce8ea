from __future__ import annotations

from datetime import timedelta

from bs4 import BeautifulSoup, Tag
from sqlite_utils import Database

from app.store import revisions
from app.store.database import to_text, write
from tests.log_samples import NOW, add_bill, add_books, add_invoice, add_record
from tests.web.conftest import Enter

HTMX = {"HX-Request": "true"}


def soup(html: str) -> BeautifulSoup:
    return BeautifulSoup(html, "html.parser")


def words(html: str) -> str:
    return " ".join(soup(html).get_text(" ").split())


def test_an_empty_log_says_what_will_appear(enter: Enter) -> None:
    assert "Nothing has been sent yet" in enter().get("/e/e1/log").text


def test_what_needs_attention_is_grouped_by_problem_biggest_first(enter: Enter, store: Database) -> None:
    with write(store):
        add_books(store)
        add_record(store, "a", amount=100)
        add_record(store, "b", amount=100)
        add_record(store, "c", amount=99900, error_text="Account code or ID must be specified.")

    page = soup(enter().get("/e/e1/log").text)

    cards = [card.get_text(" ", strip=True) for card in page.select("#log-list article h2")]
    assert cards == ["A line has no account", "No matching tax rate"]
    assert "2 bills" in page.select("article")[1].get_text()
    assert "£2.00" in page.select("article")[1].get_text()


def test_the_title_tells_how_many_need_attention(enter: Enter, store: Database) -> None:
    with write(store):
        add_record(store, "a")

    title = soup(enter().get("/e/e1/log").text).title

    assert title is not None
    assert title.get_text().startswith("Sync log (1 needs attention)")


def test_by_record_shows_one_line_for_each(enter: Enter, store: Database) -> None:
    with write(store):
        add_books(store)
        add_record(store, "1042")
        add_record(store, "1043", sync_status="done")

    page = soup(enter().get("/e/e1/log?view=record").text)

    rows = [row.get_text(" ", strip=True) for row in page.select("#log-list tbody tr")]
    assert len(rows) == 1
    assert "Bill 1042" in rows[0]
    assert "No matching tax rate" in rows[0]


def test_all_shows_what_needs_attention_before_newer_changes(enter: Enter, store: Database) -> None:
    with write(store):
        add_record(store, "old", minutes=500)
        add_record(store, "new", minutes=1, sync_status="done")

    page = soup(enter().get("/e/e1/log?tab=all").text)

    assert [row.get_text(strip=True) for row in page.select("tbody th a")] == ["Bill old", "Bill new"]


def test_older_and_newer_lead_through_all_pages_and_back(enter: Enter, store: Database) -> None:
    with write(store):
        for n in range(120):
            add_record(store, f"r{n:03}", minutes=n, sync_status="done" if n % 2 else "error")
    browser, seen, address = enter(), [], "/e/e1/log?tab=all"

    pages = []
    while address:
        page = soup(browser.get(address).text)
        pages.append([link.get_text() for link in page.select("tbody th a")])
        seen += pages[-1]
        older = page.select_one("a[rel=next]")
        address = str(older["href"]) if older else ""
    newer = page.select_one("a[rel=prev]")
    assert newer is not None
    back = soup(browser.get(str(newer["href"])).text)

    assert len(seen) == len(set(seen)) == 120
    assert [link.get_text() for link in back.select("tbody th a")] == pages[1]


def test_filters_stand_in_the_address(enter: Enter, store: Database) -> None:
    with write(store):
        add_record(store, "1042", party="Acme Dairy")
        add_record(store, "77", object_type="receivable", party="J Smith")
        add_record(store, "78", object_type="receivable", party="Acme Hotel")

    page = soup(enter().get("/e/e1/log?view=record&type=receivable&q=acme").text)

    assert [link.get_text() for link in page.select("tbody th a")] == ["Invoice 78"]
    search = page.select_one("#f-q")
    assert search is not None
    assert search["value"] == "acme"


def test_a_search_of_two_letters_and_of_wildcards_is_taken_as_written(enter: Enter, store: Database) -> None:
    with write(store):
        add_record(store, "10%")
        add_record(store, "10x")

    page = soup(enter().get("/e/e1/log?view=record&q=0%25").text)

    assert [link.get_text() for link in page.select("tbody th a")] == ["Bill 10%"]


def test_a_search_that_looks_like_a_query_finds_only_its_letters(enter: Enter, store: Database) -> None:
    with write(store):
        add_record(store, "1042")

    assert "Nothing matches" in enter().get('/e/e1/log?view=record&q=1042" OR "').text


def test_a_filter_that_nothing_fits_offers_to_clear_it(enter: Enter, store: Database) -> None:
    with write(store):
        add_record(store, "1042")

    text = words(enter().get("/e/e1/log?view=record&q=nobody&type=bill&days=30").text)

    assert "No bills match “nobody” in the last 30 days." in text
    assert "Clear filters" in text


def test_text_from_monite_is_never_markup(enter: Enter, store: Database) -> None:
    with write(store):
        add_books(store)
        add_record(store, "x", title="<b>1</b>", party="<script>", error_text="<img src=x>")
    browser = enter()

    for path in ("/e/e1/log", "/e/e1/log?view=record", "/e/e1/log/x", "/e/e1/log/retry?ids=x"):
        page = browser.get(path).text
        assert "<b>1</b>" not in page
        assert "<img src=x>" not in page


def test_left_out_lists_what_the_rules_do_not_send(enter: Enter, store: Database) -> None:
    with write(store):
        add_books(store)
        add_bill(store, "draft-1", status="draft")
        add_bill(store, "ready-1")
        add_invoice(store, "inv-draft", status="draft")

    page = soup(enter().get("/e/e1/log?tab=left_out").text)

    names = {
        row.get_text(" ", strip=True).split(" Acme")[0].split(" J")[0] for row in page.select("tbody th")
    }
    assert names == {"Bill draft-1", "Invoice inv-draft"}
    count = page.select_one("#tab-left_out-n")
    assert count is not None
    assert count.get_text() == "2"


def test_what_can_never_be_sent_has_no_retry(enter: Enter, store: Database) -> None:
    with write(store):
        add_books(store)
        add_record(store, "77", object_type="receivable", error_text="invoice-level discount")
    browser = enter()

    for path in ("/e/e1/log?tab=cannot", "/e/e1/log?tab=cannot&view=record", "/e/e1/log/77"):
        page = soup(browser.get(path).text)
        assert "Can't be sent" in page.get_text()
        assert not [b for b in page.select("main button, main a") if "Retry" in b.get_text()]


def test_htmx_gets_the_list_and_the_tabs_beside_it(enter: Enter, store: Database) -> None:
    with write(store):
        add_record(store, "1042")

    answer = enter().get("/e/e1/log?tab=sent", headers=HTMX)

    page = soup(answer.text)
    assert page.select_one("#log-list") is not None
    assert page.select_one("main") is None
    assert page.select_one("[hx-swap-oob='innerHTML:#log-tabs'] #tab-sent[aria-current]") is not None
    assert "HX-Request" in answer.headers["Vary"]


def read(store: Database, kind: str, state: str = "ok", *, minutes: int = 1, error: str = "") -> None:
    """When records of this kind were read last, and how that ended."""
    store.execute(
        "INSERT INTO resources (entity_id, resource, state, as_of, started_at, error)"
        " VALUES ('e1', ?, ?, ?, ?, ?)",
        [
            f"synced_records:{kind}",
            state,
            to_text(NOW - timedelta(minutes=minutes)),
            to_text(NOW),
            error or None,
        ],
    )


def test_a_type_that_could_not_be_read_is_named_beside_what_is_up_to_date(
    enter: Enter, store: Database
) -> None:
    with write(store):
        for kind in ("bill", "product", "vendor", "customer"):
            read(store, kind)
        read(store, "receivable", "error", minutes=30, error="503 Service Unavailable")
        add_record(store, "1042")
    browser = enter()

    page = browser.get("/e/e1/log").text
    with write(store):
        revisions.bump(store, "e1")
    watched = soup(browser.get("/e/e1/log/watch?since=0", headers=HTMX).text)

    assert "Bills, products, suppliers and customers are up to date." in words(page)
    assert "Invoices couldn't be loaded at 09:42; what you see of them is from today 09:12." in words(page)
    assert "503 Service Unavailable" in words(page)
    for answer in (soup(page).select_one("#tab-attention-n"), watched.find("span", string="1+")):
        assert answer is not None
        assert answer.get_text() == "1+"


def test_counts_that_are_old_say_since_when_they_hold(enter: Enter, store: Database) -> None:
    with write(store):
        read(store, "bill", minutes=60 * 16)
        add_record(store, "1042")

    page = soup(enter().get("/e/e1/log").text)

    tabs = page.select_one("#log-tabs")
    assert tabs is not None
    assert "as of 8 May, 17:42" in " ".join(tabs.get_text(" ").split())


def test_with_access_withdrawn_retry_gives_way_to_reconnecting(enter: Enter, store: Database) -> None:
    with write(store):
        add_books(store)
        store.execute("UPDATE connections SET status = 'deauthorized'")
        add_record(store, "1042")

    page = soup(enter().get("/e/e1/log").text)

    group = page.select_one("article")
    assert group is not None
    assert group.find("a", string="Reconnect first") is not None
    assert "Retry 1" not in group.get_text()


def test_the_address_of_the_filtered_list_can_be_copied(enter: Enter, store: Database) -> None:
    page = soup(enter().get("/e/e1/log?tab=sent&q=acme").text)

    button = page.find("button", {"aria-label": "Copy link to this list"})
    assert isinstance(button, Tag)
    assert button["data-copy"] == "http://localhost/e/e1/log?tab=sent&q=acme"


def test_support_sees_the_log_but_no_retry(enter: Enter, store: Database) -> None:
    with write(store):
        add_books(store)
        add_record(store, "1042")

    page = soup(enter("support", "").get("/e/e1/log?view=record").text)

    assert page.select("tbody tr")
    assert not page.select("[data-key=r], #bulk")
    assert page.select("main a.say-why")


def test_another_business_s_records_are_not_there(enter: Enter, store: Database) -> None:
    with write(store):
        add_record(store, "1042", entity_id="e2")

    assert enter().get("/e/e1/log/1042").status_code == 404
    assert enter().get("/e/e2/log").status_code == 403


def test_a_look_without_news_answers_with_the_next_look_alone(enter: Enter, store: Database) -> None:
    with write(store):
        add_record(store, "1042")
    browser = enter()
    watch = soup(browser.get("/e/e1/log?view=record").text).select_one("#log-watch")
    assert watch is not None

    answer = browser.get(str(watch["hx-get"]), headers=HTMX).text

    assert [tag.get("id") for tag in soup(answer).find_all(True)] == ["log-watch"]
    assert len(answer) < 2000


def test_a_look_after_news_brings_the_new_state_and_its_word(enter: Enter, store: Database) -> None:
    with write(store):
        add_books(store)
        add_record(store, "1042")
    browser = enter()
    watch = soup(browser.get("/e/e1/log?view=record").text).select_one("#log-watch")
    assert watch is not None
    with write(store):
        store.execute("UPDATE synced_records SET state = 'sent', problem = '', sync_status = 'done'")
        store.execute("INSERT INTO revisions VALUES ('e1', 9) ON CONFLICT DO UPDATE SET n = 9")

    page = soup(browser.get(str(watch["hx-get"]), headers=HTMX).text)

    state, word = page.select_one("#rec-1042-state"), page.select_one("[hx-swap-oob$='#retry-1042-word']")
    assert state is not None
    assert word is not None
    assert (state.get_text(strip=True), word.get_text()) == ("Sent", "Sent")


def test_a_record_that_failed_once_more_between_two_looks_is_news(enter: Enter, store: Database) -> None:
    with write(store):
        add_books(store)
        add_record(store, "1042", tries=1)
    browser = enter()
    watch = soup(browser.get("/e/e1/log?view=record").text).select_one("#log-watch")
    assert watch is not None
    with write(store):
        store.execute("UPDATE synced_records SET tries = 2")
        store.execute("INSERT INTO revisions VALUES ('e1', 9) ON CONFLICT DO UPDATE SET n = 9")

    page = soup(browser.get(str(watch["hx-get"]), headers=HTMX).text)

    assert page.select_one("#rec-1042-state") is not None
    assert "1 record still stopped" in page.get_text()


def test_a_record_is_reached_whatever_its_id_is_made_of(enter: Enter, store: Database) -> None:
    odd = 'a b?c=1&d#"é'
    with write(store):
        add_books(store)
        add_record(store, odd)
    browser = enter()

    row = soup(browser.get("/e/e1/log?view=record&days=30").text).select_one("#log-list tbody tr")

    assert row is not None
    link, form = row.select_one("th a"), row.select_one("form")
    assert link is not None
    assert form is not None
    assert odd in words(browser.get(str(link["href"])).text)
    assert form["action"] == form["hx-post"] == f"{link['href']}/retry?view=record&days=30"


def test_a_group_leads_to_the_screen_where_it_is_put_right_and_back(enter: Enter, store: Database) -> None:
    with write(store):
        add_record(store, "1042", error_text="Ledger account is missing")

    page = soup(enter().get("/e/e1/log").text)

    link = page.find("a", string="Assign accounts")
    assert isinstance(link, Tag)
    assert link["href"] == "/e/e1/assign/bills?show=needs&return=%2Fe%2Fe1%2Flog"
