"""Where Monite and Codat post what has happened. Open to anyone; what isn't signed is refused."""

from __future__ import annotations

import sqlite3

from flask import Blueprint, Response, request

from app.domain.webhooks import Note
from app.services import webhooks
from app.services.webhooks import LARGEST
from app.web.access import for_machines
from app.web.requests import nobodys_deps

bp = Blueprint("webhooks", __name__, url_prefix="/webhooks")


@bp.post("/monite")
@bp.post("/codat")
@for_machines
def receive() -> Response:
    """Nothing, once the message is kept; it is handled afterwards."""
    request.max_content_length = LARGEST
    headers = {name.lower(): value for name, value in request.headers.items()}
    try:
        note = webhooks.receive(nobodys_deps(), request.path.rstrip("/"), headers, request.get_data())
    except sqlite3.OperationalError:
        # Of our own failures, Codat's rules are sent again after this one alone.
        return Response("Busy", status=503, headers={"Retry-After": "5"}, mimetype="text/plain")
    if note is Note.NONE:
        return Response(status=200)
    return Response("Refused", status=400 if note is Note.UNREADABLE else 401, mimetype="text/plain")
