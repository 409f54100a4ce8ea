"""Choosing the accounting system's tax rate for the lines of a bill."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import gettext as _

from app.domain.accounts import TaxRate
from app.domain.documents import EDITABLE_PAYABLES, LineItem, Payable
from app.domain.errors import InputError, NotThereError
from app.domain.outbox import Intent, OutboxRow, OutboxState
from app.domain.tax_rates import Offer, label, offered, same_number
from app.services import outbox, refresh
from app.services.deliveries.taxes import ACTION
from app.services.deps import Deps
from app.store import outbox as outbox_rows
from app.store import payable_lines, payables, revisions, synced_records, tax_rates
from app.store.database import write

READ_WITH = ("payables", "line_items", "tax_rates")


@dataclass(frozen=True, slots=True)
class TaxLine:
    """A line with the rate that it leads to, and what became of the last choice for it."""

    line: LineItem
    name: str
    rate: TaxRate | None
    """The rate that was named for it."""
    by_number: bool
    """Whether its own number is one of the accounting system's."""
    asked: OutboxRow | None = None

    @property
    def saving(self) -> bool:
        return self.asked is not None and self.asked.open

    @property
    def refused(self) -> bool:
        return self.asked is not None and self.asked.state is OutboxState.REFUSED and not self.named_as_asked

    @property
    def named_as_asked(self) -> bool:
        return self.asked is not None and self.line.accounting_tax_rate_id == self.wanted

    @property
    def wanted(self) -> str | None:
        """The rate that the last choice asked for; None for its own number."""
        return self.asked.body["tax_rate_id"] if self.asked else None

    @property
    def shown(self) -> str:
        """The rate that the field shows: what was chosen and isn't settled, else what Monite has."""
        if self.saving or self.refused:
            return self.wanted or ""
        return self.line.accounting_tax_rate_id or ""

    @property
    def lacks(self) -> bool:
        """Whether the accounting system can't be told a rate for it."""
        return self.rate is None and not self.by_number


@dataclass(frozen=True, slots=True)
class BillTaxes:
    """A bill, its lines and the rates to choose from."""

    bill: Payable
    lines: tuple[TaxLine, ...]
    offer: Offer
    sent: bool
    """Whether the accounting system has it already; then it is changed there."""
    rates_known: bool

    @property
    def may_change(self) -> bool:
        return self.bill.status in EDITABLE_PAYABLES and not self.sent

    @property
    def saving(self) -> bool:
        return any(line.saving for line in self.lines)

    @property
    def refused(self) -> list[TaxLine]:
        return [line for line in self.lines if line.refused]

    @property
    def lacking(self) -> list[TaxLine]:
        return [line for line in self.lines if line.lacks]


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person chose for a line ("" for its own number), and what the field showed before."""

    rate_id: str
    seen: str


def get(deps: Deps, entity_id: str, payable_id: str) -> BillTaxes:
    """The bill as it stands in the store; raises NotThereError."""
    bill = payables.get(deps.db, entity_id, payable_id)
    if bill is None:
        raise NotThereError(_("There is no such bill here."))
    rates = tax_rates.find(deps.db, entity_id)
    lines = payable_lines.find(deps.db, payable_id)
    asked = outbox_rows.newest(deps.db, ACTION, [line.id for line in lines])
    by_id = {rate.id: rate for rate in rates}
    return BillTaxes(
        bill=bill,
        lines=tuple(
            TaxLine(
                line=line,
                name=line.name or line.description or _("Line %(n)s", n=number),
                rate=by_id.get(line.accounting_tax_rate_id or ""),
                by_number=line.accounting_tax_rate_id is None and same_number(rates, line.tax),
                asked=asked.get(line.id),
            )
            for number, line in enumerate(lines, 1)
        ),
        offer=offered(rates, purchases=True),
        sent=synced_records.is_sent(deps.db, entity_id, payable_id),
        rates_known=bool(rates),
    )


def freshen(deps: Deps, entity_id: str) -> None:
    """A person looks at it: have read again what is older than a minute."""
    refresh.freshen(deps, entity_id, READ_WITH)


def choose(deps: Deps, entity_id: str, payable_id: str, choices: Mapping[str, Choice]) -> BillTaxes:
    """Name the rates that differ from what stands, with one short try to have them confirmed.

    Raises InputError when nothing can be chosen any more, a rate isn't offered, or somebody else chose
    meanwhile; then nothing is changed.
    """
    with write(deps.db):
        found = get(deps, entity_id, payable_id)
        if not found.may_change:
            raise InputError("rates", _("The tax rates of this bill can't be changed here any more."))
        intents = [_intent(found, line, choices[line.line.id]) for line in _changed(found, choices)]
        ids = outbox.put(deps.db, entity_id, deps.actor, intents, deps.clock())
        if ids:
            revisions.bump(deps.db, entity_id)
    outbox.deliver_now(deps, ids)
    return get(deps, entity_id, payable_id)


def _changed(found: BillTaxes, choices: Mapping[str, Choice]) -> list[TaxLine]:
    wanted = [line for line in found.lines if line.line.id in choices]
    changed = [line for line in wanted if choices[line.line.id].rate_id != line.shown or line.refused]
    for line in changed:
        choice = choices[line.line.id]
        if choice.rate_id and found.offer.get(choice.rate_id) is None:
            raise InputError(f"rate-{line.line.id}", _("Choose one of the rates that are listed."))
        if line.shown != choice.seen:
            words = _("Somebody chose another rate for “%(line)s” meanwhile. Check it, then save again.")
            raise InputError(f"rate-{line.line.id}", words % {"line": line.name})
    return changed


def _intent(found: BillTaxes, line: TaxLine, choice: Choice) -> Intent:
    rate = found.offer.get(choice.rate_id)
    told = label(rate) if rate else _("by its own number")
    return Intent(
        ACTION,
        "line_item",
        line.line.id,
        parent_id=found.bill.id,
        body={
            "tax_rate_id": choice.rate_id or None,
            "was": line.line.accounting_tax_rate_id,
            "note": f"{line.name}: {told}",
        },
    )
