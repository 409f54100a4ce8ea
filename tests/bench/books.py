"""The emulator's sync: what a record costs among twice as many, and pages far behind the first.

Pulling and matching read counterparts, contacts, products and items, a tenth of the names twice on a side;
pushing writes bills that nothing is wrong with. Each size has a business of its own, made afresh each time.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from flask.testing import FlaskClient

from app.emulator import samples
from app.emulator.config import EmulatorSettings
from app.emulator.factory import create_emulator
from app.emulator.rules.statuses import PAYABLE_DEFAULT
from app.emulator.store import tokens
from app.emulator.store.database import prepare, write
from tests.bench.report import Figure
from tests.bench.turns import in_turns, timed
from tests.emulator_factories import Practice

MATCHED = 5_000
PUSHED = 2_000
TIMES = 3
MOST_PER_RECORD = 1.3
"""The cost of a record among twice as many, over its cost before."""
A_FEW_SECONDS = 4.0
LISTED = 20_000
DEEP = 150
MOST_DEEPER = 1.2
HEADERS = {"X-Monite-Version": "2024-01-31"}
LISTS: tuple[tuple[str, dict[str, str]], ...] = (
    ("/payables", {}),
    ("/accounting_synced_records", {"object_type": "bill"}),
)


def run() -> Iterator[Figure]:
    """The growth of pull and push, and deep pages over first ones."""
    yield from _growth("Pulling and matching", MATCHED, _pull)
    yield from _growth("Pulling and matching contacts of one name", MATCHED, _pull_namesakes)
    yield from _growth("Pushing", PUSHED, _push)
    yield from _lists()


def _growth(name: str, count: int, work: Callable[[int], float]) -> Iterator[Figure]:
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(TIMES):
        times[0].append(work(count))
        times[1].append(work(2 * count))
    less, more = (sorted(found)[TIMES // 2] for found in times)
    yield Figure(
        f"{name}: a record among {2 * count} over one among {count}",
        more / 2 / less,
        MOST_PER_RECORD,
        f"{less:.2f} s and {more:.2f} s",
    )
    yield Figure(f"{name}: seconds for {2 * count}", more, A_FEW_SECONDS)


def _pull(count: int) -> float:
    """The seconds of a first pull with so many of each kind on both sides."""
    with closing(Practice()) as practice:
        practice.rules([], [])
        with write(practice.db):
            for number in range(count):
                name = f"Company {number // 2 if number % 10 < 2 else number}"
                practice.counterpart(name, city=f"City {number}")
                practice.contact(f"contact-{number}", name, city=f"City {number}")
                practice.product(f"Thing {number // 2 if number % 10 < 2 else number}")
                practice.item(f"item-{number}", f"Thing {number + count // 2}")
        took = timed(practice.connect)
        matched = len(practice.records("vendor")), len(practice.records("product"))
    assert matched == (count, count), matched
    return took


def _pull_namesakes(count: int) -> float:
    """The seconds of a first pull where everybody has one name and is told apart by the city."""
    with closing(Practice()) as practice:
        practice.rules([], [])
        with write(practice.db):
            for number in range(count):
                practice.counterpart("Company", city=f"City {number}")
                practice.contact(f"contact-{number}", "Company", city=f"City {number}")
        took = timed(practice.connect)
        matched = len(practice.records("vendor"))
    assert matched == count, matched
    return took


def _push(count: int) -> float:
    """The seconds of pushing so many bills of a hundred suppliers."""
    with closing(Practice()) as practice:
        practice.rules([], [])
        practice.connect()
        practice.rules(PAYABLE_DEFAULT, [])
        with write(practice.db):
            suppliers = [practice.counterpart(f"Supplier {number}") for number in range(100)]
            for number in range(count):
                practice.bill(suppliers[number % len(suppliers)], number=f"B-{number}")
        took = timed(practice.sync)
        sent = len(practice.books()["bills"])
    assert sent == count, sent
    return took


def _lists() -> Iterator[Figure]:
    """Pages of the API over a business with many bills and records."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "emulator.sqlite3"
        with closing(prepare(file)) as db:
            samples.load(db, "bulk", entities=1, payables=LISTED, records=LISTED)
            entity_id = str(next(db.query("SELECT id FROM entities"))["id"])
            token = tokens.create(db, "client_credentials")
        settings = EmulatorSettings(database=file, rate_limit=1_000_000)
        client = create_emulator(settings, engine=False).test_client()
        headers = {**HEADERS, "Authorization": f"Bearer {token}", "X-Monite-Entity-Id": entity_id}
        for path, query in LISTS:
            yield _deeper(client, f"/v1{path}", {**query, "limit": "100"}, headers)


def _deeper(client: FlaskClient, path: str, first: dict[str, str], headers: dict[str, str]) -> Figure:
    def get(query: dict[str, str]) -> str:
        response = client.get(path, query_string=query, headers=headers)
        assert response.status_code == 200, response.text
        return str(response.json["next_pagination_token"])  # type: ignore[index]

    deep = first
    for _ in range(DEEP):
        deep = {**first, "pagination_token": get(deep)}
    further, near = in_turns(lambda: get(deep), lambda: get(first), times=30, warm=3)
    detail = f"{further * 1000:.2f} ms over {near * 1000:.2f} ms"
    return Figure(f"{path}: page {DEEP} over the first", further / near, MOST_DEEPER, detail)
