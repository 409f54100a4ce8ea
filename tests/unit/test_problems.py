from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.domain.catalogue import ENTRIES
from app.domain.problems import (
    CATALOGUE,
    Again,
    code_of,
    codes_of,
    diagnose,
    names_of,
    other_problems,
    problem_of,
    what_happened,
)
from app.domain.readiness import Context, DocumentFacts, verdict
from app.domain.sync_rules import SyncRules
from app.domain.synced_records import RecordState
from app.emulator.rules.objections import OBJECTIONS
from app.monite.answers import error_text

Row = dict[str, Any]
ROWS: list[Row] = json.loads((Path(__file__).parent / "sync_errors.json").read_text())
SAID = [row for row in ROWS if row["says"]]


def by_name(row: Row) -> str:
    return str(row["row"])


@pytest.mark.parametrize("row", ROWS, ids=by_name)
def test_a_row_becomes_its_problem_with_owner_fix_and_whether_retry_helps(row: Row) -> None:
    code = code_of(row["says"], row["about"]) if row["says"] else left_out_by_rules()

    entry = CATALOGUE[code]

    assert (entry.code, entry.owner.name, entry.fix.name, entry.again.name) == (
        row["code"],
        row["owner"],
        row["fix"],
        row["again"],
    )


def left_out_by_rules() -> str:
    """The code that a document has which nobody says anything about: its status isn't in the rules."""
    bill = DocumentFacts(is_bill=True, status="draft", currency="GBP", lines_read=True, lines=())
    return verdict(bill, Context(sends=SyncRules(("paid",), ()))).headline


SHAPES: dict[str, Callable[[str], Any]] = {
    "text": lambda says: says,
    "message": lambda says: {"message": says},
    "list": lambda says: [{"msg": says}],
    "unknown keys": lambda says: {"0": {"whatever": {"error": says, "id": "7f"}}},
    "xero": lambda says: {
        "ErrorNumber": 10,
        "Type": "ValidationException",
        "Message": "A validation exception occurred",
        "Elements": [{"ValidationErrors": [{"Message": says}]}],
    },
    "quickbooks": lambda says: {
        "Fault": {"Error": [{"Message": says.split(" : ")[0], "Detail": says.partition(" : ")[2]}]}
    },
    "codat": lambda says: {
        "status": "Failed",
        "statusCode": 400,
        "errorMessage": "An error occurred in a downstream service. Correlation ID: 72e1."
        " Message: Push failed for Bill: see validation for more information",
        "validation": {"errors": [{"itemId": "", "message": says, "validatorName": "Bill"}], "warnings": []},
    },
}


@pytest.mark.parametrize("shape", SHAPES)
def test_every_row_is_recognised_in_whatever_shape_it_comes(shape: str) -> None:
    read = {row["row"]: error_text(SHAPES[shape](row["says"])) for row in SAID}

    found = {row["row"]: code_of(read[row["row"]] or "", row["about"]) for row in SAID}

    assert found == {row["row"]: row["code"] for row in SAID}


