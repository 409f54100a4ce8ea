"""Accounts in a spreadsheet: download, upload, see what would change, apply."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from flask import Blueprint, Response, make_response, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as AnyResponse

from app.domain.account_files import COLUMNS, ID, READ, AccountFile
from app.domain.accounts import LedgerAccount
from app.domain.assignables import Assignable, AssignQuery, AssignState, Kind
from app.domain.errors import InputError
from app.domain.people import Action
from app.domain.spreadsheets import Cell
from app.domain.uploads import MOST_ROWS
from app.services import assign_files, frames
from app.web import downloads, formats
from app.web.access import needs
from app.web.amounts import exact_amount
from app.web.assign import kind_of, query_of
from app.web.file_words import how_read, problem_words
from app.web.rendering import render
from app.web.requests import deps

bp = Blueprint("assign_files", __name__, url_prefix="/e/<entity_id>/assign")
MEGABYTES = 20
SEPARATORS = {"semicolon": ";", "tab": "\t"}


@bp.url_value_preprocessor
def allow_large_files(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Forms are small everywhere else. This runs before anything looks into the form."""
    if endpoint == f"{bp.name}.upload":
        request.max_content_length = MEGABYTES * 1024 * 1024


@bp.get("/<kind>.csv")
@needs(Action.SEE)
def download(entity_id: str, kind: str) -> Response:
    """The rows that a filter shows, or all, as a file that can come back."""
    which = kind_of(kind)
    query = query_of(which, {"show": "all"} | request.args.to_dict())
    separator = SEPARATORS.get(request.args.get("cells", ""), ",")
    name = "products" if which is Kind.PRODUCTS else "bill-lines"
    return downloads.table(_rows(entity_id, query), f"{name}-{formats.today().isoformat()}", separator)


@bp.route("/<kind>/file", methods=["GET", "POST"])
@needs(Action.ASSIGN)
def upload(entity_id: str, kind: str) -> AnyResponse:
    """Where a file is uploaded, and what its columns are; a file that came leads to its preview."""
    which = kind_of(kind)
    if request.method == "GET":
        return _upload_page(entity_id, which)
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return _upload_page(entity_id, which, _("Choose a file first."), 422)
    try:
        file = assign_files.upload(deps(), entity_id, which, sent.filename, sent.read())
    except InputError as error:
        return _upload_page(entity_id, which, _(error.message), 422)
    return redirect(url_for(".preview", entity_id=entity_id, file_id=file.id), code=303)


@bp.errorhandler(RequestEntityTooLarge)
def too_large(_error: RequestEntityTooLarge) -> AnyResponse:
    """A file that is too large, in words, on the page where it was chosen."""
    values = request.view_args or {}
    words = _("The file is larger than %(n)s MB. Upload it in parts, each with the first row.", n=MEGABYTES)
    return _upload_page(values["entity_id"], kind_of(values.get("kind", "")), words, 413)


@bp.get("/files/<file_id>")
@needs(Action.ASSIGN)
def preview(entity_id: str, file_id: str) -> AnyResponse:
    """What applying a file would change, and what is wrong in it. Nothing is changed yet."""
    return _preview_page(entity_id, file_id)


@bp.post("/files/<file_id>")
@needs(Action.ASSIGN)
def apply(entity_id: str, file_id: str) -> AnyResponse:
    """Apply what is fine, and the conflicts that the person decided for the file."""
    form = request.form
    try:
        batch = assign_files.apply(
            deps(), entity_id, file_id, use=form.getlist("use"), use_all=form.get("conflicts") == "use"
        )
    except InputError as error:
        return _preview_page(entity_id, file_id, _(error.message), 422)
    kind = batch.details["kind"]
    place = url_for("assign.show", entity_id=entity_id, kind=kind, show="all", batch=batch.id)
    return redirect(place, code=303)


