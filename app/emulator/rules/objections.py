"""What accounting systems, and Codat in front of them, say when they refuse a record.

The words are as they have been seen in published documentation and public threads; names, codes and
dates vary. `say` puts in those at hand; `example` gives the message with those of an example.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

XERO = "ValidationException (10)"
"""Xero's way to refuse: a message for each thing that is wrong, under one exception."""

Effect = Literal["refused", "later", "written"]
"""What becomes of the record: an error, a push that stays pending, or one that is done and not told."""


@dataclass(frozen=True, slots=True)
class Objection:
    """One way to refuse: who says it, about what, under which code, and in which words."""

    id: str
    system: str
    about: str
    """What it is said of: bill, invoice, contact, product, with spaces between; any is all of them."""
    code: str
    words: str
    values: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    effect: Effect = "refused"

    @property
    def example(self) -> str:
        """The whole message, with the names and numbers of an example."""
        return self.words.format(**self.values)

    def concerns(self, kind: str) -> bool:
        """Whether it can be said of such an object."""
        return self.about == "any" or kind in self.about.split()


def say(objection_id: str, **values: object) -> str:
    """The message with these names and numbers put in."""
    return OBJECTIONS[objection_id].words.format(**values)


def listed() -> list[dict[str, str]]:
    """Every objection as a readable row."""
    return [
        {
            "id": one.id,
            "system": one.system,
            "applies_to": one.about,
            "code": one.code,
            "message": one.example,
            "effect": one.effect,
        }
        for one in OBJECTIONS.values()
    ]


def _by_id(objections: Iterable[Objection]) -> Mapping[str, Objection]:
    return {one.id: one for one in objections}


