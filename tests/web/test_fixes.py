"""Putting tax rates, prices and units right, and where everything else is put right."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from flask import Flask
from flask.testing import FlaskClient
from sqlite_utils import Database

from app.config import Settings
from app.domain.problems import CATALOGUE, Fix
from app.store.database import to_text, write
from tests.log_samples import NOW, add_bill, add_books, add_invoice, add_record
from tests.web.conftest import Enter
from tests.wire import Wire, on_the_wire

TAX = "/e/e1/bills/bill-1042/tax"
LINE = "bill-1042-line-0"
RECORD = "/e/e1/log/1042"
TEA = "/e/e1/products/tea"


@pytest.fixture
def wire(settings: Settings) -> Iterator[Wire]:
    with on_the_wire(settings.monite_api_url) as wire:
        yield wire


@pytest.fixture
def bill(store: Database) -> Database:
    """A bill whose only line has a rate that Xero lacks, and the record that stopped for it."""
    with write(store):
        add_books(store)
        add_bill(store, "bill-1042", {"name": "Beans", "tax": 1750})
        add_record(store, "1042")
    return store


@pytest.fixture
def tea(store: Database) -> Database:
    """A product that came with an import, and two units."""
    at = to_text(NOW)
    with write(store):
        add_books(store)
        for unit_id, name in (("unit", "unit"), ("cup", "cup")):
            store.execute(
                "INSERT INTO measure_units (id, entity_id, name, raw, seen_at) VALUES (?, 'e1', ?, '{}', ?)",
                [unit_id, name, at],
            )
        store.execute(
            "INSERT INTO products (id, entity_id, name, price, currency, measure_unit_id, updated_at, raw,"
            " seen_at) VALUES ('tea', 'e1', 'Tea', 0, 'GBP', 'unit', ?, '{}', ?)",
            [at, at],
        )
    return store


def soup(html: str) -> BeautifulSoup:
    return BeautifulSoup(html, "html.parser")


def words(html: str) -> str:
    return " ".join(soup(html).get_text(" ").split())


def one(html: str, selector: str) -> Tag:
    found = soup(html).select_one(selector)
    assert found is not None, selector
    return found


def choose(browser: FlaskClient, rate: str = "rate-20", **more: str) -> Any:
    return browser.post(TAX, data={f"rate-{LINE}": rate, f"seen-{LINE}": "", "return": RECORD, **more})


def edit(browser: FlaskClient, **more: str) -> Any:
    form = {"price": "3.20", "currency": "gbp", "unit": "cup", "return": "/e/e1/products/check"} | more
    return browser.post(TEA, data=form)


def events(store: Database) -> list[tuple[str, str | None]]:
    return [(row["kind"], row["note"]) for row in store.query("SELECT kind, note FROM events ORDER BY id")]


def test_the_record_leads_to_the_tax_rates_of_its_bill(enter: Enter, bill: Database) -> None:
    link = one(enter().get(RECORD).text, "#todo ~ .stack a.btn, .condition a")

    assert (link["href"], link.text) == (f"{TAX}?return=%2Fe%2Fe1%2Flog%2F1042", "Choose tax rates")


def test_the_record_names_the_rate_that_the_message_left_out(enter: Enter, bill: Database) -> None:
    assert "No matching tax rate. There is no 17.5 % rate in Xero." in words(enter().get(RECORD).text)


def test_what_else_the_message_tells_of_is_named(enter: Enter, bill: Database) -> None:
    with write(bill):
        said = "Organisation is not subscribed to currency EUR; Tax rate does not exist"
        add_record(bill, "1043", object_id="bill-1042", error_text=said)

    page = enter().get("/e/e1/log/1043").text

    assert "The currency isn't set up. EUR isn't enabled in Xero." in words(page)
    assert "Also: No matching tax rate" in words(page)


def test_the_page_of_tax_rates_can_be_asked_for_by_record(enter: Enter, bill: Database) -> None:
    assert enter().get(f"{RECORD}/tax").headers["Location"] == f"{TAX}?return=/e/e1/log/1042"


def test_each_line_shows_its_number_and_what_there_is_to_choose(enter: Enter, bill: Database) -> None:
    page = enter().get(TAX).text

    options = [option.text for option in soup(page).select(f'[id="rate-{LINE}"] option')]
    assert options == ["By its number: 17.5 %", "20% VAT"]
    assert "17.5 % isn't in Xero" in words(page)


def test_a_chosen_rate_is_confirmed_by_the_answer_and_leads_back(
    enter: Enter, bill: Database, wire: Wire
) -> None:
    answer = choose(enter("bookkeeper"))

    assert (answer.status_code, answer.headers["Location"]) == (303, RECORD)
    assert wire.patched == [(LINE, {"accounting_tax_rate_id": "rate-20"})]
    assert bill.table("payable_lines").get(LINE)["accounting_tax_rate_id"] == "rate-20"
    assert events(bill) == [("tax_rate_set", "Beans: 20% VAT")]


def test_after_the_fix_the_record_is_ready_and_its_error_struck_through(
    enter: Enter, bill: Database, wire: Wire
) -> None:
    choose(enter())

    page = enter().get(RECORD).text

    assert "not tried yet" in words(page)
    assert "No matching tax rate" in one(page, "s").text
    assert soup(page).select_one("#retry") is not None


def test_a_refused_rate_is_shown_on_its_line_in_words_and_stays_chosen(
    enter: Enter, bill: Database, wire: Wire
) -> None:
    wire.fails.append((409, "Payable couldn't be updated due to current state"))

    answer = choose(enter())

    assert answer.status_code == 422
    assert one(answer.text, "#error-summary a")["href"] == f"#rate-{LINE}"
    assert "The bill was paid or locked meanwhile" in words(answer.text)
    assert one(answer.text, "option[selected]")["value"] == "rate-20"
    assert bill.table("payable_lines").get(LINE)["accounting_tax_rate_id"] is None
    assert [kind for kind, _note in events(bill)] == ["tax_rate_refused"]


def test_what_monite_says_itself_is_quoted(enter: Enter, bill: Database, wire: Wire) -> None:
    wire.fails.append((400, "<b>No such rate</b>"))

    answer = choose(enter())

    assert "No such rate" in words(answer.text)
    assert "<b>No such rate" not in answer.text


def test_while_nobody_answers_the_choice_is_kept_and_said_to_be_unconfirmed(
    enter: Enter, bill: Database, wire: Wire
) -> None:
    wire.is_down = True

    answer = choose(enter())
    page = enter().get(answer.headers["Location"]).text

    assert answer.headers["Location"] == f"{TAX}?return={RECORD}"
    assert "not confirmed yet" in words(page)
    assert one(page, "#tax-state")["hx-trigger"] == "load delay:2s"
    assert one(page, "option[selected]")["value"] == "rate-20"


def test_the_page_tells_when_the_choice_is_confirmed(enter: Enter, bill: Database, wire: Wire) -> None:
    choose(enter())

    looked = enter().get(f"{TAX}/state").text

    assert "hx-get" not in looked
    assert "Has a rate" in words(looked)
    assert one(looked, "#tax-state") is not None


def test_a_rate_that_is_not_listed_is_refused_here(enter: Enter, bill: Database, wire: Wire) -> None:
    answer = choose(enter(), "somebody-elses")

    assert answer.status_code == 422
    assert "Choose one of the rates that are listed." in answer.text
    assert wire.patched == []


def test_a_choice_that_somebody_else_made_meanwhile_is_not_overwritten(
    enter: Enter, bill: Database, wire: Wire
) -> None:
    choose(enter())

    answer = enter().post(TAX, data={f"rate-{LINE}": "", f"seen-{LINE}": "other"})

    assert answer.status_code == 422
    assert "Somebody chose another rate" in words(answer.text)
    assert bill.table("payable_lines").get(LINE)["accounting_tax_rate_id"] == "rate-20"


def test_a_choice_can_be_taken_back_to_the_line_s_own_number(
    enter: Enter, bill: Database, wire: Wire
) -> None:
    choose(enter())

    enter().post(TAX, data={f"rate-{LINE}": "", f"seen-{LINE}": "rate-20"})

    assert wire.patched[-1] == (LINE, {"accounting_tax_rate_id": None})


def test_one_rate_goes_to_all_lines_that_lack_one(enter: Enter, store: Database, wire: Wire) -> None:
    with write(store):
        add_books(store)
        add_bill(store, "bill-1042", {"tax": 1750}, {"tax": None}, {"tax": 2000})
    ids = [f"bill-1042-line-{n}" for n in range(3)]
    form = {f"{name}-{line}": "" for line in ids for name in ("rate", "seen")}

    enter().post(TAX, data={**form, "for-all": "rate-20"})

    assert [line for line, _ in wire.patched] == ids[:2]


def test_a_bill_that_was_paid_or_sent_says_where_its_tax_is_changed(
    enter: Enter, store: Database, wire: Wire
) -> None:
    with write(store):
        add_books(store)
        add_bill(store, "bill-1042", {"tax": 1750}, status="paid")

    page, answer = enter().get(TAX).text, choose(enter())

    assert "can't be changed here" in words(page)
    assert soup(page).select("main form select") == []
    assert (answer.status_code, wire.patched) == (422, [])


def test_a_viewer_sees_the_rates_and_is_told_who_may_choose(enter: Enter, bill: Database) -> None:
    page = enter("viewer").get(TAX).text

    assert "Only an owner or a bookkeeper can choose tax rates." in words(page)
    assert soup(page).select("main form") == []
    assert choose(enter("viewer")).status_code == 403


def test_the_bill_of_another_business_is_not_there(enter: Enter, bill: Database) -> None:
    browser = enter("owner", "e2")

    assert browser.get("/e/e2/bills/bill-1042/tax").status_code == 404
    assert browser.post("/e/e2/bills/bill-1042/tax").status_code == 404


def test_the_way_back_leads_nowhere_else_on_the_web(enter: Enter, bill: Database, wire: Wire) -> None:
    answer = choose(enter(), **{"return": "//evil.example/"})

    assert answer.headers["Location"] == TAX


# Prices and units


def test_a_product_takes_a_price_and_a_unit(enter: Enter, tea: Database, wire: Wire) -> None:
    answer = edit(enter("bookkeeper"))

    assert answer.headers["Location"] == "/e/e1/products/check"
    assert wire.patched == [("tea", {"price": {"value": 320, "currency": "GBP"}, "measure_unit_id": "cup"})]
    row = tea.table("products").get("tea")
    assert (row["price"], row["measure_unit_id"]) == (320, "cup")
    assert events(tea) == [("product_edited", "Flat white")]


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("price", "a lot", "Write the price as a number, as in 12.50."),
        ("price", "12.345", "Write the price as a number, as in 12.50."),
        ("currency", "quid", "Write the currency with its three letters, as in EUR."),
        ("unit", "of-another", "Choose one of the units that are listed."),
    ],
)
@pytest.mark.usefixtures("tea")
def test_what_cannot_be_used_is_named_and_kept(
    enter: Enter, wire: Wire, field: str, value: str, said: str
) -> None:
    answer = edit(enter(), **{field: value})

    assert answer.status_code == 422
    assert one(answer.text, "#error-summary a")["href"] == f"#{field}"
    assert one(answer.text, ".field-error").text == said
    assert wire.patched == []


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(
    enter: Enter, tea: Database, wire: Wire
) -> None:
    seen = str(one(enter().get(TEA).text, "input[name=seen]")["value"])
    with write(tea):
        tea.execute("UPDATE products SET price = 990")

    first = edit(enter(), seen=seen)
    again = str(one(first.text, "input[name=seen]")["value"])

    assert first.status_code == 422
    assert "Somebody changed this product meanwhile" in words(first.text)
    assert one(first.text, "#price")["value"] == "3.20"
    assert edit(enter(), seen=again).status_code == 303


def test_a_new_unit_is_made_for_a_product(enter: Enter, tea: Database, wire: Wire) -> None:
    edit(enter(), **{"new-unit": " pot "})

    assert ("measure_units", {"name": "pot"}) in wire.patched
    assert wire.patched[-1][1]["measure_unit_id"] == "made-pot"
    assert tea.table("measure_units").get("made-pot")["name"] == "pot"


def test_a_refused_price_is_said_in_words_and_kept(enter: Enter, tea: Database, wire: Wire) -> None:
    wire.fails.append((400, "Too dear"))

    answer = edit(enter())

    assert answer.status_code == 422
    assert "Tea was not saved. Too dear" in words(answer.text)
    assert one(answer.text, "#price")["value"] == "3.20"
    assert tea.table("products").get("tea")["price"] == 0


def test_while_nobody_answers_the_price_is_kept_and_said_to_be_unconfirmed(
    enter: Enter, tea: Database, wire: Wire
) -> None:
    wire.is_down = True

    page = enter().get(edit(enter()).headers["Location"]).text

    assert "not confirmed yet" in words(page)
    assert one(page, "#price")["value"] == "3.20"


def test_products_without_a_price_or_with_a_stand_in_unit_are_listed(
    enter: Enter, tea: Database, wire: Wire
) -> None:
    before = words(enter().get("/e/e1/products/check").text)
    edit(enter())

    after = words(enter().get("/e/e1/products/check").text)

    assert "Tea" in before
    assert "stands in for a unit" in before
    assert "Every product has a price and a unit" in after


def test_a_viewer_sees_price_and_unit_and_changes_nothing(enter: Enter, tea: Database) -> None:
    page = enter("viewer").get(TEA).text

    assert "Only an owner or a bookkeeper can change prices and units." in words(page)
    assert edit(enter("viewer")).status_code == 403


def test_the_product_of_another_business_is_not_there(enter: Enter, tea: Database) -> None:
    assert enter("owner", "e2").get("/e/e2/products/tea").status_code == 404


# Everything else


@pytest.fixture
def with_partner(app: Flask) -> Callable[[], None]:
    """Tells the dashboard where the partner's own product edits things."""

    def tell() -> None:
        house = app.extensions["gangway"]
        settings = replace(
            house.settings,
            partner_bill_url="https://app.example.com/{entity_id}/bills/{id}",
            partner_invoice_url="https://app.example.com/invoices/{id}",
            partner_contact_url="https://app.example.com/contacts/{id}",
        )
        app.extensions["gangway"] = replace(house, settings=settings)

    return tell


