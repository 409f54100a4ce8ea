"""Everything that sending a document needs, each need with whether it is met.

The needs stand in the order in which they are looked at: what Monite checks itself comes first and
hides the rest, then the accounting system names everything that it objects to at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum

from app.domain.facts import ARCHIVED, BANK, GONE, NONE, Context, DocumentFacts, LineFacts
from app.domain.problems import Fix, Phrase

LONGEST_NUMBER = 21
"""How many characters QuickBooks takes for a number."""


class Stage(IntEnum):
    """When a need is looked at; a document that fails at one stage never comes to the next."""

    CONNECTION = 0
    RULES = 1
    SERVICE = 2
    """By Monite, before anything leaves it."""
    PARTY = 3
    """By Monite as well, once all else is there."""
    BOOKS = 4
    """By the accounting system."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that sending needs: `ok` is None when it isn't known here."""

    code: str
    ok: bool | None
    text: Phrase
    names: tuple[str, ...] = ()
    fix: Fix | None = None
    stage: Stage = Stage.SERVICE
    caution: bool = False
    """Whether something is known that may stop the document, although nobody here can tell."""


def conditions(document: DocumentFacts | None, context: Context) -> list[Condition]:
    """Everything that sending a document needs, in the order in which it is looked at."""
    found = [_connection(context)]
    if document is not None:
        found += _in_rules(document, context)
        found += _of_the_service(document, context)
        found += _of_the_books(document, context)
    return sorted(found, key=lambda condition: condition.stage)


def _connection(context: Context) -> Condition:
    return _condition(
        "NOT_CONNECTED",
        context.connected,
        "Connected to %(system)s",
        "Not connected to %(system)s",
        fix=Fix.CONNECTION,
        values={"system": context.system},
        stage=Stage.CONNECTION,
    )


def _in_rules(document: DocumentFacts, context: Context) -> Iterator[Condition]:
    statuses = context.statuses(is_bill=document.is_bill)
    if statuses is not None and not context.own_choice:
        texts = ("Your sync rules send it", "Your sync rules leave it out as it stands now")
        yield _condition("RULES", document.status in statuses, *texts, stage=Stage.RULES)


def _of_the_service(document: DocumentFacts, context: Context) -> Iterator[Condition]:
    yield _lines(document)
    if not document.is_bill:
        yield from _discount(document, context)
        yield from _deduction(document)
    if document.lines:
        yield from _accounts_given(document)
    if document.deduction_account == NONE:
        yield Condition("ACC_PRODUCT", False, Phrase("The deduction has no account to go to"))
    if document.lines:
        yield from _accounts_listed(document, context)
    if document.deduction_account == GONE:
        text = Phrase("The default account, to which the deduction goes, isn't listed any more")
        yield Condition("ACC_GONE", False, text)
    if document.lines:
        yield _tax_given(document)
        yield _tax_known(document, context)
    if not document.has_counterpart:
        who = "supplier" if document.is_bill else "customer"
        yield Condition("CONTACT_NONE", False, Phrase(f"Has no {who}"), stage=Stage.PARTY)


def _of_the_books(document: DocumentFacts, context: Context) -> Iterator[Condition]:
    if document.deduction_account == BANK:
        text = Phrase("The default account, to which the deduction goes, is a bank account")
        yield Condition("ACC_GONE", False, text, stage=Stage.BOOKS)
    if document.lines:
        yield from _accounts_usable(document, context)
    if document.deduction_account == ARCHIVED:
        text = Phrase("The default account, to which the deduction goes, was archived")
        yield Condition("ACC_ARCHIVED", False, text, stage=Stage.BOOKS)
    if document.lines:
        yield from _tax_usable(document, context)
        yield from _lines_accepted(document, context)
    yield from _number(document, context)
    yield from _currency(document, context)
    yield from _period(document, context)


def _lines(document: DocumentFacts) -> Condition:
    stage = Stage.SERVICE if document.is_bill else Stage.BOOKS
    if not document.lines_read:
        return Condition("LINES_NONE", None, Phrase("The lines haven't been read yet"), stage=stage)
    # A deduction goes to the books as a line of its own.
    has_lines = bool(document.lines) or (document.deduction and document.deduction_rate != NONE)
    return _condition("LINES_NONE", has_lines, "Has lines", "Has no lines", stage=stage)


