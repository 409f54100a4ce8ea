from __future__ import annotations

import pytest

from app.domain.error_texts import code_of
from app.domain.problems import CATALOGUE, Again, Owner, diagnose, problem_of, what_happened
from app.domain.synced_records import RecordState

# Texts as accounting systems were seen to write them; ids and names inside vary.
KNOWN = [
    ("ACC_GONE", "Account code '200' is not a valid code for this document."),
    (
        "ACC_ARCHIVED",
        "Account code '429' has been archived, or has been deleted."
        " Each line item must reference a valid account.",
    ),
    ("ACC_LINE", "Account code or ID must be specified."),
    ("ACC_LINE", "ledger_account_id missing on a line"),
    (
        "TAX_NO_MATCH",
        "The TaxType code INPUT2 does not exist or cannot be used for this type of transaction.",
    ),
    ("TAX_NO_MATCH", "Tax rate does not exist"),
    ("TAX_NO_MATCH", "Invalid Line TaxCode : tax code must be TAX or NON"),
    (
        "TAX_MISSING",
        "Business Validation Error: Make sure all your transactions have a VAT rate before you save.",
    ),
    ("PERIOD_CLOSED", "The document date cannot be before the period lock date."),
    (
        "PERIOD_CLOSED",
        "The document date cannot be before the end of year lock date, currently set at 31-Jul-2013",
    ),
    ("PERIOD_CLOSED", "Account Period Closed, Cannot Update Through Services API"),
    ("NUMBER_USED", "Invoice # must be unique."),
    ("NUMBER_USED", "Duplicate Document Number Error : You must specify a different number."),
    (
        "NAME_TWICE",
        "The contact name Greenleaf Ltd is already assigned to another contact."
        " The contact name must be unique across all active contacts.",
    ),
    ("NAME_TWICE", "Duplicate Name Exists Error : The name supplied already exists."),
    (
        "CONTACT_ARCHIVED",
        "The contact with the specified contact details has been archived. The contact must be un-archived.",
    ),
    ("CONTACT_NONE", "A Contact must be specified for this type of transaction"),
    ("CURRENCY", "Organisation is not subscribed to currency EUR"),
    ("CURRENCY", "Business Validation Error: You can only use one foreign currency per transaction."),
    ("LOCKED_PAID", "Invoice not of valid status for modification"),
    ("LINES_NONE", "One or more line items must be specified"),
    ("LINES_NONE", "Required param missing : Required parameter Line is missing in the request"),
    ("DISCOUNT_WHOLE", "invoice-level discount"),
    ("CONN_RIGHTS", "The User specified does not have the correct permissions to perform this action"),
    ("CONN_RIGHTS", "Authorization Failure"),
    ("CONN_WITHDRAWN", "message=AuthenticationFailed; errorCode=003200; statusCode=401 : Token expired"),
    ("CONN_WITHDRAWN", "The integration de-authorized access to the connection."),
    ("SUBSCRIPTION", "Invalid Company Status : Subscription period has ended or been canceled"),
    ("LIMIT", "message=ThrottleExceeded; errorCode=003001; statusCode=429"),
    ("LIMIT", "… has reached the daily rate limit cap (retry-after 66975)"),
    ("DOWN", "currentStatus FetchError"),
    ("TIMEOUT", "(no message) status TimedOut"),
    ("UNKNOWN", "The tax amount cannot be greater than the line amount!"),
    ("ACC_LINE", "ledger_account_id missing on a line: Oat milk; Tax rate does not exist"),
    ("TAX_MISSING", "tax_rate_ref_id missing on a line: Oat milk"),
    ("ACC_GONE", "Ledger account does not exist: Oat milk"),
    ("CURRENCY", "Permission or feature error : Multicurrency is not set up for currency EUR"),
    ("SUBSCRIPTION", "Organisation is not active: its subscription has ended or been canceled."),
    ("CONN_WITHDRAWN", "There is no connected accounting connection"),
    (
        "INACTIVE",
        "Object Not Found : Something you're trying to use has been made inactive."
        " Check the fields with accounts, customers, items, vendors or employees.",
    ),
    ("UNKNOWN", ""),
]


@pytest.mark.parametrize(("code", "text"), KNOWN)
def test_a_raw_text_is_read_as_the_problem_it_tells_of(code: str, text: str) -> None:
    assert code_of(text, "bill") == code


def test_a_missing_account_of_an_invoice_is_that_of_its_product() -> None:
    assert code_of("ledger_account_id missing on a line", "receivable") == "ACC_PRODUCT"


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


def test_a_text_names_the_account_when_the_message_did() -> None:
    phrase = what_happened(
        "ACC_ARCHIVED", "Account code '429' has been archived, or has been deleted.", "Xero"
    )

    assert phrase.text % phrase.values == "Account 429 was archived in Xero."


def test_a_text_stays_general_when_the_message_names_nothing() -> None:
    phrase = what_happened("ACC_ARCHIVED", None, "Xero")

    assert phrase.text % phrase.values == "An account on this record was archived in Xero."


def test_an_unknown_reason_quotes_what_was_said_and_keeps_its_percent_signs() -> None:
    phrase = what_happened("UNKNOWN", "100 % of %(nothing)s", "Xero")

    assert phrase.text % phrase.values == "The accounting service said: “100 % of %(nothing)s”"


def test_a_code_that_left_the_catalogue_is_shown_as_unknown() -> None:
    assert problem_of("GONE_SINCE").code == "UNKNOWN"


@pytest.mark.parametrize("code", CATALOGUE)
def test_every_entry_can_be_written_out(code: str) -> None:
    problem = CATALOGUE[code]
    every = dict.fromkeys(("system", "account", "rate", "date", "name", "currency", "said"), "x")

    written = [text % every for text in (problem.title, problem.text, problem.todo, problem.precise)]

    assert all("%" not in text.replace("x % rate", "") for text in written)
    assert len(problem.title) <= 60


def test_what_never_goes_again_is_owned_by_somebody_else_than_the_person() -> None:
    never = {problem.owner for problem in CATALOGUE.values() if problem.again is Again.NEVER}

    assert never == {Owner.NOBODY, Owner.ACCOUNTANT}
