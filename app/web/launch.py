"""Launch links: the partner's backend asks for one, and the person's browser opens it."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from flask import Blueprint, jsonify, make_response, redirect, request, session, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from app.domain.errors import InputError, MoniteError, NotAllowedError, NotThereError, TooManyTriesError
from app.domain.launch_links import LaunchLink
from app.services import entrances, launch_links
from app.web.access import for_machines, open_to_anyone
from app.web.rendering import render
from app.web.requests import browser, deps, house, let_in, session_or_none

bp = Blueprint("launch", __name__)
LARGEST_BODY = 10_000


@bp.post("/api/launch-links")
@for_machines
def make() -> Response:
    """A link for one person, one business and one role, for the partner's backend."""
    request.max_content_length = LARGEST_BODY
    try:
        launch_links.check_key(deps(), _bearer(), request.remote_addr or "")
        made = launch_links.make(deps(), _body())
    except NotAllowedError as error:
        return _problem(401, str(error), {"WWW-Authenticate": 'Bearer realm="gangway"'})
    except NotThereError as error:
        return _problem(404, str(error))
    except InputError as error:
        return _problem(422, error.message)
    except TooManyTriesError as error:
        return _problem(429, str(error), {"Retry-After": str(error.retry_after)})
    except MoniteError:
        return _problem(502, "Monite could not be asked about this entity. Try again in a minute.")
    until = made.expires_at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return make_response(jsonify(url=made.url, expires_at=until), 201)


@bp.get("/launch/<token>")
@open_to_anyone
def show(token: str) -> Response:
    """Come in by the link; whoever only looks ahead doesn't use it up."""
    if _only_looks_ahead():
        return _private(make_response("", 200 if request.method == "HEAD" else 503))
    link = launch_links.find(deps(), token, request.remote_addr or "")
    came = session_or_none()
    if link and launch_links.led_to(link, came):
        return _private(redirect(entrances.way(link.actor), code=303))
    if link and came and came.actor != link.actor and link.is_good(house().clock()):
        return _private(
            render("people/launch.html", link=link, own=came, address=url_for(".go_on", token=token))
        )
    return _come_in(link)


@bp.post("/launch/<token>")
@open_to_anyone
def go_on(token: str) -> Response:
    """Come in by the link in place of the person who is in with this browser."""
    return _come_in(launch_links.find(deps(), token, request.remote_addr or ""))


def _come_in(link: LaunchLink | None) -> Response:
    came = launch_links.use(deps(), link, browser()) if link else None
    if came is None:
        return _private(render("people/launch_over.html", status=410 if link else 404, link=link))
    place = entrances.way(came.session.actor, session.get("wanted", ""))
    return _private(let_in(redirect(place, code=303), came))


def _only_looks_ahead() -> bool:
    """Whether nobody is waiting for this page: a check of the address, or a browser that reads ahead."""
    purposes = (request.headers.get(name, "") for name in ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"))
    return request.method == "HEAD" or any(
        "prefetch" in purpose.lower() or "preview" in purpose.lower() for purpose in purposes
    )


def _private(response: Response) -> Response:
    """The address lets somebody in: it is told to nobody, and stands in no index."""
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _bearer() -> str:
    scheme, _space, key = request.headers.get("Authorization", "").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else ""


def _body() -> Any:
    try:
        return request.get_json(force=True)
    except (HTTPException, RecursionError) as error:
        raise InputError("body", "The body must be a JSON object of at most 10,000 bytes.") from error


def _problem(status: int, message: str, headers: dict[str, str] | None = None) -> Response:
    return make_response(jsonify(error={"message": _(message)}), status, headers or {})
