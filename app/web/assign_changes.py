"""What was assigned lately and can be taken back, and what is remembered from now on."""

from __future__ import annotations

import secrets

from flask import Blueprint, flash, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.domain.errors import InputError
from app.domain.people import Action
from app.services import assignment_changes, assignments, remember_questions
from app.web.access import needs
from app.web.assign import back_to_list, kind_of
from app.web.rendering import render, wants_fragment
from app.web.requests import deps

bp = Blueprint("assign_changes", __name__, url_prefix="/e/<entity_id>/assign/<kind>")


@bp.get("/changes")
@needs(Action.SEE)
def show(entity_id: str, kind: str) -> Response:
    """Who changed which account when, and what can be taken back."""
    found = assignment_changes.listing(
        deps(),
        entity_id,
        kind_of(kind),
        before_id=request.args.get("before", None, int),
        batch_id=request.args.get("batch", ""),
    )
    return render(
        "assign/changes.html",
        beat_page="",
        entity_id=entity_id,
        kind=kind_of(kind),
        found=found,
        here=request.full_path.rstrip("?"),
        form_key=secrets.token_urlsafe(16),
    )


@bp.post("/remember")
@needs(Action.ASSIGN)
def remember(entity_id: str, kind: str) -> str | tuple[str, int] | Response:
    """Keep whether an account is used for a supplier from now on."""
    form = request.form
    supplier, account_id, yes = (
        form.get("supplier", ""),
        form.get("account_id", ""),
        form.get("answer") == "yes",
    )
    try:
        remember_questions.answer(deps(), entity_id, supplier, account_id, yes=yes)
    except InputError as error:
        if wants_fragment():
            return error.message, 422
        flash(error.message, "err")
        return back_to_list(entity_id, kind)
    account = assignments.named(deps(), entity_id, [], account_id)[account_id]
    if wants_fragment():
        return render_template(
            "assign/_remembered.html", entity_id=entity_id, supplier=supplier, account=account, yes=yes
        )
    words = (
        _("%(account)s is suggested for %(supplier)s from now on.", account=account.label, supplier=supplier)
        if yes
        else _("Kept. You won't be asked about this account again.")
    )
    flash(words, "ok")
    return back_to_list(entity_id, kind)
