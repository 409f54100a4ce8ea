"""One URL, two shapes: the whole page, or the region that htmx asked for."""

from __future__ import annotations

from typing import Any

from flask import make_response, render_template, request
from werkzeug.wrappers import Response


def wants_fragment() -> bool:
    """Whether htmx asked for a region; a boosted or history-restoring request gets the page."""
    htmx = request.headers.get("HX-Request") == "true"
    whole = "HX-Boosted" in request.headers or "HX-History-Restore-Request" in request.headers
    return htmx and not whole


def render(page: str, *, fragment: str | None = None, status: int = 200, **context: Any) -> Response:
    """The page, or its fragment for htmx; caches are told that the two differ."""
    template = fragment if fragment and wants_fragment() else page
    response = make_response(render_template(template, **context), status)
    response.vary.add("HX-Request")
    return response
