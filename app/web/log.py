"""The sync log: did it arrive, what didn't, what to do about it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from typing import Any
from urllib.parse import urlencode

from babel.lists import format_list
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from app.domain.people import Action
from app.domain.problems import Fix, problem_of
from app.domain.record_lists import DAYS, ProblemGroup
from app.domain.synced_records import OBJECT_TYPES, OBJECT_WORDS, RecordState
from app.services import logs
from app.services.logs import TABS, LogQuery
from app.services.record_marks import MARKABLE
from app.web import shells
from app.web.access import may, needs
from app.web.beats import pause
from app.web.rendering import render
from app.web.requests import deps
from app.web.texts import gettext

_SHOWN = re.compile(r"(?P<state>[a-z_]+)(?P<tries>\d+)(?P<button>\*?)\.(?P<id>.+)")

_PLACES = {
    Fix.ASSIGN_BILL: ("Assign accounts", "assign/bills"),
    Fix.ASSIGN_PRODUCT: ("Assign accounts", "assign/products"),
    Fix.PRODUCT: ("Check products", "products/check"),
    Fix.RULES: ("Sync rules", "rules"),
    Fix.CONNECTION: ("Connection", "connection"),
    Fix.IMPORT: ("Import", "import"),
}
_SHOWN_PROBLEMS = dict.fromkeys(("ACC_ARCHIVED", "ACC_GONE", "INACTIVE"), "problems")

bp = Blueprint("log", __name__, url_prefix="/e/<entity_id>/log")


@bp.get("")
@needs(Action.SEE)
def show(entity_id: str) -> Response:
    """The log; htmx gets the list, and the tabs and filters beside it."""
    query = query_of(request.args)
    logs.freshen(deps(), entity_id)
    found = logs.find(deps(), entity_id, query)
    shells.keep(found.frame)
    here = address(entity_id, query)
    return render(
        "log/index.html",
        fragment="log/_answer.html",
        log=found,
        query=query,
        address=partial(address, entity_id, query),
        entity_id=entity_id,
        types=OBJECT_TYPES,
        type_words=OBJECT_WORDS,
        days=DAYS,
        group_text=logs.group_text,
        ways=_ways(entity_id, here, found.groups),
        titles=_titles(found),
        markable=MARKABLE,
        kind_words=_kind_words,
        fine=_fine(found) if found.failing else "",
        full_address=request.host_url[:-1] + here,
        on=_shown(found),
        waiting=any(line.state is RecordState.WAITING for line in found.page.lines),
    )


@bp.post("/update")
@needs(Action.SEE)
def update(entity_id: str) -> Response:
    """Read Monite again; sends nothing."""
    logs.update(deps(), entity_id)
    flash(_("Reading again. New results appear here in a moment."))
    return redirect(address(entity_id, query_of(request.args)), code=303)


@bp.get("/watch")
@needs(Action.SEE)
def watch(entity_id: str) -> str:
    """The next look and, only when something changed, the states that did and how much is new."""
    query = query_of(request.args)
    since, unchanged = request.args.get("since", 0, int), request.args.get("n", 0, int)
    shown = _on_screen(request.args.getlist("on"))
    than = request.args.get("than", "")
    now = logs.revision(deps(), entity_id)
    lines = [] if now == since else logs.states(deps(), entity_id, list(shown))
    changed = [line for line in lines if (line.state.value, line.tries) != shown[line.id][:2]]
    shown |= {line.id: (line.state.value, line.tries, shown[line.id][2]) for line in lines}
    n = unchanged + 1 if now == since else 0
    waiting = any(state == "waiting" for state, _tries, _button in shown.values())
    context: dict[str, Any] = {
        "address": partial(address, entity_id, query),
        "since": now,
        "n": n,
        "on": [f"{state}{tries}{button}.{key}" for key, (state, tries, button) in shown.items()],
        "than": than,
        "next_in": 2 if waiting else max(5, pause(n)),
    }
    if now == since:
        return render_template("log/_watch.html", **context)
    return render_template(
        "log/_watched.html",
        **context,
        changed=changed,
        next_tries=logs.next_tries(deps(), changed),
        problem_of=problem_of,
        buttons={key for key, (_state, _tries, button) in shown.items() if button},
        newer=logs.newer(deps(), entity_id, query, than, list(shown)) if than else 0,
        tabs=logs.tab_counts(deps(), entity_id, query),
        spoken=_spoken(changed),
    )


def query_of(args: MultiDict[str, str]) -> LogQuery:
    """The filters of an address; what is not known counts as not given."""
    tab, kind, days = args.get("tab", ""), args.get("type", ""), args.get("days", 0, int)
    view = args.get("view", "")
    return LogQuery(
        tab=tab if tab in TABS else "attention",
        view=view if view in ("record", "problem") else "",
        object_type=kind if kind in OBJECT_TYPES else "",
        problem=args.get("problem", "")[:40],
        days=days if days in DAYS else 0,
        text=args.get("q", "").strip()[:100],
        after=args.get("after", "")[:120],
        before=args.get("before", "")[:120],
    )


def address(entity_id: str, query: LogQuery, endpoint: str = "log.show", **changes: Any) -> str:
    """The address of this list with some of its filters changed; a page of another list is left behind."""
    values: dict[str, Any] = {
        "tab": query.tab if query.tab != "attention" else "",
        "view": query.view,
        "type": query.object_type,
        "problem": query.problem,
        "days": query.days,
        "q": query.text,
        **changes,
    }
    return url_for(endpoint, entity_id=entity_id, **{key: value for key, value in values.items() if value})


def _ways(entity_id: str, here: str, groups: Sequence[ProblemGroup]) -> dict[str, tuple[str, str]]:
    """For groups that are put right on one of our screens: what the link is called, and where it leads."""
    wanted = {group.code: group.problem.fix for group in groups if group.problem.fix in _PLACES}
    if not wanted:
        return {}
    back = urlencode({"return": here})
    ways: dict[str, tuple[str, str]] = {}
    for code, fix in wanted.items():
        word, path = _PLACES[fix]
        if path.startswith("assign"):
            path += f"?show={_SHOWN_PROBLEMS.get(code, 'needs')}&{back}"
        ways[code] = (gettext(word), f"/e/{entity_id}/{path}")
    return ways


def _kind_words() -> dict[str, str]:
    """What the kinds of records are called at the start of a sentence."""
    return {
        "bill": _("Bills"),
        "receivable": _("Invoices"),
        "product": _("Products"),
        "vendor": _("Suppliers"),
        "customer": _("Customers"),
    }


def _fine(found: logs.Log) -> str:
    """The kinds that could be read, while others couldn't, as a list in words."""
    names = [name for kind, name in _kind_words().items() if kind not in found.failing]
    if not names:
        return ""
    rest = [name[:1].lower() + name[1:] for name in names[1:]]
    return str(format_list([names[0], *rest], locale=get_locale() or "en"))