def _discount(document: DocumentFacts, context: Context) -> Iterator[Condition]:
    if not context.discounts_sent:
        texts = ("No discount on the whole invoice", "Has a discount on the whole invoice")
        yield _condition("DISCOUNT_WHOLE", not document.whole_discount, *texts)


def _deduction(document: DocumentFacts) -> Iterator[Condition]:
    if not document.deduction:
        return
    if document.deduction_rate == NONE:
        yield Condition(
            "DEDUCTION_TAX", False, Phrase("Has a deduction, and no tax rate is set for deductions")
        )
    elif document.deduction_rate == GONE:
        text = Phrase("The tax rate that is set for deductions isn't listed any more")
        yield Condition("TAX_NO_MATCH", False, text)
    elif document.deduction_rate == ARCHIVED:
        text = Phrase("The tax rate that is set for deductions was archived")
        yield Condition("TAX_NO_MATCH", False, text, stage=Stage.BOOKS)


def _accounts_given(document: DocumentFacts) -> Iterator[Condition]:
    missing = [line for line in document.lines if line.account is None]
    saving = _names(line for line in missing if line.saving)
    open_ = _names(line for line in missing if line.may_default and not line.saving)
    without = _names(line for line in missing if not line.may_default and not line.saving)
    if document.is_bill:
        code, fix = "ACC_LINE", Fix.ASSIGN_BILL
        texts = ("Every line has an account", "These lines have no account:")
    else:
        code, fix = "ACC_PRODUCT", Fix.ASSIGN_PRODUCT
        texts = ("Every product has an account", "These products have no account:")
    if saving:
        yield Condition(code, None, Phrase("The account is being saved:"), saving)
    if open_:
        yield Condition(code, None, Phrase("Without an account, unless there is a default one:"), open_)
    standing_in = tuple(
        dict.fromkeys(line.account for line in document.lines if line.account and line.by_default)
    )
    if standing_in and not missing:
        text = Phrase("Products without an account take the default one:")
        yield Condition(code, True, text, standing_in)
    elif without or not missing:
        yield _condition(code, not without, *texts, names=without, fix=fix)


def _accounts_listed(document: DocumentFacts, context: Context) -> Iterator[Condition]:
    gone = _accounts(document, GONE)
    if gone:
        text = Phrase("These accounts aren't in %(system)s any more:", {"system": context.system})
        yield Condition("ACC_GONE", False, text, gone, _assign(document))


def _accounts_usable(document: DocumentFacts, context: Context) -> Iterator[Condition]:
    bank = _accounts(document, BANK)
    if bank:
        text = Phrase("These accounts are bank accounts, which lines can't use:")
        yield Condition("ACC_GONE", False, text, bank, _assign(document), Stage.BOOKS)
    archived = _accounts(document, ARCHIVED)
    if archived or not any(line.account_state for line in document.lines):
        yield _condition(
            "ACC_ARCHIVED",
            not archived,
            "The accounts were in use in %(system)s when last imported",
            "These accounts are archived in %(system)s:",
            names=archived,
            fix=_assign(document),
            values={"system": context.system},
            stage=Stage.BOOKS,
        )


def _tax_given(document: DocumentFacts) -> Condition:
    without = _names(line for line in document.lines if not line.has_tax)
    texts = ("Every line has a tax rate", "These lines have no tax rate:")
    return _condition("TAX_MISSING", not without, *texts, names=without)


def _tax_known(document: DocumentFacts, context: Context) -> Condition:
    taxed = [line for line in document.lines if line.has_tax]
    values = {"system": context.system}
    if any(line.tax_known is None for line in taxed):
        text = Phrase("The tax rates of %(system)s aren't known here", values)
        return Condition("TAX_NO_MATCH", None, text)
    rates = (f"{(line.tax or 0) / 100:g} %" for line in taxed if not line.tax_known)
    return _condition(
        "TAX_NO_MATCH",
        all(line.tax_known for line in taxed),
        "The tax rates were in %(system)s when last imported",
        "These tax rates aren't in %(system)s:",
        names=tuple(dict.fromkeys(rates)),
        values=values,
    )


