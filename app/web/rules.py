"""What is sent: the rules, their review before saving, hold and resume, and their history."""

from __future__ import annotations

import time
from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from app.domain.effects import CHOICES, Change, by_status, fingerprint, never_sent, with_ticks
from app.domain.errors import InputError
from app.domain.events import Event
from app.domain.outbox import OutboxRow, OutboxState
from app.domain.people import Action
from app.domain.sync_rules import NOTHING, USUAL, SyncRules, outcome
from app.services import closing_dates, frames, rules, sync_now
from app.services.rules import RulesChangedError, RulesView
from app.web.access import needs
from app.web.beats import beat, reshape, shape
from app.web.rendering import render, wants_fragment
from app.web.requests import deps

bp = Blueprint("rules", __name__, url_prefix="/e/<entity_id>/rules")
AT_ONCE = 0.8
"""Seconds after which the page says that the rules are being read, rather than let a person wait."""


@bp.get("")
@needs(Action.SEE)
def show(entity_id: str) -> Response:
    """The rules as Monite has them now; a slow answer is waited for by a page that says so."""
    patient = "patience" in request.args
    began = time.monotonic()
    view = rules.look(deps(), entity_id, rules.PATIENCE if patient else AT_ONCE)
    slow = view.shown is None and not patient and time.monotonic() - began >= AT_ONCE
    return _page(entity_id, view, view.shown or NOTHING, reading=slow)


@bp.get("/preview")
@needs(Action.CHANGE_RULES)
def preview(entity_id: str) -> Response:
    """The sentence and the number of changes for the ticks as they stand; nothing is saved."""
    view = rules.from_store(deps(), entity_id)
    asked = _ticked(view, request.args)
    if not wants_fragment():
        return _page(entity_id, view, asked)
    return render("rules/_preview.html", **_context(entity_id, view, asked))


@bp.get("/review")
@needs(Action.CHANGE_RULES)
def review(entity_id: str) -> Response:
    """What saving these ticks would start and stop, in numbers."""
    view = rules.from_store(deps(), entity_id)
    asked = _ticked(view, request.args)
    context = _context(entity_id, view, asked)
    return render(
        "rules/review.html",
        fragment="rules/_review.html",
        **context,
        effects=[_effect(entity_id, change) for change in rules.review(view, asked)],
    )


@bp.post("")
@needs(Action.CHANGE_RULES)
def save(entity_id: str) -> Response:
    """Put the reviewed rules in place, unless somebody changed them meanwhile."""
    form = request.form
    asked = SyncRules(tuple(form.getlist("payable")), tuple(form.getlist("receivable")))
    if asked.sends_nothing and not form.get("nothing"):
        view = rules.from_store(deps(), entity_id)
        effects = [_effect(entity_id, change) for change in rules.review(view, asked)]
        words = _("Tick that nothing will be sent.")
        context = _context(entity_id, view, asked)
        return render("rules/review.html", status=422, problem=words, effects=effects, **context)
    put = rules.keep if form.get("first") or form.get("hold") else rules.save
    try:
        put(deps(), entity_id, asked, form.get("base", ""))
    except RulesChangedError as changed:
        view = rules.from_store(deps(), entity_id)
        return render(
            "rules/conflict.html", status=409, clash=changed, **_context(entity_id, view, changed.mine)
        )
    place = "first_send.show" if form.get("first") else ".show"
    return redirect(url_for(place, entity_id=entity_id), code=303)


@bp.post("/closing-date")
@needs(Action.CHANGE_RULES)
def closing_date(entity_id: str) -> Response:
    """Say up to which day the books are closed, or that none is; that warns and holds nothing back."""
    try:
        closing_dates.change(deps(), entity_id, _day(request.form))
    except InputError as error:
        view = rules.from_store(deps(), entity_id)
        return _page(entity_id, view, view.shown or NOTHING, problem=error)
    return redirect(url_for(".show", entity_id=entity_id, _anchor="closing-date"), code=303)


@bp.post("/hold")
@needs(Action.CHANGE_RULES)
def hold(entity_id: str) -> Response:
    """Keep everything here for now, and say truthfully whether that worked."""
    result = rules.hold(deps(), entity_id, _("put on hold by hand"))
    if not result.confirmed:  # the page itself tells of a hold
        flash(result.words, "warn")
    return redirect(url_for(".show", entity_id=entity_id), code=303)


@bp.post("/resume")
@needs(Action.CHANGE_RULES)
def resume(entity_id: str) -> Response:
    """Send again by the rules that were kept."""
    rules.release(deps(), entity_id)
    return redirect(url_for(".show", entity_id=entity_id), code=303)


