"""The yardstick for pages: what their data costs when nothing is done to please anybody.

A bare page is a Flask application with one route and nothing else: no session, no guard, no headers,
no token. The route runs every SELECT that the measured page ran, with the same values, through the
same library over a connection that stays open, and a Jinja template without shell, macros, texts or
links prints every value of every row, escaped. So the whole of what the product's page shows from the
store is on the bare page too, and more: columns that the product's page leaves out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask import Flask
from flask.testing import FlaskClient
from jinja2 import Environment
from sqlite_utils import Database

TEMPLATE = Environment(autoescape=True).from_string(
    "<!doctype html><title>Bare</title>{% for rows in answers %}<table>{% for row in rows %}<tr>"
    "{% for value in row.values() %}<td>{{ value }}</td>{% endfor %}"
    "</tr>{% endfor %}</table>{% endfor %}"
)


def bare_client(db: Database, statements: Sequence[str]) -> FlaskClient:
    """A browser for a bare page, at `/`, that shows the answers to these statements."""
    app = Flask(__name__)

    @app.get("/")
    def show() -> str:
        return TEMPLATE.render(answers=[list(db.query(statement)) for statement in statements])

    return app.test_client()


def reading(db: Database, look: Callable[[], object]) -> list[str]:
    """Every SELECT that looking at a page runs on this connection, with its values."""
    seen: list[str] = []
    db.conn.set_trace_callback(seen.append)
    try:
        look()
    finally:
        db.conn.set_trace_callback(None)
    return [text for text in seen if text.lstrip().upper().startswith(("SELECT", "WITH"))]
