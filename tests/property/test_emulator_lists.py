"""Every cursor list of the API, by any sort and any limit, while rows come and go.

The lists are taken from the code, so none is forgotten; what each should answer is asked of the tables.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.emulator import store
from app.emulator.store import clock
from app.emulator.store.pages import Listing
from tests.emulator_worlds import World, world

Row = dict[str, Any]
ENOUGH = 9
LISTINGS = {
    found.name: found
    for module in pkgutil.iter_modules(store.__path__)
    for found in vars(importlib.import_module(f"app.emulator.store.{module.name}")).values()
    if isinstance(found, Listing)
}
ONE_TYPE = {"accounting_synced_records": {"object_type": "bill"}}
"""What has to be asked for with the first page."""
WITHOUT_TIME = {"ledger_accounts", "accounting_tax_rates", "payable_line_items"}
"""The lists that cannot be filtered by time."""
each_list = pytest.mark.parametrize("listing", LISTINGS.values(), ids=LISTINGS)
few = settings(max_examples=8, derandomize=True, deadline=None, database=None)
sizes = st.integers(1, 4)
orders = st.sampled_from(["asc", "desc"])


@pytest.fixture(scope="module")
def monite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Sample entities in which every list has a few rows, many of them of the same moment."""
    with world(tmp_path_factory.mktemp("world")) as made:
        assert made.ids
        assert made.foreign
        made.db.execute("PRAGMA foreign_keys = OFF")
        for listing in LISTINGS.values():
            _thin_out(made, listing)
        made.keep()
        yield made


@pytest.fixture(autouse=True)
def _restored(monite: World) -> Iterator[None]:
    yield
    monite.restore()


@each_list
@few
@given(data=st.data(), limit=sizes, order=orders)
def test_walking_to_the_end_and_back_shows_every_row_once(
    monite: World, listing: Listing, data: st.DataObject, limit: int, order: str
) -> None:
    sort = data.draw(st.sampled_from([None, *listing.sorts]))
    query = {"limit": limit, "order": order} | ({"sort": sort} if sort else {})

    pages = _walk(monite, listing, query)
    back = _walk(monite, listing, {"limit": limit}, pages[-1], "prev_pagination_token")

    assert [row for page in pages for row in _ids(page)] == _expected(monite, listing, sort, order)
    assert [_ids(page) for page in reversed(back)] == [_ids(page) for page in pages]
    assert all(len(_ids(page)) == limit for page in pages[:-1])


@each_list
@few
@given(data=st.data(), limit=sizes, order=orders)
def test_rows_that_come_and_go_neither_repeat_nor_hide_others(
    monite: World, listing: Listing, data: st.DataObject, limit: int, order: str
) -> None:
    there = _rows(monite, listing)
    staying = {row["id"] for row in there}
    page = _get(monite, listing, {"limit": limit, "order": order})
    seen = _ids(page)
    while page["next_pagination_token"]:
        if data.draw(st.booleans()):
            _insert(monite, listing, [_clone(monite, listing, data.draw(st.integers(0, 3)))])
        elif data.draw(st.booleans()):
            gone = data.draw(st.sampled_from(there))["id"]
            monite.db.execute(f"DELETE FROM {listing.table} WHERE id = ?", [gone])
            staying.discard(gone)
        page = _get(monite, listing, {"limit": limit, "pagination_token": page["next_pagination_token"]})
        seen += _ids(page)
        assert len(seen) < 99, "the tokens lead in a circle"
    monite.restore()

    assert len(seen) == len(set(seen))
    assert staying <= set(seen)


@each_list
def test_a_token_opens_its_own_list_only(monite: World, listing: Listing) -> None:
    token = _get(monite, listing, {"limit": 1})["next_pagination_token"]

    answers = {name: _ask(monite, other, {"pagination_token": token}) for name, other in LISTINGS.items()}
    statuses = {name: answer.status_code for name, answer in answers.items()}

    assert statuses == {name: 200 if name == listing.name else 400 for name in LISTINGS}
    assert all(set(answer.json) == {"error"} for name, answer in answers.items() if name != listing.name)


@pytest.mark.parametrize(
    "listing", [one for one in LISTINGS.values() if one.scope_column], ids=lambda one: one.name
)
def test_a_token_opens_the_list_of_its_own_entity_only(monite: World, listing: Listing) -> None:
    token = _get(monite, listing, {"limit": 1})["next_pagination_token"]
    headers = {"X-Monite-Entity-Id": monite.entities[1]}

    # The same list; of line items, those of the other entity's bill.
    path = _path(listing, monite.foreign)
    answer = monite.send("GET", path, headers=headers, query_string={"pagination_token": token})

    assert answer.status_code == 400


