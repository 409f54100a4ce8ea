"""Taking in a webhook, over what its one insert costs: a bare route that stores the body and answers.

A sender waits for nothing else, so this is how many can come at a time. What they lead to is handled
afterwards; its limit is a number per second.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import count
from pathlib import Path

from flask import Flask, request
from flask.testing import FlaskClient
from sqlite_utils import Database

from app.domain.entities import Entity
from app.factory import create_app
from app.services import webhooks
from app.store import entities
from app.store.database import write
from tests import empty_files
from tests.bench.report import Figure
from tests.bench.turns import in_turns
from tests.factories import NOW, make_deps, make_monite, make_settings
from tests.webhook_samples import add_connection, codat_headers, keep_secrets, raw, read_completed

A_TIME = 20
LIMIT = 3.5
HANDLED_A_SECOND = 100


def run() -> Iterator[Figure]:
    """How long a message takes to be taken in, and how many are handled in a second."""
    with tempfile.TemporaryDirectory() as folder:
        settings = make_settings(Path(folder))
        with closing(empty_files.store(settings.database)) as db:
            deps = make_deps(db, settings)
            keep_secrets(deps)
            with write(db):
                entities.save(db, [(Entity("e1", "Harbour Lane", "GB", "GBP", None, "active"), None)], NOW)
            add_connection(db, NOW)
            app = create_app(settings, monite=make_monite(settings), clock=lambda: NOW, wake=lambda: None)
            ours, bare = in_turns(_posts(app.test_client()), _posts(_bare(db)), times=15, warm=2)
            yield Figure(
                "Webhook taken in, over a bare insert",
                ours / bare,
                LIMIT,
                f"{ours * 1000 / A_TIME:.2f} ms each",
            )
            began, handled = time.perf_counter(), 0
            while (found := webhooks.run_due(deps, 60)) > 0:
                handled += found
            took = time.perf_counter() - began
            yield Figure("Webhooks handled in a second", handled / took, HANDLED_A_SECOND, at_least=True)
            app.extensions["gangway"].connections.close()


def _posts(client: FlaskClient) -> Callable[[], None]:
    """Post some signed messages, each with an id of its own."""
    body = raw(read_completed(("items", "Complete", []), ("suppliers", "Complete", []), at=NOW.isoformat()))
    numbers = count()

    def post() -> None:
        for _ in range(A_TIME):
            headers = codat_headers(body, NOW, f"msg_{next(numbers)}")
            assert client.post("/webhooks/codat", data=body, headers=headers).status_code == 200

    return post


def _bare(db: Database) -> FlaskClient:
    app = Flask(__name__)
    db.execute("CREATE TABLE bare (id INTEGER PRIMARY KEY, name TEXT UNIQUE, event TEXT, body TEXT) STRICT")

    @app.post("/webhooks/codat")
    def take() -> str:
        body = request.get_data()
        with write(db):
            db.execute(
                "INSERT INTO bare (name, event, body) VALUES (?, ?, ?)",
                [request.headers["webhook-id"], json.loads(body)["eventType"], body.decode()],
            )
        return ""

    return app.test_client()