@bp.get("/files/<file_id>/report.csv")
@needs(Action.ASSIGN)
def report(entity_id: str, file_id: str) -> Response:
    """Every row that would change or is wrong, as a file."""
    file = assign_files.get(deps(), entity_id, file_id)
    return downloads.table(_report_rows(entity_id, file), "report")


def _rows(entity_id: str, query: AssignQuery) -> Iterator[list[Cell]]:
    columns, words = COLUMNS[query.kind], _state_words()
    yield list(columns.values())
    for row, account in assign_files.rows(deps(), entity_id, query):
        cells = _cells(row, account, words["sent" if row.sent else row.state])
        yield [cells[key] for key in columns]


def _cells(row: Assignable, account: LedgerAccount | None, state: str) -> dict[str, Cell]:
    code, name = (account.nominal_code or "", account.name) if account else ("", "")
    return {
        ID: row.id,
        "document": row.document_id,
        "supplier": row.supplier,
        "date": row.issued_at.isoformat() if row.issued_at else None,
        "name": row.name,
        "description": row.description,
        "quantity": None if row.quantity is None else Decimal(str(row.quantity)),
        "amount": None if row.amount is None else exact_amount(row.amount, row.currency),
        "currency": row.currency,
        "state": state,
        "code": code,
        "account": name,
        "was_code": code,
        "was_name": name,
        "was_id": row.current_account_id,
    }


def _state_words() -> dict[str, str]:
    return {
        "sent": _("Sent"),
        AssignState.NEEDS: _("Needs an account"),
        AssignState.SAVING: _("Being saved"),
        AssignState.ASSIGNED: _("Assigned"),
        AssignState.LOCKED: _("Can't be changed"),
    }


def _report_rows(entity_id: str, file: AccountFile) -> Iterator[list[Cell]]:
    yield [
        _("Row"), COLUMNS[file.kind][ID], _("Result"), _("Column"), _("Value"), _("What is wrong"),
        _("What to do"), _("From"), _("To"),
    ]  # fmt: skip
    accounts, system = assign_files.named(deps(), file.report.changes, entity_id), _system(entity_id)
    labels = {account_id: account.label for account_id, account in accounts.items()} | {"": ""}
    found: list[tuple[int, list[Cell]]] = []
    for problem in file.report.problems:
        words = problem_words(problem, file.kind, system)
        cells: list[Cell] = [
            problem.id,
            _("Wrong"),
            words.column,
            problem.value,
            words.wrong,
            words.todo,
            None,
            None,
        ]
        found.append((problem.number, cells))
    for change in file.report.changes:
        word = _("Changed here since") if change.is_conflict else _("Would change")
        before = labels.get(change.before, change.before)
        after = labels.get(change.account_id, change.account_id)
        found.append((change.number, [change.id, word, None, None, None, None, before, after]))
    for number, told in sorted(found, key=lambda pair: pair[0]):
        yield [number, *told]


def _upload_page(entity_id: str, kind: Kind, problem: str = "", status: int = 200) -> AnyResponse:
    return render(
        "assign/file.html",
        status=status,
        beat_page="",
        entity_id=entity_id,
        kind=kind,
        columns=COLUMNS[kind],
        read=READ,
        problem=problem,
        megabytes=MEGABYTES,
        most_rows=MOST_ROWS,
    )


def _preview_page(entity_id: str, file_id: str, problem: str = "", status: int = 200) -> AnyResponse:
    found = assign_files.preview(deps(), entity_id, file_id)
    system = _system(entity_id)
    report = found.file.report
    return make_response(
        render(
            "assign/file_preview.html",
            status=status,
            beat_page="",
            entity_id=entity_id,
            kind=found.file.kind,
            found=found,
            labels={account_id: account.label for account_id, account in found.accounts.items()},
            file=found.file,
            report=report,
            problems=[(each, problem_words(each, found.file.kind, system)) for each in found.problems],
            how_read=how_read(report.encoding, report.separator),
            problem=problem,
            system=system,
        )
    )


def _system(entity_id: str) -> str:
    shell = frames.get(deps(), entity_id)
    return shell.system if shell else _("your accounting system")