@pytest.mark.parametrize("name", sorted(set(LISTINGS) - WITHOUT_TIME))
def test_a_token_keeps_its_filter_sort_and_order_whatever_stands_beside_it(monite: World, name: str) -> None:
    listing = LISTINGS[name]
    moments = sorted(row["created_at"] for row in _rows(monite, listing))
    middle = moments[len(moments) // 2]
    first = _get(monite, listing, {"limit": 2, "order": "desc", "created_at__lte": middle})

    beside = {"limit": 2, "order": "asc", "sort": "created_at", "created_at__gt": middle}
    pages = _walk(monite, listing, beside, first)

    early = {row["id"] for row in _rows(monite, listing) if row["created_at"] <= middle}
    expected = [one for one in _expected(monite, listing, None, "desc") if one in early]
    assert [row for page in pages for row in _ids(page)] == expected


def test_all_other_lists_can_be_filtered_by_time(monite: World) -> None:
    asked = {name: _ask(monite, one, {"created_at__lte": "nonsense"}) for name, one in LISTINGS.items()}

    assert {name for name, answer in asked.items() if answer.status_code != 422} == WITHOUT_TIME


def _path(listing: Listing, ids: dict[str, str]) -> str:
    if listing.scope_column == "payable_id":
        return f"/v1/payables/{ids['payable_id']}/line_items"
    return f"/v1/{listing.name}"


def _ask(monite: World, listing: Listing, query: Row) -> Any:
    asked = {**ONE_TYPE.get(listing.name, {}), **query}
    return monite.send("GET", _path(listing, monite.ids), query_string=asked)


def _get(monite: World, listing: Listing, query: Row) -> Row:
    answer = _ask(monite, listing, query)
    assert answer.status_code == 200, answer.text
    page: Row = answer.json
    return page


def _walk(
    monite: World, listing: Listing, query: Row, first: Row | None = None, way: str = "next_pagination_token"
) -> list[Row]:
    """The pages from the first one on, or from the one that was asked for with the query."""
    pages = [first or _get(monite, listing, query)]
    while token := pages[-1][way]:
        assert len(pages) < 99, "the tokens lead in a circle"
        pages.append(_get(monite, listing, {**query, "pagination_token": token}))
    return pages


def _ids(page: Row) -> list[str]:
    return [row["id"] for row in page["data"]]


def _expected(monite: World, listing: Listing, sort: str | None, order: str) -> list[str]:
    """The ids of a list as its table has them."""
    key = listing.sorts[sort] if sort else "created_at"
    rows = monite.db.query(
        f"SELECT id FROM {listing.table} WHERE {_scope(listing)} ORDER BY {key} {order}, id {order}",
        _scope_values(monite, listing),
    )
    return [row["id"] for row in rows]


def _rows(monite: World, listing: Listing) -> list[Row]:
    where, values = _scope(listing), _scope_values(monite, listing)
    return list(monite.db.query(f"SELECT * FROM {listing.table} WHERE {where} ORDER BY id", values))


def _scope(listing: Listing) -> str:
    scope = f"{listing.scope_column} = :scope" if listing.scope_column else ":scope = :scope"
    return f"{scope} AND object_type = 'bill'" if listing.name in ONE_TYPE else scope


def _scope_values(monite: World, listing: Listing) -> dict[str, str]:
    return {"scope": monite.ids["payable_id" if listing.scope_column == "payable_id" else "entity_id"]}


def _thin_out(monite: World, listing: Listing) -> None:
    """Leave no more rows than it takes to page, and add some where there are too few."""
    rows = _rows(monite, listing)
    kept = {*monite.ids.values(), *monite.foreign.values(), *monite.entities}
    spare = [row["id"] for row in rows if row["id"] not in kept][: max(len(rows) - ENOUGH, 0)]
    for one in spare:
        monite.db.execute(f"DELETE FROM {listing.table} WHERE id = ?", [one])
    _insert(monite, listing, [_clone(monite, listing, place % 3) for place in range(ENOUGH - len(rows))])


def _clone(monite: World, listing: Listing, seconds: int) -> Row:
    """A row like the first one, with an id of its own, of some moment not long ago."""
    row = _rows(monite, listing)[0]
    moment = clock.stamp(clock.now(monite.db) - timedelta(days=1) + timedelta(seconds=seconds))
    own = {"id", "key", "login", "platform_account_id", "platform_tax_rate_id", "object_id"} & set(row)
    times = {"created_at", "updated_at"} & set(row)
    return {**row, **{name: str(uuid4()) for name in own}, **dict.fromkeys(times, moment)}


def _insert(monite: World, listing: Listing, rows: Sequence[Row]) -> None:
    monite.db.table(listing.table).insert_all(rows)
