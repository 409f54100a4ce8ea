"""Codat's objects as its API answers with them, made of the emulator's rows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from app.emulator.rules import links
from app.emulator.rules.codat import STATUSES, VALIDATORS, company_name, milliseconds, seconds
from app.emulator.rules.platforms import INTEGRATIONS

Row = Mapping[str, Any]
Body = dict[str, Any]

TIMEOUT_MINUTES = 5
"""How long a push that timed out had been given."""


def company(row: Row, connections: Iterable[Body], base_url: str) -> Body:
    """A company with its connections, which have their shape already."""
    shown = list(connections)
    synced = [one["lastSync"] for one in shown if one["lastSync"]]
    return {
        "id": row["id"],
        "name": company_name(row["name"]),
        "description": row["entity_id"],
        "redirect": shown[-1]["linkUrl"] if shown else base_url,
        "lastSync": max(synced, default=None),
        "dataConnections": shown,
        "created": seconds(row["created"]),
        "createdByUserName": None,
        "tags": {},
    }


def connection(row: Row, errors: Iterable[Row], base_url: str) -> Body:
    """A connection with what went wrong with it."""
    platform = INTEGRATIONS.get(row["platform"] or "")
    return {
        "id": row["provider_connection_id"],
        "integrationId": platform.id if platform else None,
        "integrationKey": platform.key if platform else None,
        "sourceId": platform.source_id if platform else None,
        "sourceType": "Accounting",
        "platformName": platform.name if platform else None,
        "status": STATUSES[row["status"]],
        "created": seconds(row["created_at"]),
        # Monite's last_pull is set with the connection, and tells of a pull only once it has moved.
        "lastSync": seconds(row["last_pull"]) if row["last_pull"] > row["created_at"] else None,
        "linkUrl": base_url + links.path(row),
        "dataConnectionErrors": [_error(error) for error in errors],
        "connectionInfo": {},
    }


def dataset(row: Row, company_id: str, connection_id: str) -> Body:
    """One read of one data type; Codat calls it a pull operation."""
    ended, good = row["completed"] is not None, row["status"] == "Complete"
    return {
        "id": row["id"],
        "companyId": company_id,
        "connectionId": connection_id,
        "dataType": row["data_type"],
        "status": row["status"],
        "statusDescription": row["status_description"],
        "errorMessage": row["error_message"],
        "requested": seconds(row["requested"]),
        "completed": seconds(row["completed"]) if ended else None,
        "progress": 100 if ended else 0,
        "isCompleted": good,
        "isErrored": ended and not good,
    }


def data_status(data_type: str, latest: Row | None, successful: Row | None) -> Body:
    """How the reading of one data type stands."""
    return {
        "dataType": data_type,
        "lastSuccessfulSync": seconds(successful["completed"]) if successful else None,
        "currentStatus": latest["status"] if latest else "Initial",
        "latestSyncId": latest["id"] if latest else None,
        "latestSuccessfulSyncId": successful["id"] if successful else None,
    }


def push(row: Row, company_id: str, connection_id: str) -> Body:
    """A push operation: what was sent, and what came of it."""
    ended, items = row["completed"] is not None, json.loads(row["validation"])
    return {
        "changes": _changes(row),
        "dataType": row["data_type"],
        "companyId": company_id,
        "pushOperationKey": row["key"],
        "dataConnectionKey": connection_id,
        "requestedOnUtc": milliseconds(row["requested"]),
        "completedOnUtc": milliseconds(row["completed"]) if ended else None,
        "timeoutInMinutes": TIMEOUT_MINUTES if row["status"] == "TimedOut" else None,
        "status": row["status"],
        "errorMessage": row["error_message"],
        "validation": {"errors": items, "warnings": []},
        "statusCode": row["status_code"],
    }


def validation(data_type: str, messages: Iterable[str]) -> list[Body]:
    """The platform's messages, unchanged, as Codat lists them."""
    return [
        {"itemId": "", "message": message, "validatorName": VALIDATORS[data_type]} for message in messages
    ]


def downstream_message(key: str, data_type: str) -> str:
    """What a push operation says that the platform refused; the reasons are in its validation."""
    correlation = correlation_id(key)
    reason = f"Push failed for {VALIDATORS[data_type]}: see validation for more information"
    return f"An error occurred in a downstream service. Correlation ID: {correlation}. Message: {reason}"


def correlation_id(text: str) -> str:
    """Thirty-two hexadecimal digits that belong to this text."""
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def page(results: Sequence[Body], *, path: str, number: int, size: int, total: int) -> Body:
    """A page of a list, with the addresses of its neighbours."""
    last = max(-(-total // size), 1)
    numbers = {"current": number, "next": number + 1, "previous": number - 1}
    found = {
        name: {"href": f"{path}?page={to}&pageSize={size}"}
        for name, to in numbers.items()
        if name == "current" or 1 <= to <= last
    }
    return {
        "results": list(results),
        "pageNumber": number,
        "pageSize": size,
        "totalResults": total,
        "_links": {"self": {"href": path}, **found},
    }


def refusal(status: int, message: str, correlation: str, validation_items: Sequence[Body] = ()) -> Body:
    """Codat's error body."""
    return {
        "statusCode": status,
        "service": "PublicApi",
        "error": message,
        "correlationId": correlation,
        "canBeRetried": "Unknown",
        "detailedErrorCode": 0,
        "validation": {"errors": list(validation_items), "warnings": []} if validation_items else None,
    }


def _changes(row: Row) -> list[Body]:
    # Nothing is known of what a push that timed out has left behind.
    if row["status"] not in ("Pending", "Success"):
        return []
    kind = "Created" if row["type"] == "Create" else "Modified"
    if row["completed"] is None:
        return [{"type": kind, "recordRef": {"dataType": row["data_type"]}}]
    reference = {"id": row["platform_object_id"], "dataType": row["data_type"]}
    return [{"type": kind, "recordRef": reference, "attachmentId": None}]


def _error(row: Row) -> Body:
    resolved = row["resolved_at"]
    return {
        "statusCode": row["status_code"],
        "statusText": row["status_text"],
        "errorMessage": row["message"],
        "erroredOnUtc": seconds(row["at"]),
        "status": "Resolved" if resolved else "Active",
        "resolvedOnUtc": seconds(resolved) if resolved else None,
    }
