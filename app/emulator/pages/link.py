"""The provider's sign-in pages behind a `connection_url`: sign in, choose, confirm, finish.

Where a person stands is in the address (`?step=`) and in the connection itself, so the pages need
neither a script nor a session.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, render_template, request, url_for
from sqlite_utils import Database
from werkzeug.wrappers import Response as BaseResponse

from app.emulator.deps import database, settings
from app.emulator.errors import NotFoundError
from app.emulator.samples import people
from app.emulator.store import books, connections, faults, sides
from app.emulator.store.database import write
from app.emulator.sync import connections as access
from app.emulator.sync import engine

bp = Blueprint("link", __name__)

PATH = "/companies/<company_id>/connections/<link_id>/start"
STEPS = {
    "xero": ("Sign in", "Organisation", "Confirm", "Next", "Finish"),
    "quickbooks_online": ("Sign in", "Company", "Finish"),
}
SYSTEMS = {"xero": "Xero", "quickbooks_online": "QuickBooks Online"}


@dataclass(frozen=True, slots=True)
class Visit:
    """The connection whose pages are being visited, with what the pages say about it."""

    db: Database
    connection: dict[str, Any]
    entity: dict[str, Any]
    platform: str

    @property
    def connected(self) -> bool:
        """Whether access was given."""
        return bool(self.connection["status"] == "connected")

    @property
    def ended(self) -> bool:
        """Whether the connection was ended for good."""
        return bool(self.connection["status"] == "disconnected")

    def page(self, template: str, *, step: int | None = None, status: int = 200, **context: Any) -> Response:
        """A page of the flow."""
        steps = STEPS[self.platform]
        if step is not None:
            context |= {"steps": steps, "step": steps[step]}
        html = render_template(
            f"emulator/{template}.html",
            system=SYSTEMS[self.platform],
            quickbooks=self.platform == "quickbooks_online",
            entity=self.entity,
            person=people.sample_person(self.entity["key"]),
            **context,
        )
        return Response(html, status=status, mimetype="text/html")


@bp.get(PATH)
def show(company_id: str, link_id: str) -> BaseResponse:
    """The page of the step that the address names; 404 for a link that nobody gave out."""
    visit = _visit(company_id, link_id)
    if visit is None:
        return _unknown()
    if visit.ended:
        return _ended(visit)
    step = request.args.get("step", "start")
    if step in ("confirm", "next", "finish"):
        return _after_access(visit, step)
    return _before_access(visit, step)


@bp.post(PATH)
def act(company_id: str, link_id: str) -> BaseResponse:
    """Do what the pressed button says, then lead to the next page or back to the product."""
    visit = _visit(company_id, link_id)
    if visit is None:
        return _unknown()
    if visit.ended:
        return _ended(visit)
    actions = {"allow": _allow, "cancel": _cancel, "back": _back, "finish": _finish, "used": _leave_used}
    action = actions.get(request.form.get("action", ""))
    return action(visit) if action else _to_step(visit, "start")


def _visit(company_id: str, link_id: str) -> Visit | None:
    db = database()
    row = connections.find_by_link(db, link_id)
    if row is None or row["company_id"] != company_id:
        return None
    return Visit(db, row, sides.get_entity(db, row["entity_id"]), books.books_platform(row["platform"]))


def _before_access(visit: Visit, step: str) -> BaseResponse:
    if visit.connected or faults.find(visit.db, "link_used", visit.entity["id"]) is not None:
        return _used(visit)
    return _choose(visit) if step == "organisation" else visit.page("sign_in", step=0)


def _choose(visit: Visit, *, problem: str | None = None, status: int = 200) -> Response:
    found = books.find_organisations(visit.db, visit.entity["id"], visit.platform)
    organisations = sorted(found, key=lambda row: str(row["name"]))
    return visit.page(
        "organisation",
        step=1,
        status=status,
        organisations=organisations,
        problem=problem,
        chosen=request.form.get("organisation") or next(row["id"] for row in found if row["is_own"]),
    )


def _after_access(visit: Visit, step: str) -> BaseResponse:
    if not visit.connected:
        return _to_step(visit, "start")
    number = {"confirm": 2, "next": 3, "finish": -1}[step]
    organisation = books.find_organisation(visit.db, visit.connection["organisation_id"])
    return visit.page(step, step=number, organisation=organisation)


def _allow(visit: Visit) -> BaseResponse:
    """Access is given here, as at the real providers: what follows only tells the person about it."""
    chosen = request.form.get("organisation")
    if visit.connected:
        return _to_step(visit, "finish")
    if not chosen:
        word = "a company" if visit.platform == "quickbooks_online" else "an organisation"
        return _choose(visit, problem=f"Choose {word}", status=422)
    try:
        access.authorise(visit.db, visit.connection["id"], visit.platform, chosen)
    except NotFoundError:
        return _choose(visit, problem="Choose one from the list", status=422)
    _hurry(visit)
    return _to_step(visit, "confirm" if visit.platform == "xero" else "finish")


def _cancel(visit: Visit) -> BaseResponse:
    """Before access was given nothing changes; afterwards it is taken away again."""
    with write(visit.db):
        end = access.revoke if visit.connected else access.deny
        end(visit.db, visit.connection["id"])
    return _leave(403, "User cancelled.") or visit.page(
        "outcome",
        heading="Nothing was connected",
        sentence="You can close this page. The link can be used again.",
        action=None,
    )


def _back(visit: Visit) -> BaseResponse:
    """The wrong organisation was chosen: take its access away and choose again."""
    if visit.connected:
        access.revoke(visit.db, visit.connection["id"])
    return _to_step(visit, "organisation")


def _finish(visit: Visit) -> BaseResponse:
    if not visit.connected:
        return _to_step(visit, "start")
    return _leave(200) or visit.page(
        "outcome", heading="You are all set", sentence="You can close this page.", action=None
    )


def _used(visit: Visit) -> Response:
    return visit.page(
        "outcome",
        heading="This link was used already",
        sentence="Nothing was changed. Go back to see how the connection stands.",
        action="used" if settings().redirect_url else None,
        button="Go back",
    )


def _leave_used(visit: Visit) -> BaseResponse:
    with write(visit.db):
        faults.take(visit.db, "link_used", visit.entity["id"])
    return _leave(201) or _used(visit)


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
        heading="There is no such link",
        sentence="The address may have been copied only in part, or the sample data was started over.",
        action=None,
    )
    return Response(html, status=404, mimetype="text/html")


def _to_step(visit: Visit, step: str) -> BaseResponse:
    """The page of a step; an empty step leaves the address bare."""
    address = url_for(
        "pages.link.show",
        company_id=visit.connection["company_id"],
        link_id=visit.connection["provider_connection_id"],
        step=None if step == "start" else step,
    )
    return redirect(address, code=303)


def _leave(status_code: int, message: str = "") -> BaseResponse | None:
    """Back to the product with the provider's own parameters; None where no way back was set."""
    target = settings().redirect_url
    if target is None:
        return None
    query = {"statusCode": status_code, **({"errorMessage": message} if message else {})}
    return redirect(f"{target}{'&' if '?' in target else '?'}{urlencode(query)}", code=303)


def _hurry(visit: Visit) -> None:
    if settings().instant:
        engine.run_due(visit.db, settings())
