"""Subscribing to what Codat tells: by its own API, or by the control interface."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterable
from typing import Any
from uuid import uuid4

from sqlite_utils import Database

from app.emulator.errors import BadRequestError, NotFoundError
from app.emulator.rules import addresses
from app.emulator.rules.codat import TYPES, known_type
from app.emulator.store import clock, codat_consumers
from app.emulator.store.database import write

Row = dict[str, Any]

SECRET_BYTES = 24
MOST = 50


def subscribe(
    db: Database,
    url: str,
    *,
    style: str = "events",
    types: Iterable[str] = (),
    authorization: str | None = None,
) -> Row:
    """A new consumer, with the secret that signs its events; without types it is told everything.

    `authorization` is the header that comes with the rules, which nobody signs. Raises BadRequestError for
    an address or a type that cannot be, and where there are as many consumers as Codat lets one have.
    """
    fault = addresses.fault_of(url)
    if fault is not None:
        raise BadRequestError(f"The address of a webhook must be HTTPS, or of this machine: {fault}.")
    known = [_type(style, asked) for asked in types]
    with write(db):
        if len(codat_consumers.find_all(db)) >= MOST:
            raise BadRequestError(f"There are {MOST} consumers already.")
        row = {
            "id": str(uuid4()),
            "style": style,
            "url": url,
            "secret": _new_secret() if style == "events" else authorization,
            "types": list(dict.fromkeys(known)),
            "created_at": clock.stamp(clock.now(db)),
        }
        codat_consumers.insert(db, row)
        return row


def unsubscribe(db: Database, consumer_id: str | None = None) -> None:
    """Tell one consumer nothing more, or none at all; raises NotFoundError for one that is unknown."""
    with write(db):
        if codat_consumers.remove(db, consumer_id) == 0 and consumer_id is not None:
            raise NotFoundError(f"No webhook consumer was found with ID {consumer_id}")


def shaped(row: Row) -> Row:
    """A consumer as both interfaces show it; only events are signed, and so only they have a secret."""
    shown = {name: row[name] for name in ("id", "style", "url", "types")}
    key = "secret" if row["style"] == "events" else "authorization"
    return {**shown, key: row["secret"], "disabled": bool(row.get("disabled_at"))}


def _type(style: str, asked: str) -> str:
    found = known_type(style, asked)
    if found is None:
        known = ", ".join(TYPES[style])
        raise BadRequestError(f"There is no type {asked!r} among the {style}; there are {known}.")
    return found


def _new_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
