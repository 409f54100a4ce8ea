"""What is wrong with the rows of a file, in words: what it is, and what to do about it."""

from __future__ import annotations

from typing import NamedTuple

from app.domain.account_files import COLUMNS, Problem, Wrong
from app.domain.account_names import Miss
from app.domain.assignables import Kind
from app.web.texts import gettext as _


class ProblemWords(NamedTuple):
    """`column` is the title of the cell's column, `wrong` what is wrong, `todo` what to do."""

    column: str
    wrong: str
    todo: str


ENCODINGS = {
    "utf-8": "UTF-8",
    "utf-16": "UTF-16",
    "utf-32": "UTF-32",
    "cp1252": "Windows-1252 (Western Europe)",
    "cp1250": "Windows-1250 (Central Europe)",
    "cp1251": "Windows-1251 (Cyrillic)",
    "cp1253": "Windows-1253 (Greek)",
    "cp1254": "Windows-1254 (Turkish)",
    "cp1257": "Windows-1257 (Baltic)",
    "cp850": "MS-DOS 850 (Western Europe)",
    "mac_roman": "Mac Roman (Western Europe)",
}


def how_read(encoding: str, separator: str) -> str:
    """How a file was read, so that a person can tell whether that was right."""
    cells = {
        ",": _("commas between cells"),
        ";": _("semicolons between cells"),
        "\t": _("tabs between cells"),
    }.get(separator, _("“%(separator)s” between cells", separator=separator))
    return _("Read as %(encoding)s, with %(cells)s.", encoding=ENCODINGS.get(encoding, encoding), cells=cells)


def problem_words(problem: Problem, kind: Kind, system: str) -> ProblemWords:
    """One problem in words."""
    wrong, todo = _of_row(problem, kind, system) or _of_account(problem, system)
    return ProblemWords(COLUMNS[kind].get(problem.column, ""), wrong, todo)


def _of_row(problem: Problem, kind: Kind, system: str) -> tuple[str, str] | None:
    words: tuple[str, str] | None = None
    others = problem.others
    again = _("Download the file again, make the change there, and upload that.")
    match problem.code:
        case Wrong.NO_ID:
            words = _("The row has no ID, so nobody can tell what it is about."), again
        case Wrong.UNKNOWN_ID:
            here = (
                _("This business has no product with this ID.")
                if kind is Kind.PRODUCTS
                else _("This business has no bill line with this ID.")
            )
            words = here, _("It may be of another business, or gone. Take the row out.")
        case Wrong.TWICE:
            words = (
                _("The same ID stands in row %(rows)s too.", rows=others),
                _("Keep the row that is right and take the others out."),
            )
        case Wrong.TOO_LONG:
            words = (
                _("The row has more cells than the first row has columns, so its cells may have shifted."),
                _("Put texts that hold the separator in quotation marks, or save the file in a spreadsheet."),
            )
        case Wrong.CLEARED:
            words = (
                _("The account was taken out. A row can be given another account, but not none."),
                _("Put the account back, or take the row out."),
            )
        case Wrong.CURRENCY:
            account, currency = others.split(", ")
            words = (
                _(
                    "The account takes %(account)s only, and this is in %(line)s.",
                    account=account,
                    line=currency,
                ),
                _("Choose an account in %(line)s or one that takes every currency.", line=currency),
            )
        case Wrong.SENT:
            words = (
                _("Its bill is in %(system)s already.", system=system),
                _("Change the account in %(system)s.", system=system),
            )
        case Wrong.LOCKED:
            words = _locked(others), _("Take the row out.")
    return words


def _of_account(problem: Problem, system: str) -> tuple[str, str]:
    value, others = problem.value, problem.others
    missing = _(
        "Look it up on Ledger accounts. If it is new, add it in %(system)s and import accounts again.",
        system=system,
    )
    another = _("Choose another account.")
    words = _("No account has the code %(code)s.", code=value), missing
    match problem.code:
        case Miss.UNKNOWN_NAME:
            words = _("No account is called “%(name)s”.", name=value), missing
        case Miss.SEVERAL_CODES:
            words = (
                _("Several accounts have the code %(code)s: %(accounts)s.", code=value, accounts=others),
                _("Write the account's name too."),
            )
        case Miss.SEVERAL_NAMES:
            words = (
                _("Several accounts are called “%(name)s”: %(accounts)s.", name=value, accounts=others),
                _("Write the account's code too."),
            )
        case Miss.LOST_ZERO:
            words = (
                _(
                    "%(code)s can mean %(accounts)s: spreadsheets take zeros away.",
                    code=value,
                    accounts=others,
                ),
                _("Write the account's name too, or only its name."),
            )
        case Miss.DISAGREE:
            words = (
                _("The code and the name mean different accounts: %(accounts)s.", accounts=others),
                _("Correct one of the two cells, or leave one empty."),
            )
        case Miss.ARCHIVED:
            words = (
                _("%(account)s is archived or gone in %(system)s.", account=others, system=system),
                another,
            )
        case Miss.BANK:
            words = _("%(account)s is a bank account.", account=others), another
    return words


def _locked(status: str) -> str:
    word = {"paid": _("paid"), "canceled": _("canceled"), "rejected": _("rejected")}.get(status, status)
    return (
        _("Its bill is %(status)s, so its lines can't be changed.", status=word)
        if word
        else _("It can't be changed here any more.")
    )