@bp.post("/send-now")
@needs(Action.CHANGE_RULES)
def send_now(entity_id: str) -> Response:
    """Do not wait for the next automatic sync; this imports as well, and the button says so."""
    try:
        row = sync_now.start(deps(), entity_id)
    except InputError as error:
        flash(error.message, "warn")
    else:
        flash(*_started(row))
    return redirect(url_for(".show", entity_id=entity_id), code=303)


@bp.get("/history")
@needs(Action.SEE)
def history(entity_id: str) -> Response:
    """Every change of the rules and every hold, newest first."""
    found = rules.history(deps(), entity_id, request.args.get("before", None, int))
    return render(
        "rules/history.html",
        entity_id=entity_id,
        changes=[_told(one) for one in found],
        choices=CHOICES,
        older=found[-1].id if len(found) == 50 else None,
    )


@beat("rules")
def changed(entity_id: str) -> str:
    """What is waiting, what was sent since somebody asked for it, and that somebody changed the rules."""
    view = rules.from_store(deps(), entity_id)
    return render_template(
        "rules/_beat.html",
        entity_id=entity_id,
        view=view,
        last_asked=sync_now.last_asked(deps(), entity_id),
        closed_up_to=view.context.closed_up_to,
        clash=rules.last_change(deps(), entity_id) if reshape(view.base) and shape() else None,
    )


def _started(row: OutboxRow) -> tuple[str, str]:
    """What became of asking for a sync, in words and tone."""
    if row.state is OutboxState.DONE:
        return _("Sending and importing have started. The sync log shows what arrives."), "ok"
    if row.state is OutboxState.REFUSED:
        return _("This was not started: %(why)s", why=row.last_error or ""), "warn"
    return _("The service did not answer yet. We keep trying."), "info"


def _page(
    entity_id: str,
    view: RulesView,
    asked: SyncRules,
    *,
    reading: bool = False,
    problem: InputError | None = None,
) -> Response:
    return render(
        "rules/index.html",
        status=422 if problem else 200,
        problem=problem,
        reading=reading,
        **_context(entity_id, view, asked),
    )


def _day(form: MultiDict[str, str]) -> date | None:
    """The day that was entered; none when it is to be removed. Raises InputError for what is no day."""
    if form.get("remove"):
        return None
    try:
        return date.fromisoformat(form.get("closed_up_to", "").strip())
    except ValueError:
        raise InputError("closed_up_to", _("Enter the last day of the closed period.")) from None


def _told(event: Event) -> tuple[Event, SyncRules | date | None, SyncRules | date | None]:
    """An event with what was before and after: lists, or days."""
    if event.kind == closing_dates.CHANGED:
        was, became = (date.fromisoformat(day) if day else None for day in (event.was, event.became))
        return event, was, became
    return event, SyncRules.from_text(event.was), SyncRules.from_text(event.became)


def _context(entity_id: str, view: RulesView, asked: SyncRules) -> dict[str, Any]:
    frame = frames.get(deps(), entity_id)
    platform = frame.platform if frame else None
    shown = view.shown or NOTHING
    return {
        "entity_id": entity_id,
        "view": view,
        "last_asked": sync_now.last_asked(deps(), entity_id),
        "asked": asked,
        "choices": CHOICES,
        "now_there": by_status(view.counts),
        "never_sent": never_sent(view.counts),
        "outcomes": {
            (kind, status): outcome(kind, status, platform)
            for kind, statuses in CHOICES.items()
            for status in statuses
        },
        "changed": len(_differences(shown, asked)),
        "usual": USUAL,
        "is_usual": shown.same_as(USUAL),
        "base": request.values.get("base") or fingerprint(shown),
        "confirmed": rules.confirmed(deps(), entity_id),
        "closing": closing_dates.get(deps(), entity_id),
        "closed_up_to": view.context.closed_up_to,
    }


def _differences(one: SyncRules, other: SyncRules) -> set[tuple[str, str]]:
    def flat(lists: SyncRules) -> set[tuple[str, str]]:
        return {(kind, status) for kind in CHOICES for status in getattr(lists, kind)}

    return flat(one) ^ flat(other)


def _ticked(view: RulesView, ticks: MultiDict[str, str]) -> SyncRules:
    return with_ticks(view.shown or NOTHING, ticks.getlist("payable"), ticks.getlist("receivable"))


def _effect(entity_id: str, change: Change) -> tuple[Change, dict[str, Any]]:
    """A change with some of the documents behind each of its numbers."""
    named = ("stopping", "fresh", "sent", "stopped", "blocked") if change.starts else ("fresh", "sent")
    groups = [name for name in named if getattr(change, name)]
    if change.stopping == change.fresh and "stopping" in groups:
        groups.remove("fresh")
    return change, {group: rules.documents(deps(), entity_id, change, group) for group in groups}
