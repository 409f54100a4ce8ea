"""A good request for every route, and what can be done to it so that it is good no longer."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy
from werkzeug.test import TestResponse

from app.emulator.store import meta
from tests.emulator_worlds import UNKNOWN, Route, World

Ids = Mapping[str, str]
ADDRESS = {"city": "Berlin", "country": "DE", "line1": "Flughafenstrasse 52", "postal_code": "10115"}
PARTY = {"address": ADDRESS, "is_customer": True, "is_vendor": False, "legal_name": "Acme Inc."}
LINE = {"name": "Paper", "quantity": 4, "tax": 1900, "unit": "box", "unit_price": 2500}
PERMISSIONS = {
    "objects": [{"object_type": "payable", "actions": [{"action_name": "read", "permission": "allowed"}]}]
}
GRANT = {"client_id": meta.CLIENT_ID, "client_secret": meta.CLIENT_SECRET}
DRAFT_LINE = {
    "quantity": 1.5,
    "discount": {"amount": 1000, "type": "percentage"},
    "tax_rate_value": 1900,
    "tax_rate_name": "Tax",
}
SUBSCRIPTION = {
    "object_type": "accounting_connection",
    "url": "https://example.com/listener",
    "event_types": ["connected"],
}
DEFAULTS = {"ledger_account_ids": {"payments": None, "products": None}, "tax_ids": {"deductions": None}}

BODIES: Mapping[str, Callable[[Ids], Any]] = {
    "POST /v1/auth/token": lambda _: {"grant_type": "client_credentials", **GRANT},
    "POST /v1/auth/revoke": lambda _: {"token": "some-token", **GRANT},
    "PATCH /v1/settings": lambda _: {
        "website": "https://example.com/",
        "currency": {"default": "EUR", "exchange_rates": None},
        "units": [{"designation": "kg", "name": "Kilogram"}],
    },
    "POST /v1/entities": lambda _: {
        "type": "organization",
        "email": "info@acme.example",
        "address": ADDRESS,
        "organization": {"legal_name": "Acme GmbH"},
        "phone": "+4930123456",
        "tax_id": "DE12345678",
    },
    "PATCH /v1/entities/<entity_id>": lambda _: {"phone": "+4930", "organization": {"legal_name": "Acme AG"}},
    "PATCH /v1/entities/<entity_id>/settings": lambda _: {"language": "de", "accounting": DEFAULTS},
    "POST /v1/entity_users": lambda ids: {
        "login": "caseyp",
        "first_name": "Casey",
        "last_name": "Peters",
        "email": "casey@acme.example",
        "phone": None,
        "role_id": ids["role_id"],
        "title": "Clerk",
    },
    "PATCH /v1/entity_users/<entity_user_id>": lambda ids: {"first_name": "Casey", "role_id": ids["role_id"]},
    "POST /v1/roles": lambda _: {"name": "Bookkeeper", "permissions": PERMISSIONS},
    "PATCH /v1/roles/<role_id>": lambda _: {"name": "Bookkeeper", "permissions": PERMISSIONS},
    "PATCH /v1/accounting_sync_rules": lambda _: {
        "push_statuses": {"payable": ["waiting_to_be_paid"], "receivable": ["issued", "paid"]}
    },
    "POST /v1/products": lambda ids: {
        "name": "Ice cream",
        "description": "Vanilla",
        "external_reference": "HT-1234-S-BL",
        "ledger_account_id": ids["ledger_account_id"],
        "measure_unit_id": ids["unit_id"],
        "price": {"currency": "EUR", "value": 1500},
        "smallest_amount": 1,
        "type": "product",
    },
    "PATCH /v1/products/<product_id>": lambda ids: {
        "ledger_account_id": ids["ledger_account_id"],
        "price": {"currency": "EUR", "value": 0},
    },
    "POST /v1/measure_units": lambda _: {"name": "kg", "description": "Kilogram"},
    "PATCH /v1/measure_units/<unit_id>": lambda _: {"name": "kg", "description": None},
    "POST /v1/payables": lambda ids: {
        "counterpart_id": ids["counterpart_id"],
        "currency": "EUR",
        "description": "Office supplies",
        "document_id": "DE2287",
        "due_date": "2024-07-08",
        "issued_at": "2024-06-08",
        "subtotal": 10000,
        "tax": 1900,
        "tax_amount": 1900,
        "total_amount": 11900,
        "partner_metadata": {"key": [1]},
    },
    "PATCH /v1/payables/<payable_id>": lambda ids: {
        "description": "Paper",
        "counterpart_id": ids["counterpart_id"],
        "due_date": "2024-07-08",
    },
    "POST /v1/payables/<payable_id>/line_items": lambda ids: {
        **LINE,
        "ledger_account_id": ids["ledger_account_id"],
        "accounting_tax_rate_id": ids["tax_rate_id"],
    },
    "PUT /v1/payables/<payable_id>/line_items": lambda _: {
        "data": [LINE, {**LINE, "subtotal": 1, "total": 2}]
    },
    "PATCH /v1/payables/<payable_id>/line_items/<line_item_id>": lambda ids: {
        "ledger_account_id": ids["ledger_account_id"],
        "quantity": 0,
    },
    "PUT /v1/receivables/<receivable_id>/line_items": lambda ids: {
        "data": [
            {**DRAFT_LINE, "product_id": ids["product_id"]},
            {
                **DRAFT_LINE,
                "product": {
                    "name": "Setup fee",
                    "price": {"currency": "EUR", "value": 1500},
                    "ledger_account_id": ids["ledger_account_id"],
                    "measure_unit": {"name": "pc"},
                    "type": "service",
                },
            },
        ]
    },
    "POST /v1/counterparts": lambda _: {
        "type": "organization",
        "organization": PARTY,
        "external_reference": "123456789",
        "language": "en",
        "reminders_enabled": True,
        "tax_id": "DE12345678",
    },
    "PATCH /v1/counterparts/<counterpart_id>": lambda _: {"organization": {"email": "new@example.com"}},
    "POST /v1/counterparts/<counterpart_id>/addresses": lambda _: ADDRESS,
    "POST /v1/webhook_subscriptions": lambda _: SUBSCRIPTION,
    "PATCH /v1/webhook_subscriptions/<webhook_subscription_id>": lambda _: {"event_types": []},
    "POST /v1/webhook_settings": lambda _: SUBSCRIPTION,
    "PATCH /v1/webhook_settings/<webhook_subscription_id>": lambda _: {"event_types": []},
}
"""The body of a good request by its route; a route that is not here takes none."""

NUMBERS = st.one_of(
    st.integers(),
    st.floats(),
    st.sampled_from([-1, 0, 2**31, 2**53 + 1, 2**63, -(2**63) - 1, 10**400, 1e308, -0.0, 1e-400]),
)
TEXTS = st.one_of(
    st.text(max_size=8),
    st.sampled_from(
        [
            "", " ", "\x00", "a\x00b", "\ud800", "😀" * 300, "x" * 5000, "null", "NaN", "-1", "1e3", "٣",
            "'; DROP TABLE products; --", "../../settings", UNKNOWN, UNKNOWN.upper(), f"urn:uuid:{UNKNOWN}",
            "2024-13-45", "2024-02-30", "0001-01-01", "20240101", "2024-W01-1",
            "9999-12-31T23:59:59.999-23:59",
            "0001-01-01T00:00:00+23:59", "2024-01-01T25:00:00Z", "2024-01-01T00:00:00+99:99", "http://[::1",
            "https://user@localhost:99999/", "javascript:alert(1)", "a@b", "EUR", "eur", "ZZZ", "Basic x",
        ]
    ),
)  # fmt: skip
JUNK: SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=5,
)
CALLED = {"measure_unit_id": "unit_id", "accounting_tax_rate_id": "tax_rate_id"}
"""What a body calls otherwise than the path does."""
BROKEN = (b"", b"{", b"\xff\xfe", b"[" * 100_000, b'{"a":1,"a":2}', b"nul", b"1" * 5000)
PARAMETERS = (
    "limit", "offset", "sort", "order", "pagination_token", "object_type", "object_id", "object_id__in",
    "id__in", "id__not_in", "status", "status__in", "type", "name", "name__icontains", "created_at",
    "created_at__gt", "created_at__lte", "updated_at__gte", "due_date", "due_date__lt", "issue_date__gte",
    "issued_at", "total_amount", "total_amount__gt", "amount", "price", "price__lt", "currency__in",
    "counterpart_id", "counterpart_name__icontains", "has_tags", "has_file", "tag_ids", "tag_ids__not_in",
    "is_vendor", "email__in", "address.city", "ocr_status", "line_item_id", "project_id__in", "role_id",
    "login", "name__istartswith", "event_id", "event_action", "was_created_by_user_id", "entity_user_id__in",
    "measure_unit_id", "product_ids__in", "based_on", "discounted_subtotal__gte", "search_text", "nonsense",
)  # fmt: skip
HEADERS = ("Authorization", "X-Monite-Version", "X-Monite-Entity-Id", "Content-Type")
HEADER_VALUES = st.one_of(
    st.none(),
    st.sampled_from(
        [
            "",
            "Bearer",
            "Bearer ",
            "Bearer x",
            "bearer x",
            "Basic eDp5",
            "2024-01-31",
            "2023-09-01",
            "2025-06-23",
        ]
    ),
    st.sampled_from(["2024-01-31", "latest", UNKNOWN, UNKNOWN.upper(), "x" * 3000, "é", "text/plain"]),
)


@dataclass(frozen=True, slots=True)
class Sent:
    """A request as it goes over the wire."""

    path: str
    body: bytes | None
    query: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str | None], ...] = ()


@st.composite
def spoiled(draw: DrawFn, route: Route, world: World) -> Sent:
    """A good request of the route in which at least one thing is wrong, or at least strange."""
    path, body = route.path(world.ids), good_body(route, world.ids)
    kinds = ["header", "query"] + ["path"] * bool(route.names) + ["body"] * (4 * (body is not None) or 1)
    kind = draw(st.sampled_from(kinds))
    raw = None if body is None else _dumped(body)
    if kind == "header":
        values = HEADER_VALUES | st.just(f"Bearer {world.user_token}")
        return Sent(path, raw, headers=((draw(st.sampled_from(HEADERS)), draw(values)),))
    if kind == "query":
        return Sent(path, raw, query=tuple(draw(st.lists(_parameters(world), min_size=1, max_size=3))))
    if kind == "path":
        name = draw(st.sampled_from(route.names))
        other = draw(st.sampled_from([world.foreign.get(name, ""), world.entities[0], UNKNOWN]) | TEXTS)
        return Sent(
            route.path(
                {**world.ids, name: _quoted(other), "bill_id": _quoted(other), "invoice_id": _quoted(other)}
            ),
            raw,
        )
    return Sent(path, draw(_bodies(body)))


def send(world: World, route: Route, sent: Sent) -> TestResponse:
    """The answer to a spoiled request."""
    headers = {"Content-Type": "application/json", **world.own_headers(route), **dict(sent.headers)}
    query: Any = list(sent.query) if sent.query else None
    return world.send(route.method, sent.path, headers=headers, data=sent.body, query_string=query)


def good_body(route: Route, ids: Ids) -> Any:
    """The body of a good request; None when the route takes none."""
    make = BODIES.get(str(route))
    return make(ids) if make else None


def with_strangers(body: Any, strangers: Ids) -> Iterator[Any]:
    """The body with one of its ids, each in its turn, an id of nothing, or of what a stranger has."""
    for place in list(_ids_in(body)):
        name = str(place[-1])
        for other in (UNKNOWN, strangers[CALLED.get(name, name)]):
            changed = json.loads(json.dumps(body))
            parent = changed
            for key in place[:-1]:
                parent = parent[key]
            parent[name] = other
            yield changed


def _ids_in(body: Any) -> Iterator[tuple[Any, ...]]:
    entries = body.items() if isinstance(body, dict) else enumerate(body)
    for key, value in entries:
        if isinstance(value, dict | list):
            yield from ((key, *place) for place in _ids_in(value))
        elif key != "client_id" and str(key).endswith("_id") and str(value).count("-") == 4:
            yield (key,)


def _parameters(world: World) -> SearchStrategy[tuple[str, str]]:
    values = st.one_of(
        TEXTS.map(lambda text: text.encode("utf-8", "replace").decode()),
        NUMBERS.map(lambda number: format(number, "d") if isinstance(number, int) else str(number)),
        st.sampled_from(["bill", "name", "created_at", "desc", "true", world.ids["product_id"]]),
    )
    return st.tuples(st.sampled_from(PARAMETERS), values)


@st.composite
def _bodies(draw: DrawFn, good: Any) -> bytes | None:
    if good is None or draw(st.integers(0, 5)) == 0:
        broken = st.sampled_from(
            [b"", b"{", b"\xff\xfe", b"[" * 100_000, b'{"a":1,"a":2}', b"nul", b"1" * 5000]
        )
        return draw(broken | JUNK.map(_dumped))
    return _dumped(draw(_mutated(good)))


@st.composite
def _mutated(draw: DrawFn, good: Any) -> Any:
    """The body with one of its parts replaced, removed or doubled, however deep it lies."""
    changed = json.loads(json.dumps(good))
    parent, keys = changed, list(changed)
    while True:
        key = draw(st.sampled_from(keys))
        child = parent[key]
        deeper = (
            list(child)
            if isinstance(child, dict)
            else list(range(len(child)))
            if isinstance(child, list)
            else []
        )
        if not deeper or draw(st.booleans()):
            break
        parent, keys = child, deeper
    action = draw(st.sampled_from(["replace", "replace", "remove", "add"]))
    if action == "remove":
        del parent[key]
    elif action == "add" and isinstance(parent, dict):
        parent[draw(TEXTS)] = draw(JUNK)
    else:
        parent[key] = draw(JUNK)
    return changed


def _dumped(body: Any) -> bytes:
    return json.dumps(body).encode()


def _quoted(text: str) -> str:
    return quote(text.encode("utf-8", "surrogatepass"), safe="") or "%20"
