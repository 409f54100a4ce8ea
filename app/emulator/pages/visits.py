"""A visit to the sign-in pages: whose connection it is, how far it has come, and how it is left.

Where a person stands is in the address and in the connection itself, so the pages need neither a
script nor a session: `?step=` names the page, `?system=` the accounting system until access is given,
and whatever else the link carried is kept for the way back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Response, redirect, render_template, request
from sqlite_utils import Database
from werkzeug.wrappers import Response as BaseResponse

from app.emulator.deps import database, redirect_url
from app.emulator.rules import links, redirects
from app.emulator.rules.codat_hooks import CLIENT_ID
from app.emulator.rules.platforms import INTEGRATIONS, SYSTEMS
from app.emulator.samples import people
from app.emulator.store import books, connections, sides

UNKNOWN_SYSTEM = "your accounting system"
PLACE = "practice page"
LABELS = {
    "system": "System",
    "sign_in": "Sign in",
    "organisation": "Organisation",
    "confirm": "Confirm",
    "next": "Next",
    "finish": "Finish",
}


@dataclass(frozen=True, slots=True)
class Visit:
    """The connection whose pages are being visited, with what the pages say about it."""

    db: Database
    connection: dict[str, Any]
    entity: dict[str, Any]
    system: str | None
    """The accounting system: the connection's own, else the one chosen on these pages."""

    @property
    def connected(self) -> bool:
        """Whether access was given."""
        return bool(self.connection["status"] == "connected")

    @property
    def ended(self) -> bool:
        """Whether the connection was ended for good."""
        return bool(self.connection["status"] == "disconnected")

    @property
    def quickbooks(self) -> bool:
        """Whether the system says company and Connect, not organisation and Allow access."""
        return self.system == "quickbooks_online"

    @property
    def steps(self) -> tuple[str, ...]:
        """The pages from the first to the last."""
        if links.style(self.connection) != "codat":
            return ("system", "sign_in", "organisation", "finish")
        if self.quickbooks:
            return ("sign_in", "organisation", "finish")
        return ("sign_in", "organisation", "confirm", "next", "finish")

    @property
    def person(self) -> str:
        """Who signs in."""
        return people.sample_person(self.entity["key"])

    @property
    def name_of_system(self) -> str:
        """The accounting system in words."""
        return SYSTEMS[self.system] if self.system else UNKNOWN_SYSTEM

    def page(self, template: str, *, step: str | None = None, status: int = 200, **context: Any) -> Response:
        """A page of the flow; its step is named when there is one."""
        if step is not None:
            labels = LABELS | ({"organisation": "Company"} if self.quickbooks else {})
            context |= {"steps": [labels[name] for name in self.steps], "step": labels[step]}
        html = render_template(
            f"emulator/{template}.html",
            system=self.name_of_system,
            place=f"practice {self.name_of_system}" if self.system else PLACE,
            quickbooks=self.quickbooks,
            entity=self.entity,
            person=self.person,
            carried=_carried(),
            may_choose=self.connection["platform"] is None,
            **context,
        )
        return Response(html, status=status, mimetype="text/html")

    def to(self, step: str, **more: str) -> BaseResponse:
        """The page of a step; the start, with nothing to carry, leaves the address bare."""
        query = {**_carried(), **({} if step == "start" else {"step": step}), **more}
        address = links.path(self.connection) + (f"?{urlencode(query)}" if query else "")
        return redirect(address, code=303)

    def leave(self, end: redirects.End) -> BaseResponse | None:
        """Back to the product with the provider's own parameters; None where no way back was set."""
        target = redirect_url()
        if target is None:
            return None
        return redirect(redirects.address(target, end, {**_carried(), **self._facts()}), code=303)

    def _facts(self) -> dict[str, str]:
        row = self.connection
        organisation = books.find_organisation(self.db, row["organisation_id"] or "")
        facts = {
            "clientId": CLIENT_ID,
            "companyId": row["company_id"],
            "connectionId": row["provider_connection_id"],
            "sourceType": "accounting",
            "data.company.companyName": organisation["name"] if organisation else "",
        }
        if self.system is not None:
            found = INTEGRATIONS[row["platform"] or self.system]
            facts |= {
                "platform": found.key,
                "platformName": found.name,
                "integrationId": found.id,
                "sourceId": found.source_id,
            }
        return facts


def find(link_id: str) -> Visit | None:
    """The visit to the link whose address was asked for; None for one that nobody gave out."""
    try:
        known = str(UUID(link_id))
    except ValueError:
        return None
    db = database()
    row = connections.find_by_link(db, known)
    if row is None or links.path(row) != request.path:
        return None
    chosen = request.args.get("system")
    system = books.books_platform(row["platform"]) if row["platform"] else chosen
    return Visit(db, row, sides.get_entity(db, row["entity_id"]), system if system in SYSTEMS else None)


def _carried() -> dict[str, str]:
    """What goes from page to page in the address, beside the step."""
    return {name: value for name, value in request.args.items() if name != "step"}