# Further wordings; ids and names inside vary.
KNOWN = [
    ("ACC_LINE", "ledger_account_id missing on a line: Oat milk; Tax rate does not exist"),
    ("TAX_MISSING", "tax_rate_ref_id missing on a line: Oat milk"),
    ("ACC_GONE", "Ledger account does not exist: Oat milk"),
    ("ACC_GONE", "Business Validation Error: The account Bank cannot be used on this transaction."),
    ("CURRENCY", "Permission or feature error : Multicurrency is not set up for currency EUR"),
    (
        "CURRENCY",
        "Permission or feature error : Multicurrency is off, so currency EUR is not enabled",
    ),
    ("FEATURE_OFF", "Permission or feature error : Bills are not part of this plan"),
    ("SUBSCRIPTION", "Organisation is not active: its subscription has ended or been canceled."),
    ("NOT_CONNECTED", "There is no connected accounting connection"),
    ("DELETED_THERE", "An existing invoice with the specified ID could not be found"),
    ("LOCKED_PAID", "Business Validation Error: The bill is paid or voided, and can no longer be changed."),
    ("PAYMENT", "Payment amount exceeds the amount outstanding on this document"),
    (
        "TOO_LONG",
        "String length is either shorter or longer than supported by specification : String length specified "
        "does not match the supported length. Min:0 Max:21 supported. Supplied length:26",
    ),
    ("FIELD_MISSING", "Required parameter TxnDate is missing in the request"),
    ("CONTACT_NONE", "Required parameter VendorRef is missing in the request"),
    ("NAME_TWICE", '{"code":"6240"}'),
    ("PERIOD_CLOSED", '{"code":6210}'),
    ("GONE_HERE", "The object no longer exists"),
    ("PAYMENT_ACCOUNT", "accounting.ledger_account_ids.payments is not set for the entity"),
    ("PAYMENT_FIRST", "The invoice of this payment is not in the accounting system"),
    ("PRODUCT_NONE", "No item has this name: Tea"),
    ("RULES", "The status draft is not among the push statuses"),
    ("TAX_MISSING", "Tax rate missing (tax_rate_ref_id) on a line: Oat milk"),
    ("NOT_CONNECTED", "The connection was disconnected before the record was pushed."),
    ("DOWN", "An unexpected error occurred while the record was pushed. Try again, or contact support."),
    ("UNKNOWN", "Account code 610 went for a walk"),
    ("UNKNOWN", ""),
]


@pytest.mark.parametrize(("code", "text"), KNOWN)
def test_a_raw_text_is_read_as_the_problem_it_tells_of(code: str, text: str) -> None:
    assert code_of(text, "bill") == code


def test_whatever_the_emulator_can_be_told_to_say_is_recognised() -> None:
    unknown = [one.id for one in OBJECTIONS.values() if code_of(one.example, "bill") == "UNKNOWN"]

    assert unknown == []


def test_a_missing_account_of_an_invoice_is_that_of_its_product() -> None:
    assert code_of("ledger_account_id missing on a line", "receivable") == "ACC_PRODUCT"


def test_of_several_faults_the_record_shows_the_most_blocking_and_names_the_others() -> None:
    text = "HTTP 429; Organisation is not subscribed to currency EUR; Tax rate does not exist"

    others = other_problems(code_of(text, "bill"), text, "bill")

    assert codes_of(text, "bill") == ("CURRENCY", "TAX_NO_MATCH", "LIMIT")
    assert [other.code for other in others] == ["TAX_NO_MATCH", "LIMIT"]


def test_what_can_never_be_sent_outweighs_what_can_be_put_right() -> None:
    assert code_of("Tax rate does not exist; invoice-level discount", "receivable") == "DISCOUNT_WHOLE"


def test_semicolons_within_one_fault_do_not_part_it() -> None:
    text = "message=AuthenticationFailed; errorCode=003200; statusCode=401 : Token expired"

    assert codes_of(text, "bill") == ("CONN_WITHDRAWN",)


def test_a_done_record_is_sent_even_with_an_old_error_text() -> None:
    assert diagnose("bill", "done", "Tax rate does not exist").state is RecordState.SENT


def test_a_pending_record_waits() -> None:
    found = diagnose("bill", "pending", None)

    assert (found.state, found.problem) == (RecordState.WAITING, "")


def test_a_failed_record_needs_attention() -> None:
    found = diagnose("bill", "error", "Tax rate does not exist")

    assert (found.state, found.problem) == (RecordState.ATTENTION, "TAX_NO_MATCH")


def test_a_discount_on_the_whole_invoice_can_never_be_sent() -> None:
    found = diagnose("receivable", "error", "invoice-level discount cannot be pushed")

    assert (found.state, found.problem) == (RecordState.CANNOT, "DISCOUNT_WHOLE")


def test_an_error_without_words_is_unknown_and_still_needs_attention() -> None:
    found = diagnose("bill", "error", None)

    assert (found.state, found.problem) == (RecordState.ATTENTION, "UNKNOWN")


