"""50,000 bills that were never tried: what will become of each, counted, filtered and far behind."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from sqlite_utils import Database

from app.factory import create_app
from app.store import revisions
from app.store.database import connect, to_text, write
from tests.bench.entering import come_in
from tests.bench.report import Figure
from tests.bench.stores import ENTITY, NOW, make_store
from tests.bench.turns import in_turns, timed
from tests.factories import make_monite, make_settings

BILLS = 50_000
LIST = f"/e/{ENTITY}/ready"
MOST_SECONDS_OF_COUNTING = 1.0
MOST_SECONDS_OF_A_PAGE = 0.3
MOST_SECONDS_OF_LOOKING_FOR_LITTLE = 0.8
MOST_DEEPER = 1.3
DEEP = 100


def run() -> Iterator[Figure]:
    """The list after a change, again, by fate, by a problem of a few, for a word, and far behind."""
    with tempfile.TemporaryDirectory() as folder:
        settings = make_settings(Path(folder))
        with closing(make_store(settings.database, records=100, lines=2 * BILLS)) as db:
            _add_bills(db)
        app = create_app(settings, monite=make_monite(settings), clock=lambda: NOW, wake=lambda: None)
        client = app.test_client()
        come_in(client, ENTITY)
        with closing(connect(settings.database)) as db:
            yield from _figures(client, db)
        app.extensions["gangway"].connections.close()


def _figures(client: FlaskClient, db: Database) -> Iterator[Figure]:
    def get(query: str = "") -> str:
        answer = client.get(LIST + query)
        assert answer.status_code == 200, query
        return answer.text

    def seconds(name: str, query: str, limit: float) -> Figure:
        took = min(timed(lambda: get(query)) for _ in range(3))
        return Figure(f"{BILLS} bills never tried, {name}: seconds", took, limit)

    get()
    with write(db):
        revisions.bump(db, ENTITY)
    changed = timed(get)
    yield Figure(
        f"{BILLS} bills never tried, counted after a change: seconds", changed, MOST_SECONDS_OF_COUNTING
    )
    yield seconds("first page", "", MOST_SECONDS_OF_A_PAGE)
    yield seconds("those that will stop", "?show=stops", MOST_SECONDS_OF_A_PAGE)
    yield seconds("one problem of few", "?problem=TAX_NO_MATCH", MOST_SECONDS_OF_LOOKING_FOR_LITTLE)
    yield seconds("a word that none has", "?q=nowhere", MOST_SECONDS_OF_A_PAGE)
    path = ""
    for _ in range(DEEP):
        older = BeautifulSoup(get(path), "html.parser").select_one("#ready-list a[rel=next]")
        assert older is not None
        path = str(older["href"]).removeprefix(LIST)
    deep, first = in_turns(lambda: get(path), get, times=15, warm=2)
    yield Figure(
        f"{BILLS} bills never tried, page {DEEP}: over the first",
        deep / first,
        MOST_DEEPER,
        f"{deep * 1000:.2f} ms over {first * 1000:.2f} ms",
    )


def _add_bills(db: Database) -> None:
    at = to_text(NOW)
    with write(db):
        rows = [_bill(n, at) for n in range(BILLS)]
        names = ", ".join(rows[0])
        marks = ", ".join(f":{name}" for name in rows[0])
        db.conn.executemany(f"INSERT INTO payables ({names}) VALUES ({marks})", rows)
        db.execute("UPDATE payable_lines SET tax = 1750 WHERE id >= ?", [f"line-{2 * BILLS - 40:06}"])
        db.execute(
            "INSERT INTO tax_rates (id, entity_id, rate, raw, seen_at) VALUES ('vat', ?, 2000, '{}', ?)",
            [ENTITY, at],
        )
        db.execute(
            "INSERT INTO sync_rules (entity_id, payable, receivable, seen_at) VALUES (?, ?, ?, ?)",
            [ENTITY, '["waiting_to_be_paid", "paid", "partially_paid"]', '["issued", "paid"]', at],
        )
    db.execute("ANALYZE")


def _bill(n: int, at: str) -> dict[str, Any]:
    """The higher the number, the older; so the few with a strange rate stand at the very end."""
    moment = to_text(NOW - timedelta(seconds=30 * n))
    return {
        "id": f"payable-{n:06}",
        "entity_id": ENTITY,
        "status": ("waiting_to_be_paid", "waiting_to_be_paid", "paid")[n % 3],
        "document_id": f"INV-{n}",
        "counterpart_id": f"supplier-{n % 400}",
        "counterpart_name": f"Supplier {n % 400:03}",
        "currency": "GBP",
        "total_amount": 2400 + n,
        "issued_at": "2026-02-01",
        "lines_for": moment,
        "created_at": moment,
        "updated_at": moment,
        "raw": "{}",
        "seen_at": at,
    }