def test_without_an_address_words_say_where_the_bill_is_edited(enter: Enter, bill: Database) -> None:
    with write(bill):
        add_record(bill, "1043", object_id="bill-1042", error_text="The description field is mandatory")

    assert "Edit the bill where it was made." in words(enter().get("/e/e1/log/1043").text)


def test_what_only_the_partner_s_product_can_change_leads_there(
    enter: Enter, bill: Database, with_partner: Callable[[], None]
) -> None:
    with_partner()
    with write(bill):
        bill.execute("UPDATE payables SET counterpart_id = 'acme/1'")
        add_record(bill, "1043", object_id="bill-1042", error_text="The description field is mandatory")
        add_record(bill, "1044", object_id="bill-1042", error_text="Email address must be valid.")
    browser = enter()

    lines = one(browser.get("/e/e1/log/1043").text, "a[rel=noreferrer]")
    contact = one(browser.get("/e/e1/log/1044").text, "a[rel=noreferrer]")

    assert lines["href"] == "https://app.example.com/e1/bills/bill-1042"
    assert contact["href"] == "https://app.example.com/contacts/acme%2F1"


def test_the_tax_of_an_issued_invoice_is_not_promised_to_be_changed_here(
    enter: Enter, store: Database, with_partner: Callable[[], None]
) -> None:
    with_partner()
    with write(store):
        add_books(store)
        add_invoice(store, "inv-77", '[{"name": "Tea", "tax": 1750, "total": 100}]')
        add_record(store, "77", object_type="receivable", object_id="inv-77")

    page = enter().get("/e/e1/log/77").text

    assert "The tax of an invoice that was issued can't be changed." in words(page)
    assert one(page, "a[rel=noreferrer]")["href"] == "https://app.example.com/invoices/inv-77"
    assert enter().get("/e/e1/log/77/tax").status_code == 404


