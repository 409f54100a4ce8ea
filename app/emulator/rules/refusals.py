"""Why an accounting system refuses a document, in the words that it really uses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from app.emulator.rules.documents import Account, BookLine, Document, Organisation, TaxRate

QUICKBOOKS_INACTIVE = (
    "Object Not Found : Something you're trying to use has been made inactive. "
    "Check the fields with accounts, customers, items, vendors or employees."
)
QUICKBOOKS_CLOSED = (
    "Account Period Closed, Cannot Update Through Services API : The account period has closed and the "
    "account books cannot be updated through the QBO Services API. "
    "Please use the QBO website to make these changes."
)
QUICKBOOKS_NUMBER = (
    "Duplicate Document Number Error : You must specify a different number. "
    "This number has already been used."
)
QUICKBOOKS_NAME = (
    "Duplicate Name Exists Error : The name supplied already exists. : Another customer, vendor or "
    "employee is already using this name. Please use a different name."
)
QUICKBOOKS_SUBSCRIPTION = (
    "Invalid Company Status : Subscription period has ended or been canceled, or there was a billing problem"
)
QUICKBOOKS_BUSINESS = (
    "A business validation error has occurred while processing your request : Business Validation Error: "
)
XERO_CONTACT_ARCHIVED = (
    "The contact with the specified contact details has been archived. The contact must be un-archived "
    "before creating new invoices or credit notes."
)


def subscription(organisation: Organisation) -> list[str]:
    """The refusal of everything when the organisation no longer pays for its accounting system."""
    if organisation.subscription == "active":
        return []
    if organisation.is_quickbooks:
        return [QUICKBOOKS_SUBSCRIPTION]
    return ["Organisation is not active: its subscription has ended or been canceled."]


def document(
    doc: Document,
    organisation: Organisation,
    lines: Sequence[BookLine],
    accounts: Mapping[str, Account],
    rates: Mapping[str, TaxRate],
    *,
    contact_archived: bool,
    number_taken: bool,
) -> list[str]:
    """Every reason for which the books refuse the document, all at once, each one once."""
    found = [
        *subscription(organisation),
        *closed_period(doc.date, organisation),
        *_currency(doc, organisation),
        *_contact(organisation, archived=contact_archived),
        *_number(doc, organisation, taken=number_taken),
        *_lines(doc, organisation, lines, accounts, rates),
    ]
    return list(dict.fromkeys(found))


def closed_period(date: str, organisation: Organisation) -> list[str]:
    """The refusal of what is dated on or before the day up to which the books are closed."""
    if organisation.lock_date is None or date[:10] > organisation.lock_date[:10]:
        return []
    if organisation.is_quickbooks:
        return [QUICKBOOKS_CLOSED]
    return ["The document date cannot be before the period lock date."]


def no_contact(organisation: Organisation, *, bill: bool) -> str:
    """The refusal of a document that names nobody."""
    if organisation.is_quickbooks:
        field = "VendorRef" if bill else "CustomerRef"
        return (
            "Required param missing, need to supply the required value for the API : "
            f"Required parameter {field} is missing in the request"
        )
    return "A Contact must be specified for this type of transaction"


def name_taken(organisation: Organisation, name: str) -> str:
    """The refusal of a contact whose name another one has."""
    if organisation.is_quickbooks:
        return QUICKBOOKS_NAME
    return (
        f"The contact name {name} is already assigned to another contact. "
        "The contact name must be unique across all active contacts."
    )


def not_modifiable() -> str:
    """The refusal to change what is paid or void in the books."""
    return "Invoice not of valid status for modification"


def number_is_unique(organisation: Organisation, kind: str) -> bool:
    """Whether the books insist on a number of its own: invoices do, QuickBooks' bills too."""
    return kind == "invoice" or organisation.is_quickbooks


def _currency(doc: Document, organisation: Organisation) -> Iterable[str]:
    if doc.currency == organisation.base_currency or doc.currency in organisation.currencies:
        return ()
    if organisation.is_quickbooks:
        return (
            f"Permission or feature error : Multicurrency is off, so currency {doc.currency} is not enabled",
        )
    return (f"Organisation is not subscribed to currency {doc.currency}",)


def _contact(organisation: Organisation, *, archived: bool) -> Iterable[str]:
    if not archived:
        return ()
    return (QUICKBOOKS_INACTIVE if organisation.is_quickbooks else XERO_CONTACT_ARCHIVED,)


def _number(doc: Document, organisation: Organisation, *, taken: bool) -> Iterable[str]:
    if not taken or not number_is_unique(organisation, doc.kind):
        return ()
    return (QUICKBOOKS_NUMBER if organisation.is_quickbooks else "Invoice # must be unique.",)


def _lines(
    doc: Document,
    organisation: Organisation,
    lines: Sequence[BookLine],
    accounts: Mapping[str, Account],
    rates: Mapping[str, TaxRate],
) -> Iterable[str]:
    for line in lines:
        yield from _account(organisation, line.account_id, accounts.get(line.account_id))
        rate = rates.get(line.tax_rate_id)
        if rate is None or not rate.fits(doc.kind):
            yield _tax(organisation, line.tax_rate_id)


def _account(organisation: Organisation, account_id: str, account: Account | None) -> Iterable[str]:
    if organisation.is_quickbooks:
        return _quickbooks_account(account_id, account)
    code = account.code or account.name if account else account_id
    if account is None or not account.selectable:
        return (f"Account code '{code}' is not a valid code for this document.",)
    if account.archived:
        return (
            f"Account code '{code}' has been archived, or has been deleted. "
            "Each line item must reference a valid account.",
        )
    return ()


def _quickbooks_account(account_id: str, account: Account | None) -> Iterable[str]:
    if account is None:
        return (f"Invalid Reference Id : Accounts element id {account_id} not found",)
    if account.archived:
        return (QUICKBOOKS_INACTIVE,)
    if not account.selectable:
        return (f"{QUICKBOOKS_BUSINESS}The account {account.name} cannot be used on this transaction.",)
    return ()


def _tax(organisation: Organisation, tax_rate_id: str) -> str:
    if organisation.is_quickbooks:
        return "Business Validation Error: Make sure all your transactions have a VAT rate before you save."
    return f"The TaxType code {tax_rate_id} does not exist or cannot be used for this type of transaction."
