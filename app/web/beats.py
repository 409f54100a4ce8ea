"""The heartbeat of a page: asks whether anything changed, and only then redraws small pieces.

A page includes `_beat.html` with `beat_page` set to its name; its module registers what to redraw:

    @beat("log")
    def _(entity_id: str) -> str:
        return render_template("log/_beat.html", …)   # out-of-band pieces
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, Response, after_this_request, g, render_template, request

from app.domain.people import Action
from app.services import frames
from app.web.access import needs
from app.web.requests import deps

bp = Blueprint("beats", __name__)
Redraw = Callable[[str], str]
LADDER = ((10, 2), (34, 5), (80, 30))
"""After how many unchanged beats the pause grows: 2 s for 20 s, 5 s to two minutes, then longer."""
SLOWEST = 60


@dataclass(frozen=True, slots=True)
class _Page:
    redraw: Redraw
    always: bool


_pages: dict[str, _Page] = {}


def beat(page: str, *, always: bool = False) -> Callable[[Redraw], Redraw]:
    """Register what a page redraws; `always` for pages whose words change with the clock alone."""

    def register(redraw: Redraw) -> Redraw:
        _pages[page] = _Page(redraw, always)
        return redraw

    return register


def shape() -> str:
    """What the page on the screen was drawn for, as it said with `beat_shape`."""
    return request.args.get("shape", "")


def reshape(new: str) -> bool:
    """Say what the page is drawn for from now on; whether that is something else than before."""
    g.beat_shape = new
    return new != shape()


def lead_to(address: str) -> None:
    """Have this beat take the browser to another page."""

    @after_this_request
    def _redirect(response: Response) -> Response:
        response.headers["HX-Redirect"] = address
        return response


def pause(unchanged: int) -> int:
    """Seconds until the next beat, after this many beats without news."""
    return next((seconds for count, seconds in LADDER if unchanged < count), SLOWEST)


@bp.get("/e/<entity_id>/beat")
@needs(Action.SEE)
def show(entity_id: str) -> str:
    """The next beat and, only when something changed, the pieces that did."""
    name = request.args.get("page", "")
    since = request.args.get("since", 0, int)
    unchanged = request.args.get("n", 0, int)
    page = _pages.get(name)
    now = frames.revision(deps().db, entity_id)
    if now == since and not (page and page.always):
        return _next(entity_id, name, now, unchanged + 1)
    pieces = page.redraw(entity_id) if page else ""
    if now == since:
        return _next(entity_id, name, now, unchanged + 1) + pieces
    shell = render_template("_shell_beat.html")
    frame = frames.get(deps(), entity_id)
    return _next(entity_id, name, now, 0, frame.banner if frame else "") + shell + pieces


def _next(entity_id: str, page: str, since: int, unchanged: int, banner: str | None = None) -> str:
    return render_template(
        "_beat.html",
        beat_entity=entity_id,
        beat_page=page,
        beat_since=since,
        beat_n=unchanged,
        beat_pause=pause(unchanged),
        beat_shape=g.get("beat_shape", shape()),
        beat_banner=request.args.get("banner", "") if banner is None else banner,
    )