def test_every_problem_of_a_record_has_a_destination_or_needs_none(enter: Enter, bill: Database) -> None:
    with write(bill):
        for code in CATALOGUE:
            add_record(bill, code, object_id="bill-1042", problem=code, state="attention")
    browser = enter()

    pages = {code: one(browser.get(f"/e/e1/log/{code}").text, "section:has(#todo)") for code in CATALOGUE}

    for code, todo in pages.items():
        if CATALOGUE[code].fix is not Fix.NOWHERE and "Ready to send" not in todo.text:
            assert todo.select("p:not(:first-child) > a, p > .hint"), code


@pytest.mark.parametrize("path", ["/e/e1/connection", "/e/e1/rules", "/e/e1/import", "/help/errors/CURRENCY"])
def test_who_came_from_a_record_finds_the_way_back(enter: Enter, bill: Database, path: str) -> None:
    browser = enter()

    assert (
        one(browser.get(f"{path}?return={RECORD}").text, f'main a[href="{RECORD}"]').text
        == "Back to the record"
    )
    assert "Back to the record" not in browser.get(f"{path}?return=//evil.example/e/e1/log/1").text
    assert "Back to the record" not in browser.get(f"{path}?return=/e/e1/rules").text


def test_the_help_page_of_a_problem_tells_the_steps(enter: Enter) -> None:
    page = words(enter().get("/help/errors/PERIOD_CLOSED").text)

    assert "In Xero" in page
    assert "In QuickBooks" in page
    assert "Does Retry help? Yes, once it is put right" in page
