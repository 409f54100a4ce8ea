"""What the accounting service falls back on where a document names nothing: shown, and changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlite_utils import Database

from app.domain.account_search import SHOWN, matching
from app.domain.accounts import LedgerAccount, TaxRate, usual_types
from app.domain.assignables import Kind
from app.domain.entity_defaults import EntityDefaults
from app.domain.errors import InputError, NotThereError
from app.domain.outbox import Intent, OutboxRow, OutboxState
from app.domain.resources import DEFAULTS, ResourceState
from app.services import outbox
from app.services.deliveries import defaults
from app.services.deps import Deps
from app.store import assignables, entity_defaults, ledger_accounts, resources, revisions, tax_rates
from app.store import outbox as outbox_rows
from app.store.database import write

PRODUCTS, PAYMENTS, DEDUCTIONS = FIELDS = ("products", "payments", "deductions")


@dataclass(frozen=True, slots=True)
class Choice:
    """An account or a tax rate that may be set as a default."""

    id: str
    code: str
    name: str
    about: str

    @property
    def label(self) -> str:
        return f"{self.code} {self.name}".strip()


@dataclass(frozen=True, slots=True)
class DefaultField:
    """One default as it stands; labels are empty where nothing is set, or nobody here knows its name."""

    name: str
    value: str | None
    label: str
    unusable: bool = False
    """Whether the account is archived or gone."""
    asked: str | None = None
    """What was asked for and is not confirmed yet; empty for none at all."""
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class DefaultsView:
    """The defaults as the screen shows them."""

    supported: bool
    read: ResourceState
    known: bool = False
    fields: tuple[DefaultField, ...] = ()
    without: int = 0
    """How many products have no account of their own."""


@dataclass(frozen=True, slots=True)
class FoundChoices:
    shown: Sequence[Choice]
    more: int


def view(deps: Deps, entity_id: str) -> DefaultsView:
    """The three defaults, what is on its way, and what was refused."""
    db = deps.db
    read = resources.get(db, entity_id, DEFAULTS)
    if not deps.monite.capabilities.default_accounts:
        return DefaultsView(False, read)
    found = entity_defaults.find(db, entity_id)
    if found is None:
        return DefaultsView(True, read)
    return DefaultsView(
        supported=True,
        read=read,
        known=True,
        fields=tuple(_field(db, entity_id, name, found) for name in FIELDS),
        without=assignables.progress(db, entity_id, Kind.PRODUCTS).needs,
    )


def field(deps: Deps, entity_id: str, name: str) -> DefaultField:
    """One of the defaults; raises NotThereError where there is none."""
    wanted = [one for one in view(deps, entity_id).fields if one.name == name]
    if not wanted:
        raise NotThereError(_("There is no such default here."))
    return wanted[0]


def of_products(deps: Deps, entity_id: str) -> LedgerAccount | None:
    """The account with which products are sent that have none of their own; None where there is none."""
    found = entity_defaults.find(deps.db, entity_id) if deps.monite.capabilities.default_accounts else None
    if found is None or found.products_account_id is None:
        return None
    return ledger_accounts.get(deps.db, entity_id, found.products_account_id)


def choices(deps: Deps, entity_id: str, name: str, text: str = "") -> FoundChoices:
    """What may be set, the likeliest first."""
    found = _choices(deps.db, entity_id, name, text)
    return FoundChoices(found[:SHOWN], max(0, len(found) - SHOWN))


def save(deps: Deps, entity_id: str, name: str, value: str | None) -> OutboxRow | None:
    """Set a default, or none at all, with one short try; None when it is so already.

    Raises InputError for what can't be chosen, NotThereError where there are no defaults.
    """
    now_held = field(deps, entity_id, name)
    chosen = next((one for one in _choices(deps.db, entity_id, name) if one.id == value), None)
    if value is not None and chosen is None:
        raise InputError("choice", _("Choose one from the list."))
    if now_held.value == value and now_held.asked is None:
        return None
    body = {
        "field": name,
        "value": value,
        "was": now_held.value,
        "label": chosen.label if chosen else "",
        "note": chosen.label if chosen else _("none"),
    }
    intent = Intent(defaults.ACTION, "entity", entity_id, body=body, key=f"default:{entity_id}:{name}")
    with write(deps.db) as db:
        ids = outbox.put(db, entity_id, deps.actor, [intent], deps.clock())
        revisions.bump(db, entity_id)
    return outbox.deliver_now(deps, ids)[0]


def _field(db: Database, entity_id: str, name: str, found: EntityDefaults) -> DefaultField:
    value = defaults.held(found, name)
    rows = [
        row
        for row in outbox_rows.find_for_object(db, entity_id, defaults.ACTION)
        if row.body["field"] == name and row.state is not OutboxState.SUPERSEDED
    ]
    newest = rows[0] if rows else None
    label, usable = _label(db, entity_id, name, value)
    return DefaultField(
        name=name,
        value=value,
        label=label,
        unusable=not usable,
        asked=newest.body["label"] if newest and newest.open else None,
        refusal=(newest.last_error or "") if newest and newest.state is OutboxState.REFUSED else "",
    )


def _label(db: Database, entity_id: str, name: str, value: str | None) -> tuple[str, bool]:
    """What people call it, and whether it can be used."""
    if value is None:
        return "", True
    if name == DEDUCTIONS:
        rate = next((one for one in tax_rates.find(db, entity_id) if one.id == value), None)
        return (_rate(rate).label, True) if rate else ("", False)
    account = ledger_accounts.get(db, entity_id, value)
    return (account.label, account.active) if account else ("", False)


def _choices(db: Database, entity_id: str, name: str, text: str = "") -> list[Choice]:
    if name == DEDUCTIONS:
        rates = [_rate(one) for one in tax_rates.find(db, entity_id) if _usable(one)]
        words = text.casefold().split()
        return [one for one in rates if all(word in f"{one.label} {one.about}".casefold() for word in words)]
    every = [one for one in ledger_accounts.find_all(db, entity_id) if one.active]
    if name == PRODUCTS:
        every = [one for one in every if one.offered]
    return [_account(one) for one in sorted(matching(every, text), key=lambda one: _rank(name, one))]


def _rank(name: str, account: LedgerAccount) -> int:
    """0 for what is usual: income for products, a bank account for payments."""
    usual = account.is_bank_account if name == PAYMENTS else account.type in usual_types("products")
    return 0 if usual else 1


def _usable(rate: TaxRate) -> bool:
    return rate.status is None or rate.status.casefold() == "active"


def _account(account: LedgerAccount) -> Choice:
    return Choice(account.id, account.nominal_code or "", account.name, account.type)


def _rate(rate: TaxRate) -> Choice:
    about = "" if rate.rate is None else f"{rate.rate / 100:g} %"
    return Choice(rate.id, "", rate.name or rate.code or about, about)