@pytest.mark.parametrize(
    ("says", "told"),
    [
        (
            "Account code '429' has been archived, or has been deleted.",
            "Account 429 was archived in Xero.",
        ),
        (
            "The document date cannot be before the end of year lock date, currently set at 31-Jul-2013",
            "The books in Xero are closed up to 31-Jul-2013.",
        ),
        ("Organisation is not subscribed to currency EUR", "EUR isn't enabled in Xero."),
        ("Item code 'DES-01' is not valid.", "Product DES-01 was deleted in Xero, or its code was changed."),
        (
            "Business Validation Error: The moon is full. ; Tax rate does not exist",
            "A line has a tax rate that isn't in Xero, or isn't meant for this kind of record. Rates are"
            " matched by their exact number.",
        ),
        ("Business Validation Error: The moon is full.", "Xero said: “The moon is full.”"),
        (
            "tax_rate_ref_id missing on a line: Oat milk; Invoice # must be unique.",
            "There is already a record with this number in Xero. An earlier try may have made it.",
        ),
    ],
)
def test_a_text_carries_what_the_message_names(says: str, told: str) -> None:
    phrase = what_happened(code_of(says, "bill"), says, "Xero")

    assert phrase.text % phrase.values == told


def test_a_text_stays_general_when_the_message_names_nothing() -> None:
    phrase = what_happened("ACC_ARCHIVED", None, "Xero")

    assert phrase.text % phrase.values == "An account on this record was archived in Xero."


def test_a_sentence_may_begin_with_the_accounting_system() -> None:
    phrase = what_happened("BILL_DISCOUNT", None, "your accounting system")

    assert (phrase.text % phrase.values).startswith("Your accounting system has no discounts")


def test_an_unknown_reason_quotes_what_was_said_and_keeps_its_percent_signs() -> None:
    phrase = what_happened("UNKNOWN", "100 % of %(nothing)s", "Xero")

    assert phrase.text % phrase.values == "The accounting service said: “100 % of %(nothing)s”"


def test_a_code_that_left_the_catalogue_is_shown_as_unknown() -> None:
    assert problem_of("GONE_SINCE").code == "UNKNOWN"


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: str(entry.code))
def test_every_entry_can_be_written_out(entry: Any) -> None:
    values = ("account", "currency", "date", "expected", "feature", "field", "item", "line", "most", "name")
    every = {**dict.fromkeys((*values, "rate", "said", "tax", "total", "until"), "x"), **names_of("xx")}
    steps = (*entry.xero, *entry.quickbooks)

    written = [text % every for text in (entry.title, entry.text, entry.todo, entry.precise, *steps)]

    assert all("%" not in text.replace("x % rate", "") for text in written)
    assert len(entry.title) <= 60
    assert all(text[:1].isupper() or text[:1] in "“x" for text in written if text)


def test_what_to_do_names_the_accounting_system_only_within_a_sentence() -> None:
    assert [entry.code for entry in ENTRIES if "%(System)s" in entry.todo] == []


def test_what_the_message_leaves_out_may_be_known_here() -> None:
    phrase = what_happened("TAX_NO_MATCH", "Tax rate does not exist", "Xero", {"rate": "17.5"})

    assert phrase.text % phrase.values == "There is no 17.5 % rate in Xero."


def test_codes_are_unique() -> None:
    assert len(CATALOGUE) == len(ENTRIES)


def test_what_was_stored_before_still_has_an_entry() -> None:
    earlier = """ACC_LINE ACC_PRODUCT ACC_ARCHIVED ACC_GONE TAX_MISSING TAX_NO_MATCH LINES_NONE DISCOUNT_WHOLE
        NAME_TWICE CONTACT_NONE CONTACT_ARCHIVED INACTIVE PERIOD_CLOSED NUMBER_USED CURRENCY LOCKED_PAID
        CONN_WITHDRAWN CONN_RIGHTS SUBSCRIPTION LIMIT DOWN TIMEOUT UNKNOWN"""

    assert set(earlier.split()) <= set(CATALOGUE)


def test_what_is_tried_by_itself_needs_nobody() -> None:
    owners = {entry.owner.name for entry in ENTRIES if entry.again is Again.LATER}

    assert owners == {"NOT_NEEDED"}