# fmt: off
OBJECTIONS = _by_id((
    Objection(
        "xero-account-invalid", "xero", "bill invoice", XERO,
        "Account code '{code}' is not a valid code for this document.",
        {"code": "200"},
    ),
    Objection(
        "xero-account-archived", "xero", "bill invoice", XERO,
        "Account code '{code}' has been archived, or has been deleted. Each line item must "
        "reference a valid account.",
        {"code": "429"},
    ),
    Objection(
        "xero-account-missing", "xero", "bill invoice", XERO,
        "Account code or ID must be specified.",
    ),
    Objection(
        "xero-tax-unknown", "xero", "bill invoice", XERO,
        "The TaxType code {tax} does not exist or cannot be used for this type of transaction.",
        {"tax": "INPUT2"},
    ),
    Objection(
        "xero-tax-account-pair", "xero", "bill invoice", XERO,
        "The TaxType code '{tax}' cannot be used with account code '{code}'.",
        {"tax": "INPUT2", "code": "200"},
    ),
    Objection(
        "xero-lock-date", "xero", "bill invoice", XERO,
        "The document date cannot be before the period lock date.",
    ),
    Objection(
        "xero-year-end-lock", "xero", "bill invoice", XERO,
        "The document date cannot be before the end of year lock date, currently set at {date}",
        {"date": "31-Jul-2013"},
    ),
    Objection(
        "xero-number-not-unique", "xero", "invoice", XERO,
        "Invoice # must be unique.",
    ),
    Objection(
        "xero-contact-name-taken", "xero", "contact", XERO,
        "The contact name {name} is already assigned to another contact. The contact name must be "
        "unique across all active contacts.",
        {"name": "Greenleaf Ltd"},
    ),
    Objection(
        "xero-contact-archived", "xero", "bill invoice", XERO,
        "The contact with the specified contact details has been archived. The contact must be "
        "un-archived before creating new invoices or credit notes.",
    ),
    Objection(
        "xero-currency", "xero", "bill invoice", XERO,
        "Organisation is not subscribed to currency {currency}",
        {"currency": "EUR"},
    ),
    Objection(
        "xero-status-locked", "xero", "bill invoice", XERO,
        "Invoice not of valid status for modification",
    ),
    Objection(
        "xero-no-lines", "xero", "bill invoice", XERO,
        "One or more line items must be specified",
    ),
    Objection(
        "xero-line-total", "xero", "bill invoice", XERO,
        "The line total {total} does not match the expected line total {expected}",
        {"total": "666.88", "expected": "666.93"},
    ),
    Objection(
        "xero-plan-limit", "xero", "bill invoice", XERO,
        "You have reached the limit of invoices you can approve",
    ),
    Objection(
        "xero-user-rights", "xero", "any", "ValidationException or 403",
        "The User specified does not have the correct permissions to perform this action",
    ),
    Objection(
        "xero-rate-minute", "xero", "any", "429 X-Rate-Limit-Problem: minute",
        "HTTP 429 with Retry-After; through the aggregator a write simply stays Pending",
        effect="later",
    ),
    Objection(
        "qbo-inactive", "quickbooks", "bill invoice", "610",
        "Object Not Found : Something you're trying to use has been made inactive. Check the fields "
        "with accounts, customers, items, vendors or employees.",
    ),
    Objection(
        "qbo-deleted", "quickbooks", "bill invoice", "610",
        "Object Not Found : Another user has deleted this transaction.",
    ),
    Objection(
        "qbo-duplicate-name", "quickbooks", "contact product", "6240",
        "Duplicate Name Exists Error : The name supplied already exists. : Another customer, vendor "
        "or employee is already using this name. Please use a different name.",
    ),
    Objection(
        "qbo-duplicate-number", "quickbooks", "bill invoice", "6140",
        "Duplicate Document Number Error : You must specify a different number. This number has "
        "already been used.",
    ),
    Objection(
        "qbo-books-closed", "quickbooks", "bill invoice", "6210",
        "Account Period Closed, Cannot Update Through Services API : The account period has closed "
        "and the account books cannot be updated through the QBO Services API. Please use the QBO "
        "website to make these changes.",
    ),
    Objection(
        "qbo-required", "quickbooks", "bill invoice contact", "2020",
        "Required param missing, need to supply the required value for the API : Required parameter "
        "{field} is missing in the request",
        {"field": "Line"},
    ),
    Objection(
        "qbo-stale", "quickbooks", "bill invoice contact", "5010",
        "Stale Object Error : You and another user were working on this at the same time. The other "
        "user finished before you did, so your work was not saved.",
    ),
    Objection(
        "qbo-vat-rate", "quickbooks", "bill invoice", "6000",
        "Business Validation Error: Make sure all your transactions have a VAT rate before you "
        "save.",
    ),
    Objection(
        "qbo-one-foreign-currency", "quickbooks", "bill invoice", "6000",
        "Business Validation Error: You can only use one foreign currency per transaction.",
    ),
    Objection(
        "qbo-tax-engine", "quickbooks", "invoice", "6000",
        "Business Validation Error: QuickBooks encountered an error while calculating tax{rest}",
        {"rest": " …"},
    ),
    Objection(
        "qbo-other-6000", "quickbooks", "any", "6000",
        "A business validation error has occurred while processing your request : Business "
        "Validation Error: {reason}",
        {"reason": "…"},
    ),
    Objection(
        "qbo-bad-reference", "quickbooks", "bill invoice", "2500",
        "Invalid Reference Id : {kind} element id {key} not found",
        {"kind": "Accounts", "key": "999"},
    ),
    Objection(
        "qbo-tax-code-us", "quickbooks", "bill invoice", "6100",
        "Invalid Line TaxCode : tax code must be TAX or NON",
    ),
    Objection(
        "qbo-amounts-differ", "quickbooks", "bill invoice", "6070",
        "Amount calculation incorrect in the request : Amount is not equal to UnitPrice * Qty",
    ),
    Objection(
        "qbo-subscription", "quickbooks", "any", "6190",
        "Invalid Company Status : Subscription period has ended or been canceled, or there was a "
        "billing problem{rest}",
        {"rest": " …"},
    ),
    Objection(
        "qbo-user-rights", "quickbooks", "any", "120 / 003201",
        "Authorization Failure",
    ),
    Objection(
        "qbo-throttle", "quickbooks", "any", "429 003001",
        "message=ThrottleExceeded; errorCode=003001; statusCode=429",
    ),
    Objection(
        "codat-validation", "codat", "any", "push statusCode 400",
        "An error occurred in a downstream service. Correlation ID: 72e161a1…. Message: Push failed "
        "for Bill: see validation for more information",
    ),
    Objection(
        "codat-timeout", "codat", "any", "status TimedOut",
        "status TimedOut",
        effect="written",
    ),
    Objection(
        "codat-stuck", "codat", "any", "status Pending",
        "status Pending for more than a few minutes",
        effect="later",
    ),
    Objection(
        "monite-invoice-discount", "monite", "invoice", "not pushed",
        "An invoice with an invoice-level discount cannot be pushed to the accounting system.",
    ),
    Objection(
        "monite-no-ledger-account", "monite", "bill invoice", "not pushed",
        "ledger_account_id missing on a {carrier}: {name}",
        {"carrier": "line", "name": "Paper"},
    ),
    Objection(
        "monite-no-tax-rate", "monite", "bill invoice", "error",
        "Tax rate does not exist",
    ),
    Objection(
        "monite-product-ambiguous", "monite", "product", "error",
        "several products share this name: {name}",
        {"name": "Paper"},
    ),
    Objection(
        "xero-contact-missing", "xero", "bill invoice", XERO,
        "A Contact must be specified for this type of transaction",
    ),
    Objection(
        "xero-description-missing", "xero", "bill invoice", XERO,
        "The description field is mandatory for each line item.",
    ),
    Objection(
        "xero-tax-too-large", "xero", "bill invoice", XERO,
        "The tax amount cannot be greater than the line amount!",
    ),
    Objection(
        "xero-bill-discount", "xero", "bill", XERO,
        "Discounts may not be applied to ACCPAY invoices.",
    ),
    Objection(
        "xero-item-code", "xero", "invoice", XERO,
        "Item code '{code}' is not valid.",
        {"code": "DES-01"},
    ),
    Objection(
        "xero-email", "xero", "contact", XERO,
        "Email address must be valid.",
    ),
    Objection(
        "xero-rate-day", "xero", "any", "429 X-Rate-Limit-Problem: day",
        "… has reached the daily rate limit cap (retry-after 66975)",
    ),
    Objection(
        "qbo-amount-missing", "quickbooks", "bill invoice", "6000",
        "Business Validation Error: You must set a transaction amount.",
    ),
    Objection(
        "qbo-billable-account", "quickbooks", "bill", "6000",
        "Business Validation Error: An account you chose for a billable expense doesn't have an "
        "income account …",
    ),
    Objection(
        "qbo-feature-off", "quickbooks", "any", "5020",
        "Permission or feature error{rest}",
        {"rest": ""},
    ),
    # Not among the most frequent, and said by these books all the same.
    Objection(
        "xero-subscription", "xero", "any", XERO,
        "Organisation is not active: its subscription has ended or been canceled.",
    ),
    Objection(
        "xero-not-found", "xero", "bill invoice", XERO,
        "An existing invoice with the specified ID could not be found",
    ),
    Objection(
        "xero-payment-too-large", "xero", "payment", XERO,
        "Payment amount exceeds the amount outstanding on this document",
    ),
    Objection(
        "qbo-too-long", "quickbooks", "bill invoice", "2050",
        "String length is either shorter or longer than supported by specification : String length specified "
        "does not match the supported length. Min:0 Max:{most} supported. Supplied length:{length}",
        {"most": "21", "length": "26"},
    ),
))
# fmt: on
