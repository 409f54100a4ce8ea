"""Walks through Monite's API with its own package: each area is everything that one entity can ask there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tests.monite_packages import Caller

Values = dict[str, Any]
Walk = Callable[[Caller], None]
RECORD_TYPES = ("product", "customer", "vendor", "receivable", "bill")
ADDRESS: Values = {"city": "Berlin", "country": "DE", "line1": "Flughafenstrasse 52", "postal_code": "10115"}
SOME = 5
"""How many of a list are asked for one by one; a list itself is always read to its end."""


def late(caller: Caller) -> bool:
    """Whether the version is the one without sync rules and with default accounts."""
    return caller.version == "2024-05-25"


def connect(caller: Caller) -> Any:
    """The entity's active connection, made and authorised when there is none."""
    found = {row.status: row for row in caller.call("accounting.connections.get").data}
    if "connected" in found:
        return found["connected"]
    for status in ("pending_auth", "deauthorized"):
        if status in found:
            caller.call("accounting.connections.disconnect_by_id", found[status].id, expect=200)
    options = {"additional_body_parameters": {"platform": "xero"}}
    body: Values = {} if late(caller) else {"request_options": options}
    made = caller.call("accounting.connections.create", **body)
    caller.operate(f"/connections/{made.id}/authorise", {"platform": "xero"} if late(caller) else None)
    return caller.call("accounting.connections.get_by_id", made.id)


def auth(caller: Caller) -> None:
    """A token that opens doors until it is revoked."""
    given = caller.call(
        "access_tokens.create", **caller.credentials, grant_type="client_credentials", expect=200
    )
    assert given.expires_in > 0
    caller.call("access_tokens.revoke", **caller.credentials, token=given.access_token, expect=200)


def connections(caller: Caller) -> None:
    """One connection from its beginning to its end, and the next one."""
    first = connect(caller)
    assert caller.call("accounting.connections.get_by_id", first.id).status == "connected"
    caller.call("accounting.connections.sync_by_id", first.id, expect=202)
    ended = caller.call("accounting.connections.disconnect_by_id", first.id, expect=200)
    assert ended.status == "disconnected"
    second = connect(caller)
    assert (second.status, second.id != first.id) == ("connected", True)
    assert len(caller.call("accounting.connections.get").data) >= 2


def ledger_accounts(caller: Caller) -> None:
    """Every account, in the list and by itself."""
    connect(caller)
    rows = caller.rows("accounting.ledger_accounts.get", limit=40, sort="name", order="desc")
    assert rows
    for row in rows:
        assert caller.call("accounting.ledger_accounts.get_by_id", row.id) == row


def tax_rates(caller: Caller) -> None:
    """Every tax rate of the books, in the list and by itself."""
    connect(caller)
    rows = caller.rows("accounting.tax_rates.get", limit=3, sort="name")
    assert rows
    for row in rows:
        assert caller.call("accounting.tax_rates.get_by_id", row.id) == row


def documents_in_the_books(caller: Caller) -> None:
    """Bills and invoices as the accounting system has them; versions before the newest lack the calls."""
    connect(caller)
    for name in ("payables", "receivables"):
        rows, limit = list[Any](), 20
        while True:
            page = caller.call(f"accounting.{name}.get", limit=limit, offset=len(rows)).data
            rows += page
            if len(page) < limit:
                break
        # Not every sample entity has had its invoices sent; all have bills.
        assert rows or name == "receivables"
        assert len({row.id for row in rows}) == len(rows)
        for row in rows[:SOME]:
            assert caller.call(f"accounting.{name}.get_by_id", row.id) == row


def synced_records(caller: Caller) -> None:
    """The whole log, a type at a time; one that failed is pushed again."""
    connect(caller)
    types = (*RECORD_TYPES, "payment_record") if late(caller) else RECORD_TYPES
    found = {kind: caller.rows("accounting.synced_records.get", object_type=kind) for kind in types}
    assert found["product"]
    for rows in found.values():
        for row in rows[:SOME]:
            assert caller.call("accounting.synced_records.get_by_id", row.id) == row
    name = "accounting.synced_records.get"
    one = found["product"][0]
    same = caller.rows(name, object_type="product", object_id_in=[one.object_id], sort="updated_at")
    assert same == [one]
    assert not caller.rows(name, object_type="product", created_at_lt=one.created_at.replace(year=2001))
    push_again(caller, found)


