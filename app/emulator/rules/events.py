"""What Monite calls the things that happen, and how it tells of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.emulator.rules.versions import VERSIONS, Version

# fmt: off
OBJECT_TYPES = (
    "account", "accounting_connection", "approval", "approval_request", "approval_policy",
    "approval_policy_process", "batch_payment", "comment", "counterpart", "counterpart_address",
    "counterpart_bank_account", "counterpart_contact_person", "counterpart_partner_metadata",
    "counterpart_tax_id", "entity", "entity_bank_account", "entity_settings", "entity_user", "export",
    "overdue_reminder", "partner_settings", "payable", "payables_credit_note",
    "payables_purchase_order", "payable.line_item", "payment", "payment_intent", "payment_link",
    "payment_reminder", "product", "project", "receivable", "recurrence", "role", "tag", "todo_task",
    "workflow", "workflow_pipeline", "ocr_task", "delivery_note", "receipt", "transaction",
)
# fmt: on
"""What a subscription can be for; the emulator tells of those that its own API changes."""

LISTED: Mapping[str, tuple[str, ...]] = {
    "accounting_connection": ("connected", "disconnected", "deauthorized", "pending_auth"),
}
"""Where Monite's answer names each event of a subscription that was made for all of them."""

SIGNIFICANCE = "normal"


def shape(event: Mapping[str, Any], version: Version) -> dict[str, Any]:
    """An event, a row of the store, as the version writes it."""
    name = f"{event['object_type'].replace('.', '_')}_{event['event']}"
    shown = {
        "id": event["id"],
        "created_at": event["created_at"],
        "action": f"{event['object_type']}.{event['event']}",
        "api_version": event["api_version"],
    }
    about = {"entity_id": event["entity_id"], "object_type": event["object_type"]}
    if version.event_names_object:
        return {**shown, "description": name, **about, "object": {"id": event["object_id"]}}
    return {**shown, "name": name, "significance": SIGNIFICANCE, **about, "object_id": event["object_id"]}


def message(event: Mapping[str, Any], subscription_id: str) -> dict[str, Any]:
    """What is posted to the listener of a subscription: the event as its own version writes it."""
    shown = shape(event, VERSIONS[event["api_version"]])
    return {**shown, "webhook_subscription_id": subscription_id}


def wanted(event: str, event_types: list[str]) -> bool:
    """Whether a subscription to these events takes this one; an empty list takes all."""
    return not event_types or event in event_types
