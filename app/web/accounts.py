"""The ledger accounts: what came, what uses it, what changed, what stands in where nothing is chosen."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.domain.account_problems import Trouble
from app.domain.assignables import Kind
from app.domain.charts import ChartQuery
from app.domain.errors import InputError
from app.domain.outbox import OutboxRow, OutboxState
from app.domain.people import Action
from app.services import accounts, default_accounts, refresh, replacements
from app.services.replacements import Scope
from app.web.access import needs
from app.web.beats import beat, reshape
from app.web.rendering import render, wants_fragment
from app.web.requests import deps
from app.web.security import is_local_path

bp = Blueprint("accounts", __name__, url_prefix="/e/<entity_id>/accounts")
CHOICES = "choices"
"""The part of a page that lists what may be chosen; a search asks for it alone."""


@bp.get("")
@needs(Action.SEE)
def show(entity_id: str) -> Response:
    """All accounts, with what changed on top; htmx asks for the table alone."""
    here, args = deps(), request.args
    query = ChartQuery(
        search=args.get("q", "").strip()[:100],
        type=args.get("type", "")[:100],
        after=args.get("after", ""),
        before=args.get("before", ""),
    )
    found: dict[str, Any] = {"entity_id": entity_id, "query": query}
    found |= {"chart": accounts.chart(here, entity_id, query), "read": _read(entity_id)}
    if wants_fragment():
        return render("accounts/_table.html", announce=True, **found)
    accounts.look(here, entity_id)
    return render(
        "accounts/index.html",
        changes=accounts.changes(here, entity_id),
        remembered=accounts.remembered(here, entity_id),
        defaults=default_accounts.view(here, entity_id),
        shape=_shape(entity_id),
        **found,
    )


@bp.post("/<account_id>/ok")
@needs(Action.ASSIGN)
def settle(entity_id: str, account_id: str) -> Response:
    """The person has seen what changed about an account."""
    accounts.settle(deps(), entity_id, account_id, request.form.get("seen", 0, int))
    return _home(entity_id)


@bp.get("/<account_id>/replace")
@needs(Action.ASSIGN)
def review(entity_id: str, account_id: str) -> Response:
    """What replacing an account everywhere would change; a search in it asks for its choices alone."""
    scope = _scope(account_id, request.args.to_dict())
    if wants_fragment() and request.headers.get("HX-Target") == CHOICES:
        return render("accounts/_choices.html", **_accounts_for(entity_id, scope))
    return render(
        "accounts/replace.html", fragment="accounts/_replace.html", **_review(entity_id, scope, swapped=True)
    )


@bp.post("/<account_id>/replace")
@needs(Action.ASSIGN)
def apply(entity_id: str, account_id: str) -> Response:
    """Put another account in its place, and show how that is getting on."""
    form, here = request.form, deps()
    scope = _scope(account_id, form.to_dict())
    new_id = form.get("account_id", "")
    suppliers = len(replacements.review(here, entity_id, scope).suppliers)
    try:
        started = replacements.apply(
            here,
            entity_id,
            scope,
            new_id,
            form_key=form.get("form_key") or secrets.token_urlsafe(16),
            defaults=form.getlist("default"),
        )
    except InputError as error:
        return render("accounts/replace.html", status=422, problem=error, **_review(entity_id, scope))
    batches = [batch.id for batch in started]
    if not scope.more:
        kind = scope.kinds[0]
        home = url_for("assign.show", entity_id=entity_id, kind=kind, show="problems", batch=batches[:1])
        return redirect(home, code=303)
    done = url_for(".replaced", entity_id=entity_id, now=new_id, batch=batches, suppliers=suppliers or None)
    return redirect(done, code=303)


@bp.get("/replaced")
@needs(Action.SEE)
def replaced(entity_id: str) -> Response:
    """How far a replacement is; asks again by itself until it is over."""
    now, batches = request.args.get("now", ""), request.args.getlist("batch")[: len(Kind)]
    suppliers = request.args.get("suppliers", 0, int)
    return render(
        "accounts/replaced.html",
        fragment="accounts/_result.html",
        entity_id=entity_id,
        result=replacements.result(deps(), entity_id, now, batches),
        suppliers=suppliers,
        address=url_for(
            ".replaced", entity_id=entity_id, now=now, batch=batches, suppliers=suppliers or None
        ),
        form_key=secrets.token_urlsafe(16),
        swapped=wants_fragment(),
    )


@bp.post("/remembered")
@needs(Action.ASSIGN)
def forget(entity_id: str) -> Response:
    """Remember no account for a supplier any more."""
    supplier = request.form.get("supplier", "")
    if accounts.forget(deps(), entity_id, supplier):
        flash(_("No account is remembered for %(supplier)s any more.", supplier=supplier), "ok")
    return _home(entity_id, "remembered")


@bp.get("/defaults/<name>")
@needs(Action.ASSIGN)
def choose_default(entity_id: str, name: str) -> Response:
    """What may be set as one of the defaults; a search in it asks for its choices alone."""
    context = _defaults_for(entity_id, name)
    if wants_fragment() and request.headers.get("HX-Target") == CHOICES:
        return render("accounts/_choices.html", **context)
    return render("accounts/default.html", fragment="accounts/_default.html", swapped=True, **context)


@bp.post("/defaults/<name>")
@needs(Action.ASSIGN)
def save_default(entity_id: str, name: str) -> Response:
    """Set a default, or none, and say truthfully whether that worked."""
    try:
        row = default_accounts.save(deps(), entity_id, name, request.form.get("account_id") or None)
    except InputError as error:
        context = _defaults_for(entity_id, name)
        return render("accounts/default.html", status=422, problem=error, **context)
    if row is not None:
        flash(*_told(row))
    return _home(entity_id, "defaults")


@beat("accounts")
def changed(entity_id: str) -> str:
    """Word of it when the accounts have changed; what the person reads stays as it is."""
    return render_template("accounts/_beat.html", read=_read(entity_id), newer=reshape(_shape(entity_id)))


def _told(row: OutboxRow) -> tuple[str, str]:
    if row.state is OutboxState.DONE:
        return _("Saved, and confirmed by the accounting service."), "ok"
    if row.state is OutboxState.REFUSED:
        return _("Not saved: %(why)s", why=row.last_error or ""), "err"
    return _("The accounting service didn't answer. We keep trying to save it."), "warn"


def _review(entity_id: str, scope: Scope, *, swapped: bool = False) -> dict[str, Any]:
    return {
        "review": replacements.review(deps(), entity_id, scope),
        "scope": scope,
        "form_key": secrets.token_urlsafe(16),
        "swapped": swapped and wants_fragment(),
        **_accounts_for(entity_id, scope),
    }


def _accounts_for(entity_id: str, scope: Scope) -> dict[str, Any]:
    text = request.values.get("q", "").strip()[:100]
    kept = {"kind": scope.kinds[0] if len(scope.kinds) == 1 else None, "trouble": scope.trouble}
    return {
        "entity_id": entity_id,
        "found": replacements.choices(deps(), entity_id, scope, text),
        "text": text,
        "chosen": request.values.get("account_id", ""),
        "kept": kept,
        "place": url_for(".review", entity_id=entity_id, account_id=scope.account_id),
        "none_word": "",
    }


def _defaults_for(entity_id: str, name: str) -> dict[str, Any]:
    text, here = request.values.get("q", "").strip()[:100], deps()
    field = default_accounts.field(here, entity_id, name)
    return {
        "entity_id": entity_id,
        "field": field,
        "found": default_accounts.choices(here, entity_id, name, text),
        "without": default_accounts.view(here, entity_id).without,
        "text": text,
        "chosen": request.values.get("account_id", field.value or ""),
        "kept": {},
        "place": url_for(".choose_default", entity_id=entity_id, name=name),
        "none_word": _("None"),
    }


def _scope(account_id: str, asked: dict[str, str]) -> Scope:
    """Everything that has the account, unless one kind of rows is asked for."""
    kind, trouble = asked.get("kind", ""), asked.get("trouble", "")
    if kind not in set(Kind):
        return Scope(account_id)
    known = Trouble(trouble) if trouble in set(Trouble) else None
    return Scope(account_id, (Kind(kind),), known, more=False)


def _read(entity_id: str) -> Any:
    return refresh.overview(deps().db, entity_id)["ledger_accounts"]


def _shape(entity_id: str) -> str:
    """What the page says that may become old: how many accounts there are, and the newest change."""
    return accounts.edition(deps(), entity_id)


def _home(entity_id: str, anchor: str = "") -> Response:
    wanted = request.form.get("return", "")
    home = url_for(".show", entity_id=entity_id, _anchor=anchor or None)
    return redirect(wanted if is_local_path(wanted) else home, code=303)
