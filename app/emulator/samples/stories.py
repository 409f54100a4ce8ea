"""How far each sample business is: lived through with the real engine, a few days before now.

fernlight is untouched. The others connected two days ago or later; what they hold since then was
pulled, matched, pushed and refused by the same code that runs afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from app.emulator.config import EmulatorSettings
from app.emulator.rules.statuses import PAYABLE_DEFAULT, RECEIVABLE_DEFAULT
from app.emulator.samples import books, businesses
from app.emulator.samples.names import new_id
from app.emulator.store import clock, corrections, snapshots, sync_rules
from app.emulator.store import connections as rows
from app.emulator.sync import connections, engine

Business = dict[str, Any]

PRACTICE_PROVIDER = "codat"
AT_ONCE = EmulatorSettings(database=Path(":memory:"), instant=True)
SIGNING_IN = timedelta(minutes=2)
"""A connection is made, and stamped with its first last_pull, before the person has signed in."""
LOCKED = ("paid", "canceled", "rejected")
"""Monite takes no change to the lines of such bills, so a person could not assign them any more."""


def tell(db: Database) -> None:
    """Bring every business to its point, inside the caller's transaction."""
    _healthy(db, businesses.get("kettwerk"))
    _failing(db, businesses.get("saguaro"))
    _withdrawn(db, businesses.get("wattlebrae"))
    _held(db, businesses.get("tamarack"), connected=timedelta(days=1))
    _held(db, businesses.get("grauvelle"), connected=timedelta(minutes=40))
    engine.run_due(db, AT_ONCE)


def _healthy(db: Database, business: Business) -> None:
    """Connected, every account assigned, everything sent."""
    with _before(db, timedelta(days=2)):
        connection = _connect(db, business)
        _assign(db, business)
    with _before(db, timedelta(days=2) - timedelta(minutes=25)):
        _release(db, business, connection)


def _failing(db: Database, business: Business) -> None:
    """Connected and sending, with records that the books refuse for a dozen different reasons."""
    with _before(db, timedelta(days=2)):
        connection = _connect(db, business)
        _assign(db, business, besides=("11553", "24540"))
        organisation = _organisation(business)
        _bookkeeper_is_strict(db, organisation)
    with _before(db, timedelta(days=2) - timedelta(minutes=25)):
        _release(db, business, connection)


def _bookkeeper_is_strict(db: Database, organisation: str) -> None:
    """What happened in the books between the pull and the push."""
    for account in corrections.find_accounts(db, organisation):
        if account["code"] == "60200":
            corrections.set_account_status(db, organisation, account["id"], "Archived")
    for contact in corrections.find_contacts(db, organisation):
        if contact["name"] == "Cintas Corporation":
            corrections.set_contact_status(db, organisation, contact["id"], "Archived")
    closed = (clock.now(db) - timedelta(days=336)).date().isoformat()
    corrections.set_lock_date(db, organisation, closed)


def _withdrawn(db: Database, business: Business) -> None:
    """All was well until somebody took the access away this morning."""
    with _before(db, timedelta(days=2)):
        connection = _connect(db, business)
        _assign(db, business)
        _release(db, business, connection)
    with _before(db, timedelta(hours=5)):
        connections.revoke(db, connection)


def _held(db: Database, business: Business, *, connected: timedelta) -> None:
    """In the middle of the set-up: imported, sending on hold, only old bills have their accounts."""
    with _before(db, connected):
        _connect(db, business)
        _assign(db, business, statuses=LOCKED)


@contextmanager
def _before(db: Database, time: timedelta) -> Iterator[None]:
    """So long before now, by the emulator's clock."""
    clock.advance(db, -time.total_seconds())
    try:
        yield
    finally:
        clock.advance(db, time.total_seconds())


def _connect(db: Database, business: Business) -> str:
    """Connect to the business's own organisation with sending on hold, and pull; returns the connection."""
    sync_rules.save(db, business["id"], payable=[], receivable=[])
    key, at = new_id(business["key"], "connection"), clock.stamp(clock.now(db) - SIGNING_IN)
    row = {
        "id": key,
        "entity_id": business["id"],
        "status": "pending_auth",
        "platform": business["platform"],
        "provider": PRACTICE_PROVIDER,
        # Not by connections.create(): these ids stay the same however often the data is loaded.
        "company_id": new_id(business["key"], "company"),
        "provider_connection_id": new_id(business["key"], "link"),
        "api_version": connections.CODAT_VERSION.date,
        "last_pull": at,
        "created_at": at,
        "updated_at": at,
    }
    rows.insert(db, row)
    connections.authorise(db, key)
    engine.run_due(db, AT_ONCE)
    return key


def _release(db: Database, business: Business, connection: str) -> None:
    """Put Monite's own rules in place and let everything go."""
    sync_rules.save(db, business["id"], payable=PAYABLE_DEFAULT, receivable=RECEIVABLE_DEFAULT)
    connections.request_sync(db, connection)
    engine.run_due(db, AT_ONCE)


def _assign(
    db: Database,
    business: Business,
    *,
    statuses: tuple[str, ...] | None = None,
    besides: tuple[str, ...] = (),
) -> None:
    """Give lines (of bills in these statuses, but for these numbers) and then products their accounts."""
    accounts = snapshots.account_ids(db, business["id"])
    coding = business["coding"]["bills"]
    chosen = [
        (line["id"], accounts[_code(coding, line["counterpart_name"])])
        for line in snapshots.find_lines(db, business["id"])
        if (statuses is None or line["status"] in statuses) and line["document_id"] not in besides
    ]
    snapshots.put_line_accounts(db, chosen)
    if statuses is None:
        snapshots.put_product_account(db, business["id"], accounts[business["coding"]["sales"]])


def _code(coding: list[list[str]], supplier: str) -> str:
    return next(code for words, code in coding if words in supplier)


def _organisation(business: Business) -> str:
    return books.organisation_id(business["key"], business["platform"], own=True)