def push_again(caller: Caller, found: Mapping[str, list[Any]]) -> None:
    """Send a bill or an invoice once more, one that failed if there is any."""
    sent = [row for kind in ("bill", "receivable") for row in found[kind]]
    sent.sort(key=lambda row: row.sync_status != "error")
    if sent:
        pushed = caller.call("accounting.synced_records.push_by_id", sent[0].id, expect=200)
        assert pushed.id == sent[0].id


def products(caller: Caller) -> None:
    """The catalogue; one product from its beginning to its end, with an account assigned in between."""
    connect(caller)
    rows = caller.rows("products.get", limit=10, sort="name", order="asc")
    assert rows
    for row in rows[:SOME]:
        assert caller.call("products.get_by_id", row.id) == row
    assert caller.rows("products.get", name=rows[0].name)
    account = caller.call("accounting.ledger_accounts.get", limit=1).data[0]
    unit = caller.call("measure_units.get").data[0]
    newer: Values = {"external_reference": "HT-1234-S-BL"} if late(caller) else {}
    made = caller.call(
        "products.create",
        name="Ice cream",
        description="Vanilla",
        measure_unit_id=unit.id,
        price={"currency": "EUR", "value": 1500},
        smallest_amount=1,
        type="product",
        **newer,
    )
    changed = caller.call("products.update_by_id", made.id, ledger_account_id=account.id)
    assert (changed.ledger_account_id, changed.name) == (account.id, "Ice cream")
    caller.call("products.delete_by_id", made.id)


def measure_units(caller: Caller) -> None:
    """Every unit; one of them from its beginning to its end."""
    for row in caller.call("measure_units.get").data:
        assert caller.call("measure_units.get_by_id", row.id) == row
    made = caller.call("measure_units.create", name="kg", description="Kilogram")
    assert caller.call("measure_units.update_by_id", made.id, name="kilo").name == "kilo"
    caller.call("measure_units.delete_by_id", made.id)


def payables(caller: Caller) -> None:
    """Every bill; a new one, changed."""
    rows = caller.rows("payables.get", sort="issued_at", order="desc")
    assert rows
    for row in rows[:SOME]:
        assert caller.call("payables.get_by_id", row.id) == row
    assert caller.rows("payables.get", status_in=["draft", "waiting_to_be_paid"], limit=50)
    vendor = caller.call("counterparts.get", is_vendor=True, limit=1).data[0]
    made = caller.call(
        "payables.create",
        counterpart_id=vendor.id,
        currency="EUR",
        document_id="DE2287",
        due_date="2026-07-08",
        issued_at="2026-06-08",
        subtotal=10000,
        tax=1900,
        tax_amount=1900,
        total_amount=11900,
        expect=200,
    )
    assert made.status == "draft"
    assert caller.call("payables.update_by_id", made.id, description="Paper").description == "Paper"


def line_items(caller: Caller) -> None:
    """The lines of many bills, and every way of writing them."""
    connect(caller)
    for row in caller.call("payables.get", limit=30).data:
        for line in caller.rows("payables.line_items.get", row.id, limit=2)[:2]:
            assert caller.call("payables.line_items.get_by_id", line.id, row.id) == line
    account = caller.call("accounting.ledger_accounts.get", limit=1).data[0]
    rate = caller.call("accounting.tax_rates.get", limit=1).data[0]
    bill = caller.call("payables.create", currency="EUR", expect=200)
    made = caller.call(
        "payables.line_items.create", bill.id, name="Paper", quantity=4, tax=1900, unit="box", unit_price=2500
    )
    assert (made.subtotal, made.tax_amount, made.total) == (10000, 1900, 11900)
    update = {"ledger_account_id": account.id, "accounting_tax_rate_id": rate.id}
    changed = caller.call("payables.line_items.update_by_id", made.id, bill.id, **update)
    assert (changed.ledger_account_id, changed.accounting_tax_rate_id) == (account.id, rate.id)
    data = [{"name": "Ink", "quantity": 1.5, "unit_price": 1000, "tax": 1900, **update}]
    [replaced] = caller.call("payables.line_items.replace", bill.id, data=data).data
    caller.call("payables.line_items.delete_by_id", replaced.id, bill.id)
    assert not caller.rows("payables.line_items.get", bill.id)


