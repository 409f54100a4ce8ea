"""Paging by keyset: whatever appears meanwhile, nothing is repeated and nothing hidden."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils import Database

from app.emulator.store.pages import Listing, fetch, read_query

Things = list[tuple[str, str | None]]

LISTING = Listing("things", "things", {"name": "coalesce(name, '')", "created_at": "created_at"})
sorts = st.sampled_from(["name", "created_at"])
orders = st.sampled_from(["asc", "desc"])
moments = st.integers(0, 3).map(lambda second: f"2026-01-01T00:00:0{second}")
things = st.lists(st.tuples(moments, st.sampled_from(["a", "b", None])), max_size=12)


@given(
    there=things,
    later=things,
    limit=st.integers(1, 5),
    order=orders,
    sort=st.sampled_from(["name", "created_at"]),
)
def test_what_was_there_is_read_once_whatever_appears_between_two_pages(
    there: Things, later: Things, limit: int, order: str, sort: str
) -> None:
    db = _things(there)
    expected = {row["id"] for row in db.query("SELECT id FROM things")}
    query = read_query(LISTING, {"limit": [str(limit)], "order": [order], "sort": [sort]}, "e")

    seen: list[str] = []
    while True:
        page = fetch(db, LISTING, query, "e")
        seen += [row["id"] for row in page.rows]
        if page.next_token is None:
            break
        query = read_query(LISTING, {"pagination_token": [page.next_token]}, "e")
        _add(db, [later.pop()] if later else [])

    assert len(seen) == len(set(seen))
    assert expected <= set(seen)
    db.close()


@given(there=things, limit=st.integers(1, 5), order=orders)
def test_the_way_back_shows_the_same_pages(there: Things, limit: int, order: str) -> None:
    db = _things(there)
    query = read_query(LISTING, {"limit": [str(limit)], "order": [order], "sort": ["name"]}, "e")
    forward = [fetch(db, LISTING, query, "e")]
    while (token := forward[-1].next_token) is not None:
        forward.append(fetch(db, LISTING, read_query(LISTING, {"pagination_token": [token]}, "e"), "e"))

    back = [forward[-1]]
    while (token := back[-1].prev_token) is not None:
        back.append(fetch(db, LISTING, read_query(LISTING, {"pagination_token": [token]}, "e"), "e"))

    assert [page.rows for page in reversed(back)] == [page.rows for page in forward]
    db.close()


def _things(there: Things) -> Database:
    db = Database(memory=True)
    db.execute("CREATE TABLE things (id TEXT PRIMARY KEY, entity_id TEXT, name TEXT, created_at TEXT) STRICT")
    _add(db, there)
    return db


def _add(db: Database, there: Things) -> None:
    for created_at, name in there:
        # Ids in no order of time, as UUIDs are.
        db.execute("INSERT INTO things VALUES (lower(hex(randomblob(8))), 'e', ?, ?)", [name, created_at])
