"""What Codat's webhooks carry: the three rules of old, and the events that took their place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from app.emulator.rules.codat import (
    CONNECTION_RULE,
    PUSH_RULE,
    STATUSES,
    SYNC_RULE,
    company_name,
    milliseconds,
    seconds,
)
from app.emulator.rules.platforms import INTEGRATIONS

Row = Mapping[str, Any]
Body = dict[str, Any]

CLIENT_ID = "bae71d36-ff47-420a-b4a6-f8c9ddf41140"
CLIENT_NAME = "Practice partner"
TROUBLE = "https://docs.codat.io/using-the-api/get-data-troubleshooting#error.fetch"


def alert(alert_id: str, rule_id: str, connection: Row, content: Body) -> Body:
    """The body of a rule's message, around what `status_alert` and its neighbours say."""
    return {
        "AlertId": alert_id,
        "RuleId": rule_id,
        "RuleType": content["RuleType"],
        "ClientId": CLIENT_ID,
        "ClientName": CLIENT_NAME,
        "CompanyId": connection["company_id"],
        "DataConnectionId": connection["provider_connection_id"],
        "Message": content["Message"],
        "Data": content["Data"],
    }


def status_alert(connection: Row, before: str) -> Body:
    """A connection has another status than before."""
    # A connection that was never linked may have no platform yet.
    platform = INTEGRATIONS.get(connection["platform"] or "")
    of_platform = f" for {platform.name}" if platform else ""
    old, new = STATUSES[before], STATUSES[connection["status"]]
    return {
        "RuleType": CONNECTION_RULE,
        "Message": f"Data connection{of_platform} status changed from {old} to {new}",
        "Data": {
            "dataConnectionId": connection["provider_connection_id"],
            "newStatus": new,
            "oldStatus": old,
            "platformKey": platform.key if platform else None,
        },
    }


def sync_alert(connection: Row, dataset: Row) -> Body:
    """One data type was read."""
    data_type, company_id = dataset["data_type"], connection["company_id"]
    return {
        "RuleType": SYNC_RULE,
        "Message": f"Data sync of type {data_type} completed for company {company_id}",
        "Data": {"dataType": data_type, "datasetId": dataset["id"]},
    }


def push_alert(operation: Row) -> Body:
    """A push operation has ended, one way or another; why is to be read from it."""
    data_type, at = operation["data_type"], milliseconds(operation["completed"])
    return {
        "RuleType": PUSH_RULE,
        "Message": f"{data_type} triggered notification for PushOperationStatusChanged at {at}",
        "Data": {
            "dataType": data_type,
            "status": operation["status"],
            "pushOperationKey": operation["key"],
        },
    }


def event(event_id: str, event_type: str, at: str, payload: Body) -> Body:
    """The envelope of an event."""
    return {
        "id": event_id,
        "eventType": event_type,
        "generatedDate": milliseconds(at),
        "payload": payload,
    }


def connection_payload(company: Row, shown: Body) -> Body:
    """What an event about a connection carries; `shown` is the connection as the API answers with it."""
    hidden = ("dataConnectionErrors", "connectionInfo")
    links = {"portal": f"https://app.codat.io/companies/{company['id']}/summary"}
    return {
        "referenceCompany": {**_described(company), "links": links, "tags": {}},
        "connection": {name: value for name, value in shown.items() if name not in hidden},
    }


def read_payload(company: Row, connection: Row, datasets: Iterable[Row], since: str | None) -> Body:
    """What an event about a finished run carries: every data type and how its reading ended."""
    return {
        "referenceCompany": _named(company),
        "modifiedFromDate": milliseconds(since) if since else None,
        "dataTypes": [
            {
                "connectionId": connection["provider_connection_id"],
                "dataType": dataset["data_type"],
                "recordsModified": bool(dataset["records_modified"]),
                "status": dataset["status"],
                "issues": _issues(company["id"], dataset),
            }
            for dataset in datasets
        ],
    }


def write_payload(company: Row, connection: Row, operation: Row) -> Body:
    """What an event about a push carries; an unsuccessful one has no reasons."""
    payload = {
        "id": operation["key"],
        "type": operation["type"],
        "referenceCompany": _described(company),
        "connectionId": connection["provider_connection_id"],
        "requestedOnDate": seconds(operation["requested"]),
        "completedOnDate": seconds(operation["completed"]),
        "status": operation["status"],
    }
    if operation["status"] != "Success":
        return payload
    return {**payload, "record": {"id": operation["platform_object_id"]}}


def write_event(operation: Row) -> str:
    """The type of the event about a push that has ended."""
    outcome = "successful" if operation["status"] == "Success" else "unsuccessful"
    return f"{operation['data_type']}.write.{outcome}"


def _named(company: Row) -> Body:
    return {"id": company["id"], "name": company_name(company["name"])}


def _described(company: Row) -> Body:
    return {**_named(company), "description": company["entity_id"]}


def _issues(company_id: str, dataset: Row) -> list[Body]:
    if dataset["status"] == "Complete":
        return []
    return [
        {
            "type": "error.fetch",
            "message": dataset["error_message"],
            "links": {
                "logs": f"https://api.codat.io/companies/{company_id}/data/history/{dataset['id']}",
                "portal": f"https://app.codat.io/companies/{company_id}/pull-history",
                "readMore": TROUBLE,
            },
        }
    ]
