"""What a bill or an invoice lacks before it may be pushed, as Monite checks it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from app.emulator.rules.documents import Document, Line, TaxRate


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
    if not document.lines:
        return ["One or more line items must be specified"]
    rates = tuple(book_rates)
    found = []
    if document.discounted is not None and not discounts_allowed:
        found.append("An invoice with an invoice-level discount cannot be pushed to the accounting system.")
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
        found.append(f"ledger_account_id missing on a {carrier}: {line.name}")
    elif line.ledger_account_id not in known_accounts:
        found.append(f"Ledger account does not exist: {line.name}")
    if line.accounting_tax_rate_id is None and line.tax is None:
        found.append(f"Tax rate missing (tax_rate_ref_id) on a {carrier}: {line.name}")
    elif rate_id(document, line, known_rates, rates) is None:
        found.append("Tax rate does not exist")
    return found


def rate_id(
    document: Document, line: Line, known_rates: Mapping[str, str], book_rates: Iterable[TaxRate]
) -> str | None:
    """The rate in the books that the line goes with: the chosen one, else the first of its number."""
    if line.accounting_tax_rate_id is not None:
        return known_rates.get(line.accounting_tax_rate_id)
    fitting = (rate.id for rate in book_rates if rate.rate == line.tax and rate.fits(document.kind))
    return next(fitting, None)
