"""Messages as Monite and Codat post them, and the headers that show who sent them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from app.domain.connections import Connection, ConnectionStatus
from app.services import secrets
from app.services.deps import Deps
from app.store import connections
from app.store.database import write

MONITE_SECRET = "whsec_Iw3mrforthetestsonly"
CODAT_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
RULES_HEADER = "Bearer chosen-by-the-partner"
LINK = "70eb9b71-7126-4d5f-b088-de7b86c84bc5"
"""Codat's id of the connection."""


def keep_secrets(deps: Deps) -> None:
    """As when the partner has set up all three channels."""
    secrets.keep(deps, secrets.MONITE_WEBHOOKS, MONITE_SECRET)
    secrets.keep(deps, secrets.CODAT_EVENTS, CODAT_SECRET)
    secrets.keep(deps, secrets.CODAT_RULES, RULES_HEADER)


def add_connection(db: Database, now: datetime, entity_id: str = "e1", link: str = LINK) -> None:
    """A connection of the entity, which Codat knows by an id of its own."""
    connection = Connection(
        id=f"connection-of-{entity_id}",
        status=ConnectionStatus.CONNECTED,
        platform="xero",
        connection_url=f"https://link-api.codat.io/companies/company-1/connections/{link}/start",
        last_pull=now,
        created_at=now,
        updated_at=now,
    )
    with write(db):
        connections.save(db, entity_id, connection, now)


def raw(body: Any) -> bytes:
    return json.dumps(body).encode()


def monite_event(event: str = "deauthorized", **changes: Any) -> dict[str, Any]:
    """What Monite posts to the listener of a subscription."""
    values: dict[str, Any] = {
        "id": "9b2ee8ed-c2ac-4cf0-8b2f-7ae2d9f8e566",
        "created_at": "2026-06-08T09:59:10.120Z",
        "action": f"accounting_connection.{event}",
        "api_version": "2024-01-31",
        "description": f"accounting_connection_{event}",
        "entity_id": "e1",
        "object": {"id": "connection-of-e1"},
        "object_type": "accounting_connection",
        "webhook_subscription_id": "7e209570-afd5-4078-ac33-b8e7409fa790",
    }
    return values | changes


def rule(rule_type: str, data: dict[str, Any], alert_id: str = "a1") -> dict[str, Any]:
    """What one of Codat's rules posts."""
    return {
        "AlertId": alert_id,
        "RuleType": rule_type,
        "ClientId": "c1",
        "ClientName": "Partner",
        "CompanyId": "company-1",
        "DataConnectionId": LINK,
        "Message": "…",
        "Data": data,
    }


def event(event_type: str, payload: dict[str, Any], at: str = "2026-06-08T09:59:30.000Z") -> dict[str, Any]:
    """What one of Codat's events posts."""
    return {"id": "ba29118f", "eventType": event_type, "generatedDate": at, "payload": payload}


def read_completed(*data_types: tuple[str, str, list[str]], at: str) -> dict[str, Any]:
    """The event that tells how reading ended: each data type, its status and what was wrong."""
    listed = [
        {
            "connectionId": LINK,
            "dataType": name,
            "recordsModified": True,
            "status": status,
            "issues": [{"type": "error.fetch", "message": words} for words in issues],
        }
        for name, status, issues in data_types
    ]
    return event("read.completed", {"referenceCompany": {"id": "company-1"}, "dataTypes": listed}, at)


def monite_headers(body: bytes, now: datetime, secret: str = MONITE_SECRET) -> dict[str, str]:
    stamp = str(int(now.timestamp()))
    mac = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    return {"monite-signature": f"t={stamp},v1={mac}"}


def codat_headers(
    body: bytes, now: datetime, message_id: str = "msg_1", secret: str = CODAT_SECRET
) -> dict[str, str]:
    stamp = str(int(now.timestamp()))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    mac = hmac.new(key, f"{message_id}.{stamp}.".encode() + body, hashlib.sha256).digest()
    signature = f"v1,{base64.b64encode(mac).decode()}"
    return {"webhook-id": message_id, "webhook-timestamp": stamp, "webhook-signature": signature}
