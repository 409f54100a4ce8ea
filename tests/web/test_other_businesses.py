"""What belongs to another business is neither shown nor changed through the addresses of one's own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlite_utils import Database

from app.domain.people import Action
from app.store.database import to_text, write
from app.web.access import declared
from tests.account_samples import add_product
from tests.log_samples import NOW, add_bill, add_books, add_invoice, add_record
from tests.web.conftest import Enter

MARK = "Zebra"
IDS = {
    "record_id": "z-record",
    "payable_id": "z-bill",
    "account_id": "account-310-e2",
    "product_id": "z-product",
    "batch_id": "z-batch",
    "file_id": "z-file",
}
BODY = {
    "ids": "z-record",
    "account_id": "account-310-e2",
    "seen": "",
    "document": "bill:z-bill",
    "supplier": "Quagga dairy",
    "reason": f"{MARK} reason",
    "why": "by_hand",
    "text": "mine",
    "note": "mine",
    "up_to": "999999",
    "base": "",
    "payable": "paid",
    "form_key": "mine",
    "batch": "z-batch",
}


@pytest.fixture
def zebra(store: Database) -> Database:
    """Another business that has something of every sort, each with the mark in its name."""
    at = to_text(NOW)
    with write(store):
        store.execute("UPDATE entities SET name = ? WHERE id = 'e2'", [f"{MARK} Ltd"])
        add_books(store)
        add_books(store, "e2")
        store.execute("UPDATE ledger_accounts SET name = ? WHERE entity_id = 'e2'", [f"{MARK} account"])
        refused = {"name": f"{MARK} milk", "ledger_account_id": None, "save_state": "refused"}
        refused |= {"wanted_account_id": "account-404-e2", "save_error": f"{MARK} said no"}
        add_bill(store, "z-bill", refused, entity_id="e2", counterpart_name="Quagga dairy")
        add_invoice(store, "z-invoice", entity_id="e2", counterpart_name=f"{MARK} smith")
        add_record(store, "z-record", entity_id="e2", object_id="z-bill", party="Quagga dairy")
        details = json.dumps({"kind": "bills", "account_id": "account-310-e2", "supplier": "Quagga dairy"})
        for batch_id, kind in (("z-batch", "assign"), ("z-retry", "retry")):
            store.execute(
                "INSERT INTO batches (id, entity_id, kind, form_key, total, details, actor_name, actor_role,"
                " created_at) VALUES (?, 'e2', ?, ?, 1, ?, ?, 'owner', ?)",
                [batch_id, kind, batch_id, details, f"{MARK} owner", at],
            )
        store.execute(
            "INSERT INTO account_files (id, entity_id, kind, name, report, actor_name, created_at)"
            " VALUES ('z-file', 'e2', 'bills', ?, '{}', ?, ?)",
            [f"{MARK}.csv", f"{MARK} owner", at],
        )
    add_product(store, "z-product", None, entity_id="e2", name=f"{MARK} beans")
    return store


def rows_of(store: Database, entity_id: str) -> dict[str, list[Any]]:
    """Everything that the store holds of one business."""
    of_entity = [t.name for t in store.tables if "entity_id" in t.columns_dict and "search" not in t.name]
    return {
        name: list(store.query(f"SELECT * FROM {name} WHERE entity_id = ?", [entity_id]))
        for name in of_entity
    }


def addresses(app: Flask) -> Iterator[tuple[str, str, str]]:
    """Every route of a business that names a thing of it, with the other's thing at one's own address."""
    bound = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if "entity_id" not in rule.arguments or not isinstance(declared(app, rule.endpoint), Action):
            continue
        for kind, object_id in (("bills", "z-bill-line-0"), ("products", "z-product")):
            known = {"entity_id": "e1", "kind": kind, "object_id": object_id, "name": "products"} | IDS
            values = {name: known.get(name, "z-batch") for name in rule.arguments}
            path = bound.build(rule.endpoint, values)
            yield from (
                (method, path, rule.endpoint) for method in ("GET", "POST") if method in (rule.methods or ())
            )


def test_a_thing_of_another_business_is_neither_shown_nor_changed(
    app: Flask, enter: Enter, zebra: Database
) -> None:
    browser = enter("owner", "e1")
    before = rows_of(zebra, "e2")
    assert MARK in json.dumps(before)

    wrong, tried = [], dict.fromkeys(addresses(app))
    for method, path, endpoint in tried:
        query = (
            None if method == "POST" else {"ids": "z-record", "batch": "z-batch", "document": "bill:z-bill"}
        )
        answer = browser.open(
            path, method=method, data=BODY if method == "POST" else None, query_string=query
        )
        if MARK in answer.text or (answer.status_code >= 500 and answer.status_code != 502):
            wrong.append(f"{method} {path} ({endpoint}): {answer.status_code}")

    assert wrong == []
    assert rows_of(zebra, "e2") == before
