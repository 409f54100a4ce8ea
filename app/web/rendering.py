"""One URL, two shapes: the whole page, or the region that htmx asked for."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from flask import make_response, render_template, request
from flask.templating import Environment
from jinja2.bccache import Bucket, BytecodeCache
from werkzeug.wrappers import Response


class Compiled(BytecodeCache):
    """What templates compile to, once in a process and those forked from it, however many apps they make."""

    def __init__(self) -> None:
        self._codes: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._codes:
            bucket.bytecode_from_string(self._codes[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._codes[bucket.key] = bucket.bytecode_to_string()


class PageEnvironment(Environment):
    """Templates that all share one dictionary of globals.

    Jinja lays a layer of its own over it for each template, and goes through it name by name at every
    import and include; nothing here needs that layer.
    """

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        return super().make_globals(d) if d else self.globals


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
