"""What a record still lacks before it can be sent, told from what is known here.

Three answers: it is there, it is missing, or it isn't known here (yet).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.domain.problems import Fix, Phrase

LEDGER = ("ACC_LINE", "ACC_PRODUCT", "ACC_ARCHIVED", "ACC_GONE")


@dataclass(frozen=True, slots=True)
class LineFacts:
    """A line of a bill or an invoice, with the account and the tax rate that it leads to."""

    id: str
    name: str
    total: int | None
    tax: int | None
    tax_known: bool | None
    """Whether the accounting system has this rate; None when its rates aren't known here."""
    has_tax: bool
    account: str | None = None
    account_gone: bool = False
    saving: str | None = None
    """The account that was chosen here and isn't confirmed yet."""


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """A bill or an invoice as far as sending it goes."""

    is_bill: bool
    status: str
    currency: str
    lines_read: bool
    lines: tuple[LineFacts, ...]
    whole_discount: bool = False
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that sending needs: `ok` is None when it isn't known here."""

    code: str
    ok: bool | None
    text: Phrase
    names: tuple[str, ...] = ()
    fix: Fix | None = None


def conditions(
    document: DocumentFacts | None, *, connected: bool, sends: Sequence[str] | None, system: str
) -> list[Condition]:
    """Everything that sending a document needs; `sends` are the statuses that go out, None if unknown."""
    found = [_connection(connected, system)]
    if document is None:
        return found
    found += [_lines(document)]
    if document.lines:
        found += [_accounts_given(document), _accounts_usable(document, system)]
        found += [_tax_given(document), _tax_known(document, system)]
    if not document.is_bill:
        found.append(_discount(document))
    if sends is not None:
        found.append(_in_rules(document, sends))
    return found


def settled(code: str, found: Iterable[Condition]) -> bool:
    """Whether what stopped a record is known to be put right: every condition about it holds now."""
    about = {"ACC_LINE", "ACC_PRODUCT"} if code in ("ACC_LINE", "ACC_PRODUCT") else {code}
    related = [condition for condition in found if condition.code in about]
    return bool(related) and all(condition.ok for condition in related)


@dataclass(frozen=True, slots=True)
class Outline:
    """A bill or an invoice by what any of its lines lacks: enough to count by, and to foretell its fate.

    What isn't known here (no rates, no accounts read yet) lacks nothing as far as we can tell.
    """

    is_bill: bool
    lines_read: bool
    has_lines: bool
    no_account: bool = False
    saving: bool = False
    """Whether the only account that is missing was chosen here and isn't confirmed yet."""
    account_gone: bool = False
    no_tax: bool = False
    tax_unknown: bool = False


UNREAD, SAVING = "UNREAD", "SAVING"
UNDECIDED = frozenset({UNREAD, SAVING})
"""It depends on what is not known yet whether these arrive."""


def outlook(outline: Outline) -> str:
    """The first thing that will stop a document once it is tried, UNREAD or SAVING, or "" for nothing."""
    if not outline.lines_read:
        return UNREAD
    if not outline.has_lines:
        return "LINES_NONE"
    if outline.no_account:
        return "ACC_LINE" if outline.is_bill else "ACC_PRODUCT"
    stops = (
        ("ACC_ARCHIVED", outline.account_gone),
        ("TAX_MISSING", outline.no_tax),
        ("TAX_NO_MATCH", outline.tax_unknown),
        (SAVING, outline.saving),
    )
    return next((code for code, is_so in stops if is_so), "")


def _connection(connected: bool, system: str) -> Condition:
    good, bad = "Connected to %(system)s", "Not connected to %(system)s"
    return _condition("CONN_WITHDRAWN", connected, good, bad, fix=Fix.CONNECTION, values={"system": system})


def _lines(document: DocumentFacts) -> Condition:
    if not document.lines_read:
        return Condition("LINES_NONE", None, Phrase("The lines haven't been read yet"))
    return _condition("LINES_NONE", bool(document.lines), "Has lines", "Has no lines")


def _accounts_given(document: DocumentFacts) -> Condition:
    without = _names(line for line in document.lines if line.account is None)
    if document.is_bill:
        texts = ("Every line has an account", "These lines have no account:")
        return _condition("ACC_LINE", not without, *texts, names=without, fix=Fix.ASSIGN_BILL)
    texts = ("Every product has an account", "These products have no account:")
    return _condition("ACC_PRODUCT", not without, *texts, names=without, fix=Fix.ASSIGN_PRODUCT)


def _accounts_usable(document: DocumentFacts, system: str) -> Condition:
    gone = tuple(dict.fromkeys(line.account for line in document.lines if line.account and line.account_gone))
    return _condition(
        "ACC_ARCHIVED",
        not gone,
        "The accounts were in use in %(system)s when last imported",
        "These accounts are archived or gone in %(system)s:",
        names=gone,
        fix=Fix.ASSIGN_BILL if document.is_bill else Fix.ASSIGN_PRODUCT,
        values={"system": system},
    )


def _tax_given(document: DocumentFacts) -> Condition:
    without = _names(line for line in document.lines if not line.has_tax)
    texts = ("Every line has a tax rate", "These lines have no tax rate:")
    return _condition("TAX_MISSING", not without, *texts, names=without)


def _tax_known(document: DocumentFacts, system: str) -> Condition:
    taxed = [line for line in document.lines if line.has_tax]
    if any(line.tax_known is None for line in taxed):
        text = Phrase("The tax rates of %(system)s aren't known here", {"system": system})
        return Condition("TAX_NO_MATCH", None, text)
    rates = (f"{(line.tax or 0) / 100:g} %" for line in taxed if not line.tax_known)
    return _condition(
        "TAX_NO_MATCH",
        all(line.tax_known for line in taxed),
        "The tax rates were in %(system)s when last imported",
        "These tax rates aren't in %(system)s:",
        names=tuple(dict.fromkeys(rates)),
        values={"system": system},
    )


def _discount(document: DocumentFacts) -> Condition:
    texts = ("No discount on the whole invoice", "Has a discount on the whole invoice")
    return _condition("DISCOUNT_WHOLE", not document.whole_discount, *texts)


def _in_rules(document: DocumentFacts, sends: Sequence[str]) -> Condition:
    texts = ("Your sync rules send it", "Your sync rules leave it out as it stands now")
    return _condition("RULES", document.status in sends, *texts)


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
) -> Condition:
    return Condition(code, ok, Phrase(good if ok else bad, values or {}), names, None if ok else fix)
