"""Handled elsewhere and notes, as pages and forms, with and without script."""

from __future__ import annotations

from bs4 import BeautifulSoup, Tag
from sqlite_utils import Database

from app.store.database import write
from tests.log_samples import add_books, add_record
from tests.web.conftest import Enter
from tests.web.test_records import soup, words

REASON = {"why": "by_hand"}


def filled(store: Database) -> None:
    with write(store):
        add_books(store)
        add_record(store, "1042")
        add_record(store, "1043", error_text="Document is paid and cannot be edited")


def row(html: str, name: str) -> str:
    found = soup(html).find("a", string=name)
    assert found is not None
    line = found.find_parent("tr")
    assert line is not None
    return " ".join(line.get_text(" ").split())


def test_one_record_is_left_out_with_its_reason_and_taken_back(enter: Enter, store: Database) -> None:
    filled(store)
    browser = enter("bookkeeper")

    browser.post("/e/e1/log/1042/handled", data=REASON)

    page = words(browser.get("/e/e1/log/1042").text)
    assert "Handled elsewhere: Entered by hand in Xero." in page
    assert "It had stopped: No matching tax rate." in page
    assert "Left out" in row(browser.get("/e/e1/log?tab=left_out").text, "Bill 1042")
    browser.post("/e/e1/log/1042/handled/undo")
    assert "Needs attention" in row(browser.get("/e/e1/log?view=record").text, "Bill 1042")


def test_ticked_ones_are_left_out_after_a_reason_was_given(enter: Enter, store: Database) -> None:
    filled(store)
    browser = enter()
    ticked = "ids=1042&ids=1043"

    asked = browser.get(f"/e/e1/log/handled?{ticked}&tab=attention")
    without = browser.post("/e/e1/log/handled", data={"ids": ["1042", "1043"]})
    done = browser.post("/e/e1/log/handled", data={"ids": ["1042", "1043"], **REASON}, follow_redirects=True)

    assert "2 records" in words(asked.text)
    assert without.status_code == 422
    assert "Say how it is handled." in words(without.text)
    assert "2 records are left out now." in words(done.text)


def test_what_cannot_be_sent_can_be_ticked_and_marked(enter: Enter, store: Database) -> None:
    filled(store)

    page = soup(enter().get("/e/e1/log?tab=cannot&view=record").text)

    assert page.select_one("input[name=ids][value='1043']") is not None
    assert page.find("button", string="Mark as handled elsewhere") is not None
    assert page.find("button", string="Retry the ticked") is None


def test_a_note_is_shown_as_it_was_written_with_who_and_when(enter: Enter, store: Database) -> None:
    filled(store)
    browser = enter("bookkeeper")

    browser.post("/e/e1/log/1042/notes", data={"text": "<b>Asked</b> Priya"})

    page = soup(browser.get("/e/e1/log/1042").text)
    note = page.select_one(".note-text")
    assert note is not None
    assert note.get_text() == "<b>Asked</b> Priya"
    assert "Today 09:42" in words(str(note.parent))


def test_a_viewer_sees_notes_and_marks_but_no_forms(enter: Enter, store: Database) -> None:
    filled(store)
    enter().post("/e/e1/log/1042/notes", data={"text": "Asked Priya"})
    viewer = enter("viewer")

    page = viewer.get("/e/e1/log/1042")

    assert "Asked Priya" in words(page.text)
    assert not forms(page.text, "/handled") + forms(page.text, "/notes")
    for path in ("/e/e1/log/1042/handled", "/e/e1/log/1042/notes", "/e/e1/log/handled"):
        assert viewer.post(path, data=REASON).status_code == 403


def test_an_empty_note_says_so(enter: Enter, store: Database) -> None:
    filled(store)

    answer = enter().post("/e/e1/log/1042/notes", data={"text": " "}, follow_redirects=True)

    assert "Write something first." in words(answer.text)


def forms(html: str, ending: str) -> list[object]:
    found = BeautifulSoup(html, "html.parser").select("main form")
    return [form for form in found if str(form.get("action")).endswith(ending)]


def test_many_that_are_handled_elsewhere_have_a_list_of_their_own(enter: Enter, store: Database) -> None:
    with write(store):
        add_books(store)
        for n in range(12):
            add_record(
                store, f"a{n:02}", minutes=n, state="left_out", problem="", handled="other:Paid in cash"
            )
    browser = enter()

    first = soup(browser.get("/e/e1/log?tab=left_out").text)
    link = first.find("a", string="See all 12 that are handled elsewhere")
    assert isinstance(link, Tag)
    every = soup(browser.get(str(link["href"])).text)

    assert len(first.select("tr[data-row]")) == 10
    assert len(every.select("tr[data-row]")) == 12
    assert "Paid in cash" in row(str(every), "Bill a00")
