"""What is foretold of a document: each need, the order in which they stop it, and what is never claimed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from app.domain.blind_spots import BLIND_SPOTS
from app.domain.facts import ARCHIVED, BANK, GONE, NONE
from app.domain.problems import CATALOGUE
from app.domain.readiness import Context, DocumentFacts, LineFacts, Outcome, settled, verdict
from app.domain.sync_rules import NOTHING, USUAL

LINE = LineFacts(
    id="l1", name="Paper", total=2400, tax=2000, tax_known=True, has_tax=True, account="310 Costs"
)
BILL = DocumentFacts(
    is_bill=True, status="waiting_to_be_paid", currency="EUR", lines_read=True, lines=(LINE,), number="B-1"
)
INVOICE = replace(BILL, is_bill=False, status="issued", number="I-1")
XERO = Context(system="Xero", platform="xero", sends=USUAL, base_currency="EUR")
QUICKBOOKS = replace(XERO, system="QuickBooks", platform="quickbooks_online")


def with_line(document: DocumentFacts, **changes: Any) -> DocumentFacts:
    return replace(document, lines=(replace(LINE, **changes),))


@pytest.mark.parametrize("document", [BILL, INVOICE])
@pytest.mark.parametrize("context", [XERO, QUICKBOOKS, Context()])
def test_nothing_is_known_against_what_has_everything(document: DocumentFacts, context: Context) -> None:
    found = verdict(document, context)

    assert (found.outcome, found.codes, found.cautions) == (Outcome.CLEAR, (), ())
    assert found.hindrance == ""


STOPS = [
    (replace(BILL, lines=()), XERO, "LINES_NONE"),
    (replace(INVOICE, lines=()), QUICKBOOKS, "LINES_NONE"),
    (with_line(BILL, account=None), XERO, "ACC_LINE"),
    (with_line(INVOICE, account=None), XERO, "ACC_PRODUCT"),
    (with_line(BILL, account_state=GONE), XERO, "ACC_GONE"),
    (with_line(BILL, account_state=BANK), XERO, "ACC_GONE"),
    (with_line(INVOICE, account_state=ARCHIVED), QUICKBOOKS, "ACC_ARCHIVED"),
    (with_line(BILL, has_tax=False, tax=None, tax_known=False), XERO, "TAX_MISSING"),
    (with_line(BILL, tax=1750, tax_known=False), XERO, "TAX_NO_MATCH"),
    (with_line(BILL, tax_archived=True), XERO, "TAX_NO_MATCH"),
    (replace(BILL, has_counterpart=False), XERO, "CONTACT_NONE"),
    (replace(INVOICE, whole_discount=True), XERO, "DISCOUNT_WHOLE"),
    (replace(INVOICE, deduction=True, deduction_rate=NONE), XERO, "DEDUCTION_TAX"),
    (replace(INVOICE, deduction=True, deduction_rate=GONE), XERO, "TAX_NO_MATCH"),
    (replace(INVOICE, deduction=True, deduction_rate=ARCHIVED), XERO, "TAX_NO_MATCH"),
    (with_line(BILL, described=False), XERO, "DESCRIPTION"),
    (with_line(BILL, tax_too_large=True), XERO, "TAX_TOO_LARGE"),
    (replace(BILL, whole_discount=True), XERO, "BILL_DISCOUNT"),
    (with_line(BILL, adds_up=False), XERO, "LINE_TOTAL"),
    (with_line(BILL, adds_up=False), QUICKBOOKS, "LINE_TOTAL"),
    (replace(BILL, is_zero=True), QUICKBOOKS, "AMOUNT_NONE"),
    (replace(BILL, number="9" * 22), QUICKBOOKS, "TOO_LONG"),
    (replace(INVOICE, number_sent="I-1 Kohl AG"), XERO, "NUMBER_USED"),
    (replace(BILL, status="draft"), XERO, "RULES"),
    (BILL, replace(XERO, connected=False), "NOT_CONNECTED"),
]


@pytest.mark.parametrize(("document", "context", "code"), STOPS)
def test_each_missing_need_is_foretold_by_its_code(
    document: DocumentFacts, context: Context, code: str
) -> None:
    found = verdict(document, context)

    assert (found.outcome, found.codes) == (Outcome.REFUSED, (code,))
    assert code in CATALOGUE


NO_MATTER = [
    (with_line(BILL, described=False), QUICKBOOKS),
    (with_line(BILL, tax_too_large=True), QUICKBOOKS),
    (replace(BILL, whole_discount=True), QUICKBOOKS),
    (replace(BILL, is_zero=True), XERO),
    (replace(BILL, number="9" * 22), XERO),
    (replace(BILL, number_sent="B-1"), XERO),
    (replace(BILL, number_shared="B-1"), XERO),
    (replace(INVOICE, deduction=True), XERO),
    (replace(INVOICE, whole_discount=True), replace(XERO, discounts_sent=True)),
    (replace(BILL, currency="USD"), replace(XERO, currencies_sent=frozenset({"USD"}))),
    (replace(BILL, currency="USD"), replace(XERO, base_currency=None)),
    (replace(BILL, status="draft"), replace(XERO, sends=None)),
]


@pytest.mark.parametrize(("document", "context"), NO_MATTER)
def test_what_the_other_system_objects_to_is_not_held_against_it(
    document: DocumentFacts, context: Context
) -> None:
    found = verdict(document, context)

    assert (found.outcome, found.cautions) == (Outcome.CLEAR, ())


CAUTIONS = [
    (replace(BILL, currency="USD"), XERO, "CURRENCY"),
    (replace(BILL, date=date(2026, 4, 30)), replace(XERO, closed_up_to=date(2026, 4, 30)), "PERIOD_CLOSED"),
    (replace(INVOICE, number_shared="I-1 Blatt KG"), XERO, "NUMBER_USED"),
    (replace(INVOICE, number_sent="I-1 Blatt KG"), QUICKBOOKS, "NUMBER_USED"),
    (replace(BILL, number_sent="B-1 Blatt KG"), QUICKBOOKS, "NUMBER_USED"),
]


@pytest.mark.parametrize(("document", "context", "code"), CAUTIONS)
def test_what_nobody_can_tell_from_here_is_a_caution_and_no_refusal(
    document: DocumentFacts, context: Context, code: str
) -> None:
    found = verdict(document, context)

    assert (found.outcome, found.cautions, found.hindrance) == (Outcome.CLEAR, (code,), "")
    assert [one.ok for one in found.conditions if one.caution] == [None]


def test_a_day_after_the_closed_period_is_no_caution() -> None:
    context = replace(XERO, closed_up_to=date(2026, 4, 30))

    assert verdict(replace(BILL, date=date(2026, 5, 1)), context).cautions == ()


def test_lines_that_were_not_read_leave_it_open() -> None:
    found = verdict(replace(BILL, lines_read=False, lines=()), XERO)

    assert (found.outcome, found.codes, found.hindrance) == (Outcome.UNDECIDED, ("UNREAD",), "")


def test_an_account_that_is_being_saved_is_waited_for() -> None:
    found = verdict(with_line(BILL, account=None, saving="310 Costs"), XERO)

    assert (found.outcome, found.hindrance) == (Outcome.UNDECIDED, "SAVING")


def test_a_default_account_that_nobody_read_yet_leaves_it_open() -> None:
    found = verdict(with_line(INVOICE, account=None, may_default=True), XERO)

    assert (found.outcome, found.codes) == (Outcome.UNDECIDED, ("UNREAD",))


def test_rates_that_were_never_read_are_not_held_against_it() -> None:
    found = verdict(with_line(BILL, tax_known=None), XERO)

    assert found.outcome is Outcome.CLEAR
    assert [one.ok for one in found.conditions if one.code == "TAX_NO_MATCH"] == [None]


def test_all_faults_are_told_and_what_the_service_checks_comes_first() -> None:
    other = replace(LINE, id="l2", account_state=ARCHIVED, described=False)
    bill = replace(
        with_line(BILL, account=None, has_tax=False),
        has_counterpart=False,
        lines=(replace(LINE, account=None), other),
    )

    found = verdict(replace(bill, status="draft"), XERO)

    assert found.codes == ("RULES", "ACC_LINE", "CONTACT_NONE", "ACC_ARCHIVED", "DESCRIPTION")


def test_what_is_in_the_books_already_may_stand_there_unchanged() -> None:
    found = verdict(replace(with_line(BILL, account_state=ARCHIVED), in_books=True), XERO)

    assert (found.outcome, found.cautions) == (Outcome.CLEAR, ("ACC_ARCHIVED",))


def test_an_update_outside_the_rules_is_not_refused() -> None:
    assert verdict(replace(BILL, in_books=True), replace(XERO, sends=NOTHING)).outcome is Outcome.CLEAR


def test_what_rests_on_the_last_import_hinders_no_retry() -> None:
    assert verdict(with_line(BILL, account_state=ARCHIVED), XERO).hindrance == ""
    assert verdict(with_line(BILL, account_state=ARCHIVED, described=False), XERO).hindrance == "DESCRIPTION"


def test_the_account_that_stands_in_for_none_is_named() -> None:
    found = verdict(with_line(INVOICE, account="200 Sales", by_default=True), XERO)

    [need] = [one for one in found.conditions if one.code == "ACC_PRODUCT"]
    assert (need.ok, need.names) == (True, ("200 Sales",))


@pytest.mark.parametrize("code", ["ACC_LINE", "ACC_PRODUCT", "CONN_WITHDRAWN", "NOT_CONNECTED", "LINES_NONE"])
def test_a_problem_is_settled_once_every_need_about_it_is_met(code: str) -> None:
    assert settled(code, verdict(BILL, XERO).conditions)


def test_a_problem_that_has_no_need_here_is_never_settled_by_them() -> None:
    assert not settled("SUBSCRIPTION", verdict(BILL, XERO).conditions)


def test_blind_spots_lead_to_entries_of_the_catalogue() -> None:
    assert {code for spot in BLIND_SPOTS for code in spot.codes} <= CATALOGUE.keys()