def _titles(found: logs.Log) -> dict[str, str]:
    """What each problem is called that the page names."""
    codes = {*found.problems, found.query.problem, *(line.problem for line in found.page.lines)}
    return {code: gettext(problem_of(code).title) for code in codes if code}


def _shown(found: logs.Log) -> list[str]:
    """What a page tells its watch of each record that may change by itself; see `_on_screen`."""
    buttons = may(Action.RETRY) and not found.obstacle and found.query.tab in ("attention", "all")
    return [
        f"{line.state.value}{line.tries}{'*' if buttons and line.retryable else ''}.{line.id}"
        for line in found.page.lines
        if line.state in (RecordState.ATTENTION, RecordState.WAITING)
    ]


def _on_screen(told: list[str]) -> dict[str, tuple[str, int, str]]:
    """What a page shows of each record: its state, how often it was tried, and `*` where it has a Retry."""
    found = (_SHOWN.fullmatch(part) for part in told)
    return {m["id"]: (m["state"], int(m["tries"]), m["button"]) for m in found if m}


def _spoken(changed: list[Any]) -> str:
    """What a screen reader is told: endings only."""
    sent = sum(1 for line in changed if line.state.value == "sent")
    stopped = sum(1 for line in changed if line.state.value in ("attention", "cannot"))
    words = []
    if sent:
        words.append(ngettext("%(num)s record sent", "%(num)s records sent", sent))
    if stopped:
        words.append(ngettext("%(num)s record still stopped", "%(num)s records still stopped", stopped))
    return ", ".join(words)
