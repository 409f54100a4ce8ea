"""Files of accounts: what their columns are, and what each row of one that came back asks for.

A file carries the account that each row had when it was written. So a row that nobody edited asks for
nothing, whatever happened since, and an edited one whose account was changed by somebody else meanwhile is
left for a person to decide.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from app.domain.account_names import AccountNames, Miss, folded
from app.domain.accounts import LedgerAccount
from app.domain.assignables import Assignable, Kind
from app.domain.errors import InputError
from app.domain.uploads import Table, heading

ID, CODE, NAME, WAS_CODE, WAS_NAME, WAS_ID = "id", "code", "account", "was_code", "was_name", "was_id"
_ACCOUNTS = {
    CODE: "Account code",
    NAME: "Account name",
    WAS_CODE: "Code when exported",
    WAS_NAME: "Name when exported",
    WAS_ID: "Account ID when exported",
}
COLUMNS: dict[Kind, dict[str, str]] = {
    Kind.PRODUCTS: {
        ID: "Product ID",
        "name": "Product",
        "amount": "Price",
        "currency": "Currency",
        "state": "State",
        **_ACCOUNTS,
    },
    Kind.BILLS: {
        ID: "Line ID",
        "document": "Bill number",
        "supplier": "Supplier",
        "date": "Bill date",
        "name": "Line",
        "description": "Description",
        "quantity": "Quantity",
        "amount": "Amount",
        "currency": "Currency",
        "state": "State",
        **_ACCOUNTS,
    },
}
READ = (ID, *_ACCOUNTS)
"""The columns that are read on the way in; the others are there for people."""
LONGEST_VALUE = 200


class Wrong(StrEnum):
    """What is wrong with a row; the account's own faults are those of `Miss`."""

    NO_ID = "no_id"
    UNKNOWN_ID = "unknown_id"
    TWICE = "twice"
    TOO_LONG = "too_long"
    CLEARED = "cleared"
    CURRENCY = "currency"
    LOCKED = "locked"
    SENT = "sent"


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a file, by what is read of it; what the file has no column for is None."""

    number: int
    id: str
    code: str
    name: str
    was_code: str | None
    was_name: str | None
    was_id: str | None
    """The account at export, "" where there was none."""
    is_long: bool = False


@dataclass(frozen=True, slots=True)
class Entries:
    """The rows of a file, and what its header was."""

    rows: list[Entry]
    ignored: list[str]
    """Columns that nobody here knows."""
    is_blind: bool
    """Whether the file does not say what the accounts were when it was written."""


@dataclass(frozen=True, slots=True)
class Change:
    """A row that asks for another account than `before`, the one that it has."""

    number: int
    id: str
    account_id: str
    before: str
    was: str = ""
    """The account at export, where somebody else has changed it since."""
    is_conflict: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """A row that cannot be used: which cell, and what is wrong with it."""

    number: int
    id: str
    column: str
    value: str
    code: str
    others: str = ""
    """What else the words name: accounts, other rows, a currency or a status."""


def headings(kind: Kind) -> dict[str, str]:
    """Which column each heading means, written as in the file or by its short name."""
    named = {heading(title): key for key, title in COLUMNS[kind].items()}
    return {heading(key): key for key in READ if key != ID} | named


def entries(table: Table, kind: Kind) -> Entries:
    """The rows of a file; raises InputError when its columns are not those of this kind."""
    known = headings(kind)
    keys = [known.get(heading(cell)) for cell in table.header]
    _check(table.header, keys, kind)
    place = {key: at for at, key in enumerate(keys) if key is not None}
    ignored = [
        cell.strip() for cell, key in zip(table.header, keys, strict=True) if key is None and cell.strip()
    ]
    width = len(table.header)
    rows = [
        replace(_entry(number, cells, place), is_long=any(cell.strip() for cell in cells[width:]))
        for number, cells in table.rows
    ]
    return Entries(rows, ignored, is_blind=WAS_ID not in place)


def _check(header: Sequence[str], keys: Sequence[str | None], kind: Kind) -> None:
    twice = [key for key, n in Counter(keys).items() if key in READ and n > 1]
    if twice:
        title = COLUMNS[kind][str(twice[0])]
        raise InputError("file", f"The column “{title}” is there twice. Keep one of them.")
    if ID not in keys:
        [other] = set(Kind) - {kind}
        title, cells = COLUMNS[kind][ID], {heading(cell) for cell in header}
        if heading(COLUMNS[other][ID]) in cells:
            what = "products" if other is Kind.PRODUCTS else "bill lines"
            raise InputError("file", f"This is a file of {what}. Upload it on the page for {what}.")
        raise InputError(
            "file", f"The column “{title}” is missing. Without it nobody can tell the rows apart."
        )
    if CODE not in keys and NAME not in keys:
        raise InputError(
            "file", "There is no column “Account code” and none “Account name”, so nothing would change."
        )


def _entry(number: int, cells: Sequence[str], place: Mapping[str, int]) -> Entry:
    def maybe(key: str) -> str | None:
        at = place.get(key)
        if at is None:
            return None
        # Spreadsheets leave out empty cells at the end of a row.
        return " ".join(cells[at].split()) if at < len(cells) else ""

    return Entry(
        number=number,
        id=maybe(ID) or "",
        code=maybe(CODE) or "",
        name=maybe(NAME) or "",
        was_code=maybe(WAS_CODE),
        was_name=maybe(WAS_NAME),
        was_id=maybe(WAS_ID),
    )


def zeros_kept(rows: Sequence[Entry], codes: Mapping[str, str | None]) -> bool:
    """Whether a file still has the zeros before codes; `codes` are those of the accounts, by id."""
    kept = False
    for row in rows:
        kept = kept or (len(row.code) > 1 and row.code.startswith("0"))
        code = codes.get(row.was_id or "")
        if code and code.startswith("0") and row.was_code is not None:
            if folded(row.was_code) != folded(code):
                return False
            kept = True
    return kept


def repaired(rows: Sequence[Entry], names: AccountNames) -> int:
    """How many codes that somebody wrote had lost the zeros before them and found their account still."""
    return sum(names.find(*asked).repaired for row in rows if any(asked := _asked(row, names)))


def repeated(rows: Sequence[Entry]) -> dict[str, list[int]]:
    """The ids that stand in several rows, and in which."""
    counts = Counter(row.id for row in rows)
    places: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        if counts[row.id] > 1:
            places[row.id].append(row.number)
    return places


def judged(
    row: Entry,
    stored: Assignable | None,
    names: AccountNames,
    base_currency: str | None,
    twice: Sequence[int] = (),
) -> Change | Problem | None:
    """What a row asks for; None for nothing. `twice` are the rows where its id stands, if several."""
    if not row.id:
        return _problem(row, Wrong.NO_ID, ID, "")
    if twice:
        others = [str(number) for number in twice if number != row.number][:5]
        return _problem(row, Wrong.TWICE, ID, row.id, ", ".join(others))
    if row.is_long:
        return _problem(row, Wrong.TOO_LONG, ID, row.id)
    return _judge(row, stored, names, base_currency)


def _judge(
    row: Entry, stored: Assignable | None, names: AccountNames, base_currency: str | None
) -> Change | Problem | None:
    if stored is None:
        return _problem(row, Wrong.UNKNOWN_ID, ID, row.id)
    account = _wanted(row, names)
    if not isinstance(account, LedgerAccount):
        return account
    before = stored.current_account_id or ""
    if account.id == before:
        return None
    if not stored.may_change:
        return _shut(row, stored)
    if not account.takes(stored.currency, base_currency):
        others = f"{account.currency}, {stored.currency}"
        return _problem(row, Wrong.CURRENCY, CODE if row.code else NAME, account.label, others)
    conflict = row.was_id is not None and row.was_id != before
    return Change(row.number, row.id, account.id, before, row.was_id or "", conflict)


def _wanted(row: Entry, names: AccountNames) -> LedgerAccount | Problem | None:
    """The account that a row asks for; None when it asks for nothing."""
    code, name = _asked(row, names)
    if not code and not name:
        was_cleared = not (row.code or row.name) and any(_was(row, names))
        return _problem(row, Wrong.CLEARED, CODE, "") if was_cleared else None
    found = names.find(code, name)
    if found.account is not None:
        return found.account
    by_name = not code or found.miss in (Miss.UNKNOWN_NAME, Miss.SEVERAL_NAMES)
    column, value = (NAME, name) if by_name else (CODE, code)
    others = ", ".join(account.label for account in found.accounts)
    return _problem(row, found.miss or Miss.UNKNOWN_CODE, column, value, others)


def _asked(row: Entry, names: AccountNames) -> tuple[str, str]:
    """The code and the name that count: of two cells, those that were edited and not cleared."""
    was_code, was_name = _was(row, names)
    code = row.code if folded(row.code) != folded(was_code) else ""
    name = row.name if folded(row.name) != folded(was_name) else ""
    return code, name


def _was(row: Entry, names: AccountNames) -> tuple[str, str]:
    """What stood in the two cells when the file was written, "" where that is not known."""
    account = names.by_id.get(row.was_id or "")
    code = row.was_code if row.was_code is not None else account and account.nominal_code
    name = row.was_name if row.was_name is not None else account and account.name
    return code or "", name or ""


def _shut(row: Entry, stored: Assignable) -> Problem:
    if stored.sent:
        return _problem(row, Wrong.SENT, ID, row.id)
    return _problem(row, Wrong.LOCKED, ID, row.id, stored.payable_status or "")


def _problem(row: Entry, code: str, column: str, value: str, others: str = "") -> Problem:
    return Problem(row.number, row.id[:LONGEST_VALUE], column, value[:LONGEST_VALUE], str(code), others)


@dataclass(frozen=True, slots=True)
class FileReport:
    """What a file asks for, compared with how everything stood when it came."""

    encoding: str
    separator: str
    rows: int
    unchanged: int
    ignored: list[str]
    is_blind: bool
    repaired: int
    changes: list[Change]
    """Conflicts are among them."""
    problems: list[Problem]

    @property
    def plain_changes(self) -> list[Change]:
        return [change for change in self.changes if not change.is_conflict]

    @property
    def conflicts(self) -> list[Change]:
        return [change for change in self.changes if change.is_conflict]


@dataclass(frozen=True, slots=True)
class AccountFile:
    """A file that somebody uploaded; it was applied when it has a batch."""

    id: str
    entity_id: str
    kind: Kind
    name: str
    report: FileReport
    actor_name: str
    created_at: datetime
    applied_at: datetime | None = None
    batch_id: str | None = None
