"""What a bill or an invoice lacks before it may be pushed, as Monite checks it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from app.emulator.rules.documents import Document, Line, TaxRate
from app.emulator.rules.objections import say


def lacks(
    document: Document,
    *,
    known_accounts: Collection[str],
    known_rates: Mapping[str, str],
    book_rates: Iterable[TaxRate],
    discounts_allowed: bool = False,
) -> list[str]:
    """What stands in the way, each reason once; empty when the document may go.

    `known_accounts` are the ids of pulled ledger accounts; `known_rates` maps a pulled
    rate's id to its id in the books.
    """
    if document.kind == "bill" and not document.lines:
        return [say("xero-no-lines")]
    rates = tuple(book_rates)
    found = []
    if document.kind == "invoice" and document.discounted is not None and not discounts_allowed:
        found.append(say("monite-invoice-discount"))
    if document.deduction is not None:
        # With a tax rate for it, it would be among the lines by now.
        found.append("accounting.tax_ids.deductions is not set, and the invoice has a deduction")
    for line in document.lines:
        found += _line_lacks(document, line, known_accounts, known_rates, rates)
    return list(dict.fromkeys(found))


def _line_lacks(
    document: Document,
    line: Line,
    known_accounts: Collection[str],
    known_rates: Mapping[str, str],
    rates: tuple[TaxRate, ...],
) -> list[str]:
    found = []
    carrier = "line" if document.kind == "bill" else "product"
    if line.ledger_account_id is None:
        found.append(say("monite-no-ledger-account", carrier=carrier, name=line.name))
    elif line.ledger_account_id not in known_accounts:
        found.append(f"Ledger account does not exist: {line.name}")
    if line.accounting_tax_rate_id is None and line.tax is None:
        found.append(f"Tax rate missing (tax_rate_ref_id) on a {carrier}: {line.name}")
    elif rate_id(document, line, known_rates, rates) is None:
        found.append(say("monite-no-tax-rate"))
    return found


def rate_id(
    document: Document, line: Line, known_rates: Mapping[str, str], book_rates: Iterable[TaxRate]
) -> str | None:
    """The rate in the books that the line goes with: the chosen one, else the first of its number."""
    if line.accounting_tax_rate_id is not None:
        return known_rates.get(line.accounting_tax_rate_id)
    fitting = (rate.id for rate in book_rates if rate.rate == line.tax and rate.fits(document.kind))
    return next(fitting, None)
