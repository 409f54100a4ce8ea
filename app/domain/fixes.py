"""Where each problem is put right: a screen here, the partner's own product, or words that say where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from app.domain.problems import Fix, Phrase, Problem


@dataclass(frozen=True, slots=True)
class About:
    """What is to be put right: a record's object, and what is known around it."""

    entity_id: str
    object_type: str
    object_id: str | None
    counterpart_id: str | None = None
    search: str = ""
    """The name to look for on a screen that lists many."""

    @property
    def is_bill(self) -> bool:
        return self.object_type == "bill"


@dataclass(frozen=True, slots=True)
class Destination:
    """Where to go: a link when there is a `path`, with what it is called; else, or beside it, words."""

    fix: Fix
    path: str = ""
    label: Phrase | None = None
    words: Phrase | None = None

    @property
    def outside(self) -> bool:
        """Whether it leads to the partner's own product."""
        return bool(self.path) and not self.path.startswith("/")


NOWHERE = Destination(Fix.NOWHERE)
_HERE = {
    "bill": "bill",
    "receivable": "invoice",
    "product": "product",
    "vendor": "contact",
    "customer": "contact",
}
_FIXES = {"bill": Fix.DOCUMENT, "invoice": Fix.DOCUMENT, "product": Fix.PRODUCT, "contact": Fix.CONTACT}
_SCREENS = {
    Fix.CONNECTION: ("connection", "Connection"),
    Fix.RULES: ("rules", "Sync rules"),
    Fix.IMPORT: ("import", "Import again"),
}
_EDIT = {
    "bill": ("Edit the bill", "Edit the bill where it was made."),
    "invoice": ("Edit the invoice", "Edit the invoice where it was made."),
    "product": ("Edit the product", "Edit the product where it was made."),
    "contact": ("Edit the contact", "Edit the contact where it was made."),
}


def destination(
    problem: Problem, fix: Fix | None, about: About, addresses: Mapping[str, str], back: str = ""
) -> Destination:
    """Where this is put right for this object; `fix` goes before the problem's own, `back` is the way back.

    `addresses` tell where the partner's product edits bills, invoices, contacts and products.
    """
    wanted = problem.fix if fix in (None, Fix.ELSEWHERE) else fix
    if wanted in _SCREENS:
        path, label = _SCREENS[wanted]
        return Destination(wanted, _with(f"{_root(about)}/{path}", {"return": back}), Phrase(label))
    if wanted in (Fix.ASSIGN_BILL, Fix.ASSIGN_PRODUCT):
        return _assign(about, back)
    if wanted is Fix.TAX:
        return _tax(about, addresses, back)
    if wanted in (Fix.SYSTEM, Fix.SUPPORT, Fix.NOWHERE):
        return _told(problem, wanted, back)
    kind = (
        "contact"
        if wanted is Fix.CONTACT and about.object_type != "product"
        else _HERE.get(about.object_type)
    )
    return _in_product(kind, about, addresses) if kind else NOWHERE


def where_edited(about: About, addresses: Mapping[str, str]) -> Destination:
    """Where the thing itself is edited: in the partner's own product."""
    return _in_product(_HERE[about.object_type], about, addresses)


def _told(problem: Problem, fix: Fix, back: str) -> Destination:
    """What no screen of anybody we know puts right: the steps, or whom to ask."""
    if fix is Fix.SYSTEM and (problem.xero or problem.quickbooks):
        path = f"/help/errors/{quote(problem.code, safe='')}"
        return Destination(fix, _with(path, {"return": back}), Phrase("See the steps"))
    if fix is Fix.SYSTEM:
        return Destination(fix, words=Phrase("It is put right in the accounting system."))
    if fix is Fix.SUPPORT:
        return Destination(fix, words=Phrase("Copy the details and send them to support."))
    return NOWHERE


def _assign(about: About, back: str) -> Destination:
    label = Phrase("Assign accounts")
    if about.is_bill:
        asked = {"bill": about.object_id or "", "show": "all", "return": back}
        return Destination(Fix.ASSIGN_BILL, _with(f"{_root(about)}/assign/bills", asked), label)
    if about.object_type in ("receivable", "product"):
        asked = {"q": about.search, "show": "all", "return": back}
        return Destination(Fix.ASSIGN_PRODUCT, _with(f"{_root(about)}/assign/products", asked), label)
    return NOWHERE


def _tax(about: About, addresses: Mapping[str, str], back: str) -> Destination:
    """Only the lines of bills can be given another rate here: Monite changes those of drafts alone."""
    if about.is_bill and about.object_id:
        path = _with(f"{_root(about)}/bills/{quote(about.object_id, safe='')}/tax", {"return": back})
        return Destination(Fix.TAX, path, Phrase("Choose tax rates"))
    found = _in_product("invoice", about, addresses)
    words = (
        "The tax of an invoice that was issued can't be changed. Add the rate in the accounting system and"
        " import again, or replace the invoice where it was made."
    )
    return Destination(Fix.TAX, found.path, found.label if found.path else None, Phrase(words))


def _in_product(kind: str, about: About, addresses: Mapping[str, str]) -> Destination:
    """Where the partner's own product edits it; words when nobody told where that is."""
    label, words = _EDIT[kind]
    object_id = _contact_id(about) if kind == "contact" else about.object_id
    address = addresses.get(kind, "")
    if not address or not object_id:
        return Destination(_FIXES[kind], words=Phrase(words))
    path = address.replace("{entity_id}", quote(about.entity_id, safe=""))
    return Destination(_FIXES[kind], path.replace("{id}", quote(object_id, safe="")), Phrase(label))


def _contact_id(about: About) -> str | None:
    return about.object_id if about.object_type in ("vendor", "customer") else about.counterpart_id


def _root(about: About) -> str:
    return f"/e/{quote(about.entity_id, safe='')}"


def _with(path: str, asked: Mapping[str, str]) -> str:
    query = urlencode({name: value for name, value in asked.items() if value})
    return f"{path}?{query}" if query else path
