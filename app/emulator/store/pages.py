"""Cursor lists as Monite pages them: keyset reading and the tokens that carry the whole query.

A token is base64 of JSON, bound to one list and one entity. It keeps filters, sort and order of the
first request, and the place from which to read on: the sort key and id of the last row seen, never a
row number, so rows that appear while somebody pages are neither repeated nor hide others.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlite_utils import Database

from app.emulator.errors import BadRequestError, InvalidError

LARGEST = 2**63 - 1
Order = Literal["asc", "desc"]
Direction = Literal["next", "prev"]


@dataclass(frozen=True, slots=True)
class Listing:
    """What a cursor list offers: its table, the values of `sort`, and the bounds of `limit`."""

    name: str
    table: str
    sorts: Mapping[str, str]
    """Public name to SQL expression; an expression is never NULL."""
    default_limit: int = 100
    max_limit: int = 100
    limit_in_token: bool = True
    """Whether `limit` may be left out beside a token; otherwise it falls back to the default."""
    scope_column: str = "entity_id"


@dataclass(frozen=True, slots=True)
class Query:
    """One reading of a list: its filters, its order, how many rows, and from where."""

    filters: Mapping[str, list[str]]
    sort: str
    order: Order
    limit: int
    direction: Direction = "next"
    after: tuple[Any, str] | None = None
    """Sort key and id of the row beside which this page begins; None is the first page."""


@dataclass(frozen=True, slots=True)
class Page:
    """The rows of one page, and the tokens of its neighbours."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    next_token: str | None = None
    prev_token: str | None = None

    def shaped(self, shape: Callable[[dict[str, Any]], dict[str, Any]]) -> Page:
        """The same page with each row in another shape."""
        return Page([shape(row) for row in self.rows], self.next_token, self.prev_token)


def read_query(listing: Listing, args: Mapping[str, list[str]], scope: str) -> Query:
    """The query that the parameters ask for; with a token the token's own, whatever else is there.

    Raises InvalidError for a limit, sort or order out of bounds, BadRequestError for a token that
    was not made for this list and this scope.
    """
    token = args.get("pagination_token", [""])[-1]
    if token:
        return _from_token(listing, token, args, scope)
    sort = args.get("sort", ["created_at"])[-1]
    if "sort" in args and sort not in listing.sorts:
        raise _not_permitted("sort", listing.sorts)
    order = args.get("order", ["asc"])[-1]
    filters = {name: values for name, values in args.items() if name not in _PAGING}
    return Query(filters, sort, _order(order), _limit(listing, args))


def fetch(
    db: Database,
    listing: Listing,
    query: Query,
    scope: str,
    *,
    where: Sequence[str] = (),
    values: Mapping[str, Any] | None = None,
) -> Page:
    """One page of the list, read from the keyset's side in a single statement."""
    key = listing.sorts.get(query.sort, "created_at")
    backwards = query.direction == "prev"
    descending = (query.order == "desc") != backwards
    conditions = [f"{listing.scope_column} = :_scope" if listing.scope_column else "1", *where]
    bound = {**(values or {}), "_scope": scope, "_limit": query.limit + 1}
    if query.after is not None:
        conditions.append(f"({key}, id) {'<' if descending else '>'} (:_key, :_id)")
        bound["_key"], bound["_id"] = query.after
    direction = "DESC" if descending else "ASC"
    # SQLite's own lower() knows the letters of English only.
    db.conn.create_function("casefold", 1, _casefold, deterministic=True)
    found = list(
        db.query(
            f"SELECT *, {key} AS _key FROM {listing.table} WHERE {' AND '.join(conditions)}"
            f" ORDER BY {key} {direction}, id {direction} LIMIT :_limit",
            bound,
        )
    )
    return _page(listing, query, scope, found)


def _casefold(value: object) -> str | None:
    return None if value is None else str(value).casefold()


_PAGING = {"pagination_token", "limit", "sort", "order"}


