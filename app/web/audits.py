"""The audit trail: of one business, and for the partner's people of all; for the screen and as a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta

from flask import Blueprint, Response, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from app.domain.audits import OTHER, SUBJECTS, WHOSE, AuditQuery, Days
from app.domain.people import Action
from app.domain.spreadsheets import Cell
from app.services import audits
from app.web import downloads, formats
from app.web.access import needs
from app.web.audit_words import actor_name, entry_words, role_word
from app.web.rendering import render
from app.web.requests import deps

bp = Blueprint("audits", __name__)
COLUMNS = (
    "at", "business", "business_id", "who", "role", "reason", "kind", "what", "about", "was", "became",
    "object_type", "object_id", "batch",
)  # fmt: skip


@bp.get("/e/<entity_id>/audit")
@needs(Action.SEE)
def show(entity_id: str) -> AnyResponse:
    """Everything that was changed for one business."""
    return _page(entity_id)


@bp.get("/e/<entity_id>/audit.csv")
@needs(Action.SEE)
def download(entity_id: str) -> AnyResponse:
    """The same as a file, each part of each bulk change in a row of its own."""
    return _file(entity_id, "audit")


@bp.get("/support/activity")
@needs(Action.SUPPORT)
def activity() -> AnyResponse:
    """What was changed for all businesses, and by the partner's people for themselves."""
    return _page(None)


@bp.get("/support/activity.csv")
@needs(Action.SUPPORT)
def download_activity() -> AnyResponse:
    """The same as a file."""
    return _file(None, "activity")


def _page(entity_id: str | None) -> AnyResponse:
    days, problem = _days()
    query = _query(entity_id, days)
    asked = _asked()
    return render(
        "audits/index.html",
        status=422 if problem else 200,
        entity_id=entity_id,
        beat_page="",
        found=audits.find(deps(), query, request.args.get("before", type=int)),
        asked=asked,
        filtered=bool(asked),
        problem=problem,
        subjects=(*SUBJECTS, OTHER),
        whose=WHOSE,
        entry_words=entry_words,
        role_word=role_word,
        actor_name=actor_name,
        columns=COLUMNS,
    )


def _file(entity_id: str | None, name: str) -> AnyResponse:
    days, problem = _days()
    if problem:
        return Response(problem, status=422, mimetype="text/plain")
    return downloads.table(_rows(_query(entity_id, days)), f"{name}-{formats.today().isoformat()}")


def _rows(query: AuditQuery) -> Iterator[list[Cell]]:
    yield list(COLUMNS)
    for entry in audits.every(deps(), query):
        event, words = entry.event, entry_words(entry)
        yield [
            event.at.astimezone(UTC).isoformat(timespec="seconds"),
            entry.business,
            event.entity_id,
            actor_name(event),
            role_word(event.actor.role),
            event.actor.reason,
            event.kind,
            words.what,
            words.about,
            words.was,
            words.became,
            event.object_type,
            event.object_id,
            event.batch_id or entry.batch_id,
        ]


def _asked() -> Mapping[str, str]:
    """What of the address narrows it down, as the links of the page carry it on."""
    names = ("whose", "name", "subject", "from", "to", "batch")
    told = ((name, request.args.get(name, "").strip()[:100]) for name in names)
    return {name: value for name, value in told if value}


def _query(entity_id: str | None, days: Days) -> AuditQuery:
    asked = _asked()
    return AuditQuery(
        entity_id=entity_id,
        whose=asked.get("whose", ""),
        name=asked.get("name", ""),
        subject=asked.get("subject", ""),
        since=_begin(days.first) if days.first else None,
        until=_begin(days.last + timedelta(days=1)) if days.last else None,
        batch_id=asked.get("batch", ""),
    )


def _begin(day: date) -> datetime:
    """When a day begins where the reader is."""
    return datetime.combine(day, time.min, formats.zone())


def _days() -> tuple[Days, str]:
    """The days in the address, and what is wrong with them."""
    asked = _asked()
    try:
        first, last = (date.fromisoformat(asked[n]) if asked.get(n) else None for n in ("from", "to"))
        if last:
            last + timedelta(days=1)
    except (ValueError, OverflowError):
        return Days(), _("Give days like 2026-05-01.")
    if first and last and first > last:
        return Days(), _("The first day is after the last one.")
    return Days(first, last), ""
