"""A file of accounts that goes out and comes back, with whatever people and programs put into it."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.account_files import COLUMNS, Change, entries, headings, judged, zeros_kept
from app.domain.account_names import AccountNames
from app.domain.accounts import LedgerAccount
from app.domain.assignables import Assignable, AssignState, Kind
from app.domain.errors import InputError
from app.domain.spreadsheets import csv_lines
from app.domain.uploads import read_table

TEXTS = st.text(
    alphabet=st.one_of(
        st.sampled_from("=+-@\t\r\n'\";,| \u00a0\ufeff\u200f\u05d0\u0627é€🧾\ufffd"),
        st.characters(exclude_characters="\x00", exclude_categories=["Cs"]),
    ),
    max_size=12,
)
CODES = st.one_of(st.integers(0, 9999).map(str), st.integers(0, 99).map(lambda n: f"0{n}"), TEXTS)
few = settings(max_examples=60, deadline=None)


@st.composite
def businesses(draw: st.DrawFn) -> tuple[list[LedgerAccount], list[Assignable]]:
    """Accounts, no two of which are called or numbered alike, and lines that some of them belong to."""
    kept = draw(st.lists(st.tuples(CODES, TEXTS), min_size=2, max_size=6))
    accounts = [
        LedgerAccount(
            f"a{n}", f"{name} {n}", f"{code}{n}" if n % 3 else None, "Expense", None, "Active", False
        )
        for n, (code, name) in enumerate(kept)
    ]
    lines = [
        Assignable(
            Kind.BILLS, f"l{n}", name, draw(TEXTS), n, "GBP",
            draw(st.sampled_from([None, *(account.id for account in accounts)])), None, AssignState.NEEDS,
            supplier=draw(TEXTS), document_id=draw(TEXTS),
        )
        for n, name in enumerate(draw(st.lists(TEXTS, min_size=1, max_size=6)))
    ]  # fmt: skip
    return accounts, lines


def written(
    accounts: list[LedgerAccount], lines: list[Assignable], to: dict[str, LedgerAccount]
) -> list[list[str]]:
    """The cells of a file in which some lines were given another account by code, or by name without one."""
    by_id = {account.id: account for account in accounts}
    rows = [list(COLUMNS[Kind.BILLS].values())]
    for line in lines:
        was = by_id.get(line.account_id or "")
        code, name = ((was.nominal_code or ""), was.name) if was else ("", "")
        cells = dict.fromkeys(COLUMNS[Kind.BILLS], "") | {
            "id": line.id, "name": line.name, "description": line.description or "",
            "supplier": line.supplier, "document": line.document_id or "",
            "code": code, "account": name,
            "was_code": code, "was_name": name, "was_id": line.account_id or "",
        }  # fmt: skip
        if line.id in to:
            cells |= {"code": to[line.id].nominal_code or "", "account": to[line.id].name}
        rows.append(list(cells.values()))
    return rows


@few
@given(
    businesses(),
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from(["utf-8", "utf-16"]),
)
def test_what_comes_back_changes_what_was_edited_and_nothing_else(
    business: tuple[list[LedgerAccount], list[Assignable]], separator: str, encoding: str
) -> None:
    accounts, lines = business
    edited = {
        line.id: accounts[(n * 7 + len(lines)) % len(accounts)] for n, line in enumerate(lines) if n % 2
    }
    cells = written(accounts, lines, edited)

    data = "".join(csv_lines(cells, separator)).encode(encoding)
    table = read_table(data, headings(Kind.BILLS), lambda _: None)
    rows = list(table.rows)
    found = entries(replace(table, rows=iter(rows)), Kind.BILLS)
    kept = zeros_kept(found.rows, {account.id: account.nominal_code for account in accounts})
    names = AccountNames(accounts, zeros_kept=kept)
    answers = [judged(row, line, names, "GBP") for row, line in zip(found.rows, lines, strict=True)]

    assert [row for _, row in rows] == cells[1:]
    wanted = {
        line.id: edited[line.id].id
        for line in lines
        if line.id in edited and line.account_id != edited[line.id].id
    }
    changes = {each.id: each.account_id for each in answers if isinstance(each, Change)}
    assert changes == wanted
    assert all(answer is None for answer, line in zip(answers, lines, strict=True) if line.id not in wanted)


@few
@given(
    st.binary(max_size=300),
    st.sampled_from([b"", b"Line ID,Account code\r\n", "Line ID;Account name\n".encode("utf-16")]),
)
def test_whatever_is_uploaded_is_read_or_refused_in_words(junk: bytes, start: bytes) -> None:
    try:
        table = read_table(start + junk, headings(Kind.BILLS), lambda _: None)
        found = entries(table, Kind.BILLS)
    except InputError:
        return
    answers = [judged(row, None, AccountNames([]), None) for row in found.rows]
    assert not any(isinstance(answer, Change) for answer in answers)