def _tax_usable(document: DocumentFacts, context: Context) -> Iterator[Condition]:
    archived = _names(line for line in document.lines if line.tax_archived)
    if archived:
        text = Phrase("The tax rate of these lines was archived in %(system)s:", {"system": context.system})
        yield Condition("TAX_NO_MATCH", False, text, archived, stage=Stage.BOOKS)


def _lines_accepted(document: DocumentFacts, context: Context) -> Iterator[Condition]:
    """What the two accounting systems object to in lines, each its own."""
    values = {"system": context.system}

    def objection(code: str, text: str, names: tuple[str, ...]) -> Iterator[Condition]:
        if names:
            yield Condition(code, False, Phrase(text, values), names, stage=Stage.BOOKS)

    lines = document.lines
    if context.xero:
        nameless = _names(line for line in lines if not line.described)
        yield from objection("DESCRIPTION", "%(system)s wants a text on these lines:", nameless)
        too_large = _names(line for line in lines if line.tax_too_large)
        yield from objection("TAX_TOO_LARGE", "The tax on these lines is more than the lines:", too_large)
        if document.is_bill and document.whole_discount:
            text = Phrase("Has a discount, which %(system)s doesn't take on bills", values)
            yield Condition("BILL_DISCOUNT", False, text, stage=Stage.BOOKS)
    if context.xero or context.quickbooks:
        wrong = _names(line for line in lines if not line.adds_up)
        yield from objection("LINE_TOTAL", "The amount isn't quantity times price on these lines:", wrong)
    if context.quickbooks and document.is_zero:
        text = Phrase("Comes to nothing, and %(system)s wants an amount", values)
        yield Condition("AMOUNT_NONE", False, text, stage=Stage.BOOKS)


def _number(document: DocumentFacts, context: Context) -> Iterator[Condition]:
    values = {"system": context.system}
    if context.quickbooks and len(document.number or "") > LONGEST_NUMBER:
        text = Phrase("The number is longer than the 21 characters that %(system)s takes", values)
        yield Condition("TOO_LONG", False, text, stage=Stage.BOOKS)
    # Xero never takes an invoice number twice; QuickBooks can be told to. Xero's bills may repeat theirs.
    if document.is_bill and not context.quickbooks:
        return
    if document.number_sent and context.xero:
        text = Phrase("%(system)s has its number already:", values)
        yield Condition("NUMBER_USED", False, text, (document.number_sent,), stage=Stage.BOOKS)
    elif document.number_sent or document.number_shared:
        text = Phrase("Its number is there twice, and %(system)s may take it only once:", values)
        other = document.number_sent or document.number_shared or ""
        yield Condition("NUMBER_USED", None, text, (other,), stage=Stage.BOOKS, caution=True)


def _currency(document: DocumentFacts, context: Context) -> Iterator[Condition]:
    known = {context.base_currency, *context.currencies_sent}
    if context.base_currency and document.currency and document.currency not in known:
        values = {"system": context.system, "currency": document.currency}
        text = Phrase("Whether %(currency)s is set up in %(system)s isn't known here", values)
        yield Condition("CURRENCY", None, text, stage=Stage.BOOKS, caution=True)


def _period(document: DocumentFacts, context: Context) -> Iterator[Condition]:
    closed = context.closed_up_to
    if closed is None or document.date is None or document.date > closed:
        return
    values = {"system": context.system, "date": closed.isoformat()}
    text = Phrase("Dated in the period that is closed up to %(date)s, so %(system)s may refuse it", values)
    yield Condition("PERIOD_CLOSED", None, text, stage=Stage.BOOKS, caution=True)


def _assign(document: DocumentFacts) -> Fix:
    return Fix.ASSIGN_BILL if document.is_bill else Fix.ASSIGN_PRODUCT


def _accounts(document: DocumentFacts, state: str) -> tuple[str, ...]:
    found = (line.account for line in document.lines if line.account and line.account_state == state)
    return tuple(dict.fromkeys(found))


def _names(lines: Iterable[LineFacts]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line.name for line in lines))


def _condition(
    code: str,
    ok: bool,
    good: str,
    bad: str,
    *,
    names: tuple[str, ...] = (),
    fix: Fix | None = None,
    values: Mapping[str, str] | None = None,
    stage: Stage = Stage.SERVICE,
) -> Condition:
    return Condition(code, ok, Phrase(good if ok else bad, values or {}), names, None if ok else fix, stage)