def receivables(caller: Caller) -> None:
    """Every invoice; the lines of a draft replaced."""
    rows = caller.rows("receivables.get", sort="due_date", order="desc", limit=20)
    assert rows
    for row in rows[:SOME]:
        assert caller.call("receivables.get_by_id", row.id) == row
    drafts = caller.rows("receivables.get", type="invoice", status="draft")
    draft = next(row for row in drafts if row.line_items)
    line = next(line for line in draft.line_items if not line.product.is_inline)
    rate = line.product.vat_rate
    taxed = {"vat_rate_id": rate.id} if rate.id else {"tax_rate_value": rate.value, "tax_rate_name": "Tax"}
    discount = {"amount": 1000, "type": "percentage"}
    data = [
        {"product_id": line.product.id, "quantity": 3, "discount": discount, **taxed},
        {
            "product": {"name": "Setup fee", "price": {"currency": draft.currency, "value": 1500}},
            "quantity": 1,
            **taxed,
        },
    ]
    now = caller.call("receivables.update_line_items_by_id", draft.id, data=data).data
    assert [one.quantity for one in now] == [3, 1]


def counterparts(caller: Caller) -> None:
    """Every vendor and customer with its addresses; an organisation and a person, made and unmade."""
    rows = caller.rows("counterparts.get", limit=15, sort="counterpart_name")
    assert rows
    for row in rows:
        assert caller.call("counterparts.get_by_id", row.id) == row
        assert caller.call("counterparts.addresses.get", row.id).data
    party = {"address": ADDRESS, "is_customer": True, "is_vendor": False, "email": "acme@example.com"}
    bodies = {
        "organization": {**party, "legal_name": "Acme Inc.", "phone": "5551231234"},
        "individual": {**party, "first_name": "Adnan", "last_name": "Singh", "title": "Mr."},
    }
    for kind, body in bodies.items():
        made = caller.call("counterparts.create", request={"type": kind, kind: body, "tax_id": "DE12345678"})
        request = {kind: {"email": "new@example.com"}}
        changed = caller.call("counterparts.update_by_id", made.id, request=request)
        assert getattr(changed, kind).email == "new@example.com"
        caller.call("counterparts.addresses.create", made.id, **ADDRESS)
        assert len(caller.call("counterparts.addresses.get", made.id).data) == 2
        caller.call("counterparts.delete_by_id", made.id)


def entities(caller: Caller) -> None:
    """Every entity; two new ones; this one's data changed."""
    rows = caller.rows("entities.get", limit=2, sort="created_at")
    assert caller.entity["id"] in {row.id for row in rows}
    for row in rows:
        assert caller.call("entities.get_by_id", row.id) == row
    parties: Values = {
        "organization": {"legal_name": "Acme GmbH"},
        "individual": {"first_name": "Adnan", "last_name": "Singh"},
    }
    for kind, party in parties.items():
        made = caller.call(
            "entities.create", address=ADDRESS, email="a@b.example", type=kind, **{kind: party}
        )
        assert caller.call("entities.get_by_id", made.id) == made
        assert caller.call("entities.update_by_id", made.id, phone="+4930123456").phone == "+4930123456"


def entity_settings(caller: Caller) -> None:
    """The entity's settings, and its default accounts where the version has them."""
    entity_id = caller.entity["id"]
    caller.call("entities.get_settings_by_id", entity_id)
    caller.call("entities.update_settings_by_id", entity_id, language="de")
    if late(caller):
        connect(caller)
        account = caller.call("accounting.ledger_accounts.get", limit=1).data[0].id
        rate = caller.call("accounting.tax_rates.get", limit=1).data[0].id
        accounting = {
            "ledger_account_ids": {"products": account, "payments": None},
            "tax_ids": {"deductions": rate},
        }
        caller.call("entities.update_settings_by_id", entity_id, accounting=accounting)
        kept = caller.call("entities.get_settings_by_id", entity_id).accounting
        assert (kept.ledger_account_ids.products, kept.tax_ids.deductions) == (account, rate)


def sync_rules(caller: Caller) -> None:
    """The statuses that are pushed, which the package knows nothing of."""
    before = caller.plain("GET", "/accounting_sync_rules")
    chosen = {"push_statuses": {"payable": ["waiting_to_be_paid"]}}
    after = caller.plain("PATCH", "/accounting_sync_rules", chosen)
    assert after == {"push_statuses": {**before["push_statuses"], **chosen["push_statuses"]}}


