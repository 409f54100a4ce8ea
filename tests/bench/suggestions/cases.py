"""Labelled cases: businesses with their charts, and for each row the accounts that a bookkeeper would take.

A file is a business. What is in `held_out` is never looked at while words or weights are changed: it is
read by the command alone, and counted. Its first account is what the bookkeeper takes; the others would be
right too. `m` and `q` behind a line say that it comes again each month or quarter.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from app.domain.accounts import LedgerAccount
from app.domain.assignables import Assignable, AssignState, Kind

PARTS = ("development", "held_out")
FOLDER = Path(__file__).parent
MONTHS = {
    "en": ("January", "February", "March", "April"),
    "de": ("Januar", "Februar", "März", "April"),
    "fr": ("janvier", "février", "mars", "avril"),
}


@dataclass(frozen=True, slots=True)
class Case:
    """A row without an account, and the accounts that are right for it, the bookkeeper's own first."""

    row: Assignable
    right: tuple[str, ...]
    every: str = ""


@dataclass(frozen=True, slots=True)
class Business:
    """A business as its bookkeeper finds it."""

    key: str
    trade: str
    language: str
    accounts: tuple[LedgerAccount, ...]
    products: tuple[Case, ...]
    lines: tuple[Case, ...]

    def weeks(self) -> Iterator[Case]:
        """The lines in the order of time, over about four months; those that come once are spread out."""
        for month in range(4):
            for n, case in enumerate(self.lines):
                if case.every == "m" or (case.every == "q" and month in (0, 3)) or n % 4 == month:
                    yield self._in_month(case, n, month)

    def _in_month(self, case: Case, n: int, month: int) -> Case:
        """The same line, as the bill of another month words it."""
        name = case.row.name.replace(_month(self.language, 0), _month(self.language, month))
        when = date(2026, 1 + month, 1 + n % 28)
        return replace(case, row=replace(case.row, id=f"{case.row.id}-{month}", name=name, issued_at=when))


def read(part: str) -> list[Business]:
    """The businesses of one part, by name."""
    return [_business(path) for path in sorted((FOLDER / part).glob("*.txt"))]


def _business(path: Path) -> Business:
    sections: dict[str, list[list[str]]] = {"": []}
    name = trade = ""
    for text in path.read_text(encoding="utf-8").splitlines():
        if text.startswith("# "):
            trade = text[2:]
        elif text.startswith("["):
            name = text.strip("[]")
            sections[name] = []
        elif text:
            sections[name].append([part.strip() for part in text.split("|" if name else ":")])
    about = dict(sections[""])
    numbered = about.get("numbers") != "no"
    accounts = tuple(_account(row, numbered=numbered) for row in sections["accounts"])
    return Business(
        key=path.stem,
        trade=trade,
        language=about["language"],
        accounts=accounts,
        products=tuple(
            _product(path.stem, n, row, about["currency"]) for n, row in enumerate(sections["products"])
        ),
        lines=tuple(_line(path.stem, n, row, about) for n, row in enumerate(sections["lines"])),
    )


def _account(row: list[str], *, numbered: bool) -> LedgerAccount:
    code, name, kind, subtype, *description = row
    return LedgerAccount(
        id=code,
        name=name,
        nominal_code=code if numbered else None,
        type=kind,
        subtype=subtype,
        status="Active",
        is_bank_account=False,
        description=description[0] if description else None,
    )


def _product(key: str, n: int, row: list[str], currency: str) -> Case:
    name, price, right = row
    return Case(
        Assignable(
            kind=Kind.PRODUCTS,
            id=f"{key}-product-{n}",
            name=name,
            description=None,
            amount=round(float(price) * 100),
            currency=currency,
            account_id=None,
            wanted_id=None,
            state=AssignState.NEEDS,
        ),
        tuple(right.split(",")),
    )


def _line(key: str, n: int, row: list[str], about: dict[str, str]) -> Case:
    supplier, name, amount, right, *every = row
    return Case(
        Assignable(
            kind=Kind.BILLS,
            id=f"{key}-line-{n}",
            name=name.replace("{month}", _month(about["language"], 0)),
            description=None,
            amount=round(float(amount) * 100),
            currency=about["currency"],
            account_id=None,
            wanted_id=None,
            state=AssignState.NEEDS,
            payable_id=f"{key}-bill-{n}",
            supplier=supplier,
        ),
        tuple(right.split(",")),
        every[0] if every else "",
    )


def _month(language: str, n: int) -> str:
    return f"{MONTHS[language][n]} 2026"
