"""The handover sheet: for the screen, for print, and as a file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import islice

from flask import Blueprint, Response, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from app.domain.handovers import Handover, NotSent, Period, months, usual_period
from app.domain.people import Action
from app.domain.problems import Owner, what_happened
from app.domain.spreadsheets import Cell
from app.domain.synced_records import OBJECT_WORDS
from app.services import handovers, record_marks
from app.web import downloads, formats
from app.web.access import needs
from app.web.amounts import exact_amount
from app.web.raw_texts import words_of
from app.web.rendering import render
from app.web.requests import deps
from app.web.shells import frame

bp = Blueprint("handovers", __name__, url_prefix="/e/<entity_id>/log")
COLUMNS = (
    "part", "date", "kind", "number", "name", "account_before", "account", "records", "amount", "currency",
    "reason", "owner", "who",
)  # fmt: skip
EARLIER = 4
"""Months to choose from with one press."""


@bp.get("/handover")
@needs(Action.SEE)
def show(entity_id: str) -> AnyResponse:
    """The sheet of a period."""
    period, problem = _period()
    return render(
        "handovers/show.html",
        status=422 if problem else 200,
        entity_id=entity_id,
        beat_page="",
        sheet=handovers.get(deps(), entity_id, period, formats.zone()),
        months=list(islice(months(formats.today()), EARLIER)),
        asked={"from": request.args.get("from", ""), "to": request.args.get("to", "")},
        problem=problem,
        reason=reason,
        owner=owner,
        columns=COLUMNS,
    )


@bp.get("/handover.csv")
@needs(Action.SEE)
def download(entity_id: str) -> AnyResponse:
    """The sheet as a file, every row of it."""
    period, problem = _period()
    if problem:
        return Response(problem, status=422, mimetype="text/plain")
    sheet = handovers.get(deps(), entity_id, period, formats.zone(), most=None)
    return downloads.table(_rows(sheet), f"handover-{period.first.isoformat()}-{period.last.isoformat()}")


def reason(row: NotSent, sheet: Handover) -> str:
    """Why a record is not in the accounting system, in one sentence."""
    system = _system()
    if row.handled:
        return _handled(row.handled, system)
    if row.problem:
        happened = what_happened(row.code, row.error_text, system)
        return f"{_(row.problem.title)}. {words_of(happened, row.party)}"
    if row.state == "waiting":
        return _("On its way to %(system)s.", system=system)
    if row.state is None and row.status in sheet.sends(row.object_type):
        return _("Sending is on hold.") if sheet.held else _("Not tried yet. The next sync tries it.")
    return _("The sync rules leave it out.")


def _handled(kept: str, system: str) -> str:
    """Why somebody sees to a record in another way."""
    why, _colon, words = kept.partition(":")
    known = {
        record_marks.BY_HAND: _("entered by hand in %(system)s", system=system),
        record_marks.NOT_WANTED: _("not wanted there"),
    }
    return _("Handled elsewhere: %(why)s", why=known.get(why, words))


def owner(row: NotSent) -> str:
    """Who must act; the sheet is read by an accountant, so nobody is called "you" on it."""
    acting = row.problem.owner if row.problem and not row.handled else Owner.NOT_NEEDED
    return {Owner.YOU: _("The business"), Owner.ACCOUNTANT: _("The accountant")}.get(acting) or _(
        acting.value
    )


def _rows(sheet: Handover) -> Iterator[list[Cell]]:
    yield list(COLUMNS)
    for total in sheet.sent:
        yield _row(
            part="sent", kind=_kind(total.object_type), account=total.account or "", records=total.documents,
            amount=_plain(total.amount, total.currency), currency=total.currency,
            reason=_("default account") if total.by_default else "",
        )  # fmt: skip
    for row in sheet.not_sent:
        yield _row(
            part="not_sent", date=_iso(row.day), kind=_kind(row.object_type), number=row.number,
            name=row.party, amount=_plain(row.amount, row.currency), currency=row.currency,
            reason=reason(row, sheet), owner=owner(row),
        )  # fmt: skip
    for change in sheet.changes:
        yield _row(
            part="account_changed", date=change.at.astimezone(formats.zone()).isoformat(timespec="seconds"),
            kind=_("Product") if change.object_type == "product" else _("Bill line"), number=change.document,
            name=change.name, account_before=change.was, account=change.became, who=change.actor.name,
        )  # fmt: skip
    for used in sheet.defaults:
        yield _row(
            part="default_account_used", date=_iso(used.day), kind=_kind("receivable"), number=used.invoice,
            name=used.product, account=sheet.default_account or "", amount=_plain(used.amount, used.currency),
            currency=used.currency,
        )  # fmt: skip


def _row(**cells: Cell) -> list[Cell]:
    return [cells.get(column) for column in COLUMNS]


def _kind(object_type: str) -> str:
    return _(OBJECT_WORDS.get(object_type, "Record"))


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def _plain(amount: int | None, currency: str) -> Decimal | None:
    """An amount as spreadsheets read numbers."""
    return None if amount is None else exact_amount(amount, currency)


def _system() -> str:
    found = frame()
    return found.system if found else _("your accounting system")


def _period() -> tuple[Period, str]:
    """The days in the address, or the usual month; and what is wrong with them."""
    usual = usual_period(formats.today())
    first, last = request.args.get("from", ""), request.args.get("to", "")
    if not first and not last:
        return usual, ""
    try:
        period = Period(date.fromisoformat(first), date.fromisoformat(last))
    except ValueError:
        return usual, _("Give both days, like 2026-05-01.")
    if period.first > period.last:
        return usual, _("The first day is after the last one.")
    return period, ""
