"""What is sent: the rules, their review before saving, hold and resume, and their history."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from app.domain.effects import CHOICES, Change, by_status, fingerprint, never_sent, with_ticks
from app.domain.errors import InputError
from app.domain.outbox import OutboxRow, OutboxState
from app.domain.people import Action
from app.domain.sync_rules import NOTHING, USUAL, SyncRules, outcome
from app.services import frames, rules, sync_now
from app.services.rules import RulesChangedError, RulesView
from app.web.access import needs
from app.web.beats import beat
from app.web.rendering import render, wants_fragment
from app.web.requests import deps

bp = Blueprint("rules", __name__, url_prefix="/e/<entity_id>/rules")


@bp.get("")
@needs(Action.SEE)
def show(entity_id: str) -> Response:
    """The rules as Monite has them now."""
    view = rules.look(deps(), entity_id)
    return _page(entity_id, view, view.shown or NOTHING)


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
    try:
        rules.save(deps(), entity_id, asked, form.get("base", ""))
    except RulesChangedError as changed:
        view = rules.from_store(deps(), entity_id)
        return render(
            "rules/conflict.html", status=409, clash=changed, **_context(entity_id, view, changed.mine)
        )
    return redirect(url_for(".show", entity_id=entity_id), code=303)


@bp.post("/hold")
@needs(Action.CHANGE_RULES)
def hold(entity_id: str) -> Response:
    """Keep everything here for now, and say truthfully whether that worked."""
    result = rules.hold(deps(), entity_id, _("put on hold by hand"))
    flash(result.words, "ok" if result.confirmed else "warn")
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
        changes=[(one, SyncRules.from_text(one.was), SyncRules.from_text(one.became)) for one in found],
        older=found[-1].id if len(found) == 50 else None,
    )


@beat("rules")
def changed(entity_id: str) -> str:
    """What is waiting, and what was sent since somebody asked for it."""
    view = rules.from_store(deps(), entity_id)
    return render_template("rules/_beat.html", view=view, last_asked=sync_now.last_asked(deps(), entity_id))


def _started(row: OutboxRow) -> tuple[str, str]:
    """What became of asking for a sync, in words and tone."""
    if row.state is OutboxState.DONE:
        return _("Sending and importing have started. The sync log shows what arrives."), "ok"
    if row.state is OutboxState.REFUSED:
        return _("This was not started: %(why)s", why=row.last_error or ""), "warn"
    return _("The service did not answer yet. We keep trying."), "info"


def _page(entity_id: str, view: RulesView, asked: SyncRules) -> Response:
    return render("rules/index.html", **_context(entity_id, view, asked))


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
