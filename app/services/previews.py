"""A bill or an invoice beside what the accounting system will make of it, from the mirror alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlite_utils import Database

from app.domain.accounts import TaxRate
from app.domain.documents import InvoiceLine, LineItem, Payable, Receivable
from app.domain.first_sends import Preview, PreviewLine
from app.domain.synced_records import RecordState
from app.store import (
    account_choices,
    first_sends,
    payable_lines,
    payables,
    products,
    receivables,
    record_lists,
    tax_rates,
)


def get(db: Database, entity_id: str, object_type: str, object_id: str) -> Preview | None:
    """The preview; None for what isn't known here."""
    if object_type == "bill":
        bill = payables.get(db, entity_id, object_id)
        return _bill(db, entity_id, bill) if bill else None
    invoice = receivables.get(db, entity_id, object_id) if object_type == "receivable" else None
    return _invoice(db, entity_id, invoice) if invoice else None


def _bill(db: Database, entity_id: str, bill: Payable) -> Preview:
    lines = payable_lines.find(db, bill.id)
    return Preview(
        object_type="bill",
        id=bill.id,
        number=bill.document_id,
        party=bill.counterpart_name,
        contact_known=_is_matched(db, entity_id, "vendor", bill.counterpart_id),
        issue_date=bill.issued_at,
        due_date=bill.due_date,
        status=bill.status,
        total=bill.total_amount,
        currency=bill.currency,
        lines=_lines(db, entity_id, lines, [line.ledger_account_id for line in lines]),
        in_books=_in_books(db, entity_id, "bill", bill.id),
    )


def _invoice(db: Database, entity_id: str, invoice: Receivable) -> Preview:
    accounts = [_invoice_account(db, entity_id, line) for line in invoice.lines]
    return Preview(
        object_type="receivable",
        id=invoice.id,
        number=invoice.document_id,
        party=invoice.counterpart_name,
        contact_known=_is_matched(db, entity_id, "customer", invoice.counterpart_id),
        issue_date=invoice.issue_date,
        due_date=invoice.due_date,
        status=invoice.status,
        total=invoice.total_amount,
        currency=invoice.currency,
        lines=_lines(db, entity_id, invoice.lines, accounts),
        in_books=_in_books(db, entity_id, "receivable", invoice.id),
    )


def _invoice_account(db: Database, entity_id: str, line: InvoiceLine) -> str | None:
    """An invoice's account stands on its product, or on the line itself when it has no product."""
    product = products.get(db, entity_id, line.product_id) if line.product_id else None
    return product.ledger_account_id if product else line.ledger_account_id


def _lines(
    db: Database,
    entity_id: str,
    lines: Sequence[LineItem | InvoiceLine],
    accounts: Sequence[str | None],
) -> tuple[PreviewLine, ...]:
    named = account_choices.named(db, entity_id, accounts)
    rates = tax_rates.find(db, entity_id)
    return tuple(
        PreviewLine(
            name=line.name or getattr(line, "description", None) or f"#{position}",
            total=line.total,
            tax=line.tax,
            account=named[account].label if account in named else None,
            rates=_rates(rates, line.tax, line.accounting_tax_rate_id),
        )
        for position, (line, account) in enumerate(zip(lines, accounts, strict=True), 1)
    )


def _rates(known: Iterable[TaxRate], tax: int | None, rate_id: str | None) -> tuple[str, ...]:
    """The rate that a line names, else all of the same number."""
    fits = [rate for rate in known if (rate.id == rate_id if rate_id else rate.rate == tax)]
    return tuple(rate.name or rate.code or "" for rate in fits)


def _is_matched(db: Database, entity_id: str, object_type: str, counterpart_id: str | None) -> bool:
    return counterpart_id is not None and _in_books(db, entity_id, object_type, counterpart_id)


def _in_books(db: Database, entity_id: str, object_type: str, object_id: str) -> bool:
    found = first_sends.record_of(db, entity_id, object_type, object_id)
    line = record_lists.get(db, entity_id, found["id"]) if found else None
    return line is not None and (line.state is RecordState.SENT or line.platform_object_id is not None)