def _page(listing: Listing, query: Query, scope: str, found: list[dict[str, Any]]) -> Page:
    more = len(found) > query.limit
    rows = found[: query.limit]
    backwards = query.direction == "prev"
    if backwards:
        rows.reverse()
    if not rows:
        return Page()
    has_next = backwards or more
    has_prev = more if backwards else query.after is not None
    next_token = _token(listing, query, scope, "next", rows[-1]) if has_next else None
    prev_token = _token(listing, query, scope, "prev", rows[0]) if has_prev else None
    return Page(rows, next_token, prev_token)


def _token(listing: Listing, query: Query, scope: str, direction: Direction, row: dict[str, Any]) -> str:
    content = {
        "order": query.order,
        "limit": query.limit,
        "pagination_filters": {"entity_id": scope, **query.filters},
        "pagination_token_type": direction,
        "cursor_field": query.sort,
        "cursor_field_value": row["_key"],
        "current_oid": row["id"],
        "list": listing.name,
    }
    return base64.urlsafe_b64encode(json.dumps(content, separators=(",", ":")).encode()).decode()


def _from_token(listing: Listing, token: str, args: Mapping[str, list[str]], scope: str) -> Query:
    try:
        content = json.loads(base64.b64decode(token.encode(), altchars=b"-_", validate=True))
        filters = dict(content["pagination_filters"])
        if (content["list"], filters.pop("entity_id")) != (listing.name, scope):
            raise BadRequestError("Invalid pagination token.")
        sort, limit = content["cursor_field"], content["limit"]
        if sort not in {"created_at", *listing.sorts} or limit not in range(1, listing.max_limit + 1):
            raise BadRequestError("Invalid pagination token.")
        backwards = ("next", "prev").index(content["pagination_token_type"]) == 1
        direction: Direction = "prev" if backwards else "next"
        after = (_bindable(content["cursor_field_value"]), str(_bindable(content["current_oid"])))
        order = _order(content["order"])
        kept = {name: [str(_bindable(value)) for value in values] for name, values in filters.items()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, InvalidError) as exc:
        raise BadRequestError("Invalid pagination token.") from exc
    sent = "limit" in args or not listing.limit_in_token
    return Query(kept, sort, order, _limit(listing, args) if sent else limit, direction, after)


def _bindable(value: object) -> object:
    """The value, if the store can compare with it; raises TypeError or ValueError otherwise."""
    if isinstance(value, str):
        value.encode()
    elif isinstance(value, int | float):
        if not abs(value) <= LARGEST:
            raise ValueError("larger than the store can hold")
    elif value is not None:
        raise TypeError("a sort key is a text or a number")
    return value


def whole_number(args: Mapping[str, list[str]], name: str, default: int, minimum: int, maximum: int) -> int:
    """The parameter as a number within its bounds, or the default; raises InvalidError."""
    given = args.get(name)
    if given is None:
        return default
    loc = ["query", name]
    try:
        value = int(given[-1])
    except ValueError as exc:
        raise InvalidError("value is not a valid integer", loc, "type_error.integer") from exc
    if value < minimum:
        message = f"ensure this value is greater than or equal to {minimum}"
        raise InvalidError(message, loc, "value_error.number.not_ge")
    if value > maximum:
        message = f"ensure this value is less than or equal to {maximum}"
        raise InvalidError(message, loc, "value_error.number.not_le")
    return value


def _limit(listing: Listing, args: Mapping[str, list[str]]) -> int:
    return whole_number(args, "limit", listing.default_limit, 1, listing.max_limit)


def _order(value: str) -> Order:
    if value == "asc":
        return "asc"
    if value == "desc":
        return "desc"
    raise _not_permitted("order", ("asc", "desc"))


def _not_permitted(name: str, permitted: Sequence[str] | Mapping[str, str]) -> InvalidError:
    names = ", ".join(f"'{value}'" for value in permitted)
    return InvalidError(
        f"value is not a valid enumeration member; permitted: {names}", ["query", name], "type_error.enum"
    )
