"""The provider's sign-in pages behind a `connection_url`: choose a system, sign in, allow, finish.

Codat's link is for one system, so its pages begin with signing in; Railz's and the unnamed one of the
newest version begin with the choice of the system.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from app.emulator.deps import redirect_url, settings
from app.emulator.errors import NotFoundError
from app.emulator.pages import visits
from app.emulator.pages.visits import Visit
from app.emulator.rules import redirects
from app.emulator.rules.platforms import SYSTEMS
from app.emulator.store import books, faults
from app.emulator.store.database import write
from app.emulator.sync import connections as access
from app.emulator.sync import engine

bp = Blueprint("link", __name__)

AFTER_ACCESS = ("confirm", "next", "finish")
# The shapes that app.emulator.rules.links gives out.
PATHS = ("/ste-<link_id>", "/link/<link_id>", "/companies/<company_id>/connections/<link_id>/start")


def show(link_id: str, **_: str) -> BaseResponse:
    """The page of the step that the address names; 404 for a link that nobody gave out."""
    visit = visits.find(link_id)
    if visit is None:
        return _unknown()
    if visit.ended:
        return _ended(visit)
    step = request.args.get("step", "start")
    return _after_access(visit, step) if step in AFTER_ACCESS else _before_access(visit, step)


def act(link_id: str, **_: str) -> BaseResponse:
    """Do what the pressed button says, then lead to the next page or back to the product."""
    visit = visits.find(link_id)
    if visit is None:
        return _unknown()
    if visit.ended:
        return _ended(visit)
    action = ACTIONS.get(request.form.get("action", ""))
    return action(visit) if action else visit.to("start")


for _path in PATHS:
    bp.add_url_rule(_path, view_func=show, methods=["GET"])
    bp.add_url_rule(_path, view_func=act, methods=["POST"])


def _before_access(visit: Visit, step: str) -> BaseResponse:
    if _is_used(visit):
        return _used(visit)
    if visit.system is None:
        return _choose_system(visit)
    return _choose(visit) if step == "organisation" else visit.page("sign_in", step="sign_in")


def _after_access(visit: Visit, step: str) -> BaseResponse:
    if not visit.connected:
        return visit.to("start")
    if step not in visit.steps:
        return visit.to("finish")
    organisation = books.find_organisation(visit.db, visit.connection["organisation_id"])
    return visit.page(step, step=step, organisation=organisation)


def _is_used(visit: Visit) -> bool:
    return visit.connected or faults.find(visit.db, "link_used", visit.entity["id"]) is not None


def _choose_system(visit: Visit, *, problem: str | None = None, status: int = 200) -> Response:
    return visit.page("system", step="system", status=status, systems=SYSTEMS, problem=problem)


def _choose(visit: Visit, *, problem: str | None = None, status: int = 200) -> Response:
    found = books.find_organisations(visit.db, visit.entity["id"], visit.system)
    if not found:
        return _nothing_to_choose(visit)
    return visit.page(
        "organisation",
        step="organisation",
        status=status,
        organisations=sorted(found, key=lambda row: str(row["name"])),
        problem=problem,
        chosen=request.form.get("organisation") or found[0]["id"],
    )


def _nothing_to_choose(visit: Visit) -> Response:
    word = "company" if visit.quickbooks else "organisation"
    return visit.page(
        "outcome",
        heading=f"There is no {word} to connect",
        sentence=f"{visit.person} cannot get into the books of any {word} at {visit.name_of_system}.",
        **_button("failed"),
    )


def _take_system(visit: Visit) -> BaseResponse:
    if _is_used(visit):
        return _used(visit)
    chosen = request.form.get("system", "")
    if chosen not in SYSTEMS:
        return _choose_system(visit, problem="Choose the accounting system that you use", status=422)
    return visit.to("sign_in", system=chosen)


def _allow(visit: Visit) -> BaseResponse:
    if visit.connected:
        return visit.to("finish")
    if _is_used(visit):
        return _used(visit)
    return visit.to("start") if visit.system is None else _give_access(visit)


def _give_access(visit: Visit) -> BaseResponse:
    """Access is given here, as at the real providers: what follows only tells the person about it."""
    chosen = request.form.get("organisation")
    if not chosen:
        word = "a company" if visit.quickbooks else "an organisation"
        return _choose(visit, problem=f"Choose {word}", status=422)
    if _breaks_down(visit):
        return _fail(visit)
    try:
        access.authorise(visit.db, visit.connection["id"], visit.system, chosen)
    except NotFoundError:
        return _choose(visit, problem="Choose one from the list", status=422)
    if settings().instant:
        engine.run_due(visit.db, settings())
    return visit.to(visit.steps[visit.steps.index("organisation") + 1])


def _breaks_down(visit: Visit) -> bool:
    with write(visit.db):
        return faults.take(visit.db, "sign_in_error", visit.entity["id"]) is not None


def _cancel(visit: Visit) -> BaseResponse:
    """Before access was given nothing changes; afterwards it is taken away again."""
    with write(visit.db):
        end = access.revoke if visit.connected else access.deny
        end(visit.db, visit.connection["id"])
    return visit.leave(redirects.CANCELLED) or _nothing_connected(visit, "Nothing was connected")


def _back(visit: Visit) -> BaseResponse:
    """The wrong organisation was chosen: take its access away and choose again."""
    if visit.connected:
        access.revoke(visit.db, visit.connection["id"])
    return visit.to("organisation")


def _finish(visit: Visit) -> BaseResponse:
    if not visit.connected:
        return visit.to("start")
    return visit.leave(redirects.LINKED) or visit.page(
        "outcome", heading="You are all set", sentence="You can close this page.", action=None
    )


def _fail(visit: Visit) -> BaseResponse:
    access.break_off(visit.db, visit.connection["id"])
    return visit.leave(redirects.FAILED) or _nothing_connected(visit, "Something went wrong")


def _unlisted(visit: Visit) -> BaseResponse:
    return visit.leave(redirects.UNSUPPORTED) or _nothing_connected(
        visit, "Your system cannot be connected yet"
    )


def _nothing_connected(visit: Visit, heading: str) -> Response:
    sentence = "Nothing was connected. You can close this page. The link can be used again."
    return visit.page("outcome", heading=heading, sentence=sentence, action=None)


def _used(visit: Visit) -> Response:
    return visit.page(
        "outcome",
        heading="This link was used already",
        sentence="Nothing was changed. Go back to see how the connection stands.",
        **_button("used"),
    )


def _leave_used(visit: Visit) -> BaseResponse:
    with write(visit.db):
        faults.take(visit.db, "link_used", visit.entity["id"])
    return visit.leave(redirects.UNCHANGED) or _used(visit)


def _button(action: str) -> dict[str, Any]:
    """The button that leads back, where there is a way back."""
    return {"action": action if redirect_url() else None, "button": "Go back"}


def _ended(visit: Visit) -> Response:
    return visit.page(
        "outcome",
        status=410,
        heading="This link no longer works",
        sentence="The connection was ended. Ask for a new link where you got this one.",
        action=None,
    )


def _unknown() -> Response:
    html = render_template(
        "emulator/outcome.html",
        system="an accounting system",
        place=visits.PLACE,
        heading="There is no such link",
        sentence="The address may have been copied only in part, or the sample data was started over.",
        action=None,
    )
    return Response(html, status=404, mimetype="text/html")


ACTIONS = {
    "system": _take_system,
    "unlisted": _unlisted,
    "allow": _allow,
    "cancel": _cancel,
    "back": _back,
    "finish": _finish,
    "failed": _fail,
    "used": _leave_used,
}
