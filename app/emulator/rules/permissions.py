"""Who may do what: which token a call takes, which permission it needs, and what a role says to it.

Partner tokens may do everything except ask who they are. A token of an entity user is measured by the
permissions of the user's role; accounting has no permission of its own, so there such a token only reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Literal

Permission = Literal["allowed", "allowed_for_own", "not_allowed"]
Permissions = Mapping[str, Any]
"""What a role allows, as Monite writes it: objects, each with actions, each with a permission."""

PERMISSIONS = ("allowed", "allowed_for_own", "not_allowed")
ACTIONS = ("create", "read", "update", "delete")
PAYABLE_ACTIONS = (*ACTIONS, "pay", "approve", "cancel", "submit", "create_from_mail", "reopen")
OBJECT_TYPES = (
    "person", "onboarding", "comment", "counterpart", "entity_user", "entity", "entity_vat_ids",
    "counterpart_vat_id", "entity_bank_account", "export", "mailbox", "payables_purchase_order",
    "payment_reminder", "overdue_reminder", "product", "project", "receivable", "delivery_note",
    "ocr_task", "reconciliation", "role", "tag", "todo_task", "todo_task_mute", "transaction",
    "workflow", "approval_request", "approval_policy", "payment_record", "receipt", "payable",
)  # fmt: skip


class Access(Enum):
    """What a call asks of the token when no role decides."""

    ANY = auto()
    """Every token will do."""
    PARTNER = auto()
    """The partner's alone."""
    USER = auto()
    """An entity user's alone: the call is about that user."""


@dataclass(frozen=True, slots=True)
class Need:
    """The permission that an entity user's role must give."""

    object_type: str
    action: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a role says to a need; `reason` is for refusals, in Monite's words."""

    permission: Permission
    reason: str = ""


_BOOKS = frozenset(
    {"accounting", "accounting_connections", "accounting_synced_records", "accounting_tax_rates"}
    | {"ledger_accounts"}
)
_OBJECTS = {
    "counterparts": "counterpart",
    "entities": "entity",
    "entity_users": "entity_user",
    "measure_units": "receivable",
    "payables": "payable",
    "products": "product",
    "receivables": "receivable",
    "roles": "role",
}
_ABOUT_THE_USER = frozenset({"entity_users/me", "entity_users/my_entity", "entity_users/my_role"})
_BY_METHOD = {"GET": "read", "HEAD": "read", "POST": "create", "DELETE": "delete"}
_SPEAKING = frozenset({"payable", "receivable"})
"""Of these Monite says with a 409 what is missing; elsewhere it answers 403."""


def needed(method: str, path: str) -> Access | Need:
    """What a call needs; `path` is the route without /v1/, with any words for its ids.

    What nobody has thought of is the partner's alone.
    """
    resource, *rest = path.split("/")
    if resource == "auth":
        return Access.ANY
    if path in _ABOUT_THE_USER:
        return Access.USER
    if resource in _BOOKS:
        return Access.ANY if method in ("GET", "HEAD") else Access.PARTNER
    if resource not in _OBJECTS or (resource == "entities" and not rest):
        return Access.PARTNER
    # What belongs to an object, such as a line of a bill, is changed with the object.
    inside = len(rest) > 1 and method not in ("GET", "HEAD")
    return Need(_OBJECTS[resource], "update" if inside else _BY_METHOD.get(method, "update"))


def verdict(permissions: Permissions, need: Need) -> Verdict:
    """What a role with these permissions says; of several entries for one action the last one counts."""
    objects = [one for one in permissions.get("objects") or () if one.get("object_type") == need.object_type]
    if not objects:
        return Verdict("not_allowed", f"Object type at permissions not found: {need.object_type}")
    actions = [action for one in objects for action in one.get("actions") or ()]
    found = [action["permission"] for action in actions if action["action_name"] == need.action]
    if not found:
        return Verdict(
            "not_allowed", f"Action for {need.object_type} at permissions not found: {need.action}"
        )
    return Verdict(found[-1], f"Action {need.action} for {need.object_type} not allowed")


def says_why(need: Need) -> bool:
    """Whether a refusal tells the reason, as a conflict, instead of merely forbidding."""
    return need.object_type in _SPEAKING


def everything() -> dict[str, Any]:
    """The permissions of a role that may do all there is."""
    return {"objects": [_full(one) for one in OBJECT_TYPES]}


def _full(object_type: str) -> dict[str, Any]:
    names = PAYABLE_ACTIONS if object_type == "payable" else ACTIONS
    actions = [{"action_name": name, "permission": "allowed"} for name in names]
    return {"actions": actions, "object_type": object_type}