def partner_settings(caller: Caller) -> None:
    """What holds for all entities, read and changed."""
    caller.call("partner_settings.get")
    changed = caller.call("partner_settings.update", website="https://example.com/")
    assert changed.website == "https://example.com/"


def people(caller: Caller) -> None:
    """Users and roles: those there are, and one of each from its beginning to its end."""
    users, roles = caller.rows("entity_users.get", limit=1), caller.rows("roles.get", limit=2)
    assert users
    assert roles
    for user in users:
        assert caller.call("entity_users.get_by_id", user.id) == user
    # A role names every kind of object, which the package takes long to read.
    for role in roles[:1]:
        assert caller.call("roles.get_by_id", role.id) == role
    oneself(caller, users[0])
    objects = [
        {"object_type": name, "actions": [{"action_name": "read", "permission": "allowed"}]}
        for name in ("payable", "product")
    ]
    role = caller.call("roles.create", name="Reader", permissions={"objects": objects}, expect=200)
    assert caller.call("roles.update_by_id", role.id, name="Looker").name == "Looker"
    user = caller.call(
        "entity_users.create", first_name="Casey", login="caseyp", role_id=role.id, title="Clerk", expect=200
    )
    assert caller.call("entity_users.update_by_id", user.id, last_name="Peters").last_name == "Peters"
    caller.call("entity_users.delete_by_id", user.id)
    caller.call("roles.delete_roles_id", role.id)


def oneself(caller: Caller, user: Any) -> None:
    """What a user may ask about herself with her own token."""
    as_user = caller.as_user(user.id)
    assert as_user.call("entity_users.get_current") == user
    assert as_user.call("entity_users.get_current_entity").id == caller.entity["id"]
    assert as_user.call("entity_users.get_current_role").id == user.role_id


def subscriptions(caller: Caller) -> None:
    """A subscription through all its states."""
    made = caller.call(
        "webhook_subscriptions.create",
        object_type="accounting_connection",
        url="https://example.com/your-webhook-listener",
        event_types=["connected"],
    )
    assert made.secret
    assert caller.call("webhook_subscriptions.get_by_id", made.id).status == "enabled"
    changed = caller.call("webhook_subscriptions.update_by_id", made.id, event_types=["disconnected"])
    assert changed.event_types == ["disconnected"]
    off = caller.call("webhook_subscriptions.disable_by_id", made.id, expect=200)
    on = caller.call("webhook_subscriptions.enable_by_id", made.id, expect=200)
    assert (off.status, on.status) == ("disabled", "enabled")
    fresh = caller.call("webhook_subscriptions.regenerate_secret_by_id", made.id, expect=200)
    assert fresh.secret != made.secret
    assert made.id in {row.id for row in caller.rows("webhook_subscriptions.get", limit=1)}
    caller.call("webhook_subscriptions.delete_by_id", made.id)


def events(caller: Caller) -> None:
    """What happened to the connection, as an event, and its way to the listener."""
    url = "https://example.com/your-webhook-listener"
    caller.call("webhook_subscriptions.create", object_type="accounting_connection", url=url)
    connection = connect(caller)
    caller.call("accounting.connections.disconnect_by_id", connection.id, expect=200)
    rows = caller.rows("events.get", object_type="accounting_connection", limit=1)
    assert "accounting_connection.disconnected" in {row.action for row in rows}
    for row in rows:
        assert caller.call("events.get_by_id", row.id) == row
    sent = caller.rows("webhook_deliveries.get", limit=1)
    assert sent
    assert {row.event_id for row in sent} <= {row.id for row in caller.rows("events.get")}


AREAS: Mapping[str, Walk] = {
    walk.__name__: walk
    for walk in (
        auth, connections, ledger_accounts, tax_rates, documents_in_the_books, synced_records, products,
        measure_units, payables, line_items, receivables, counterparts, entities, entity_settings,
        sync_rules, partner_settings, people, subscriptions, events,
    )
}  # fmt: skip
WITHOUT = {
    # The package knows neither the subscriptions nor the events of this version.
    "2023-09-01": {"documents_in_the_books", "subscriptions", "events", "sync_rules"},
    "2024-01-31": {"documents_in_the_books"},
    "2024-05-25": {"sync_rules"},
}
"""The areas that a version does not have, or has in another shape."""


def areas_of(version: str) -> list[str]:
    """The areas that can be walked in a version."""
    return [area for area in AREAS if area not in WITHOUT[version]]


WALKS = [(version, area) for version in WITHOUT for area in areas_of(version)]
